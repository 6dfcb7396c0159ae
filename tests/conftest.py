"""What every test gets: no screen, a home of its own, fixed seeds, and a look for leaks."""

from __future__ import annotations

import faulthandler
import gc
import os
import random
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.faulthandler import fault_handler_stderr_fd_key

# Before the first Qt import: Qt and fontconfig read these once.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("LC_ALL", "C.UTF-8")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = Path(os.environ.get("DEEPDESK_SHARED_DATA", ROOT.parent / "shared" / "data"))
HOME_VARIABLES = {
    "HOME": "",
    "USERPROFILE": "",
    "APPDATA": "roaming",
    "LOCALAPPDATA": "local",
    "XDG_CACHE_HOME": "cache",
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
    "XDG_STATE_HOME": "state",
    "XDG_DOCUMENTS_DIR": "documents",
    "TORCH_HOME": "torch",
}
SEED = 20_260
THREAD_GRACE_S = 2.0
COLLECT_AT = 20_000


def pytest_configure(config: pytest.Config) -> None:
    """Pass over what the offscreen platform says of itself."""
    config.addinivalue_line("qt_log_ignore", "This plugin does not support propagateSizeHints")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs an accelerator where there is none; torch is loaded only to find out."""
    needing = [item for item in items if item.get_closest_marker("gpu")]
    if not needing:
        return
    import torch

    if not torch.accelerator.is_available():
        for item in needing:
            item.add_marker(pytest.mark.skip(reason="this machine has no accelerator"))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty home folder, which also holds the settings and caches of the test."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name, part in HOME_VARIABLES.items():
        monkeypatch.setenv(name, str(folder / part))
    return folder


@pytest.fixture(autouse=True)
def hard_faults_are_told(pytestconfig: pytest.Config) -> Iterator[None]:
    """Print the stack when the process dies, also after a test of the crash log took that over."""
    yield
    if not faulthandler.is_enabled():
        faulthandler.enable(pytestconfig.stash[fault_handler_stderr_fd_key])


@pytest.fixture(autouse=True)
def fixed_seeds() -> None:
    """Seed every source of chance that is loaded."""
    random.seed(SEED)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(SEED)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(SEED)


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """Fail a test that leaves one of the program's threads running."""
    before = set(threading.enumerate())
    yield
    left = [
        thread
        for thread in threading.enumerate()
        if thread not in before and thread.name.startswith("deepdesk-")
    ]
    for thread in left:
        _await_end(thread)
    assert not [thread.name for thread in left if thread.is_alive()], "threads left running"


def _await_end(thread: threading.Thread) -> None:
    # A thread that another one is just starting is listed, but cannot be joined yet.
    last_s = time.monotonic() + THREAD_GRACE_S
    while time.monotonic() < last_s:
        try:
            return thread.join(THREAD_GRACE_S)
        except RuntimeError:
            time.sleep(0.001)
    return None


@pytest.fixture(autouse=True)
def no_leaked_qt(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that leaves a repeating timer running or a window on the screen."""
    if "PySide6.QtWidgets" not in sys.modules:
        yield
        return
    started = _record_timers(monkeypatch)
    yield
    _delete_later_now()
    timers = [timer for reference in started if (timer := reference()) is not None]
    running = [timer.objectName() or repr(timer) for timer in timers if _is_running(timer)]
    shown = _close_windows()
    assert not running, "timers left running"
    assert not shown, "windows left on the screen"


@pytest.fixture(scope="session")
def garbage() -> Iterator[Any]:
    """Return what collects in this thread alone, as the program does."""
    from deepdesk.ui.garbage import Garbage

    collector = Garbage()
    yield collector
    collector.stop()


@pytest.fixture(autouse=True)
def garbage_stays_here(request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep threads from collecting Qt's objects; collect now and then between tests."""
    if "PySide6.QtWidgets" not in sys.modules:
        yield
        return
    garbage = request.getfixturevalue("garbage")
    gc.disable()
    yield
    if gc.get_count()[0] >= COLLECT_AT:
        garbage.collect()


def _record_timers(monkeypatch: pytest.MonkeyPatch) -> list[weakref.ref[Any]]:
    from PySide6.QtCore import QTimer

    started: list[weakref.ref[Any]] = []
    start = QTimer.start

    def recording_start(self: QTimer, *arguments: Any) -> None:
        started.append(weakref.ref(self))
        start(self, *arguments)

    monkeypatch.setattr(QTimer, "start", recording_start)
    return started


def _is_running(timer: Any) -> bool:
    import shiboken6

    return shiboken6.isValid(timer) and timer.isActive() and not timer.isSingleShot()


def _delete_later_now() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _close_windows() -> list[str]:
    """Close every window still shown and return their names."""
    from PySide6.QtWidgets import QApplication

    shown = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    names = [f"{type(widget).__name__} {widget.objectName()}".strip() for widget in shown]
    for widget in shown:
        widget.hide()
        widget.deleteLater()
    _delete_later_now()
    return [name for name in names if not name.startswith("QTipLabel")]


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Return a function from a name to the folder of that real data set, or skip the test."""

    def folder_of(name: str) -> Path:
        folder = SHARED_DATA / name
        if not folder.is_dir():
            pytest.skip(f"the data set {name} is not at {folder}")
        return folder

    return folder_of
