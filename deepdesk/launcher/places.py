"""Where everything lies: what an installer laid down, and what is set up for the person."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from deepdesk.core.errors import DeepDeskError
from deepdesk.launcher.plain_files import read_object

# Both stand in the environment of the set-up window and of the program too, so that all of them
# speak of the same folders.
PAYLOAD_VARIABLE = "DEEPDESK_PAYLOAD"
RUNTIME_VARIABLE = "DEEPDESK_RUNTIME"
CACHE_VARIABLE = "UV_CACHE_DIR"
MARKER = "made-by-deepdesk"
READY = "deepdesk-ready.json"
NAMES = ("a", "b")
_IS_WINDOWS = sys.platform == "win32"
_USUAL_PAYLOAD = Path("/usr/lib/deepdesk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The two folders that everything lies in.

    Attributes:
        payload: What an installer laid down; only read.
        runtime: What is set up for this person: environments, cache, Pythons, log.
    """

    payload: Path
    runtime: Path

    @property
    def uv(self) -> Path:
        """Return the installer of packages that came with the program."""
        return self.payload / ("uv.exe" if _IS_WINDOWS else "uv")

    @property
    def wheel(self) -> Path:
        """Return the program itself as a wheel.

        Raises:
            DeepDeskError: There is none, or more than one.
        """
        found = sorted(self.payload.glob("deepdesk-*.whl"))
        if len(found) != 1:
            raise DeepDeskError(
                f"{self.payload} holds {len(found)} wheels of DeepDesk instead of one.",
                "Install DeepDesk again.",
            )
        return found[0]

    @property
    def locks(self) -> Path:
        """Return the folder of what is pinned for each system and graphics card."""
        return self.payload / "locks"

    @property
    def release(self) -> Path:
        """Return the file that says which release was laid down."""
        return self.payload / "release.json"

    @property
    def marker(self) -> Path:
        """Return the file that says that the runtime folder is ours to change and to delete."""
        return self.runtime / MARKER

    @property
    def window(self) -> Path:
        """Return the small environment that only the set-up window needs."""
        return self.runtime / "window"

    @property
    def cache(self) -> Path:
        """Return where fetched packages are kept: the person's own folder if one is set."""
        own = os.environ.get(CACHE_VARIABLE)
        return Path(own) if own else self.runtime / "cache"

    @property
    def python(self) -> Path:
        """Return where Pythons that were fetched lie."""
        return self.runtime / "python"

    @property
    def log(self) -> Path:
        """Return the file that a set-up writes down what it does in."""
        return self.runtime / "set-up.log"

    @property
    def lock(self) -> Path:
        """Return the file that a set-up holds so that there is one at a time."""
        return self.runtime / "lock"

    @property
    def current(self) -> Path:
        """Return the file that names the environment in use, "a" or "b"."""
        return self.runtime / "current"

    def env(self, name: str) -> Path:
        """Return the folder of an environment, "a" or "b"."""
        return self.runtime / f"env-{name}"


def places(payload: Path | None = None, runtime: Path | None = None) -> Places:
    """Return the folders of this machine and person.

    Args:
        payload: None for what the environment says, else where this code lies, else the usual.
        runtime: None for what the environment says, else the usual folder of this system.

    Raises:
        DeepDeskError: The person has no home folder.
    """
    return Places(
        payload=(payload or _payload()).absolute(), runtime=(runtime or _runtime()).absolute()
    )


def python_of(environment: Path, *, windowed: bool = False) -> Path:
    """Return the path of an environment's Python.

    Args:
        windowed: On Windows the one that opens no console.
    """
    if _IS_WINDOWS:
        return environment / "Scripts" / ("pythonw.exe" if windowed else "python.exe")
    return environment / "bin" / "python"


def _payload() -> Path:
    said = os.environ.get(PAYLOAD_VARIABLE)
    if said:
        return Path(said)
    for folder in Path(__file__).absolute().parents:
        # Straight out of the wheel, the wheel is a folder of this file's path.
        if folder.suffix == ".whl":
            return folder.parent
    # The installed program knows what it was installed from.
    known = read_object(Path(sys.prefix) / READY).get("payload")
    return Path(known) if isinstance(known, str) and known else _USUAL_PAYLOAD


def _runtime() -> Path:
    said = os.environ.get(RUNTIME_VARIABLE)
    if said:
        return Path(said)
    # The installed program runs in an environment of the runtime folder.
    own = Path(sys.prefix).parent
    if (own / MARKER).is_file():
        return own
    return _data_folder() / "runtime"


def _data_folder() -> Path:
    try:
        home = Path.home()
    except RuntimeError as error:
        raise DeepDeskError(
            "Your home folder is not known.", "Set DEEPDESK_RUNTIME to a folder of yours."
        ) from error
    if _IS_WINDOWS:
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "DeepDesk"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "DeepDesk"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "deepdesk"
