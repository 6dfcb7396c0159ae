"""Exporting labels in the terminal: drawings, numbers and classes, and refusals."""

import csv
import json

import PIL.Image
import pytest

from deepdesk.cli import main
from deepdesk.core.drawing import Box, Drawing, Point, target_of
from deepdesk.core.task import Found
from deepdesk.data.label_export.work import FORMATS
from deepdesk.data.numbers import NumberReader
from deepdesk.project.folder import Project
from deepdesk.terminal.label_exporting import KEYS


@pytest.fixture
def project(tmp_path):
    """Return a project of two pictures with what is known of them."""

    def project(task, *truths):
        rows = []
        for number, truth in enumerate(truths):
            path = tmp_path / f"{number}.png"
            PIL.Image.new("RGB", (9, 9)).save(path)
            rows.append(Found(path=path, split="test", **truth))
        with (
            Project.create(tmp_path / "p", name="P", task=task) as made,
            made.index() as index,
        ):
            index.add(rows, source=str(tmp_path))
        return made.path

    return project


def export(capsys, *call):
    status = main(["export-labels", *map(str, call), "--json"])
    told = capsys.readouterr()
    return json.loads(told.out) if status == 0 else told.err


def test_boxes_are_exported_and_what_is_lost_is_told(project, tmp_path, capsys):
    shapes = (Box(label="a", left=1, top=1, right=3, bottom=3), Point(label="b", x=1, y=1))
    drawing = target_of(Drawing(width_px=9, height_px=9, shapes=shapes))
    path = project("object_detection", {"target": drawing}, {})

    done = export(capsys, path, "--format", "yolo", "--to", tmp_path / "out")

    assert (done["pictures"], done["labels"]) == (1, 1)
    assert done["losses"] == [
        "Points cannot be written in this format and were left out: 1.",
        "Pictures that are not labelled yet were left out: 1.",
    ]
    assert (tmp_path / "out" / "labels" / "test" / "0.txt").is_file()


def test_numbers_come_back_from_their_table(project, tmp_path, capsys):
    truths = [{"target": {"speed [km/h]": 30.5, "steering": -0.1}}, {"target": {"steering": 0.2}}]
    path = project("image_regression", *truths)

    done = export(capsys, path, "--format", "csv", "--to", tmp_path / "out")

    back = list(NumberReader().discover(tmp_path / "out"))
    assert done["labels"] == 2
    assert [found.target for found in back] == [truth["target"] for truth in truths]
    assert [found.split for found in back] == ["test", "test"]
    assert all(found.path.is_file() for found in back)


def test_classes_are_a_column_of_the_table(project, tmp_path, capsys):
    path = project("image_classification", {"label": "oak"}, {})

    export(capsys, path, "--format", "csv", "--to", tmp_path / "out")

    with (tmp_path / "out" / "labels.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == [
            {"path": "files/0.png", "label": "oak", "split": "test"}
        ]


@pytest.mark.parametrize("key", KEYS)
def test_nothing_to_export_is_said_in_a_sentence(project, tmp_path, capsys, key):
    said = export(capsys, project("segmentation", {}), "--format", key, "--to", tmp_path / "out")

    assert "There is nothing to export. No picture is labelled yet." in said
    assert not (tmp_path / "out").exists()


def test_the_formats_of_the_terminal_are_those_that_are_written():
    assert tuple(FORMATS) == KEYS
