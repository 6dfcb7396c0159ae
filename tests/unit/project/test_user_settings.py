from __future__ import annotations

import json
import shutil

import pytest

from deepdesk.project import preferences, recent
from deepdesk.project.folder import Project
from deepdesk.project.preferences import Preferences


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPDESK_HOME", str(tmp_path / "deepdesk"))
    return tmp_path / "deepdesk"


def projects(tmp_path, count):
    for i in range(count):
        with Project.create(tmp_path / f"p{i}", name=f"P {i}", task="image_classification") as made:
            yield made


def test_the_latest_projects_are_remembered_newest_first(tmp_path, monkeypatch):
    monkeypatch.setattr(recent, "_KEPT", 2)
    for made in projects(tmp_path, 3):
        recent.remember(made, samples=5, metric="98 %")

    assert [row.name for row in recent.recent()] == ["P 2", "P 1"]
    assert recent.recent()[0].samples == 5


def test_a_project_opened_again_moves_up(tmp_path):
    first, second = projects(tmp_path, 2)
    for made in (first, second, first):
        recent.remember(made)

    assert [row.name for row in recent.recent()] == ["P 0", "P 1"]
    recent.forget(first.path)
    assert [row.name for row in recent.recent()] == ["P 1"]


def test_a_project_that_is_gone_is_not_offered(tmp_path):
    (made,) = projects(tmp_path, 1)
    recent.remember(made)
    shutil.rmtree(made.path)

    assert recent.recent() == []


@pytest.mark.parametrize("text", ["", "{}", "[1, null, {}]", '[{"path": 3}]'])
def test_a_damaged_list_counts_as_empty(folder, text):
    folder.mkdir()
    (folder / "recent.json").write_text(text)

    assert recent.recent() == []


def test_preferences_come_back(folder):
    assert preferences.load() == Preferences()

    preferences.save(Preferences(theme="dark", reopen_last=True))

    assert preferences.load() == Preferences(theme="dark", reopen_last=True)


def test_a_preference_that_is_not_legal_costs_no_other(folder):
    folder.mkdir()
    values = {"theme": "pink", "reopen_last": True, "of_a_newer_version": 1}
    (folder / "preferences.json").write_text(json.dumps(values))

    assert preferences.load() == Preferences(reopen_last=True)


def test_damaged_preferences_count_as_not_set(folder):
    folder.mkdir()
    (folder / "preferences.json").write_text("[" * 9999)

    assert preferences.load() == Preferences()
