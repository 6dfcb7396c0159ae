"""What a set-up fetches: read from the locks, with what installed packages say of themselves."""

import fnmatch
import importlib.metadata
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from installers.known_licences import BY_NAME, BY_PATTERN, BY_WORDS, PROPRIETARY

_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
# As locking.py writes it where an index of packages could not be asked.
_INCOMPLETE = re.compile(r"^# complete: no\b", re.MULTILINE)
# The homes that a package names, the best first; an index of packages is no home.
_HOMES = ("source", "source code", "repository", "github", "homepage", "home")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A package that some lock pins.

    Attributes:
        name: Normalised, for instance "pyside6-essentials".
        version: As the lock says, for instance "2.14.0+cu126".
        licence: An SPDX expression, "" where nobody says.
        source: Where its source is, "" where nobody says.
        hashes: SHA-256 of each file that the lock accepts, sorted.
        locks: Names of the locks that pin it, sorted.
    """

    name: str
    version: str
    licence: str = ""
    source: str = ""
    hashes: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()

    @property
    def is_proprietary(self) -> bool:
        """Return whether its makers give no source."""
        return any(word in PROPRIETARY for word in self.licence.split())

    @property
    def purl(self) -> str:
        """Return its package address in the form that bills of material use."""
        return f"pkg:pypi/{self.name}@{self.version.replace('+', '%2B')}"


@dataclass(slots=True)
class _Seen:
    hashes: set[str] = field(default_factory=set)
    locks: set[str] = field(default_factory=set)


def normal(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield (normalised name, version, SHA-256 of files) of each package in a lock's text."""
    for line in lock.replace("\\\n", " ").splitlines():
        found = _PINNED.match(line.strip())
        if found:
            yield normal(found.group(1)), found.group(2), tuple(_HASH.findall(line))


def incomplete(locks: Iterable[Path]) -> tuple[str, ...]:
    """Return the names of the locks that say themselves that they do not pin everything."""
    return tuple(
        lock.stem for lock in sorted(locks) if _INCOMPLETE.search(lock.read_text(encoding="utf-8"))
    )


def parts_in(locks: Iterable[Path]) -> tuple[Part, ...]:
    """Return every package that these locks pin, by name; the same version once."""
    seen: dict[tuple[str, str], _Seen] = {}
    for lock in sorted(locks):
        for name, version, hashes in pins(lock.read_text(encoding="utf-8")):
            entry = seen.setdefault((name, version), _Seen())
            entry.hashes.update(hashes)
            entry.locks.add(lock.stem)
    stated = {normal(found.name): found for found in importlib.metadata.distributions()}
    return tuple(
        Part(
            name=name,
            version=version,
            licence=licence_of(name, stated.get(name)),
            source=source_of(stated.get(name)),
            hashes=tuple(sorted(entry.hashes)),
            locks=tuple(sorted(entry.locks)),
        )
        for (name, version), entry in sorted(seen.items())
    )


def licence_of(name: str, package: importlib.metadata.Distribution | None) -> str:
    """Return the SPDX expression of a package's licence, "" if it is not known here.

    Args:
        name: Normalised.
        package: The same package as installed on this machine, or None.
    """
    if name in BY_NAME:
        return BY_NAME[name]
    for pattern, licence in BY_PATTERN:
        if fnmatch.fnmatchcase(name, pattern):
            return licence
    return _stated_licence(package) if package is not None else ""


def _said(package: importlib.metadata.Distribution, name: str) -> list[str]:
    return [str(line) for line in package.metadata.get_all(name) or []]


def _stated_licence(package: importlib.metadata.Distribution) -> str:
    if expression := _said(package, "License-Expression"):
        return expression[0]
    words = [line.strip().partition("\n")[0] for line in _said(package, "License")]
    classifiers = _said(package, "Classifier")
    words += [line.rpartition("::")[2].strip() for line in classifiers if "License ::" in line]
    for word in words:
        if word.lower() in BY_WORDS:
            return BY_WORDS[word.lower()]
        if re.fullmatch(
            r"[A-Za-z0-9.+-]+-[0-9][A-Za-z0-9.+-]*( (AND|OR) [A-Za-z0-9.+-]+)*|MIT", word
        ):
            return word
    return ""


def source_of(package: importlib.metadata.Distribution | None) -> str:
    """Return where a package says that its source is, "" if it says nothing."""
    if package is None:
        return ""
    named = [line.partition(",") for line in _said(package, "Project-URL")]
    homes = {label.strip().lower(): address.strip() for label, _comma, address in named}
    homes.setdefault("home", "".join(_said(package, "Home-page")[:1]))
    return next((homes[label] for label in _HOMES if homes.get(label)), "")
