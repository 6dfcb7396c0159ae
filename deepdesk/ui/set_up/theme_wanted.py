"""Light or dark, as the person chose it in the program, read without the program's packages."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from deepdesk.ui.theme.apply import MODES

LIMIT_BYTES = 1 << 20
_Location = QStandardPaths.StandardLocation


def theme_wanted() -> str:
    """Return "system", "light" or "dark"; what is damaged or unknown counts as the system's."""
    try:
        with (_folder() / "preferences.json").open("rb") as file:
            kept = json.loads(file.read(LIMIT_BYTES))
    except (OSError, ValueError, RecursionError):
        return "system"
    mode = kept.get("theme") if isinstance(kept, dict) else None
    return mode if isinstance(mode, str) and mode in MODES else "system"


def _folder() -> Path:
    home = os.environ.get("DEEPDESK_HOME")
    if home:
        return Path(home)
    is_mac = sys.platform == "darwin"
    where = _Location.GenericDataLocation if is_mac else _Location.GenericConfigLocation
    return Path(QStandardPaths.writableLocation(where)) / "DeepDesk"
