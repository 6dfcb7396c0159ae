"""A payload and a runtime folder with stand-ins for uv and Python: shell scripts, fast and deaf."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deepdesk.core.events import Ended, Progress, Result, Said
from deepdesk.core.work import StopToken, Work, run
from deepdesk.launcher import installing, making
from deepdesk.launcher.choice import Choice
from deepdesk.launcher.environments import Ready, claim, flip, mark_ready
from deepdesk.launcher.places import Places, places, python_of

# Says what it was called with; says and does what files beside it tell it to.
UV = """#!/bin/sh
here={here}
echo "$*" >>"$here/calls"
for name in "$1-$2" "$1"; do
    [ -f "$here/do-$name" ] && . "$here/do-$name"
done
for last; do :; done
case $1 in
venv) mkdir -p "$last/bin" && ln -s "$here/python" "$last/bin/python" ;;
esac
exit 0
"""
# Answers the self-test for the backend that it is called with.
PYTHON = """#!/bin/sh
here={here}
for last; do device=$backend; backend=$last; done
echo noise
if [ -f "$here/bad-$device" ]; then cat "$here/bad-$device"; exit 1; fi
echo '{{"ok": true}}'
"""
LOCK = "# index: \n# complete: yes\nsix==1.17.0\nidna==3.10\n"
FILES = [
    {"name": "six", "version": "1.17.0", "bytes": 1000, "tags": "py2.py3-none-any"},
    {"name": "idna", "version": "3.10", "bytes": 3000, "tags": "py3-none-any"},
]


@dataclass
class LaidDown:
    """What an installer left, and what came of it.

    Attributes:
        events: Of the works that were run.
    """

    places: Places
    events: list[Any] = field(default_factory=list)

    @property
    def said(self) -> str:
        """Every sentence that was told, in one text."""
        return "\n".join(event.text for event in self.events if isinstance(event, Said))

    @property
    def result(self) -> Any:
        """The last answer."""
        return [event.value for event in self.events if isinstance(event, Result)][-1]

    @property
    def ended(self) -> Ended:
        """How the last work ended."""
        found = self.events[-1]
        assert isinstance(found, Ended)
        return found

    @property
    def progress(self) -> list[Progress]:
        """How far it was each time that was told."""
        return [event for event in self.events if isinstance(event, Progress)]

    @property
    def calls(self) -> list[str]:
        """What uv was told, one line each."""
        file = self.places.payload / "calls"
        return file.read_text().splitlines() if file.exists() else []

    def uv_does(self, command: str, script: str) -> None:
        """Let uv do something at a command such as "pip-sync" or "venv"."""
        (self.places.payload / f"do-{command}").write_text(f"{script}\n")

    def is_bad(self, backend: str, reason: str) -> None:
        """Let the self-test of a backend fail."""
        answer = json.dumps({"ok": False, "reason": reason})
        (self.places.payload / f"bad-{backend}").write_text(f"{answer}\n")

    def release(self, version: str) -> None:
        """Lay down another release."""
        for wheel in self.places.payload.glob("*.whl"):
            wheel.unlink()
        (self.places.payload / f"deepdesk-{version}-py3-none-any.whl").write_bytes(b"wheel")
        text = json.dumps({"version": version, "fingerprint": f"print-{version}", "built": ""})
        self.places.release.write_text(text)

    def run(self, work: Work, stop: StopToken | None = None) -> LaidDown:
        """Run work to its end."""
        run(work, self.events.append, stop or StopToken())
        return self


def lay_down(folder: Path, monkeypatch: Any) -> LaidDown:
    """Return a payload of release 1.0 and no runtime folder yet."""
    payload = folder / "payload"
    (payload / "locks").mkdir(parents=True)
    for name, text in (("uv", UV), ("python", PYTHON)):
        (payload / name).write_text(text.format(here=payload))
        (payload / name).chmod(0o755)
    names = ["linux-cpu", "linux-cu132", "linux-cu130"]
    for name in [*names, "window"]:
        (payload / "locks" / f"{name}.txt").write_text(LOCK)
    sizes = {name: {"3.11": {"files": FILES}} for name in [*names, "linux-window"]}
    (payload / "locks" / "sizes.json").write_text(json.dumps(sizes))
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    monkeypatch.setattr(making, "system_python", lambda: (Path(sys.executable), "3.11"))
    monkeypatch.setattr(installing, "flush_disks", lambda: None)
    laid = LaidDown(places(payload, folder / "runtime"))
    laid.release("1.0")
    return laid


def choice(backend: str, device: str = "") -> Choice:
    """Return a choice; without a device it computes on the processor."""
    from deepdesk.launcher.machine import Gpu

    gpu = Gpu(name="A card", maker="nvidia") if device else None
    return Choice(backend=backend, torch="2.15.0", title=backend.upper(), why="So.", gpu=gpu)


def chosen(*backends: str) -> Sequence[Choice]:
    """Return choices in this order."""
    return [choice(backend) for backend in backends]


def make_ready(places: Places, name: str, version: str = "1.0", backend: str = "cpu") -> Ready:
    """Put a whole environment where one belongs, and take it into use."""
    claim(places)
    python = python_of(places.env(name))
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    what = Ready(
        name=name, fingerprint=f"print-{version}", version=version, backend=backend, why="So."
    )
    mark_ready(places, what)
    flip(places, name)
    return what


def raising(error: Exception) -> Callable[..., Any]:
    """Return a function that raises."""

    def fail(*_arguments: Any, **_named: Any) -> Any:
        raise error

    return fail
