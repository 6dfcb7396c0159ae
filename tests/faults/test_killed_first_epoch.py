"""A run killed while its samples are still being decoded ends as one that was not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from deepdesk.core.chance import permutation
from tests.faults.killing import RUN, SETTINGS, make_project, outcome, steps_on_disk
from tests.faults.zygote import Zygote

SPOILT = 5


@pytest.mark.slow
def test_a_kill_in_the_first_epoch_changes_no_bit_though_files_are_unreadable(
    swift: Path,
) -> None:
    with Zygote() as zygote:
        whole = make_project(zygote, swift, per_class=16)
        spoil(whole)
        broken = swift / "broken.deepdesk"
        shutil.copytree(whole, broken)
        zygote.call(*train_arguments(whole))

        child = zygote.start(*train_arguments(broken))
        saved = (event for event in child.events() if event == "saved")
        # The first checkpoint is of the state before the first step.
        assert next(saved)
        assert next(saved)
        child.kill()
        step = steps_on_disk(broken)
        zygote.call("resume", str(broken), RUN, "--json")

    assert step > 0
    assert outcome(broken) == outcome(whole)


def train_arguments(project: Path) -> tuple[str, ...]:
    """Return the call that starts the run, two epochs with a checkpoint at every step."""
    sets = [part for s in (*SETTINGS, "checkpoint_s=0", "epochs=2") for part in ("--set", s)]
    return ("train", str(project), "--preset", "quick", *sets, "--json")


def spoil(project: Path) -> None:
    """Empty a few pictures after they were checked, so that only decoding finds them."""
    from deepdesk.project.folder import Project

    with Project.open(project, read_only=True) as opened, opened.index() as index:
        paths = index.training_rows("train")[1]
    for number in permutation(len(paths), "spoil")[:SPOILT]:
        paths[int(number)].write_bytes(b"")
