"""Windows that are asked to end in the middle of training, importing, exporting and saving."""

from __future__ import annotations

import sys

import pytest

from deepdesk.tasks import task_of
from tests.faults.killing import make_project
from tests.faults.leaving import leave_often
from tests.faults.zygote import Zygote


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_a_window_asked_to_end_is_gone_in_time_and_leaves_everything_whole(tmp_path):
    with Zygote() as zygote:
        project = make_project(zygote, tmp_path, per_class=16)
    data = task_of("image_classification").sample(tmp_path / "more")

    found = leave_often(project, data, count=4, seed=1)

    assert found.failures == []
