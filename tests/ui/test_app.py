"""The start: which face is asked for, what is loaded first, and what is remembered."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

import deepdesk
from deepdesk import __main__
from deepdesk.app import Options, main, options_of
from deepdesk.core.events import Result
from deepdesk.core.work import StopToken
from deepdesk.project import preferences
from deepdesk.project.care.crash_reports import read_report, reports
from deepdesk.project.care.running import OwnMark
from deepdesk.ui import before_qt, devices_work, start_window
from deepdesk.ui.shell import MainWindow
from deepdesk.ui.start_window import StartedWindow
from deepdesk.ui.widgets.buttons import SmallButton

PATIENCE_MS = 20_000
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_no_arguments_ask_for_the_window():
    assert options_of([]) == Options()


def test_a_project_folder_asks_for_the_window_on_it(make_project):
    path = make_project()

    assert options_of([str(path)]) == Options(project=path)


@pytest.mark.parametrize("name", ["project.json", "open.deepdesk"])
def test_a_file_in_a_project_asks_for_the_window_on_the_project(make_project, name):
    path = make_project()

    assert options_of([str(path / name)]) == Options(project=path)


def test_what_a_file_manager_gives_opens_the_window_also_where_it_is_no_project(tmp_path):
    assert options_of([str(tmp_path)]) == Options(project=tmp_path)


def test_flags_of_the_window_are_understood_in_any_order():
    assert options_of(["--reset", "--safe-mode"]) == Options(safe_mode=True, reset=True)


@pytest.mark.parametrize(
    "arguments", [["tasks"], ["train", "x.deepdesk"], ["--help"], ["gone.deepdesk"]]
)
def test_anything_else_is_for_the_terminal(arguments):
    assert options_of(arguments) is None


def test_version_is_written_without_opening_a_window(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["deepdesk", "--version"])

    assert __main__.main() == 0
    assert capsys.readouterr().out.strip() == deepdesk.__version__


def test_on_windows_torchs_libraries_come_in_the_order_of_their_needs(tmp_path):
    for name in ("c10.dll", "libiomp5md.dll"):
        (tmp_path / name).touch()
    loaded = []

    missing = before_qt.load_torch_libraries(
        platform="win32", folder=lambda: tmp_path, load=loaded.append
    )

    assert missing == []
    assert loaded[-1] == str(tmp_path / "c10.dll")
    assert loaded[-2] == str(tmp_path / "libiomp5md.dll")
    assert loaded[:3] == ["vcruntime140.dll", "msvcp140.dll", "vcruntime140_1.dll"]


def test_a_library_that_does_not_load_is_named_and_the_start_goes_on(tmp_path):
    def refuse(name):
        if name == "msvcp140.dll":
            raise OSError("[WinError 126]")

    missing = before_qt.load_torch_libraries(platform="win32", folder=lambda: tmp_path, load=refuse)

    assert missing == ["msvcp140.dll"]


def test_other_systems_load_nothing_before_qt():
    loaded = []

    before_qt.load_torch_libraries(platform="linux", load=loaded.append)

    assert loaded == []


def test_torch_is_found_without_being_imported():
    assert (before_qt.torch_library_folder() / "..").resolve().name == "torch"


def test_the_import_hook_of_shiboken_is_where_it_is_expected():
    assert before_qt.quiet_import_hook()


def test_the_libraries_are_loaded_before_qt_is(monkeypatch):
    order = []

    class ReachedQtError(Exception):
        pass

    def refuse(*_given, **_named):
        order.append("qt")
        raise ReachedQtError

    with monkeypatch.context() as patch:
        patch.setattr(before_qt, "load_torch_libraries", lambda: order.append("torch") or [])
        patch.setattr("PySide6.QtWidgets.QApplication", refuse)
        with pytest.raises(ReachedQtError):
            deepdesk.app.main(Options())

    assert order == ["torch", "qt"]


@pytest.mark.slow
def test_looking_for_devices_promises_words_and_the_reason():
    told = []

    devices_work.finding_devices(told.append, StopToken())

    (result,) = told
    assert isinstance(result, Result)
    text, why = result.value
    assert " · " in text
    assert why.endswith(".")


@pytest.fixture(autouse=True)
def shown(monkeypatch):
    """Return what is shown to who reads no terminal, instead of showing it."""
    texts = []
    monkeypatch.setattr("deepdesk.ui.installed.show_unread", texts.append)
    return texts


@pytest.fixture
def start(qtbot, qapp, monkeypatch):
    """Return a function that starts a window as the program does, with a quick device."""
    made = []

    def quick(emit, _stop):
        emit(Result(value=("CPU · 2 threads", "There is no GPU.")))

    monkeypatch.setattr("deepdesk.ui.start_window.finding_devices", quick)
    monkeypatch.setattr("signal.signal", lambda *_given: None)
    monkeypatch.setattr(start_window, "screen_room", lambda _window: QSize(1920, 1080))
    monkeypatch.setattr("deepdesk.ui.checked_devices._trying", lambda _emit, _stop: None)

    def make(options=Options(), **_named):  # noqa: B008 - frozen
        started = StartedWindow(qapp, options, [])
        made.append(started)
        with qtbot.waitSignal(started.painted, timeout=PATIENCE_MS):
            started.show()
        return started

    yield make
    for started in made:
        started.desk.stop_all()
        for job in list(started.desk.jobs):
            job.wait(PATIENCE_MS)
        started.window.close()
        started.end()
        started.window.deleteLater()
        started.desk.deleteLater()
        started.deleteLater()
    QApplication.processEvents()


def test_painted_comes_before_anything_is_begun(start):
    started = start()

    assert started.window.isVisible()
    assert started.desk.jobs == []
    assert started.window.welcome.cards == []


def test_after_the_paint_the_device_and_the_tasks_are_found(qtbot, start):
    started = start()

    started.begin()

    qtbot.waitUntil(lambda: bool(started.window.welcome.cards), timeout=PATIENCE_MS)
    qtbot.waitUntil(
        lambda: started.window.header.device.text() == "CPU · 2 threads", timeout=PATIENCE_MS
    )


def test_only_the_first_start_greets(qtbot, start):
    first = start()
    first.begin()
    qtbot.waitUntil(first.window.welcome.first_start.isVisible, timeout=PATIENCE_MS)
    qtbot.mouseClick(
        first.window.welcome.first_start.findChild(SmallButton), Qt.MouseButton.LeftButton
    )
    assert not first.window.welcome.first_start.isVisible()

    second = start()
    second.begin()
    with qtbot.waitSignal(
        second.window.welcome.filled,
        timeout=PATIENCE_MS,
        check_params_cb=lambda facts: facts.is_whole,
    ):
        pass
    assert not second.window.welcome.first_start.isVisible()


def test_a_window_that_cannot_be_is_told_with_what_repairs_it(monkeypatch, capsys, shown):
    def broken(_options):
        raise ModuleNotFoundError("No module named 'PySide6'", name="PySide6")

    monkeypatch.setattr("deepdesk.app._open", broken)

    assert main(Options()) == 1

    said = capsys.readouterr().err
    assert "Qt, which draws the window, does not load." in said
    assert "pip install --force-reinstall PySide6" in said
    assert said == f"{shown[0]}\n"


@pytest.mark.parametrize("where", ["__init__", "show"])
def test_a_start_that_fails_is_told_and_leaves_a_report_and_no_mark(
    qtbot, qapp, monkeypatch, shown, home, where
):
    class Window(MainWindow):
        pass

    def fail(*_given):
        raise KeyError("lost")

    def open_window(options):
        StartedWindow(qapp, options, []).show()
        return 0

    setattr(Window, where, fail)
    monkeypatch.setattr(start_window, "MainWindow", Window)
    monkeypatch.setattr("deepdesk.app._open", open_window)
    hooks = sys.excepthook

    with pytest.raises(KeyError):
        main(Options())

    assert sys.excepthook is hooks
    (report,) = reports(home / "logs")
    assert "KeyError: 'lost'" in read_report(report)
    assert "could not open its window: KeyError('lost')" in shown[0]
    assert report.name in shown[0]
    assert not OwnMark(folder=home / "logs").path.exists()


@pytest.mark.slow
def test_the_first_start_makes_the_sample_and_the_second_leaves_it(qtbot, start):
    first = start()
    first.begin()
    qtbot.waitUntil(lambda: len(first.window.welcome.recent) == 1, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not first.desk.jobs, timeout=PATIENCE_MS)
    assert first.window.welcome.recent[0].text() == "Handwritten digits"
    made = []

    second = start()
    second.window.projects.sample_made.connect(made.append)
    second.begin()

    qtbot.waitUntil(lambda: len(second.window.welcome.recent) == 1, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not second.desk.jobs, timeout=PATIENCE_MS)
    assert made == []


def test_a_project_given_at_the_start_is_opened(qtbot, start, make_project):
    started = start(Options(project=make_project()))

    with qtbot.waitSignal(started.desk.project_opened, timeout=PATIENCE_MS):
        started.begin()
    qtbot.waitUntil(lambda: not started.desk.jobs, timeout=PATIENCE_MS)


def test_the_place_of_the_window_and_the_theme_are_remembered(qtbot, start):
    first = start()
    first.window.setGeometry(QRect(20, 30, 960, 640))
    first.window.actions_of_window.set_theme("dark")
    first.window.close()

    second = start()

    assert (second.window.width(), second.window.height()) == (960, 640)
    assert second.desk.store.session.theme == "dark"
    assert preferences.load().theme == "dark"


def test_safe_mode_neither_reads_nor_keeps_settings(qtbot, start):
    first = start()
    first.window.actions_of_window.set_theme("dark")
    first.window.close()

    safe = start(Options(safe_mode=True))

    assert safe.desk.store.session.theme == "light"
    safe.window.close()
    assert preferences.load().theme == "dark"


def test_reset_forgets_the_place_of_the_window(qtbot, start):
    first = start()
    first.window.resize(1100, 700)
    first.window.close()

    assert start(Options(reset=True)).window.width() == 1280


def test_the_first_window_lies_on_a_small_screen_with_its_title_bar(start, monkeypatch):
    monkeypatch.setattr(start_window, "screen_room", lambda _window: QSize(1280, 720))

    window = start().window

    assert window.width() == 1280
    assert 600 <= window.height() < 720


def test_the_window_has_the_icon_of_the_program_once_it_was_painted(start, qapp):
    qapp.setWindowIcon(QIcon())
    started = start()
    assert qapp.windowIcon().isNull()

    started.begin()

    assert not qapp.windowIcon().isNull()
