"""What the tests of tasks whose truth is a text share: sounds with transcripts and speakers."""

from __future__ import annotations

import numpy as np
import soundfile

from deepdesk.core.task import Facts, Found
from deepdesk.project.folder import Project

TEXTS = ("one two", "three", "four five six", "seven", "eight nine", None)
SPEAKERS = ("anna", "anna", "ben", "ben", "cleo", None)
SPLITS = ("train", "train", "train", "validation", "test", "train")


def sound_file(path, hz=220.0):
    path.parent.mkdir(parents=True, exist_ok=True)
    times = np.arange(4000) / 8000
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * hz * times), 8000)
    return path


def spoken_project(tmp_path, *, name="Talk"):
    """Return an open project of six sounds, one of them without transcript and speaker."""
    project = Project.create(tmp_path / name, name=name, task="speech_to_text")
    paths = [sound_file(tmp_path / "clips" / f"{at}.wav", 200 + 40 * at) for at in range(6)]
    found = [
        Found(path=path, target=text, origin=speaker, split=split)
        for path, text, speaker, split in zip(paths, TEXTS, SPEAKERS, SPLITS, strict=True)
    ]
    with project.index() as index:
        index.add(found, source=str(tmp_path / "clips"))
        index.record_facts(
            [
                (number, Facts(size=(4000, 8000), detail="0.50 s", digest=f"{number:064x}"))
                for number, _path in index.unchecked(100)
            ]
        )
    return project
