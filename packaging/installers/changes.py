"""The change log: one section a release, taken apart for those who want only the newest."""

import argparse
import re
import sys

from bootstrap.console import give_up
from bootstrap.environment import ROOT

from installers.building import version

CHANGES = ROOT / "packaging" / "CHANGELOG.md"
_HEADING = re.compile(r"^## (\S+).*$", re.MULTILINE)


def sections(text: str) -> dict[str, str]:
    """Return what each release brought, newest first: version to Markdown without its heading."""
    found = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in found[1:]] + [len(text)]
    return {
        heading.group(1): text[heading.end() : end].strip()
        for heading, end in zip(found, ends, strict=True)
    }


def changes_of(release: str) -> str:
    """Return what a release brought, as Markdown; leave with status 1 if that is not written."""
    written = sections(CHANGES.read_text(encoding="utf-8"))
    if not written.get(release):
        give_up(f"{CHANGES} says nothing of {release}.", "Write down what changed first.")
    return written[release]


def main() -> int:
    """Print what this release brought; with --tag, refuse a tag of another version."""
    parser = argparse.ArgumentParser(prog="python -m installers.changes", description=__doc__)
    parser.add_argument("--tag", help="the tag that is being released, for instance v1.2.0")
    given = parser.parse_args()
    if given.tag is not None and given.tag != f"v{version()}":
        give_up(f"The tag is {given.tag}, but deepdesk/__init__.py says {version()}.")
    sys.stdout.write(changes_of(version()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
