"""Marks of windows that are open: whoever finds one of a process that is gone knows how it ended.

Each window has a mark of its own and a file for what faulthandler writes when it dies. Both are
taken away when a window is closed as it should be.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import deepdesk
from deepdesk.project.owner import Owner
from deepdesk.project.safe_write import parse_json

_MARK = re.compile(r"\d{1,9}\.json")
_MARK_BYTES = 64_000
# Marks of a computer that shares this folder and does not come back.
_FOREIGN_S = 30 * 86_400
_FATAL = re.compile(r"(?:Fatal Python error|Windows fatal exception): (?!code 0x)([^\n]{1,200})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a window says of itself while it is open.

    Attributes:
        owner: Its process.
        began_s: Seconds since 1970.
        beaten_s: When it last wrote this.
        version: Of the program.
        project: Folder of the project that is open, "" for none.
        run: Folder name of the run under way, "" for none.
        free_bytes: Of the memory, when it last looked; 0 for unknown.
    """

    owner: Owner
    began_s: float
    beaten_s: float
    version: str = deepdesk.__version__
    project: str = ""
    run: str = ""
    free_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A window that ended in another way than by being closed.

    Attributes:
        kind: "crash", "restart" of the computer, or "ended" from outside.
        sentence: How it ended, for people.
        faults: What faulthandler wrote, "" for nothing.
    """

    mark: Mark
    kind: str
    sentence: str
    faults: str = ""


@dataclass(slots=True, kw_only=True)
class OwnMark:
    """The mark of this process.

    Attributes:
        folder: Of the logs.
    """

    folder: Path
    mark: Mark = field(init=False)
    _is_over: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        now_s = time.time()
        self.mark = Mark(owner=Owner.me(), began_s=now_s, beaten_s=now_s)

    @property
    def path(self) -> Path:
        """Where it lies."""
        return _mark_folder(self.folder) / f"{self.mark.owner.pid}.json"

    @property
    def fault_path(self) -> Path:
        """Where the stacks go when this process dies."""
        return self.path.with_suffix(".faults")

    def write(self, mark: Mark | None = None) -> bool:
        """Write it, and return whether that was possible; never again once it was removed."""
        with self._lock:
            if self._is_over:
                return False
            self.mark = mark or self.mark
            temporary = self.path.with_suffix(".new")
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                temporary.write_text(json.dumps(_to_json(self.mark)), encoding="utf-8")
                temporary.replace(self.path)
            except OSError:
                return False
            return True

    def remove(self) -> None:
        """Take it away: the window was closed as it should be."""
        with self._lock:
            self._is_over = True
            forget(self.folder, self.mark.owner.pid)


def broken_windows(logs: Path) -> list[Broken]:
    """Return the windows that ended without being closed, the newest first; marks stay."""
    found = []
    for path in _marks(logs):
        try:
            mark = _read(path)
        except OSError:
            # A disk that fails or a file that is held open: it may be read the next time.
            continue
        if mark is None or _is_foreign_and_old(mark):
            forget(logs, int(path.stem))
        elif not mark.owner.is_alive():
            found.append(_judged(mark, path))
    return sorted(found, key=lambda broken: broken.mark.beaten_s, reverse=True)


def forget(logs: Path, pid: int) -> None:
    """Take the mark of a process that is gone away."""
    for suffix in (".json", ".faults", ".new"):
        with contextlib.suppress(OSError):
            (_mark_folder(logs) / f"{pid}{suffix}").unlink(missing_ok=True)


def _judged(mark: Mark, path: Path) -> Broken:
    faults = _faults(path.with_suffix(".faults"))
    fatal = _FATAL.search(faults)
    if fatal is not None:
        return Broken(
            mark=mark, kind="crash", sentence=f"It crashed ({fatal[1].strip()}).", faults=faults
        )
    if _booted_s() > mark.beaten_s:
        words = "The computer was restarted or switched off while it was open."
        return Broken(mark=mark, kind="restart", sentence=words, faults=faults)
    words = "It was ended from outside, perhaps because memory ran out."
    return Broken(mark=mark, kind="ended", sentence=words, faults=faults)


def _mark_folder(logs: Path) -> Path:
    return logs / "running"


def _marks(logs: Path) -> list[Path]:
    try:
        found = [path for path in _mark_folder(logs).iterdir() if _MARK.fullmatch(path.name)]
    except OSError:
        return []
    return [path for path in found if int(path.stem) != os.getpid()]


def _is_foreign_and_old(mark: Mark) -> bool:
    is_here = mark.owner.host == Owner.me().host
    return not is_here and time.time() - mark.beaten_s > _FOREIGN_S


def _booted_s() -> float:
    import psutil

    try:
        return float(psutil.boot_time())
    except (psutil.Error, OSError, RuntimeError):
        return 0.0


def _faults(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MARK_BYTES).decode(errors="replace")
    except OSError:
        return ""


def _to_json(mark: Mark) -> dict[str, Any]:
    texts = {name: getattr(mark, name) for name in ("version", "project", "run")}
    numbers = {name: getattr(mark, name) for name in ("began_s", "beaten_s", "free_bytes")}
    return {"owner": mark.owner.to_json(), **texts, **numbers}


def _read(path: Path) -> Mark | None:
    """Return the mark in a file, or None where it is damaged; raises OSError."""
    with path.open("rb") as file:
        data = file.read(_MARK_BYTES)
    try:
        values = parse_json(data)
    except ValueError:
        return None
    owner = Owner.from_json(values.get("owner")) if isinstance(values, dict) else None
    if owner is None or owner.pid != int(path.stem):
        return None
    texts = {name: str(values.get(name, ""))[:4096] for name in ("version", "project", "run")}
    numbers = {name: values.get(name) for name in ("began_s", "beaten_s", "free_bytes")}
    if not all(type(number) in (int, float) and 0 <= number < 2**53 for number in numbers.values()):
        return None
    return Mark(
        owner=owner,
        began_s=float(numbers["began_s"]),
        beaten_s=float(numbers["beaten_s"]),
        free_bytes=int(numbers["free_bytes"]),
        **texts,
    )
