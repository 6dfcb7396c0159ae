from __future__ import annotations

import os
import threading

import pytest

from deepdesk.core.errors import ProjectError
from deepdesk.project import trash
from deepdesk.project.owner import Owner
from deepdesk.project.runs import RunFolder, Runs
from deepdesk.project.safe_write import write_json


@pytest.fixture
def runs(tmp_path):
    return Runs(tmp_path / "runs")


@pytest.fixture
def no_trash(monkeypatch):
    def refuse(path):
        raise OSError("no trash")

    monkeypatch.setattr("send2trash.send2trash", refuse)


def test_runs_are_numbered_and_listed_newest_first(runs):
    names = [runs.new(dial, {"seed": 1}).path.name for dial in ("quick", "Balanced", "")]

    assert names == ["001-quick", "002-balanced", "003"]
    assert [info.name for info in runs.list()] == names[::-1]
    assert runs.get("001-quick").config() == {"seed": 1}


def test_what_is_updated_is_told(runs):
    run = runs.new("quick", {})
    run.update(epochs=5, metrics={"accuracy": 0.5, "loss": float("nan")}, device="cpu")
    run.update(epochs_done=2, status="finished")

    info = run.info()
    assert (info.epochs, info.epochs_done, info.status, info.device) == (5, 2, "finished", "cpu")
    assert info.metrics == {"accuracy": 0.5}
    assert info.title == "001-quick"


def test_a_field_that_does_not_exist_is_a_mistake(runs):
    with pytest.raises(TypeError):
        runs.new("quick", {}).update(epoch=5)


def test_a_run_whose_process_died_shows_as_interrupted(runs):
    run = runs.new("quick", {})
    run.claim()
    run.update(status="running")
    assert run.info().status == "running"

    me = Owner.me().to_json()
    write_json(run.path / "owner.json", {**me, "pid": 2**22 + 1})

    assert run.info().status == "interrupted"
    assert [info.name for info in runs.interrupted()] == ["001-quick"]


def test_a_later_process_with_the_same_number_is_not_the_owner(runs):
    run = runs.new("quick", {})
    run.update(status="running")
    write_json(run.path / "owner.json", {**Owner.me().to_json(), "started": "another boot"})

    assert run.info().status == "interrupted"


def test_a_run_of_another_living_process_cannot_be_claimed(runs):
    run = runs.new("quick", {})
    other = {**Owner.me().to_json(), "pid": os.getppid(), "started": "", "user": "ann"}
    write_json(run.path / "owner.json", other)

    with pytest.raises(ProjectError, match="ann on"):
        run.claim()


def test_a_released_run_can_be_claimed_again(runs):
    run = runs.new("quick", {})
    run.claim()
    run.claim()
    run.release()

    assert not (run.path / "owner.json").exists()


def test_title_and_note_are_kept(runs):
    runs.new("quick", {})
    runs.rename("001-quick", "  First try ")
    runs.annotate("001-quick", "good")

    info = runs.get("001-quick").info()
    assert (info.title, info.note) == ("First try", "good")


@pytest.mark.usefixtures("no_trash")
def test_without_a_system_trash_a_run_goes_to_a_folder_and_its_number_is_not_used_again(runs):
    runs.new("quick", {})
    runs.trash("001-quick")

    assert runs.list() == []
    assert len(list((runs.folder / ".trash").iterdir())) == 1
    assert runs.new("best", {}).path.name == "002-best"


def test_the_system_trash_is_used_when_there_is_one(tmp_path, monkeypatch):
    taken = []
    monkeypatch.setattr("send2trash.send2trash", taken.append)

    trash.to_trash(tmp_path / "x", otherwise=tmp_path / "never")

    assert taken == [tmp_path / "x"]
    assert not (tmp_path / "never").exists()


def test_a_running_run_is_not_deleted(runs):
    run = runs.new("quick", {})
    run.claim()
    run.update(status="running")

    with pytest.raises(ProjectError, match="still running"):
        runs.trash("001-quick")
    run.release()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"status": 3, "epochs": "x", "metrics": []}'])
def test_a_damaged_run_is_listed_all_the_same(runs, text):
    run = runs.new("quick", {})
    (run.path / "run.json").write_text(text)

    assert runs.list()[0].name == "001-quick"
    run.update(status="stopped")
    assert run.info().status == "stopped"


@pytest.mark.parametrize("name", ["../x", "001", "", "nothing"])
def test_a_run_that_is_not_there_is_refused(runs, name):
    runs.new("quick", {})

    with pytest.raises(ProjectError, match="no run"):
        runs.get(name)


def test_a_title_given_while_another_process_writes_the_run_is_not_lost(runs):
    path = runs.new("quick", {}).path
    # Each has a lock of its own, as two processes have.
    training, window = RunFolder(path), RunFolder(path)
    count = 40

    def train():
        for step in range(count):
            training.update(step=step)

    thread = threading.Thread(target=train)
    thread.start()
    lost = 0
    for number in range(count):
        window.update(title=f"T{number}")
        lost += window.info().title != f"T{number}"
    thread.join()

    assert lost == 0
    assert window.info().step == count - 1
