"""Making one environment, step by step; nothing here decides which, or takes it into use."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deepdesk.core.errors import DeepDeskError, StorageError
from deepdesk.core.events import Progress, Said
from deepdesk.core.work import EventSink, StopToken
from deepdesk.launcher import fetched, set_up_log
from deepdesk.launcher.environments import current, remove_tree
from deepdesk.launcher.fetched import Meter, Part
from deepdesk.launcher.places import NAMES, Places, python_of
from deepdesk.launcher.plain_files import free_bytes, gigabytes
from deepdesk.launcher.processes import Watched, clean_environment
from deepdesk.launcher.pythons import FETCHED, system_python
from deepdesk.launcher.seeding import seed
from deepdesk.launcher.uv import Uv, UvError
from deepdesk.launcher.windows import lend_libraries

_SELF_TEST_LIMIT_S = 600.0
# Unpacked and fetched bytes of a whole Linux environment were 6.4 and 3.3 GB.
_DISK_SHARE = 2.0
_SPARE_BYTES = 300_000_000


class SelfTestError(DeepDeskError):
    """An environment was made and does not work.

    Attributes:
        part: What does not, as `self_test` names it, or "".
    """

    def __init__(self, message: str, hint: str = "", *, part: str = "") -> None:
        super().__init__(message, hint)
        self.part = part


@dataclass(kw_only=True)
class Making:
    """What the steps of one set-up share.

    Attributes:
        wheels: A folder that everything is taken from, None to fetch.
        held: Descriptor of the lock.
        is_repair: Whether nothing of what is installed may be relied on.
    """

    places: Places
    emit: EventSink
    stop: StopToken
    wheels: Path | None = None
    held: int | None = None
    is_repair: bool = False
    _seen: tuple[str, int, int] = field(default=("", -1, -1), init=False)

    def say(self, text: str, level: str = "info") -> None:
        """Tell the person a sentence, and write it down."""
        self.note(text)
        self.emit(Said(text=text, level=level))

    def note(self, text: str) -> None:
        """Write something into the log."""
        set_up_log.note(self.places, text)

    def progress(self, what: str, done: int = 0, total: int = 0) -> None:
        """Tell how far something is, if that is news."""
        if (what, done, total) != self._seen:
            self._seen = (what, done, total)
            self.emit(Progress(what=what, done=done, total=total))

    @property
    def uv(self) -> Uv:
        """Return how uv is called."""
        return Uv(
            places=self.places,
            stop=self.stop,
            note=self.note,
            wheels=self.wheels,
            held=self.held,
        )

    def tidy(self) -> None:
        """Delete what killed set-ups left half unpacked, where the folder of packages is ours."""
        if not self.is_cache_ours:
            return
        for folder in fetched.leftovers(self.places.cache):
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def is_cache_ours(self) -> bool:
        """Whether the folder of packages is the program's own; a person's may serve others too."""
        return self.places.cache.parent == self.places.runtime

    def drop_unused(self) -> None:
        """Delete packages that neither environment uses any more: a PyTorch is 6 GB."""
        folders = [*(self.places.env(name) for name in NAMES), self.places.window]
        used = set().union(*(fetched.installed(folder) for folder in folders))
        if self.is_cache_ours and fetched.drop_unused(self.places.cache, used):
            self.uv.run(["cache", "prune"])

    def make_venv(self, folder: Path) -> str:
        """Make an empty environment in place of whatever is there; return its Python's version.

        Raises:
            DeepDeskError: There is no Python, and none can be fetched.
        """
        remove_tree(self.places, folder)
        found = system_python()
        if found is None:
            python, version = FETCHED, FETCHED
            self._fetch_python()
        else:
            python, version = str(found[0]), found[1]
        managed = "--managed-python" if found is None else "--no-managed-python"
        self.uv.run(["venv", "--python", python, managed, "--no-project", str(folder)])
        return version

    def _fetch_python(self) -> None:
        before = fetched.folder_bytes(self.places.python)

        def tick() -> None:
            come = fetched.folder_bytes(self.places.python) - before
            self.progress(f"Fetching Python {FETCHED}", max(0, come))

        tick()
        self.uv.run(["python", "install", FETCHED, "--no-bin"], tick)

    def seed(self, folder: Path, backend: str) -> None:
        """Begin an environment with the packages in use, where they are of the same build.

        Where that fails midway it begins with nothing: a package that lacks files counts as
        installed.
        """
        used = current(self.places)
        if self.is_repair or used is None or used.backend != backend:
            return
        self.progress("Taking over what did not change")
        is_whole = seed(self.places.env(used.name), folder, self.stop)
        self.note(f"begun with the packages of environment {used.name}: {is_whole}")
        if not is_whole:
            self.make_venv(folder)

    def require_room(self, folder: Path, parts: Sequence[Part]) -> None:
        """Check that what is still to be fetched fits on the disk, unpacked.

        Raises:
            StorageError: It does not; the message says how much is free and how much is needed.
        """
        meter = Meter(self.places.cache, parts, fetched.installed(folder))
        total = meter.total_bytes
        left = total - meter.done_bytes() if self._is_one_disk() else total
        needed = int(left * _DISK_SHARE) + _SPARE_BYTES if left else 0
        free = free_bytes(self.places.runtime)
        if free is not None and free < needed:
            raise StorageError(
                f"The disk of {self.places.runtime} has {gigabytes(free)} free, about "
                f"{gigabytes(needed)} are needed.",
                "Free some space, then try again; or set DEEPDESK_RUNTIME to a folder elsewhere.",
            )

    def _is_one_disk(self) -> bool:
        # Only there are the files of an environment links to those that uv keeps.
        try:
            return self.places.cache.stat().st_dev == self.places.runtime.stat().st_dev
        except OSError:
            return self.is_cache_ours

    def install(self, folder: Path, arguments: Sequence[str], parts: Sequence[Part]) -> None:
        """Put the pinned packages into an environment, telling how many bytes have come.

        Args:
            arguments: Of `uv pip`, for instance ("sync", "linux-cpu.txt").
            parts: What is needed, for the telling.
        """
        meter = Meter(self.places.cache, parts, fetched.installed(folder))
        what = "Fetching packages" if self.wheels is None else "Unpacking packages"
        command = ["pip", *arguments, *self._target(folder)]

        due_s = 0.0

        def tick() -> None:
            nonlocal due_s
            start_s = time.monotonic()
            if start_s >= due_s:
                self.progress(what, meter.done_bytes(), meter.total_bytes)
                # Looking through thousands of files takes its time from the unpacking itself.
                due_s = start_s + 10 * (time.monotonic() - start_s)

        tick()
        total = meter.total_bytes
        is_here = self.wheels is None and 0 < total == meter.done_bytes()
        if not (is_here and self._installed_offline(command, tick)):
            self.uv.run(command, tick)
        self.progress(what, total, total)

    def _installed_offline(self, command: Sequence[str], tick: Callable[[], None]) -> bool:
        """Return whether it could be done with what is kept: an update then needs no network."""
        try:
            self.uv.run([*command, "--offline"], tick)
        except UvError:
            return False
        return True

    def install_program(self, folder: Path) -> None:
        """Put the program's own wheel into an environment, without fetching anything."""
        self.progress("Installing DeepDesk")
        # Nothing is kept of it: two builds of one version at one path would be taken for one.
        arguments = ["pip", "install", "--no-deps", "--offline", "--no-cache"]
        arguments.append(str(self.places.wheel))
        self.uv.run([*arguments, *self._target(folder)])

    def _target(self, folder: Path) -> list[str]:
        offline = ["--no-index"] if self.wheels is not None else []
        return ["--only-binary", ":all:", *offline, "--python", str(python_of(folder))]

    def self_test(self, folder: Path, backend: str, device: str) -> Mapping[str, Any]:
        """Return what the test of an environment found.

        Raises:
            SelfTestError: It does not work; the message is the reason.
        """
        self.progress("Testing what was installed")
        lent = lend_libraries(folder / "Lib" / "site-packages")
        if lent:
            self.note(f"Lent to PyTorch from Qt: {', '.join(lent)}")
        script = "deepdesk.launcher.self_test"
        return self._tested(folder, ["-P", "-m", script, backend, device])

    def _tested(self, folder: Path, arguments: Sequence[str]) -> Mapping[str, Any]:
        start_s = time.monotonic()
        watched = Watched(
            stop=self.stop, folder=folder, environment=clean_environment(), held=self.held
        )
        try:
            said = watched.run([str(python_of(folder)), *arguments], limit_s=_SELF_TEST_LIMIT_S)
        except OSError as error:
            raise SelfTestError(f"Its Python cannot be started ({error}).") from error
        took_s = time.monotonic() - start_s
        self.note(f"self-test in {took_s:.1f} s: {said.out.strip()} {said.err}")
        found = _last_object(said.out)
        if said.code != 0 and took_s >= _SELF_TEST_LIMIT_S:
            minutes = _SELF_TEST_LIMIT_S / 60
            raise SelfTestError(f"Its test took longer than {minutes:.0f} minutes and was ended.")
        if said.code < 0:
            raise SelfTestError(f"Its test was ended by the system (signal {-said.code}).")
        if not found.get("ok"):
            reason = str(found.get("reason") or found.get("why") or "")
            lines = said.err.strip().splitlines()
            said_last = lines[-1] if lines else "Its test said nothing."
            raise SelfTestError(reason or said_last, part=str(found.get("part", "")))
        return found


def _last_object(text: str) -> dict[str, Any]:
    """Return the JSON object in the last line that holds one: libraries print lines too."""
    for line in reversed(text.splitlines()):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return value
    return {}
