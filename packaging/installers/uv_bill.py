"""What uv was built from: the bill of materials that its makers put into its wheel."""

import json
import zipfile
from pathlib import Path
from typing import NamedTuple


class Crate(NamedTuple):
    """A Rust library that is compiled into uv."""

    name: str
    version: str
    licence: str


def crates_in(wheel: Path) -> tuple[Crate, ...]:
    """Return the libraries in uv, by name; () if the wheel has no bill of materials."""
    with zipfile.ZipFile(wheel) as archive:
        bills = [name for name in archive.namelist() if name.endswith(".cyclonedx.json")]
        components = [
            component
            for name in bills
            for component in json.loads(archive.read(name)).get("components", [])
        ]
    return tuple(sorted({_crate(component) for component in components}))


def _crate(component: dict[str, object]) -> Crate:
    licences = component.get("licenses")
    first = licences[0] if isinstance(licences, list) and licences else {}
    expression = str(first.get("expression", "")) if isinstance(first, dict) else ""
    return Crate(
        str(component.get("name", "")),
        str(component.get("version", "")),
        # Old manifests write "MIT/Apache-2.0", and some have two blanks.
        " ".join(expression.replace("/", " OR ").split()),
    )
