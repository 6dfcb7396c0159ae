"""Classes that stand in the names of files: `<label>_<speaker>_<take>`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from deepdesk.core.task import Found
from deepdesk.data.sources import readable

_PATTERN = re.compile(r"(?P<label>[^_]+)_(?P<speaker>[^_]+)_(?P<take>\d+)")


def label_in_name(stem: str) -> str | None:
    """Return the class in a name without its ending, None when it does not fit the pattern."""
    found = _PATTERN.fullmatch(stem)
    return found["label"] if found else None


def labelled_by_name(offers: Callable[[], Iterator[Found]]) -> Iterator[Found]:
    """Yield what is offered, with classes from the names when none has one and all names fit.

    Args:
        offers: Looks for samples; it is called twice, so that a million of them need not be kept.
    """
    labels: set[str] = set()
    for found in offers():
        label = None if found.label else label_in_name(found.path.stem)
        if label is None:
            yield from offers()
            return
        labels.add(label)
    # Files all of one class are a flat folder of one kind, not a pattern of classes.
    is_pattern = len(labels) > 1
    for found in offers():
        label = label_in_name(found.path.stem) if is_pattern else None
        yield replace(found, label=readable(label)) if label else found
