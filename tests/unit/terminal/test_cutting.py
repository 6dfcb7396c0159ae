"""Cutting long recordings in the terminal: shown, done, and refused with a reason."""

import json

import numpy as np
import pytest
import soundfile

from deepdesk.cli import main
from deepdesk.core.task import Found
from deepdesk.data.sounds import sound_facts
from deepdesk.project.folder import Project

RATE_HZ = 1_000


@pytest.fixture
def project(tmp_path):
    """Return a project with a recording of 20 s that pauses every 4 s, and one of a second."""
    times_s = np.arange(20 * RATE_HZ) / RATE_HZ
    samples = np.where(times_s % 4 < 3.5, 0.4 * np.sin(2 * np.pi * 100 * times_s), 0.0)
    paths = [tmp_path / "long.wav", tmp_path / "short.wav"]
    soundfile.write(paths[0], samples, RATE_HZ)
    soundfile.write(paths[1], samples[:1_000], RATE_HZ)
    with (
        Project.create(tmp_path / "p", name="P", task="audio_classification") as made,
        made.index() as index,
    ):
        index.add([Found(path=path, label="talk") for path in paths], source=str(tmp_path))
        index.record_facts([(n, sound_facts(path)) for n, path in index.unchecked(9)])
    return made.path


def cut(capsys, *call):
    status = main(["cut", *map(str, call), "--json"])
    told = capsys.readouterr()
    return json.loads(told.out) if status == 0 else told.err


def test_where_it_would_be_cut_is_shown_without_cutting(project, capsys):
    shown = cut(capsys, project, "--longer-than", 10, "--show", "--set", "piece_s=5")

    assert len(shown["pieces"]) == 5
    assert all(end % 4 > 3.4 or end % 4 < 0.1 for _, end in shown["pieces"])
    assert not (project / "pieces").exists()


def test_recordings_are_cut_and_their_pieces_checked(project, capsys):
    done = cut(capsys, project, "--longer-than", 10, "--set", "piece_s=5")

    assert (done["cut"], done["pieces"], done["refused"]) == (1, 5, [])
    with Project.open(project) as opened, opened.index() as index:
        assert index.count() == 6
        assert index.unchecked_count() == 0
    assert cut(capsys, project, "--longer-than", 10)["cut"] == 0


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("piece=5", "Known are"),
        ("piece_s=never", "a number"),
        ("overlap_s=4", "half a piece"),
        ("at=sometimes", "Choose one of"),
    ],
)
def test_settings_that_are_none_are_refused(project, capsys, setting, words):
    assert words in cut(capsys, project, "--set", setting)


def test_pictures_cannot_be_cut(tmp_path, capsys):
    with Project.create(tmp_path / "q", name="Q", task="image_classification") as pictures:
        path = pictures.path

    assert "Only recordings can be cut" in cut(capsys, path)


def test_where_nothing_is_long_enough_it_is_said_how_to_cut_more(project, capsys):
    assert main(["cut", str(project), "--longer-than", "1000"]) == 0
    assert "--longer-than" in capsys.readouterr().out


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1"])
def test_a_length_that_is_none_is_refused(project, capsys, seconds):
    assert main(["cut", str(project), f"--longer-than={seconds}"]) == 1
    assert "--longer-than" in capsys.readouterr().err
