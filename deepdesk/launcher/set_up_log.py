"""The log of set-ups, for reports: what was done, with what result."""

from __future__ import annotations

import contextlib
import datetime
import traceback
from collections.abc import Iterator

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.work import StoppedError
from deepdesk.launcher.places import Places

_LIMIT_BYTES = 1 << 20


def note(places: Places, text: str) -> None:
    """Add lines to the log, each with the time; a log that cannot be written is no reason to stop.

    Past one megabyte the log becomes `set-up.log.1` and a new one begins.
    """
    when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    with contextlib.suppress(OSError):
        log = places.log
        if log.is_file() and log.stat().st_size > _LIMIT_BYTES:
            log.replace(log.with_name(f"{log.name}.1"))
        with log.open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.writelines(f"{when} {line}\n" for line in text.splitlines() if line.strip())


@contextlib.contextmanager
def noted(places: Places) -> Iterator[None]:
    """Write down how what is done here ends, where it does not end well."""
    try:
        yield
    except StoppedError:
        note(places, "Cancelled.")
        raise
    except DeepDeskError as error:
        note(places, f"Failed: {error}")
        raise
    except Exception:
        note(places, traceback.format_exc())
        raise
