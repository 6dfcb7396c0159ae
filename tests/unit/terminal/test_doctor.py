"""`deepdesk doctor`: what a report of a problem needs, whatever is broken."""

from __future__ import annotations

import builtins
import json
import zipfile

import pytest

from deepdesk.cli import main
from deepdesk.engine import doctor
from deepdesk.project.care.crash_reports import write_report


@pytest.fixture(autouse=True)
def own_logs(home, monkeypatch):
    monkeypatch.setenv("DEEPDESK_HOME", str(home))
    (home / "logs").mkdir()
    return home / "logs"


@pytest.fixture
def without(monkeypatch):
    """Return a function that lets a package not load."""
    real = builtins.__import__

    def break_it(package):
        def load(name, *rest):
            if name.partition(".")[0] == package:
                raise ImportError(f"{package} is broken in /home/somebody", name=package)
            return real(name, *rest)

        monkeypatch.setattr(builtins, "__import__", load)

    return break_it


def test_it_says_what_a_report_needs(capsys):
    assert main(["doctor"]) == 0

    said = capsys.readouterr().out
    for word in (
        "torch:",
        "PySide6_Essentials",
        "graphics cards:",
        "platforms:",
        "GB free",
        "set up",
    ):
        assert word in said


def test_a_broken_package_is_told_in_its_place(capsys, without):
    without("sounddevice")

    assert main(["doctor", "--json"]) == 0

    facts = json.loads(capsys.readouterr().out)
    assert "sounddevice is broken" in facts["sound devices"]
    assert "somebody" not in facts["sound devices"]
    assert facts["devices"][-1]["key"] == "cpu"


def test_no_name_of_the_person_and_no_place_of_theirs_is_in_it(capsys, home):
    assert main(["doctor"]) == 0

    assert str(home) not in capsys.readouterr().out


def test_a_zip_holds_the_log_and_the_last_report(capsys, monkeypatch, tmp_path, own_logs):
    monkeypatch.setattr(doctor, "device_words", lambda _stop: "Processor, 2 cores: works")
    (own_logs / "deepdesk.log").write_text("could not read '/home/somebody/cats/a.png'\n")
    write_report(own_logs, "error", "An older one", {}, name="2025-01-01-000000-error-1.txt")
    write_report(own_logs, "error", "The last one", {})

    assert main(["doctor", "--out", str(tmp_path / "report.zip")]) == 0

    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert set(texts) == {"system.txt", "deepdesk.log", "last-report.txt"}
    assert "Processor, 2 cores: works" in texts["system.txt"]
    assert "The last one" in texts["last-report.txt"]
    assert "cats" not in texts["deepdesk.log"]
    assert "nothing was sent" in capsys.readouterr().out


def test_a_zip_that_cannot_be_written_is_one_sentence(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "device_words", lambda _stop: "")

    assert main(["doctor", "--out", str(tmp_path / "gone" / "report.zip")]) == 1

    assert "Traceback" not in capsys.readouterr().err
