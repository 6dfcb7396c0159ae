"""Where this user's own settings lie, apart from any project."""

from __future__ import annotations

import os
from pathlib import Path

from deepdesk.project.full_disk import storage_error


def user_folder() -> Path:
    """Return the folder of this user's settings, made if need be; DEEPDESK_HOME overrides it.

    Raises:
        StorageError: It cannot be made.
    """
    import platformdirs

    home = os.environ.get("DEEPDESK_HOME")
    default = platformdirs.user_config_dir("DeepDesk", appauthor=False)
    folder = Path(home) if home else Path(default)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(error, folder) from error
    return folder


def log_folder() -> Path:
    """Return the folder of the log, of reports and of marks; it need not exist."""
    home = os.environ.get("DEEPDESK_HOME")
    if home:
        return Path(home) / "logs"
    import platformdirs

    return Path(platformdirs.user_log_dir("DeepDesk", appauthor=False))
