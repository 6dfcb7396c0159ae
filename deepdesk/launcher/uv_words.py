"""What uv says when it fails, in one sentence and one remedy for people."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why uv failed.

    Attributes:
        kind: "full", "disk", "certificate", "proxy", "network", "missing", "hash", "permission",
            "other".
    """

    kind: str
    message: str
    hint: str


# The first whose pattern is found counts: what is more special stands first.
_TROUBLES: tuple[tuple[str, Trouble], ...] = (
    (
        r"no space left|os error 28\b|os error 112\b|disk quota exceeded|os error 122\b",
        Trouble(kind="full", message="The disk is full.", hint="Free some space, then try again."),
    ),
    (
        # "os error 5" of Linux and macOS; on Windows that number is a file that may not be written.
        r"input/output error",
        Trouble(
            kind="disk",
            message="The disk failed to read or write a file.",
            hint="It may be damaged: have the system check it, then try again.",
        ),
    ),
    (
        r"unknownissuer|invalid peer certificate|certificate verify|self.signed certificate",
        Trouble(
            kind="certificate",
            message="Something between this computer and the servers opens encrypted connections: "
            "the certificate that it shows is not known here.",
            hint="A company's proxy or a virus scanner does that. Ask for its certificate, and put "
            "its file's path into the environment variable SSL_CERT_FILE; or use a folder of "
            "files that was fetched elsewhere.",
        ),
    ),
    (
        r"tunnel error: failed to create underlying",
        Trouble(
            kind="proxy",
            message="The proxy that this computer is set to use does not answer.",
            hint="Check the environment variable HTTPS_PROXY, or the proxy in the system's "
            "settings.",
        ),
    ),
    (
        r"407 proxy|proxy authentication required|proxy connect|tunnel error|proxyconnect",
        Trouble(
            kind="proxy",
            message="The proxy of this network refused the connection.",
            hint="Put its address, with name and password if it wants them, into the environment "
            "variable HTTPS_PROXY.",
        ),
    ),
    (
        r"hash mismatch|do not match any of the expected hashes|unexpected hash",
        Trouble(
            kind="hash",
            message="A file that came is not the one that was released: its checksum differs.",
            hint="Try again; if it stays so, something on the way changes files.",
        ),
    ),
    (
        r"no solution found|was not found in the (package registry|provided)|no matching|"
        r"no wheels? with a matching|network connectivity is disabled|not found in the cache"
        r"|failed to query metadata of file|distribution not found|no download found"
        r"|no interpreter found|404 not found",
        Trouble(
            kind="missing",
            message="{what} is not there for this computer.",
            hint="Choose another graphics card in the list, or a folder that holds all files.",
        ),
    ),
    (
        r"403 forbidden|401 unauthorized",
        Trouble(
            kind="network",
            message="The server of the packages refused the connection.",
            hint="A firewall may forbid it. Ask whoever runs the network, or use a folder of files "
            "that was fetched elsewhere.",
        ),
    ),
    (
        r"dns error|failed to lookup address|error sending request|connection refused|timed? ?out"
        r"|network is unreachable|connection reset|tcp connect error|request failed"
        r"|failed to fetch|failed to download|client error|502 bad|503 service|504 gateway",
        Trouble(
            kind="network",
            message="The servers that the packages come from cannot be reached.",
            hint="Check the connection to the internet, then try again: what was fetched is kept. "
            "Without one, use a folder of files that was fetched elsewhere.",
        ),
    ),
    (
        r"permission denied|os error 13\b|os error 5\b|access is denied|read-only file system",
        Trouble(
            kind="permission",
            message="A file could not be written.",
            hint="A virus scanner may hold it, or its folder may not be written. Try again.",
        ),
    ),
)
_MISSING = re.compile(
    r"(?:Because|and) ([A-Za-z0-9_.-]+)(?:==\S+)? (?:was not found|has no wheels)"
)
_SECRET = re.compile(r"(?<=://)[^/\s@]+@")
_TOKEN = re.compile(r"(?i)((?:token|password|sig|signature|key)=)[^&\s\"']+")


def trouble_in(text: str, code: int) -> Trouble:
    """Return why uv failed.

    Args:
        text: What it said on standard error.
        code: Its exit status.
    """
    lower = text.lower()
    for pattern, trouble in _TROUBLES:
        if re.search(pattern, lower):
            found = _MISSING.search(text)
            what = f"The package {found[1] or found[2]}" if found else "A file that is needed"
            return replace(trouble, message=trouble.message.replace("{what}", what))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    last = next((line for line in lines if line.startswith("error:")), lines[-1] if lines else "")
    said = last.removeprefix("error:").strip()[:_LONGEST] or f"it ended with status {code}"
    return Trouble(
        kind="other",
        message=f"Setting up failed: {said}.".replace("..", "."),
        hint="Try again; if it stays so, send the file set-up.log with a report.",
    )


def without_secrets(text: str) -> str:
    """Return text without the names, passwords and tokens that addresses in it may hold."""
    return _TOKEN.sub(r"\1...", _SECRET.sub("...@", text))
