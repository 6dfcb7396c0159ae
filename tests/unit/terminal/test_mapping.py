"""Names of classes that are given on the way in."""

import json

import PIL.Image
import pytest

from deepdesk.cli import main


@pytest.fixture
def folder(tmp_path):
    for name in ("0", "1", "2"):
        (tmp_path / "data" / name).mkdir(parents=True)
        for at in range(3):
            shade = (40 * int(name), 80 * at, 90)
            PIL.Image.new("RGB", (8, 8), shade).save(tmp_path / "data" / name / f"{at}.png")
    return tmp_path / "data"


def call(capsys, *arguments):
    status = main([*map(str, arguments)])
    told = capsys.readouterr()
    return status, told.out, told.err


def test_classes_get_other_names_and_one_that_no_file_has_is_told(tmp_path, folder, capsys):
    given = ("--map", "0=car", "--map", "1=car", "--map", "9=bus", "--json")
    status, out, err = call(
        capsys,
        "new",
        tmp_path / "p.deepdesk",
        "--task",
        "image_classification",
        "--data",
        folder,
        *given,
    )
    assert status == 0
    assert json.loads(out.splitlines()[-1])["classes"] == ["2", "car"]
    assert 'No class of the files is called "9".' in err


def test_what_names_no_class_is_refused_before_a_project_is_made(tmp_path, folder, capsys):
    project = tmp_path / "p.deepdesk"
    status, _out, err = call(
        capsys,
        "new",
        project,
        "--task",
        "image_classification",
        "--data",
        folder,
        "--map",
        "car",
    )
    assert status != 0
    assert "says nothing about a class" in err
    assert not project.exists()
