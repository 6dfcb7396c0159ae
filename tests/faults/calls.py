"""Stands between the program and every call that changes the disk, from within Python.

What SQLite does is not seen here; strace sees that (`tracing.py`).
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CODES = ("ENOSPC", "EIO", "EACCES", "EROFS", "EDQUOT", "EMFILE")
_OWN = ("fsync", "replace", "rename", "mkdir", "unlink", "remove", "rmdir", "link")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: its name, the path it is about, the second path of those that move, the data."""

    name: str
    path: Path
    target: Path | None = None
    data: bytes = b""
    mode: str = ""
    at: int = 0


# Gets the call and what carries it out, given how much of the data; returns its result.
Hook = Callable[[Call, Callable[..., Any]], Any]


@contextlib.contextmanager
def between(hook: Hook) -> Iterator[None]:
    """Send every call that changes the disk through `hook`."""
    before = {name: getattr(os, name) for name in _OWN}
    real_open = Path.open
    for name, real in before.items():
        setattr(os, name, _watched(name, real, hook))
    Path.open = _watched_open(real_open, hook)  # type: ignore[method-assign]
    try:
        yield
    finally:
        Path.open = real_open  # type: ignore[method-assign]
        for name, real in before.items():
            setattr(os, name, real)


def _watched(name: str, real: Callable[..., Any], hook: Hook) -> Callable[..., Any]:
    def watched(*arguments: Any, **options: Any) -> Any:
        path = _path(arguments[0], options.get("dir_fd"))
        has_target = name in ("replace", "rename", "link")
        target = _path(arguments[1], None) if has_target else None
        call = Call(name=name, path=path, target=target)
        return hook(call, lambda _share=1.0: real(*arguments, **options))

    return watched


def _path(named: Any, folder: int | None) -> Path:
    if isinstance(named, int):
        return Path(f"/proc/self/fd/{named}").readlink()
    if folder is not None:
        return Path(f"/proc/self/fd/{folder}").readlink() / named
    return Path(named).absolute()


def _watched_open(real: Callable[..., Any], hook: Hook) -> Callable[..., Any]:
    def watched(path: Path, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if mode.strip("bt") == "r":
            return real(path, mode, *arguments, **options)
        call = Call(name="open", path=path.absolute(), mode=mode)
        return hook(
            call, lambda _share=1.0: _File(real(path, mode, *arguments, **options), call.path, hook)
        )

    return watched


class _File:
    """A file whose writes go through the hook."""

    def __init__(self, file: Any, path: Path, hook: Hook) -> None:
        self._file = file
        self._path = path
        self._hook = hook

    def write(self, data: Any) -> int:
        whole = bytes(data)

        def act(share: float = 1.0) -> Any:
            written = self._file.write(whole[: int(len(whole) * share)])
            self._file.flush()
            return written

        call = Call(name="write", path=self._path, data=whole, at=self._file.tell())
        return int(self._hook(call, act))

    def truncate(self, size: int) -> Any:
        call = Call(name="truncate", path=self._path, at=size)
        return self._hook(call, lambda _share=1.0: self._file.truncate(size))

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class Fault:
    """Lets the call number `at` fail; of a write, half is written.

    Args:
        at: From 1.
        code: Name of the error, for instance "ENOSPC".
        lasting: All later calls that write fail too, as on a full disk; removing still works.
    """

    def __init__(self, at: int, code: str = "ENOSPC", *, lasting: bool = False) -> None:
        self.left = at
        self._number = getattr(errno, code)
        self._lasting = lasting

    @property
    def happened(self) -> bool:
        """Whether it came to that call."""
        return self.left <= 0

    def __call__(self, call: Call, act: Callable[..., Any]) -> Any:
        if call.name in ("unlink", "remove", "rmdir"):
            return act()
        self.left -= 1
        if self.left == 0 or (self._lasting and self.left < 0):
            if call.name == "write":
                act(0.5)
            raise OSError(self._number, os.strerror(self._number), str(call.path))
        return act()


class Kill:
    """Ends the process at the call number `at`; of a write, half is written."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, call: Call, act: Callable[..., Any]) -> Any:
        self.left -= 1
        if self.left == 0:
            if call.name == "write":
                act(0.5)
            os.kill(os.getpid(), signal.SIGKILL)
        return act()
