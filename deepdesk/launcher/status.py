"""What is set up, in lines for a person or a report."""

from __future__ import annotations

import sys

from deepdesk.core.errors import DeepDeskError
from deepdesk.launcher.environments import Ready, current, is_up_to_date, previous, release
from deepdesk.launcher.fetched import folder_bytes
from deepdesk.launcher.places import Places
from deepdesk.launcher.plain_files import free_bytes, gigabytes


def status_lines(places: Places) -> list[str]:
    """Return what is set up, where, for which card and why, and what it takes."""
    used, other = current(places), previous(places)
    lines = [f"Release laid down: {_release(places)}"]
    lines += _ready_lines("In use", used) if used else ["In use: nothing is set up."]
    if used is not None and not is_up_to_date(places):
        lines.append("An update lies ready: type deepdesk --set-up to take it.")
    if other is not None:
        lines += _ready_lines("To go back to", other)
    lines.append(f"Payload: {places.payload}")
    lines.append(f"Runtime: {places.runtime}, {_room(places)}")
    lines.append(f"Log: {places.log}")
    lines.append(f"Launcher: Python {sys.version.split()[0]} at {sys.executable}")
    return lines


def _release(places: Places) -> str:
    try:
        fingerprint, version = release(places)
    except DeepDeskError as error:
        return str(error)
    return f"{version} ({fingerprint[:12]})"


def _ready_lines(what: str, ready: Ready) -> list[str]:
    lines = [
        f"{what}: {ready.version} ({ready.fingerprint[:12]}), environment {ready.name}, "
        f"set up {ready.when}",
        f"  For: {ready.backend}. {ready.why}",
    ]
    lines += [f"  Passed over: {backend}: {why}" for backend, why in ready.passed_over]
    lines += [f"  Self-test: {key}: {value}" for key, value in sorted(ready.self_test.items())]
    return lines


def _room(places: Places) -> str:
    if not places.runtime.is_dir():
        return "not made yet"
    # Files of an environment are links to the packages that are kept: they take no room twice.
    kept = places.cache if places.cache.is_dir() else places.runtime
    free = free_bytes(places.runtime)
    said = "" if free is None else f", {gigabytes(free)} free on its disk"
    return f"{gigabytes(folder_bytes(kept))} of packages{said}"
