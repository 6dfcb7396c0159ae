"""What is given on a command line: files, folders, standard input, and strange names."""

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from deepdesk.core.events import Result
from deepdesk.terminal.given import given_files, printable, shown_name
from deepdesk.terminal.watch import Watch


def test_a_dash_is_what_is_piped_in(monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"bytes")))

    with given_files([Path("a.png"), Path("-")]) as paths:
        piped = paths[1]
        assert paths[0] == Path("a.png")
        assert piped.read_bytes() == b"bytes"
        assert shown_name(piped) == "-"

    assert not piped.exists()


@pytest.mark.parametrize(
    ("name", "shown"),
    [("é 😀.png", "é 😀.png"), ("a\n\x1b[31m", "a\\n\\x1b[31m"), ("a\udcff", "a\\udcff")],
)
def test_names_are_shown_without_what_moves_the_cursor(name, shown):
    assert printable(name) == shown


def test_work_whose_results_nobody_reads_is_stopped():
    stopped = []

    def nobody(_value):
        raise BrokenPipeError

    def work(emit, stop):
        emit(Result(value=1))
        stopped.append(stop.is_stopping)
        stop.check()

    with pytest.raises(BrokenPipeError):
        Watch(on_result=nobody).finish(work)
    assert stopped == [True]
