"""Comparing runs and writing their curves from the terminal."""

from __future__ import annotations

import csv
import json

import pytest

from deepdesk.cli import main
from deepdesk.core.settings import to_json
from deepdesk.engine.settings import TrainingConfig
from deepdesk.project.folder import Project

SAMPLES = 50


def keep(project, right, **settings):
    """Leave a finished run that answered so many of its samples right."""
    config = {"training": {**to_json(TrainingConfig()), **settings}, "config": {}, "graph": {}}
    run = project.runs.new("quick", config)
    answer = ["cat" if n < right else "dog" for n in range(SAMPLES)]
    columns = {"ids": list(range(SAMPLES)), "truth": ["cat"] * SAMPLES, "answer": answer}
    (run.path / "evaluation.json").write_text(json.dumps({"predictions": columns}))
    line = {"kind": "step", "step": 1, "epoch": 0.5, "values": {"loss": 0.25}, "seconds": 2.0}
    run.metrics.append(line)
    run.metrics.close()
    run.update(
        status="finished", metrics={"accuracy": right / SAMPLES}, main_metric="accuracy", step=1
    )


@pytest.fixture
def path(tmp_path):
    with Project.create(tmp_path / "P.deepdesk", name="P", task="image_classification") as project:
        keep(project, 48)
        keep(project, 30, batch_size=64)
    return tmp_path / "P.deepdesk"


def test_two_runs_are_compared_in_words(path, capsys):
    assert main(["compare", str(path), "001-quick", "002-quick"]) == 0

    out = capsys.readouterr().out
    assert "settings: Batch size: 128 / 64" in out
    assert "001-quick is better by 36.0 points (" in out


def test_two_runs_are_compared_as_json(path, capsys):
    assert main(["compare", str(path), "001-quick", "002-quick", "--json"]) == 0

    report = json.loads(capsys.readouterr().out)
    (verdict,) = report["verdicts"]
    assert verdict["basis"] == "samples"
    assert verdict["interval"]["value"] == pytest.approx(0.36)
    assert verdict["interval"]["low"] > 0
    assert report["differences"][0]["name"] == "Batch size"


def test_a_run_that_is_not_there_is_said(path, capsys):
    assert main(["compare", str(path), "001-quick", "009"]) == 1

    assert "There is no run 009." in capsys.readouterr().err


def test_the_curves_of_a_run_are_written_for_others(path, tmp_path, capsys):
    call = ["logs", str(path), "001-quick", "--format", "csv", "--out", str(tmp_path / "out")]
    assert main(call) == 0

    (row,) = csv.DictReader((tmp_path / "out" / "metrics.csv").read_text().splitlines())
    assert (row["name"], row["value"]) == ("loss", "0.25")
    assert "metrics.csv" in capsys.readouterr().out
