"""Classes and speakers that stand in the names of files.

Nothing is taken from names unless every file of a source fits the pattern, and it looks like one:

- `<class>_<speaker>_<take>`, as in `seven_anna_3.wav`: both where no folder says the class, the
  speaker alone where a folder says the same class;
- `<speaker>_nohash_<take>`, as the speech commands have it, in folders of classes;
- `<speaker>_<take>`, as in `anna_003.wav`, where there are no classes.

A name is a speaker's only when there are several speakers and one of them said more than one
thing: names that are all alike or all different are numbers or titles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from deepdesk.core.task import Found
from deepdesk.data.sources import readable

_PATTERN = re.compile(r"(?P<label>[^_]+)_(?P<speaker>[^_]+)_(?P<take>\d+)")
_HASHED = re.compile(r"(?P<speaker>[0-9a-f]{6,16})_nohash_\d+")
_TAKES = re.compile(r"(?P<speaker>[^_]*[^_\d][^_]*)_\d+")
Offers = Callable[[], Iterator[Found]]


def label_in_name(stem: str) -> str | None:
    """Return the class in a name without its ending, None when it does not fit the pattern."""
    found = _PATTERN.fullmatch(stem)
    return found["label"] if found else None


def labelled_by_name(offers: Offers) -> Iterator[Found]:
    """Yield what is offered, with the classes and speakers that its names tell.

    Args:
        offers: Looks for samples; it is called twice, so that a million of them need not be kept.
    """
    labels: set[str] = set()
    has_classes = False
    speakers = _Speakers(_speaker_beside_class)
    for found in offers():
        label = None if found.label else label_in_name(found.path.stem)
        if label is not None:
            labels.add(label)
        elif not found.label:
            yield from offers()
            return
        if not speakers.fits(found) and found.label:
            # Folders or a table say the classes, and names say nothing.
            yield from offers()
            return
        has_classes = has_classes or bool(found.label)
    # Files all of one class are a flat folder of one kind, not a pattern of classes.
    is_pattern = len(labels) > 1 and not has_classes
    for found in offers():
        label = label_in_name(found.path.stem) if is_pattern else None
        yield speakers.named(replace(found, label=readable(label)) if label else found)


def spoken_by_name(offers: Offers) -> Iterator[Found]:
    """Yield what is offered, with the speakers that its names tell where nothing else does.

    Args:
        offers: Looks for samples without classes; it is called twice.
    """
    speakers = _Speakers(_speaker_of_take)
    # The first one that does not fit ends it.
    if all(speakers.fits(found) for found in offers()):
        yield from map(speakers.named, offers())
    else:
        yield from offers()


class _Speakers:
    """Decides over all files of a source whether their names have speakers in them."""

    def __init__(self, of: Callable[[Found], str | None]) -> None:
        self._of = of
        self._names: set[str] = set()
        self._files = 0
        self._fit = True

    def fits(self, found: Found) -> bool:
        name = self._of(found) if found.origin is None else None
        self._fit = self._fit and name is not None
        self._files += 1
        if name is not None:
            self._names.add(name)
        return self._fit

    def named(self, found: Found) -> Found:
        if not self._fit or not 2 <= len(self._names) < self._files:
            return found
        return replace(found, origin=readable(self._of(found) or "") or None)


def _speaker_beside_class(found: Found) -> str | None:
    stem = found.path.stem
    if found.label and (hashed := _HASHED.fullmatch(stem)):
        return hashed["speaker"]
    fit = _PATTERN.fullmatch(stem)
    if fit is None or (found.label and fit["label"].casefold() != found.label.casefold()):
        return None
    return fit["speaker"]


def _speaker_of_take(found: Found) -> str | None:
    fit = _PATTERN.fullmatch(found.path.stem) or _TAKES.fullmatch(found.path.stem)
    return fit["speaker"] if fit else None
