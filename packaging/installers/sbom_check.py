"""Checks a bill of materials against the part of the CycloneDX 1.6 schema that is used here."""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from installers.sbom import is_expression

Check = Callable[[Any, str], Iterator[str]]

_SERIAL = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PURL = re.compile(r"pkg:[a-z]+/[A-Za-z0-9._~%/-]+@[A-Za-z0-9._~%-]+")
_LINK = re.compile(r"(https?://[^\s]+|pkg:[^\s]+)")
_TEXT = re.compile(r".+", re.DOTALL)
_TYPES = re.compile("application|library|file|data|framework|device|firmware|container")
_LINKS = re.compile("website|vcs|distribution|documentation|license")


def problems(bill: object) -> list[str]:
    """Return what is wrong with a bill, a sentence each with its place; [] for a sound one."""
    found = list(_document(bill, "the bill"))
    if found or not isinstance(bill, dict):
        return found
    references = [part["bom-ref"] for part in _everything(bill)]
    doubled = sorted({name for name in references if references.count(name) > 1})
    found += [f"{name} stands for two components." for name in doubled]
    for entry in bill["dependencies"]:
        for name in (entry["ref"], *entry["dependsOn"]):
            if name not in references:
                found.append(f"{name} is depended on, but is no component.")
    return found


def _everything(bill: dict[str, Any]) -> Iterator[dict[str, Any]]:
    waiting = [bill["metadata"]["component"], *bill["components"]]
    while waiting:
        part = waiting.pop()
        yield part
        waiting += part.get("components", [])


def _text(pattern: re.Pattern[str]) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            yield f"{place} is {value!r}."

    return check


def _exactly(wanted: object) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        if value != wanted or type(value) is not type(wanted):
            yield f"{place} is {value!r}, not {wanted!r}."

    return check


def _expression(value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, str) or not is_expression(value):
        yield f"{place} is no SPDX expression: {value!r}."


def _each(check: Check) -> Check:
    def check_all(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{place} is no list."
            return
        for number, entry in enumerate(value):
            yield from check(entry, f"{place}[{number}]")

    return check_all


def _record(fields: Mapping[str, Check], *, needed: tuple[str, ...] = ()) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{place} is no record."
            return
        for name in needed:
            if name not in value:
                yield f"{place} lacks {name}."
        for name, entry in value.items():
            if name in fields:
                yield from fields[name](entry, f"{place}.{name}")
            else:
                yield f"{place} has an unknown {name}."

    return check


_HASHES = _each(
    _record({"alg": _exactly("SHA-256"), "content": _text(_SHA256)}, needed=("alg", "content"))
)
_PROPERTIES = _each(_record({"name": _text(_TEXT), "value": _text(re.compile(".*"))}))
_REFERENCES = _each(
    _record({"type": _text(_LINKS), "url": _text(_LINK), "hashes": _HASHES}, needed=("type", "url"))
)
_NAMED = _record({"name": _text(_TEXT)}, needed=("name",))
_LICENCES = _each(_record({"expression": _expression, "license": _NAMED}))


def _component(value: Any, place: str) -> Iterator[str]:
    fields: dict[str, Check] = {
        "type": _text(_TYPES),
        "bom-ref": _text(_TEXT),
        "name": _text(_TEXT),
        "version": _text(_TEXT),
        "purl": _text(_PURL),
        "hashes": _HASHES,
        "licenses": _LICENCES,
        "externalReferences": _REFERENCES,
        "properties": _PROPERTIES,
        "components": _each(_component),
    }
    yield from _record(fields, needed=("type", "bom-ref", "name"))(value, place)


_METADATA = _record(
    {"timestamp": _text(_TIME), "component": _component}, needed=("timestamp", "component")
)
_DEPENDENCY = _record(
    {"ref": _text(_TEXT), "dependsOn": _each(_text(_TEXT))}, needed=("ref", "dependsOn")
)
_COMPOSITION = _record(
    {
        "aggregate": _text(re.compile("complete|incomplete|unknown")),
        "dependencies": _each(_text(_TEXT)),
    },
    needed=("aggregate",),
)
_FIELDS: dict[str, Check] = {
    "bomFormat": _exactly("CycloneDX"),
    "specVersion": _exactly("1.6"),
    "serialNumber": _text(_SERIAL),
    "version": _exactly(1),
    "metadata": _METADATA,
    "components": _each(_component),
    "dependencies": _each(_DEPENDENCY),
    "compositions": _each(_COMPOSITION),
}
_document = _record(_FIELDS, needed=tuple(_FIELDS))


def main() -> int:
    """Check the bills named on the command line, and return 1 if one is not sound."""
    status = 0
    for name in sys.argv[1:]:
        found = problems(json.loads(Path(name).read_text(encoding="utf-8")))
        for sentence in found:
            sys.stderr.write(f"{name}: {sentence}\n")
        status = status or bool(found)
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
