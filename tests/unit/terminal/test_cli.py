"""The terminal: wrong calls and a world that says no."""

import json

import pytest

from deepdesk import __version__
from deepdesk.cli import main


def test_the_version_is_printed(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == __version__


@pytest.mark.parametrize(
    "call", [[], ["fly"], ["new"], ["new", "x"], ["train"], ["predict", "x"], ["runs", "x", "y"]]
)
def test_a_wrong_call_has_status_2(call, capsys):
    assert main(call) == 2
    assert "usage" in capsys.readouterr().err


def test_tasks_are_listed_as_json(capsys):
    assert main(["tasks", "--json"]) == 0

    (line,) = capsys.readouterr().out.splitlines()
    row = json.loads(line)["tasks"][0]
    assert row["key"] == "image_classification"
    assert row["presets"] == ["quick", "balanced", "best"]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (["new", "p", "--task", "telepathy", "--data", "."], "image_classification"),
        (["new", "p", "--task", "image_classification", "--data", "missing"], "missing"),
        (["runs", "nowhere.deepdesk"], "nowhere"),
        (["train", "nowhere.deepdesk"], "nowhere"),
        (["predict", "nowhere.deepdesk", "a.png"], "nowhere"),
    ],
)
def test_a_world_that_says_no_is_one_sentence_and_status_1(call, said, capsys, monkeypatch, home):
    monkeypatch.chdir(home)

    assert main(call) == 1

    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
    assert not (home / "p.deepdesk").exists()


def test_the_doctor_names_the_devices(capsys):
    assert main(["doctor", "--json"]) == 0

    facts = json.loads(capsys.readouterr().out)
    assert facts["devices"][-1]["key"] == "cpu"
    assert facts["torch"]


def test_refused_data_leaves_no_project_behind(capsys, tmp_path):
    data, project = tmp_path / "data", tmp_path / "p.deepdesk"
    data.mkdir()
    (data / "notes.xyz").write_text("nothing of use")
    call = ["new", str(project), "--task", "image_classification", "--data", str(data)]

    assert [main(call), main(call)] == [1, 1]

    assert "exists" not in capsys.readouterr().err
    assert not project.exists()
