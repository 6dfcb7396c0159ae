"""Setting up: the work that makes an environment, tests it and takes it into use."""

from __future__ import annotations

import contextlib
import datetime
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deepdesk.core.errors import DeepDeskError, StorageError
from deepdesk.core.events import Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.launcher.aside import give_up, kept_aside, put_back
from deepdesk.launcher.environments import (
    Ready,
    claim,
    current,
    flip,
    forget,
    idle,
    mark_ready,
    previous,
    release,
    remove_discarded,
    remove_tree,
)
from deepdesk.launcher.fetched import Part
from deepdesk.launcher.fetching import SIZES, Fetch, fetch_for, read_rows
from deepdesk.launcher.machine import SYSTEMS
from deepdesk.launcher.making import Making, SelfTestError
from deepdesk.launcher.one_at_a_time import alone
from deepdesk.launcher.places import NAMES, Places, python_of
from deepdesk.launcher.plain_files import flush_disks, read_text, write_text
from deepdesk.launcher.set_up_log import noted
from deepdesk.launcher.uv import UvError
from deepdesk.launcher.verifying import damaged
from deepdesk.launcher.windows import tell_apps_list

if TYPE_CHECKING:
    from deepdesk.launcher.choice import Choice

_WINDOW_READY = "deepdesk-window"
# Parts of the self-test that are the same whichever card it is for.
_SAME_IN_ALL = ("qt", "numpy", "system")


def install_work(
    places: Places,
    choices: Sequence[Choice],
    *,
    wheels: Path | None = None,
    is_repair: bool = False,
) -> Work:
    """Return work that makes the idle environment and takes it into use.

    It emits `Said`, `Progress` in bytes, and at the end `Result` with the `Ready`. However it
    ends otherwise, the environment in use stays as it was.

    Args:
        choices: What to try, best first; the next one where a self-test fails.
        wheels: A folder that everything is taken from; nothing is fetched then.
        is_repair: Also where the environment in use is whole and up to date.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        claim(places)
        with alone(places, emit, stop) as held, noted(places):
            making = Making(
                places=places,
                emit=emit,
                stop=stop,
                wheels=wheels,
                held=held,
                is_repair=is_repair,
            )
            emit(Result(value=_installed(making, choices)))

    return work


def _installed(making: Making, choices: Sequence[Choice]) -> Ready:
    places = making.places
    put_back(places)
    used = current(places)
    there = None if making.is_repair else _already(places, used, choices)
    if there is not None:
        if used != there:
            flip(places, there.name)
        making.say(f"DeepDesk {there.version} is set up already.")
        return there
    making.tidy()
    remove_discarded(places)
    if making.is_repair:
        _drop_damaged(making)
    name = idle(places)
    with kept_aside(places, name):
        made = _first_that_works(making, choices, name)
    if making.is_repair:
        # What had to be repaired is nothing to go back to.
        forget(places, idle(places))
    with contextlib.suppress(DeepDeskError):
        making.drop_unused()
    tell_apps_list((places.payload, places.runtime))
    return made


def window_work(places: Places, *, wheels: Path | None = None) -> Work:
    """Return work that makes the small environment of the set-up window, unless it is there.

    It emits `Said`, `Progress` in bytes, and at the end `Result` with the path of its Python.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        claim(places)
        fingerprint, _version = release(places)
        with alone(places, emit, stop) as held, noted(places):
            making = Making(places=places, emit=emit, stop=stop, wheels=wheels, held=held)
            if window_python(places) is None:
                making.tidy()
                lock = places.locks / "window.txt"
                _make_window(making, lock)
                write_text(places.window / _WINDOW_READY, f"{fingerprint}\n")
            emit(Result(value=python_of(places.window)))

    return work


def window_python(places: Places) -> Path | None:
    """Return the Python of the set-up window's environment, None unless it is whole and ours.

    Raises:
        DeepDeskError: The payload is incomplete.
    """
    fingerprint, _version = release(places)
    python = python_of(places.window)
    is_whole = read_text(places.window / _WINDOW_READY).strip() == fingerprint
    return python if is_whole and not places.window.is_symlink() and python.is_file() else None


def _make_window(making: Making, lock: Path) -> None:
    folder = making.places.window
    version = making.make_venv(folder)
    rows = read_rows(making.places.locks / SIZES, f"{SYSTEMS[sys.platform]}-window", version)
    parts = tuple(Part(row.name, row.version, row.size) for row in rows)
    making.require_room(folder, parts)
    making.install(folder, ["sync", str(lock)], parts)
    making.install_program(folder)


def _already(places: Places, used: Ready | None, choices: Sequence[Choice]) -> Ready | None:
    """Return the environment that is what is asked for: the one in use, or the one before it."""
    wanted, _version = release(places)
    backends = {choice.backend for choice in choices[:1]}
    for ready in (used, previous(places)):
        if ready is not None and ready.fingerprint == wanted and ready.backend in backends:
            return ready
    return None


def _drop_damaged(making: Making) -> None:
    """Take what is damaged out of what is kept, so that it is fetched again."""
    places = making.places
    names: set[str] = set()
    for name in NAMES:
        names.update(damaged(places.env(name), making.emit, making.stop))
    # The program itself is always installed from its own wheel.
    names.discard("deepdesk")
    if names:
        making.say(f"Damaged, and fetched again: {', '.join(sorted(names))}.", "warning")
        making.uv.run(["cache", "clean", *sorted(names)])


def _first_that_works(making: Making, choices: Sequence[Choice], name: str) -> Ready:
    """Make an environment of the first choice that works, and take it into use."""
    places = making.places
    passed_over: list[tuple[str, str]] = []
    for at, choice in enumerate(choices):
        try:
            ready = _make(making, choice, name, tuple(passed_over))
        except (SelfTestError, UvError) as error:
            remove_tree(places, places.env(name))
            following = choices[at + 1 : at + 2]
            if not following or not _is_worth_another(error, choice, following[0]):
                raise
            passed_over.append((choice.backend, error.message))
            making.say(
                f"{choice.title} was passed over: {error.message} "
                f"Going on with {following[0].title}.",
                "warning",
            )
        except BaseException:
            remove_tree(places, places.env(name))
            raise
        else:
            flip(places, name)
            making.say(f"DeepDesk {ready.version} is set up for {choice.title}.")
            return ready
    raise DeepDeskError("There is nothing that could be set up on this machine.")


def _is_worth_another(error: SelfTestError | UvError, choice: Choice, following: Choice) -> bool:
    if isinstance(error, SelfTestError):
        return error.part not in _SAME_IN_ALL
    # A line that broke must not leave a person with a graphics card on the processor; PyTorch's
    # own index may be out of reach while the usual one, which has another build, is not.
    same = error.trouble.kind == "network" and choice.device == following.device
    return error.trouble.kind == "missing" or same


def _make(
    making: Making, choice: Choice, name: str, passed_over: tuple[tuple[str, str], ...]
) -> Ready:
    places = making.places
    folder = places.env(name)
    fingerprint, version = release(places)
    making.say(f"{choice.title}: {choice.why}")
    python = making.make_venv(folder)
    fetch = fetch_for(places, choice, python)
    making.seed(folder, choice.backend)
    _require_room(making, name, fetch)
    making.install(folder, arguments_for(fetch, is_fetched=making.wheels is None), fetch.parts)
    making.install_program(folder)
    found = making.self_test(folder, choice.backend, choice.device)
    ready = Ready(
        name=name,
        fingerprint=fingerprint,
        version=version,
        backend=choice.backend,
        why=choice.why,
        self_test=found,
        when=datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        payload=str(places.payload),
        passed_over=passed_over,
    )
    flush_disks()
    mark_ready(places, ready)
    return ready


def _require_room(making: Making, name: str, fetch: Fetch) -> None:
    folder = making.places.env(name)
    try:
        making.require_room(folder, fetch.parts)
    except StorageError:
        # The version before the one in use goes first, but never the only one that may work.
        is_spare = current(making.places) is not None and not making.is_repair
        if not (is_spare and give_up(making.places, name)):
            raise
        making.require_room(folder, fetch.parts)


def arguments_for(fetch: Fetch, *, is_fetched: bool = True) -> list[str]:
    """Return what `uv pip` is told so that a choice is installed.

    Args:
        is_fetched: False where everything comes from a folder: no index is asked then.

    Raises:
        SelfTestError: The installer brought nothing for it.
    """
    if fetch.lock is None:
        raise SelfTestError(fetch.note)
    verb = ["sync"] if fetch.is_complete else ["install", "--requirements"]
    index = ["--torch-backend", fetch.index] if fetch.index and is_fetched else []
    return [*verb, str(fetch.lock), *index]
