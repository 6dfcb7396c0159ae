"""What can be set up on this machine, and the words that it is offered in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from deepdesk.core.errors import DeepDeskError
from deepdesk.launcher.choice import Choice, choice_of, choices, refusal
from deepdesk.launcher.environments import current
from deepdesk.launcher.fetching import Fetch, fetch_for
from deepdesk.launcher.hardware import look
from deepdesk.launcher.places import Places
from deepdesk.launcher.plain_files import gigabytes
from deepdesk.launcher.pythons import FETCHED, system_python

# Sizes that are estimates may be a little out.
_SLACK_BYTES = 100_000_000


def ways(places: Places, backend: str = "") -> tuple[Fetch, ...]:
    """Look at the machine and return the ways to set the program up, the one in use first.

    Args:
        backend: What a person asked for; it comes first then, and nothing follows it.

    Raises:
        DeepDeskError: The machine can run none, or has none of that name.
    """
    hardware = look()
    refused = refusal(hardware)
    if refused is not None:
        raise refused
    found = (choice_of(hardware, backend),) if backend else choices(hardware)
    # What is in use was chosen by a test, or by a person: an update keeps it where it still fits.
    used = current(places)
    found = tuple(sorted(found, key=lambda each: used is None or each.backend != used.backend))
    python = system_python()
    version = python[1] if python else FETCHED
    if not found:
        raise DeepDeskError("Nothing fits this machine.", "See the list of supported systems.")
    return tuple(fetch_for(places, choice, version) for choice in found)


def offer_lines(fetches: Sequence[Fetch], places: Places, wheels: Path | None) -> list[str]:
    """Return what will be done, how large it is and where it goes.

    Args:
        fetches: The ways, the one that is offered first.
        wheels: A folder that everything is taken from, None to fetch.
    """
    best = fetches[0]
    lines = [f"DeepDesk will be set up for: {best.choice.title}"]
    lines += [f"  {text}" for text in (best.choice.why, best.choice.advice) if text]
    if wheels is not None:
        lines.append(f"Everything is taken from {wheels}; nothing is fetched.")
    elif best.total_bytes and not best.left_bytes:
        lines.append("Nothing has to be fetched: all of it lies here already.")
    elif best.total_bytes:
        about = "" if best.is_exact else "about "
        lines.append(f"To fetch: {about}{gigabytes(best.left_bytes)}. {best.note}".rstrip())
    elif best.note:
        lines.append(best.note)
    return [*lines, f"It goes into {places.runtime}; nothing is sent anywhere."]


def no_larger(fetches: Sequence[Fetch]) -> list[Choice]:
    """Return the choices that somebody who agreed to the first one agreed to.

    Who agreed to 200 MB is not given 3 GB because the first did not work.
    """
    most = fetches[0].left_bytes + _SLACK_BYTES
    return [fetch.choice for fetch in fetches if fetch.left_bytes <= most]
