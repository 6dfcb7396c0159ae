"""The bill of materials of a payload, as CycloneDX 1.6 in JSON."""

import hashlib
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from installers.known_licences import PROPRIETARY
from installers.licences import own_licence, shipped_for
from installers.parts import Part, incomplete, parts_in
from installers.uv_bill import crates_in

SPEC = "1.6"
_LICENCE_LISTS = "AND", "OR", "WITH"


def write_sbom(path: Path, *, payload: Path, system: str, uv_wheel: Path | None = None) -> None:
    """Write the bill of materials of a payload that is otherwise complete.

    Args:
        path: Usually PAYLOAD/sbom.json.
        payload: With the wheel, uv, the locks and release.json in it.
        system: linux, windows or macos.
        uv_wheel: The wheel that uv was taken from; it lists what uv was built from.
    """
    bill = bill_of(payload, system=system, uv_wheel=uv_wheel, leave_out=path)
    path.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8", newline="\n")


def bill_beside(payload: Path, out: Path, system: str, uv_wheel: Path | None = None) -> Path:
    """Write the bill of all that an installer lays down into `out`, and return its path.

    The one inside the payload cannot list what is made around it later, nor itself.
    """
    release = json.loads((payload / "release.json").read_text(encoding="utf-8"))
    target = out / f"DeepDesk-{release['version']}-{system}.cdx.json"
    write_sbom(target, payload=payload, system=system, uv_wheel=uv_wheel)
    return target


def bill_of(
    payload: Path, *, system: str, uv_wheel: Path | None = None, leave_out: Path | None = None
) -> dict[str, Any]:
    """Return the bill of materials; the same payload gives the same one.

    Args:
        leave_out: A file of the payload that is not listed: the bill itself.
    """
    release = json.loads((payload / "release.json").read_text(encoding="utf-8"))
    own = f"deepdesk@{release['version']}"
    parts = parts_in((payload / "locks").glob("*.txt"))
    unfinished = incomplete((payload / "locks").glob("*.txt"))
    shipped = list(_shipped(payload, system, uv_wheel, leave_out))
    fetched = [_package(part) for part in parts]
    said: dict[str, Any] = {
        "metadata": {
            "timestamp": release["built"],
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "DeepDesk",
                "version": release["version"],
                **_licences(own_licence()),
                "properties": _properties(
                    system=system,
                    fingerprint=release["fingerprint"],
                    **({"unfinished-locks": " ".join(unfinished)} if unfinished else {}),
                ),
            },
        },
        "components": [*shipped, *fetched],
        "dependencies": [
            {"ref": own, "dependsOn": [part["bom-ref"] for part in (*shipped, *fetched)]}
        ],
        # Where an index of packages could not be asked, something is fetched that is not listed.
        "compositions": [
            {"aggregate": "incomplete" if unfinished else "complete", "dependencies": [own]}
        ],
    }
    # Another bill has another number, and the same one the same.
    number = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(said))
    head = {"bomFormat": "CycloneDX", "specVersion": SPEC, "serialNumber": number.urn}
    return {**head, "version": 1, **said}


def _shipped(
    payload: Path, system: str, uv_wheel: Path | None, leave_out: Path | None
) -> Iterator[dict[str, Any]]:
    for file in sorted(payload.rglob("*")):
        if file.is_file() and not file.is_symlink() and file != leave_out:
            name = file.relative_to(payload).as_posix()
            yield {
                "type": "file",
                "bom-ref": f"file:{name}",
                "name": name,
                "hashes": [_hash(hashlib.sha256(file.read_bytes()).hexdigest())],
            }
    for part in shipped_for(system):
        yield {
            "type": "library" if part.source else "data",
            "bom-ref": f"shipped:{part.name}",
            "name": part.name,
            **_licences(part.licence),
            **({"externalReferences": [_link("website", part.source)]} if part.source else {}),
            **(_crates(uv_wheel) if part.name == "uv" and uv_wheel is not None else {}),
            "properties": _properties(delivery="in the installer"),
        }


def _crates(uv_wheel: Path) -> dict[str, Any]:
    crates = [
        {
            "type": "library",
            "bom-ref": f"uv:{crate.name}@{crate.version}",
            "name": crate.name,
            "version": crate.version,
            **_licences(crate.licence),
        }
        for crate in crates_in(uv_wheel)
    ]
    version = uv_wheel.name.split("-")[1]
    return {"version": version, "purl": f"pkg:pypi/uv@{version}", "components": crates}


def _package(part: Part) -> dict[str, Any]:
    # One reference for all files that the lock accepts: which of them is fetched is up to the
    # machine, so none of their hashes is that of "the" component.
    files = {**_link("distribution", part.purl), "hashes": [_hash(text) for text in part.hashes]}
    links = [files] if part.hashes else []
    if part.source.startswith(("https://", "http://")):
        links.append(_link("website", part.source))
    return {
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        "purl": part.purl,
        **_licences(part.licence),
        **({"externalReferences": links} if links else {}),
        "properties": _properties(
            delivery="fetched at the first start",
            locks=" ".join(part.locks),
            terms=_terms(part),
        ),
    }


def _terms(part: Part) -> str:
    if part.is_proprietary:
        return "proprietary"
    return "open source" if part.licence else "not known when this was built"


def _licences(licence: str) -> dict[str, Any]:
    if not licence:
        return {}
    if licence in PROPRIETARY:
        return {"licenses": [{"license": {"name": licence}}]}
    if is_expression(licence):
        return {"licenses": [{"expression": licence}]}
    return {"licenses": [{"license": {"name": licence}}]}


def is_expression(licence: str) -> bool:
    """Return whether these words read as an SPDX expression, rather than as a sentence."""
    words = licence.replace("(", " ").replace(")", " ").split()
    names, joints = words[::2], words[1::2]
    return (
        len(words) % 2 == 1
        and all(joint in _LICENCE_LISTS for joint in joints)
        and all(any(letter.isupper() or letter.isdigit() for letter in name) for name in names)
    )


def _hash(sha256: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": sha256}


def _link(kind: str, url: str) -> dict[str, Any]:
    return {"type": kind, "url": url}


def _properties(**values: str) -> list[dict[str, str]]:
    return [{"name": f"deepdesk:{name}", "value": value} for name, value in values.items()]
