"""The events of a recording as a file, asked for on the command line."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace

import pytest

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.payloads import LabelScores, Span, Timeline
from deepdesk.terminal.timelines import TimelineFile

EVENTS = Timeline(
    spans=(Span(start_s=1.0, end_s=2.0, label="dog", score=0.9),), length_s=60.0, classes=("dog",)
)


def asked(timeline, paths=(Path("a.wav"),)):
    return TimelineFile(Namespace(timeline=timeline, paths=list(paths), json=False))


def told(answer, *, is_final=True, error=""):
    return SimpleNamespace(answer=answer, is_final=is_final, error=error)


def test_the_final_answer_is_written_and_said(tmp_path, capsys):
    target = tmp_path / "out.txt"
    file = asked(target)

    file.take(told(EVENTS, is_final=False))
    assert not target.exists()
    file.take(told(EVENTS))

    assert target.read_text(encoding="utf-8") == "1.000000\t2.000000\tdog\n"
    assert capsys.readouterr().out == f"Wrote 1 event to {target}\n"


def test_without_the_argument_nothing_is_written():
    asked(None).take(told(EVENTS))


def test_an_unknown_ending_is_refused_before_any_work(tmp_path):
    with pytest.raises(DeepDeskError, match=r"\.doc"):
        asked(tmp_path / "out.doc")


@pytest.mark.parametrize("paths", [(Path("a.wav"), Path("b.wav")), (Path(__file__).parent,)])
def test_a_timeline_is_of_one_file(tmp_path, paths):
    with pytest.raises(DeepDeskError, match="one file"):
        asked(tmp_path / "out.srt", paths)


def test_an_answer_without_times_is_said(tmp_path):
    with pytest.raises(DeepDeskError, match="longer than a minute"):
        asked(tmp_path / "out.srt").take(told(LabelScores(scores=(("dog", 0.9),))))


def test_a_file_that_could_not_be_read_writes_nothing(tmp_path):
    asked(tmp_path / "out.srt").take(told(None, error="The file is empty."))

    assert not (tmp_path / "out.srt").exists()
