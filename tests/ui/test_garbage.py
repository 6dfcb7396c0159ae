"""Cyclic garbage with Qt's objects in it is collected by the window's thread alone."""

from __future__ import annotations

import gc
import subprocess
import sys
import textwrap
import threading
import weakref

import pytest
from PySide6.QtCore import QStringListModel
from PySide6.QtWidgets import QListView

from deepdesk.ui import garbage
from deepdesk.ui.garbage import Garbage
from tests.conftest import ROOT


class Ring:
    """Garbage once nobody else knows it."""

    def __init__(self):
        self.view = QListView()
        self.view.setModel(QStringListModel(["a"] * 50, self.view))
        self.itself = self


def allocate():
    return [[index] for index in range(3 * garbage.YOUNG)]


@pytest.fixture
def collecting(qtbot):
    collector = Garbage()
    collector.start()
    yield collector
    collector.stop()


def test_another_thread_leaves_garbage_alone_and_the_window_collects_it(qtbot, collecting):
    ring = weakref.ref(Ring())

    thread = threading.Thread(target=allocate)
    thread.start()
    thread.join()

    assert ring() is not None
    kept = allocate()
    qtbot.waitUntil(lambda: ring() is None)
    assert kept


def test_collecting_is_refused_to_other_threads(collecting):
    refused = []

    def attempt():
        try:
            collecting.collect()
        except AssertionError:
            refused.append(True)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()

    assert refused


def test_the_program_takes_collecting_over(tmp_path):
    script = """
        import gc, sys
        from pathlib import Path
        from PySide6.QtWidgets import QApplication
        from deepdesk.app import Options
        from deepdesk.ui.start_window import StartedWindow
        application = QApplication([])
        started = StartedWindow(application, Options(safe_mode=True), [])
        print(gc.isenabled())
        started.end()
    """
    printed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert printed.strip() == "False"


def test_python_does_not_collect_during_the_tests_either(qapp):
    assert not gc.isenabled()
