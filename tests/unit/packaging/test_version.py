"""One place states the version, and the change log tells of it."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest

import deepdesk

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "packaging")]

from installers import building, changes  # noqa: E402

TEMPLATES = [
    path
    for folder in ("linux", "windows", "macos", "payload")
    for path in (ROOT / "packaging" / "installers" / folder).rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
]


def test_the_builder_reads_what_the_program_says():
    assert building.version() == deepdesk.__version__


def test_it_is_a_version_that_every_system_can_compare():
    assert re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", deepdesk.__version__)


def test_the_wheel_takes_it_from_there_too():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert "version" not in project["project"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "deepdesk.__version__"}


def test_nothing_else_states_it():
    places = [ROOT / "start.py", ROOT / "README.md", ROOT / "pyproject.toml"]
    places += [*(ROOT / "deepdesk").rglob("*.py"), *(ROOT / ".github").rglob("*.yml")]
    places += (ROOT / "packaging").rglob("*.py")
    stated = re.compile(rf"(?<![\d.]){re.escape(deepdesk.__version__)}(?![\d.])")

    found = [path for path in places if stated.search(path.read_text(encoding="utf-8"))]

    assert found == [ROOT / "deepdesk" / "__init__.py"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_templates_leave_room_for_it(path):
    text = path.read_text(encoding="utf-8", errors="replace")

    assert not re.search(rf"(?<![\d.]){re.escape(deepdesk.__version__)}(?![\d.])", text)


def test_the_change_log_begins_with_this_release():
    written = changes.sections(changes.CHANGES.read_text(encoding="utf-8"))

    assert next(iter(written)) == deepdesk.__version__
    assert written[deepdesk.__version__]


def test_sections_are_taken_apart_without_their_headings():
    text = "# All\n\nWords.\n\n## 2.0.0\n\nNew.\n\n### Part\n\n## 1.0.0 (2026-01-02)\n\nOld.\n"

    assert changes.sections(text) == {"2.0.0": "New.\n\n### Part", "1.0.0": "Old."}


def test_a_release_that_nothing_was_written_about_is_refused(monkeypatch, tmp_path, capsys):
    (tmp_path / "CHANGELOG.md").write_text("## 2.0.0\n\n## 1.0.0\n\nOld.\n")
    monkeypatch.setattr(changes, "CHANGES", tmp_path / "CHANGELOG.md")

    assert changes.changes_of("1.0.0") == "Old."
    for missing in ("2.0.0", "3.0.0"):
        with pytest.raises(SystemExit):
            changes.changes_of(missing)
        assert f"says nothing of {missing}" in capsys.readouterr().err


def test_a_tag_of_another_version_is_refused(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["changes", "--tag", "v99.0.0"])

    with pytest.raises(SystemExit):
        changes.main()

    assert "The tag is v99.0.0" in capsys.readouterr().err


def test_the_right_tag_prints_what_changed(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["changes", "--tag", f"v{deepdesk.__version__}"])

    assert changes.main() == 0
    assert capsys.readouterr().out.startswith("The first release.")
