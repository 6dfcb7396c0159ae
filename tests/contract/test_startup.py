"""The window is painted before anything heavy is imported; this looks at imports, not at clocks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "torchvision", "pyqtgraph", "numpy", "PIL", "safetensors", "sounddevice")


def imported_until_painted(home: Path) -> tuple[set[str], str]:
    """Start the window, leave after the first paint, and return what was imported, and said."""
    environment = {
        **os.environ,
        "DEEPDESK_HOME": str(home),
        "DEEPDESK_QUIT_AFTER_PAINT": "1",
        "QT_QPA_PLATFORM": "offscreen",
    }
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "deepdesk"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    names = re.findall(r"^import time:.*\|\s*([\w.]+)$", done.stderr, re.MULTILINE)
    return set(names), done.stdout


@pytest.mark.slow
def test_the_first_paint_comes_before_anything_heavy(tmp_path):
    names, said = imported_until_painted(tmp_path)

    assert "painted" in said
    assert "deepdesk.ui.shell" in names
    assert "PySide6.QtWidgets" in names
    loaded = {name.split(".")[0] for name in names}
    assert not loaded & set(HEAVY)
