"""Which process holds something, and whether it still lives."""

from __future__ import annotations

import contextlib
import getpass
import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Names the process that lets this one write what it holds; its parent's word alone is not enough.
_LENDER = "DEEPDESK_LENDER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A process on some machine.

    Attributes:
        time: ISO time since when it holds what it holds.
        started: Tells the process from a later one with the same number; "" if unknown.
    """

    pid: int
    host: str
    user: str
    time: str
    started: str = ""

    @classmethod
    def me(cls) -> Owner:
        """Return this process."""
        return cls.of(os.getpid())

    @classmethod
    def of(cls, pid: int) -> Owner:
        """Return a process of this machine."""
        return cls(
            pid=pid,
            host=platform.node(),
            user=_user(),
            time=time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            started=_started(pid),
        )

    @classmethod
    def from_json(cls, values: Any) -> Owner | None:
        """Return an owner from JSON of anybody, or None if it is not one."""
        if not isinstance(values, dict) or type(values.get("pid")) is not int:
            return None
        texts = {key: str(values.get(key, ""))[:200] for key in ("host", "user", "time", "started")}
        return cls(pid=values["pid"], **texts)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready object."""
        return {key: getattr(self, key) for key in ("pid", "host", "user", "time", "started")}

    def is_me(self) -> bool:
        """Return whether this is the running process."""
        return self.pid == os.getpid() and self.host == platform.node() and self.is_alive()

    def is_alive(self) -> bool:
        """Return False only if the process is known to be gone; of other machines nothing is."""
        if self.host != platform.node():
            return True
        if not pid_exists(self.pid) or _has_ended(self.pid):
            return False
        return not self.started or self.started == _started(self.pid)

    def lends(self) -> bool:
        """Return whether this process was started by it, to write what it holds."""
        if os.environ.get(_LENDER) != self._token():
            return False
        import psutil

        with contextlib.suppress(psutil.Error):
            return any(parent.pid == self.pid for parent in psutil.Process().parents())
        return False

    def _token(self) -> str:
        return f"{self.pid}/{self.started}"

    def words(self) -> str:
        """Return who it is, for instance "ann on laptop (process 4711)"."""
        return f"{self.user or 'somebody'} on {self.host or 'a computer'} (process {self.pid})"


def lending() -> dict[str, str]:
    """Return the environment of a child that may write what this process holds."""
    return {_LENDER: Owner.me()._token()}


def pid_exists(pid: int) -> bool:
    """Return whether there is a process with this number on this machine."""
    import psutil

    with contextlib.suppress(OverflowError, ValueError):
        return bool(psutil.pid_exists(pid))
    return False


def _has_ended(pid: int) -> bool:
    """Return whether a process is over, and only waits for whoever started it to take note."""
    import psutil

    with contextlib.suppress(psutil.Error):
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    return False


def _started(pid: int) -> str:
    """Return a text that no other process has had with the same number."""
    # On Linux the time is kept relative to the boot, so that setting the clock does not matter.
    with contextlib.suppress(OSError, IndexError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
        return f"{boot}:{ticks}"
    import psutil

    with contextlib.suppress(psutil.Error):
        return str(round(psutil.Process(pid).create_time()))
    return ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
