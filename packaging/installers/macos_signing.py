"""Signing and notarising on a Mac; without an identity, a bundle is signed for this Mac alone.

Environment variables, all optional:

    DEEPDESK_MACOS_IDENTITY   "Developer ID Application: ..." in a keychain that is unlocked
    DEEPDESK_NOTARY_KEY       path of an App Store Connect API key, a .p8 file
    DEEPDESK_NOTARY_KEY_ID    its ten letters
    DEEPDESK_NOTARY_ISSUER    the issuer of such keys, a UUID
"""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bootstrap.console import give_up, say

ENTITLEMENTS = Path(__file__).parent / "macos" / "entitlements.plist"
ANYBODY = "-"
IDENTITY = "DEEPDESK_MACOS_IDENTITY"
_NOTARY_LIMIT = "30m"


class Notary(NamedTuple):
    """Who asks Apple to look at a file."""

    key: str
    key_id: str
    issuer: str

    @property
    def options(self) -> list[str]:
        """Return the options that notarytool wants."""
        return ["--key", self.key, "--key-id", self.key_id, "--issuer", self.issuer]


def identity() -> str:
    """Return who signs; `ANYBODY` signs too, but no other Mac trusts that."""
    return os.environ.get(IDENTITY) or ANYBODY


def notary() -> Notary | None:
    """Return who asks for notarising, None unless all three variables are set."""
    names = ("DEEPDESK_NOTARY_KEY", "DEEPDESK_NOTARY_KEY_ID", "DEEPDESK_NOTARY_ISSUER")
    values = [os.environ.get(name, "") for name in names]
    if not all(values) or identity() == ANYBODY:
        return None
    return Notary(*values)


def signing_command(code: Path, who: str, *, entitlements: Path | None = None) -> list[str]:
    """Return what signs a program or a bundle, with the protections that notarising asks for."""
    stamp = "--timestamp=none" if who == ANYBODY else "--timestamp"
    more = [] if entitlements is None else ["--entitlements", str(entitlements)]
    return ["codesign", "--force", "--options", "runtime", stamp, *more, "--sign", who, str(code)]


def sign_program(program: Path) -> None:
    """Sign a program that lies in a bundle, which has to come before the bundle."""
    _run(signing_command(program, identity()))


def sign_bundle(bundle: Path) -> None:
    """Sign a bundle, as whoever `identity` names, and check that."""
    who = identity()
    if who == ANYBODY:
        say(f"{IDENTITY} is not set: the program is signed for this Mac alone.")
    _run(signing_command(bundle, who, entitlements=ENTITLEMENTS))
    _run(["codesign", "--verify", "--deep", "--strict", "--verbose=2", str(bundle)])


def sign_image(image: Path) -> None:
    """Sign a disk image, if there is an identity."""
    if (who := identity()) != ANYBODY:
        _run(["codesign", "--force", "--timestamp", "--sign", who, str(image)])


def notarise(image: Path) -> None:
    """Have Apple look at a signed image, and fasten the answer to it; nothing without a key."""
    who = notary()
    if who is None:
        say("Not notarised: macOS will warn whoever opens it. See the variables of macos_signing.")
        return
    tool = ["xcrun", "notarytool"]
    ask = [*tool, "submit", str(image), *who.options]
    answer = _read([*ask, "--wait", "--timeout", _NOTARY_LIMIT, "--output-format", "json"])
    number, status = accepted(answer)
    if status != "Accepted":
        say(_read([*tool, "log", number, *who.options]))
        give_up(f"Apple did not accept {image.name}: {status}.", "The lines above say why.")
    _run(["xcrun", "stapler", "staple", str(image)])
    _run(["xcrun", "stapler", "validate", str(image)])
    _run(
        [
            "spctl",
            "--assess",
            "--type",
            "open",
            "--context",
            "context:primary-signature",
            str(image),
        ]
    )


def accepted(answer: str) -> tuple[str, str]:
    """Return (number of the request, what became of it) from notarytool's JSON."""
    try:
        told = json.loads(answer)
        return str(told["id"]), str(told["status"])
    except (ValueError, KeyError, TypeError):
        give_up("notarytool gave no answer that can be read.", answer.strip())


def _run(command: Sequence[str]) -> None:
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        give_up(f"{command[0]} failed: {error}.", "The lines above say why.")


def _read(command: Sequence[str]) -> str:
    try:
        return subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True).stdout
    except OSError as error:
        give_up(f"{command[0]} failed: {error}.")
