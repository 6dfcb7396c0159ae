"""Help: reports to copy and to save, licences, and what the launcher does."""

from __future__ import annotations

import json
import sys
import zipfile

import pytest
from PySide6.QtGui import QGuiApplication

from deepdesk.core.work import StopToken
from deepdesk.engine import doctor
from deepdesk.engine.device_check import DeviceCheck
from deepdesk.ui import checked_devices, help_actions, installed, licences
from deepdesk.ui.checked_devices import CheckedDevices
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.help_actions import gone_back
from deepdesk.ui.installed import LAUNCHER_VARIABLE, launcher_command, start_launcher
from deepdesk.ui.licences import Licence, LicencesDialog, reading
from deepdesk.ui.shell import MainWindow
from deepdesk.ui.shortcuts import OF_LAUNCHER
from deepdesk.ui.welcome_first import FirstStart
from deepdesk.ui.widgets.labels import Label

PATIENCE_MS = 10_000
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
WORKS = DeviceCheck(key="cpu", name="CPU", detail="2 cores", works=True)
FAILS = DeviceCheck(key="cuda", name="NVIDIA GTX 680", works=False, why="too old for PyTorch")


@pytest.fixture
def tried(monkeypatch):
    """Let devices be as given instead of trying them."""

    def work(emit, _stop):
        from deepdesk.core.events import Result

        emit(Result(value=(WORKS, FAILS)))

    monkeypatch.setattr(checked_devices, "_trying", work)


@pytest.fixture
def quick_doctor(monkeypatch):
    monkeypatch.setattr(doctor, "report", lambda: {"deepdesk": "1.2.3", "set up": {"for": "cpu"}})
    monkeypatch.setattr(doctor, "device_words", lambda _stop: "Processor: works")


@pytest.fixture
def launcher(tmp_path, monkeypatch):
    """Put a launcher in place that writes down what it is asked; return what it was asked."""
    script, asked = tmp_path / "a launcher.py", tmp_path / "asked.txt"
    script.write_text(
        "import sys\n"
        f"open({str(asked)!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')\n"
        "sys.stderr.write('DeepDesk 0.0.9 is in use again.')\n"
        "sys.exit(sys.argv[1:] == ['--set-up'])\n"
    )
    command = [sys.executable, "-S", str(script)]
    monkeypatch.setenv(LAUNCHER_VARIABLE, json.dumps(command))
    return asked


def idle(qtbot, desk):
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)


def test_devices_are_shown_as_they_were_tried(qtbot, desk, tried):
    devices = CheckedDevices(desk)
    qtbot.addWidget(devices)
    assert "computes once" in devices.rows[0]

    devices.start()
    idle(qtbot, desk)

    assert devices.rows == ["Processor, 2 cores: works", "NVIDIA GTX 680: too old for PyTorch"]


def test_devices_that_cannot_be_tried_say_so(qtbot, desk, monkeypatch):
    def work(_emit, _stop):
        raise help_actions.DeepDeskError("The devices could not be tried.")

    monkeypatch.setattr(checked_devices, "_trying", work)
    devices = CheckedDevices(desk)
    qtbot.addWidget(devices)
    devices.start()
    idle(qtbot, desk)

    assert devices.rows == ["The devices could not be tried."]


def test_the_machine_is_checked_in_its_dialog(qtbot, window, tried):
    dialog = window.actions_of_window.help.show_machine()
    idle(qtbot, window.desk)

    assert dialog.findChild(CheckedDevices).rows[0] == "Processor, 2 cores: works"
    dialog.accept()


def test_the_first_start_greets_until_it_is_closed(qtbot, desk, tried):
    card = FirstStart(desk)
    qtbot.addWidget(card)
    assert not card.isVisible()

    card.greet()
    idle(qtbot, desk)

    assert card.isVisible()
    assert card.devices.rows[0] == "Processor, 2 cores: works"


def test_the_system_report_is_copied(qtbot, window, quick_doctor):
    window.actions_of_window.do("report")
    idle(qtbot, window.desk)

    assert QGuiApplication.clipboard().text() == "deepdesk: 1.2.3\nset up:\n  for: cpu"
    assert "in the clipboard" in window.footer.text.text()


def test_the_system_report_is_saved_with_the_log(qtbot, window, quick_doctor, home, tmp_path):
    (home / "logs").mkdir()
    (home / "logs" / "deepdesk.log").write_text("an entry of /home/somebody/cats/a.png\n")

    window.actions_of_window.help.save_report(tmp_path / "report.zip")
    idle(qtbot, window.desk)

    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        assert set(archive.namelist()) == {"system.txt", "deepdesk.log"}
        assert b"tried now: Processor: works" in archive.read("system.txt")
        assert b"cats" not in archive.read("deepdesk.log")
    assert "is written" in window.footer.text.text()


def test_a_report_that_cannot_be_written_is_said(qtbot, window, quick_doctor, tmp_path):
    window.actions_of_window.help.save_report(tmp_path / "gone" / "report.zip")
    idle(qtbot, window.desk)

    assert "is written" not in window.footer.text.text()


def test_without_a_launcher_its_commands_are_not_there(window, monkeypatch):
    assert launcher_command() is None
    assert not start_launcher("--repair")
    assert not {command.key for command in OF_LAUNCHER} & set(window.commands.actions)


def test_with_a_launcher_its_commands_are_there(qtbot, desk, launcher):
    window = MainWindow(desk)

    assert {command.key for command in OF_LAUNCHER} <= set(window.commands.actions)
    window.deleteLater()


@pytest.mark.parametrize("said", ["", "  "])
def test_an_empty_launcher_is_none(monkeypatch, said):
    monkeypatch.setenv(LAUNCHER_VARIABLE, said)

    assert launcher_command() is None


def test_a_launcher_may_be_a_path_with_spaces_or_a_command(monkeypatch, tmp_path):
    path = tmp_path / "Deep Desk"
    path.touch()
    monkeypatch.setenv(LAUNCHER_VARIABLE, str(path))
    assert launcher_command() == [str(path)]

    monkeypatch.setenv(LAUNCHER_VARIABLE, "python3 launcher.py")
    assert launcher_command() == ["python3", "launcher.py"]


def test_an_installed_program_finds_its_launcher_by_itself(monkeypatch, tmp_path):
    (tmp_path / "payload").mkdir()
    (tmp_path / "payload" / "launcher.py").touch()
    (tmp_path / "runtime" / "env-a").mkdir(parents=True)
    (tmp_path / "runtime" / "made-by-deepdesk").touch()
    monkeypatch.setenv("DEEPDESK_PAYLOAD", str(tmp_path / "payload"))
    monkeypatch.setattr(installed.sys, "prefix", str(tmp_path / "runtime" / "env-a"))

    assert launcher_command()[1:] == ["-P", str(tmp_path / "payload" / "launcher.py")]


def test_going_back_says_which_version_comes(qtbot, window, launcher):
    window.actions_of_window.help._go_back()
    idle(qtbot, window.desk)

    dialog = window.findChild(AskDialog)
    texts = [label.text() for label in dialog.findChildren(Label)]
    assert any("0.0.9 is in use again" in text for text in texts)
    assert launcher.read_text() == "--rollback\n"
    dialog.reject()


def test_a_launcher_that_refuses_is_told(launcher, monkeypatch):
    monkeypatch.setattr(help_actions, "GO_BACK", "--set-up")

    with pytest.raises(help_actions.DeepDeskError, match=r"0\.0\.9"):
        gone_back()


def test_another_card_is_chosen_in_the_set_up_window_and_this_one_closes(
    qtbot, window, launcher, monkeypatch
):
    started = []
    monkeypatch.setattr(installed, "_started", lambda command: started.append(command) or True)
    window.actions_of_window.help.ask_card()

    window.findChild(AskDialog).accept()

    assert started[0][-3:] == ["-m", "deepdesk.ui.set_up", "--set-up"]
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=PATIENCE_MS)


def test_a_set_up_that_cannot_be_started_is_said(window, launcher, monkeypatch):
    monkeypatch.setattr(installed.sys, "executable", "/nowhere/python")

    window.actions_of_window.help._choose_card()

    assert "could not be started" in window.footer.text.text()
    assert window.isVisible()


def test_without_a_version_before_there_is_nothing_to_go_back_to(window, launcher, monkeypatch):
    monkeypatch.setattr(help_actions, "can_go_back", lambda: False)

    window.actions_of_window.help.ask_back()

    assert not window.findChildren(AskDialog)
    assert "no version before" in window.footer.text.text()


def test_another_card_is_not_chosen_while_a_run_is_under_way(window, training):
    window.actions_of_window.help.ask_card()

    assert not window.findChildren(AskDialog)


def test_licences_of_an_installed_program_are_read_from_its_folder(tmp_path, monkeypatch):
    fetched = Licence(title="alembic 1.0", text="MIT")
    monkeypatch.setattr(licences, "_of_packages", lambda _stop: [fetched])
    (tmp_path / "Qt").mkdir()
    (tmp_path / "Qt" / "LGPL-3.0.txt").write_text("GNU LESSER")
    (tmp_path / "Qt" / "NOTICE.txt").write_text("Where its source is")
    (tmp_path / "torch.txt").write_text("BSD")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    told = []

    reading(tmp_path)(told.append, StopToken())

    assert [licence.title for licence in told[0].value] == ["Qt", "torch", "alembic 1.0"]
    assert "GNU LESSER" in told[0].value[0].text
    assert "Where its source is" in told[0].value[0].text


@pytest.mark.slow
def test_licences_of_the_packages_here_are_shown_one_by_one(qtbot, window):
    dialog = LicencesDialog(window, window.desk)
    dialog.open()
    idle(qtbot, window.desk)
    titles = [dialog.names.item(row).text() for row in range(dialog.names.count())]
    row = next(at for at, title in enumerate(titles) if title.startswith("numpy "))

    dialog.names.setCurrentRow(row)

    assert "NumPy Developers" in dialog.text.toPlainText()
    dialog.accept()
