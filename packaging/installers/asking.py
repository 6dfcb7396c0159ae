"""Asks an index through uv which files a set of requirements comes to on a system and a Python."""

import os
import re
import subprocess
import tempfile
import tomllib
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from bootstrap.console import give_up, say

PLATFORMS: Mapping[str, str] = {
    "linux": "x86_64-manylinux_2_34",
    "windows": "x86_64-pc-windows-msvc",
    "macos": "aarch64-apple-darwin",
}
LIMIT_S = 600
HEAD_LIMIT_S = 30
UNREACHABLE = ("Failed to fetch", "error sending request", "Could not connect", "timed out")


class IndexUnreachableError(Exception):
    """An index gave no answer."""


@dataclass(frozen=True)
class Pin:
    """One package at one version.

    Attributes:
        hashes: Of every file of that version: "sha256:...".
        file: The wheel that is taken, "" where it is not known.
        size: Its bytes, 0 where they are not known.
    """

    name: str
    version: str
    hashes: tuple[str, ...] = ()
    file: str = ""
    size: int = 0

    @property
    def line(self) -> str:
        """Return it as a requirement."""
        return f"{self.name}=={self.version}"


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked.

    Attributes:
        uv: The program that asks.
        system: A key of `PLATFORMS`.
        python: Two numbers: "3.12".
        constraints: Requirements that hold for whatever else is needed.
        index: uv's name of PyTorch's index, "" for the usual index alone.
    """

    uv: Path
    system: str
    python: str
    requirements: tuple[str, ...]
    constraints: tuple[str, ...]
    index: str = ""


def ask(question: Question) -> list[Pin]:
    """Return what is to be installed, sorted by name, with the hashes of every file.

    Raises:
        IndexUnreachableError: PyTorch's own index gave no answer.
        SystemExit: The usual index gave none, or has not what is pinned.
    """
    hashes = hashes_in(compiled(question, "requirements.txt", "--generate-hashes"))
    chosen = tomllib.loads(compiled(question, "pylock.toml"))["packages"]
    pins = [pin_of(package, hashes) for package in chosen]
    return sorted(pins, key=lambda pin: pin.name)


def pin_of(package: Mapping[str, Any], hashes: Mapping[str, tuple[str, ...]]) -> Pin:
    """Return the pin that a package of a pylock is."""
    name, version = spelt(package["name"]), package["version"]
    wheel = max(package.get("wheels", [{}]), key=fit)
    size = int(wheel.get("size", 0)) or size_at(str(wheel.get("url", "")))
    return Pin(name, version, hashes.get(name, ()), file_of(wheel), size)


def size_at(address: str) -> int:
    """Return the bytes of a file far away, 0 where nobody tells; PyTorch's index lists no sizes."""
    if not address.startswith("https://"):
        return 0
    head = urllib.request.Request(address.partition("#")[0], method="HEAD")
    try:
        with urllib.request.urlopen(head, timeout=HEAD_LIMIT_S) as answer:
            return int(answer.headers["Content-Length"])
    except (OSError, ValueError, TypeError):
        return 0


def file_of(wheel: Mapping[str, Any]) -> str:
    """Return the name of a wheel's file, "" where it is not told."""
    file = str(wheel.get("name") or wheel.get("url", "")).partition("#")[0].rpartition("/")[2]
    return file.replace("%2B", "+")


def fit(wheel: Mapping[str, Any]) -> tuple[bool, list[tuple[int, int]]]:
    """Return how well a wheel fits, for comparison with others that fit as well.

    One that is made for the system goes before one for all, and one for newer systems first.
    """
    platform = file_of(wheel).removesuffix(".whl").rpartition("-")[2]
    versions = re.findall(r"(?:manylinux|macosx)_(\d+)_(\d+)", platform)
    return platform != "any", sorted((int(one), int(other)) for one, other in versions)


def compiled(question: Question, form: str, *options: str) -> str:
    """Return what uv makes of a question.

    Args:
        form: "requirements.txt" or "pylock.toml".
    """
    with tempfile.TemporaryDirectory() as folder:
        wanted, pinned = Path(folder, "wanted.in"), Path(folder, "pinned.txt")
        wanted.write_text("\n".join(question.requirements) + "\n", encoding="utf-8")
        pinned.write_text("\n".join(question.constraints) + "\n", encoding="utf-8")
        torch = ["--torch-backend", question.index] if question.index else []
        where = ["--python-version", question.python]
        where += ["--python-platform", PLATFORMS[question.system]]
        form_options = ["--format", form, "--no-header", "--no-annotate", "--only-binary", ":all:"]
        command = [str(question.uv), "pip", "compile", str(wanted), "--constraint", str(pinned)]
        done = subprocess.run(
            [*command, *where, *form_options, *torch, *options],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
    if done.returncode != 0:
        refuse(question, done.stderr)
    return done.stdout


def environment() -> dict[str, str]:
    """Return the variables that uv runs with: the person's own indexes stay as they are."""
    return {
        "UV_SYSTEM_CERTS": "1",
        "UV_HTTP_RETRIES": "1",
        **os.environ,
        # It only has to know a Python's version, not to have it.
        "UV_PYTHON_DOWNLOADS": "never",
        "MACOSX_DEPLOYMENT_TARGET": "14.0",
    }


def refuse(question: Question, said: str) -> NoReturn:
    """Raise for what uv complained of."""
    causes = [line.strip() for line in said.splitlines() if "cause:" in line or "error:" in line]
    is_unreachable = any(sign in said for sign in UNREACHABLE)
    if question.index and is_unreachable:
        raise IndexUnreachableError(causes[-1].removeprefix("cause: ") if causes else "no answer")
    say("\n".join(causes))
    give_up(
        f"What DeepDesk needs on {question.system} with Python {question.python} was not found.",
        "Connect to the network, or check the versions in packaging/constraints.txt.",
    )


def hashes_in(text: str) -> dict[str, tuple[str, ...]]:
    """Return the hashes that a compiled list has for each package."""
    found: dict[str, tuple[str, ...]] = {}
    for block in text.replace("\\\n", " ").splitlines():
        words = block.split()
        if words and not words[0].startswith("#"):
            name = spelt(words[0].partition("==")[0])
            found[name] = tuple(word[7:] for word in words if word.startswith("--hash="))
    return found


def spelt(name: str) -> str:
    """Return a package's name as indexes spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()
