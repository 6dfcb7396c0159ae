"""JSON files that carry a checksum of their values."""

from __future__ import annotations

import json

import pytest

from deepdesk.core.errors import ProjectError
from deepdesk.project.safe_write import read_json, write_json
from deepdesk.project.sealed import seal, unseal

VALUES = {"name": "Käfer", "rate": 0.1, "deep": {"b": [1, None], "a": True}, "1": 2}


def test_what_was_sealed_comes_back_without_its_checksum(tmp_path):
    write_json(tmp_path / "x", VALUES)

    assert json.loads((tmp_path / "x").read_text())["checksum"].startswith("sha256:")
    assert read_json(tmp_path / "x") == VALUES


def test_a_file_that_was_laid_out_anew_is_the_same(tmp_path):
    write_json(tmp_path / "x", VALUES)
    values = json.loads((tmp_path / "x").read_text())
    (tmp_path / "x").write_text(json.dumps(dict(reversed(values.items()))))

    assert read_json(tmp_path / "x") == VALUES


@pytest.mark.parametrize(("old", "new"), [("0.1", "0.5"), ("sha256:", "sha257:"), ("ksum", "jsum")])
def test_a_changed_value_sum_or_key_is_refused_with_a_way_out(tmp_path, old, new):
    write_json(tmp_path / "x", VALUES)
    (tmp_path / "x").write_text((tmp_path / "x").read_text().replace(old, new))

    with pytest.raises(ProjectError, match="checksum") as caught:
        read_json(tmp_path / "x")
    assert 'take the line "checksum" out' in caught.value.hint


def test_a_file_without_a_checksum_is_read_as_it_is(tmp_path):
    write_json(tmp_path / "x", VALUES, sealed=False)

    assert read_json(tmp_path / "x") == VALUES


def test_what_is_no_object_is_left_alone():
    assert seal([1]) == unseal([1]) == [1]
    assert seal({}) == {}


def test_a_key_of_the_same_name_is_not_overwritten():
    with pytest.raises(ValueError, match="taken"):
        seal({"checksum": 1})
