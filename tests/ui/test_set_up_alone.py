"""The set-up window needs Qt's essentials and Python, and nothing else that is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Refuses whatever is not Python's own, ours or of Qt's essentials, as if it were not installed.
ALONE = """
import sys
ALLOWED = {*sys.stdlib_module_names, "deepdesk", "PySide6", "shiboken6", "shibokensupport", "tests"}
QT = {"QtCore", "QtGui", "QtWidgets", "QtSvg"}
class Refuses:
    def find_spec(self, name, path=None, target=None):
        first, _, rest = name.partition(".")
        part = rest.partition(".")[0]
        is_other_qt = first == "PySide6" and part.startswith("Qt") and part not in QT
        if first not in ALLOWED or is_other_qt:
            asked.append(name)
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
asked = []
sys.meta_path.insert(0, Refuses())
from tests.ui.set_up_stage import STATES, PaperWorks, window_of
from PySide6.QtWidgets import QApplication
from deepdesk.ui import theme
import deepdesk.ui.set_up.start, deepdesk.ui.set_up.__main__
application = QApplication([])
theme.apply(application, "light")
for told, arrange in STATES.values():
    window = window_of(PaperWorks(told, waits=True))
    window.show()
    window._looked(told)
    arrange(window)
    window.jobs.drop()
    window.work.rest()
    application.processEvents()
    assert not window.grab().isNull()
    window.hide()
print("shown", len(STATES))
print("refused", *sorted(set(asked)))
"""


@pytest.mark.slow
def test_every_state_is_shown_where_only_qts_essentials_are_installed(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        cwd=ROOT,
        env={"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    assert "shown 20" in done.stdout
    heavy = ("numpy", "torch", "pyqtgraph", "PySide6.QtMultimedia", "PIL", "platformdirs")
    assert not [name for name in heavy if name in done.stdout.splitlines()[-1]]
