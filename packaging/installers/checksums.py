"""SHA256SUMS beside the installers: `sha256sum --check SHA256SUMS` reads it."""

import argparse
import re
import sys
from pathlib import Path

from bootstrap.console import say

from installers.building import sha256_of

NAME = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def write_checksums(folder: Path) -> Path:
    """Write the hash of every file in `folder` (not in folders below) and return the list's path.

    Signatures of the list itself stay out of it.
    """
    names = sorted(
        file.name
        for file in folder.iterdir()
        if file.is_file() and not file.name.startswith((NAME, "."))
    )
    path = folder / NAME
    lines = [f"{sha256_of(folder / name)}  {name}\n" for name in names]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    return path


def differences(folder: Path) -> list[str]:
    """Return a sentence for each file that the list names wrongly, leaves out, or that is gone."""
    path = folder / NAME
    found, named = [], set()
    for line in path.read_text(encoding="utf-8").splitlines():
        parts = _LINE.fullmatch(line)
        if parts is None or Path(parts.group(2)).name != parts.group(2):
            found.append(f"This is no line of a list of checksums: {line}")
            continue
        named.add(parts.group(2))
        file = folder / parts.group(2)
        if not file.is_file():
            found.append(f"{file.name} is not there.")
        elif sha256_of(file) != parts.group(1):
            found.append(f"{file.name} is not the file that was listed.")
    present = {file.name for file in folder.iterdir() if file.is_file()}
    unlisted = {name for name in present - named if not name.startswith((NAME, "."))}
    return found + [f"{name} is not listed." for name in sorted(unlisted)]


def main() -> int:
    """Write the list for a folder, or check one with --check."""
    parser = argparse.ArgumentParser(prog="python -m installers.checksums", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check", action="store_true", help="check instead of writing")
    given = parser.parse_args()
    if not given.check:
        say(str(write_checksums(given.folder)))
        return 0
    found = differences(given.folder)
    for sentence in found:
        say(sentence)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
