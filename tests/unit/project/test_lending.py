"""A process may write what its parent holds, if the parent lends it; nobody else may."""

import os
import subprocess
import sys

import psutil
import pytest

from deepdesk.project.folder import Project
from deepdesk.project.owner import Owner, lending
from tests.conftest import ROOT

LOOK = """
import sys
from pathlib import Path
from deepdesk.project.folder import Project
with Project.open(Path(sys.argv[1])) as project:
    print("read only" if project.read_only else "may write")
"""


def opened_by_child(path, variables):
    """Return what a child may do with a project that this process holds."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(path)],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.slow
def test_only_a_child_that_was_lent_the_project_may_write_it(tmp_path):
    with Project.create(tmp_path / "a.deepdesk", name="a", task="image_classification") as mine:
        lent = opened_by_child(mine.path, lending())
        not_lent = opened_by_child(mine.path, {})
        of_somebody_else = opened_by_child(mine.path, {"DEEPDESK_LENDER": "1/none"})

        assert (lent, not_lent, of_somebody_else) == ("may write", "read only", "read only")
        # The child's end takes the lock from nobody.
        assert opened_by_child(mine.path, {}) == "read only"


@pytest.mark.slow
def test_a_process_that_is_no_child_is_lent_nothing(tmp_path):
    holder = "import sys; from pathlib import Path; from deepdesk.project.folder import Project\n"
    holder += "from deepdesk.project.owner import Owner, lending\n"
    holder += "project = Project.create(Path(sys.argv[1]), name='a', task='image_classification')\n"
    holder += "print(lending()['DEEPDESK_LENDER'], flush=True); sys.stdin.read()"
    path = tmp_path / "a.deepdesk"
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        token = other.stdout.readline().strip()

        assert opened_by_child(path, {"DEEPDESK_LENDER": token}) == "read only"
        other.stdin.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no such processes on Windows")
def test_a_process_that_is_over_but_not_taken_note_of_does_not_live():
    child = subprocess.Popen([sys.executable, "-S", "-c", ""], stdout=subprocess.PIPE)
    owner = Owner.of(child.pid)
    with child:
        child.stdout.read()
        while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
            pass

        assert not owner.is_alive()
