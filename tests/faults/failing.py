"""Every call that writes fails once, with every error a disk can give."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from deepdesk.core.errors import StorageError
from tests.faults.calls import CODES, Fault, between
from tests.faults.found import Found
from tests.faults.writers import NEW, OLD, Writer

MAX_CALLS = 400


def failing_calls(
    writer_of: type[Writer], folder: Path, codes: Iterable[str] = CODES, *, lasting: bool = False
) -> Found:
    """Let call 1, 2, 3... of a writer fail with each code, until it gets through.

    Args:
        writer_of: Writes.
        folder: Empty.
        codes: Names of errors.
        lasting: Whether all later calls fail as well.
    """
    found = Found()
    for code in codes:
        for at in range(1, MAX_CALLS):
            place = folder / f"{code}-{at}"
            place.mkdir()
            fault = Fault(at, code, lasting=lasting)
            said = _tried(writer_of(place), fault, place)
            found.failures += [f"{writer_of.__name__} {code} at call {at}: {s}" for s in said]
            if not fault.happened:
                break
            found.rounds += 1
    return found


def _tried(writer: Writer, fault: Fault, folder: Path) -> list[str]:
    """Return what is wrong after a write with a fault in it."""
    writer.prepare()
    error: StorageError | None = None
    try:
        with between(fault):
            writer.write()
    except StorageError as caught:
        error = caught
    except Exception as caught:  # noqa: BLE001 - whatever else is what the test is for
        return [f"raised {caught!r}"]
    state = writer.state()
    wrong = []
    if state not in (OLD, NEW) or (error is None and state != NEW):
        wrong.append(f"state {state}, said {error}")
    if list(folder.rglob("*.tmp-*")):
        wrong.append("left drafts behind")
    if error is not None and not (error.hint and str(folder) in error.message):
        wrong.append(f"said only {error}")
    return wrong
