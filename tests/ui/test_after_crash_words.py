"""What the start after a crash says: how to start safely, and the project by its name."""

from __future__ import annotations

import time

import pytest

from deepdesk.core.work import StopToken
from deepdesk.project.care.aftermath import Aftermath
from deepdesk.project.care.running import Broken, Mark
from deepdesk.project.folder import Project
from deepdesk.project.owner import Owner
from deepdesk.ui import after_crash
from deepdesk.ui.after_crash import AfterCrash, looking_back, words_for
from deepdesk.ui.tabs.training.run_words import RESUMABLE


def ended(tmp_path, **says):
    now_s = time.time()
    mark = Mark(owner=Owner.me(), began_s=now_s, beaten_s=now_s, **says)
    broken = Broken(mark=mark, kind="crash", sentence="It crashed (Aborted).")
    return Aftermath(broken=broken, report=tmp_path / "report.txt")


def test_a_crash_at_the_start_says_how_to_start_safely(tmp_path):
    _sentence, hint = words_for(AfterCrash(found=(ended(tmp_path),)))

    assert "terminal and type deepdesk --safe-mode" in hint


@pytest.mark.parametrize("status", RESUMABLE)
def test_what_the_list_of_runs_resumes_is_offered_by_the_name_of_the_project(
    make_project, tmp_path, monkeypatch, status
):
    path = make_project()
    with Project.open(path) as project:
        project.runs.new("quick", {}).update(status=status, step=20)
    moved = path.rename(path.with_name("folder.deepdesk"))
    found = ended(tmp_path, project=str(moved), run="001-quick")
    monkeypatch.setattr("deepdesk.project.care.aftermath.look_back", lambda *_given: [found])
    told = []

    looking_back(tmp_path, "")(told.append, StopToken())

    assert told[0].value.run.step == 20
    assert told[0].value.run.project_name == "Pets"


def test_a_project_whose_file_is_damaged_goes_by_its_folder(tmp_path):
    (tmp_path / "project.json").write_text("{", encoding="utf-8")

    assert after_crash._name_of(tmp_path) == tmp_path.stem
