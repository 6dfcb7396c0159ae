"""Text without people and without the places of their data: for what may be sent to others.

It rather takes too much away than too little.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import platform
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import deepdesk

HOME, PERSON, COMPUTER, PLACE = "~", "PERSON", "COMPUTER", "<path>"
# Shorter ones would be found within words.
_SHORTEST_NAME = 3
# Names that say nothing of a person and stand in many paths.
_USUAL_NAMES = frozenset({"root", "user", "admin", "home", "localhost", "main", "deepdesk"})
# A path may hold the other kinds of quotes: only its own kind ends it.
_QUOTED = re.compile("|".join(rf"{q}[^{q}/\\]{{0,500}}[/\\][^{q}]{{0,500}}{q}" for q in "'\"`"))
# From its root on. An address such as https://host is none, and a quote within a word ends none.
_BARE = re.compile(
    r"""(?:(?<![\w.<>~/\\:-])(?:/(?=\S)|(?:file|smb|sftp|ssh|ftp|davs?|nfs|afp):/|~/|[A-Za-z]:[\\/]"""
    r"""|\\\\)|(?<=:)/(?=[^\s/]|//))(?:[^'"`<>|]|(?<=\w)['`](?=\w)){0,2000}"""
)
# Without a root; what ends like code, and what is no file (1/2, MB/s), stays.
_DATA = (
    "png|jpe?g|webp|gif|bmp|tiff?|heic|svg|wav|flac|mp[34]|ogg|opus|m4a|aac|mov|avi|mkv|webm|txt|md"
    "|csv|tsv|jsonl?|xml|ya?ml|html?|pdf|docx?|xlsx?|zip|npz|npy|parquet|pt|onnx|safetensors"
)
_CODE = "py[cdi]?|so|dll|dylib|exe|[ch]|cc|cpp|cu|hpp|whl|dist-info|nsi|sh"
_RELATIVE = re.compile(
    r"""(?<![\w.<>~/\\-])[\w.~-]{1,100}[/\\](?:[^'"`<>|:/\\]{1,100}[/\\]){0,12}"""
    rf"""(?:[^'"`<>|:/\\]{{1,100}}?\.(?:{_DATA})\b"""
    rf"""|[^\s'"`<>|:/\\]{{1,100}}?\.(?!(?:{_CODE})\b)[A-Za-z]\w{{0,15}}\b)""",
    re.IGNORECASE,
)
_PROJECT = re.compile(r"""[^\s'"`/\\<>][^'"`/\\<>]{0,100}\.deepdesk\b""")
# Longer ones are cut: what a library prints may be of any length.
_LINE_CHARACTERS = 2000


def known_folders() -> dict[str, str]:
    """Return the folders that say nothing of a person's data, and how each is written instead."""
    own = Path(deepdesk.__file__).resolve().parent
    folders = {str(own): "deepdesk"}
    for name, found in (
        *(("packages", Path(place)) for place in sys.path if place.endswith("-packages")),
        ("environment", Path(sys.prefix)),
        ("python", Path(os.__file__).parent),
        ("python", Path(sys.base_prefix)),
    ):
        if len(found.parts) > 1:
            folders.setdefault(str(found), f"<{name}>")
            folders.setdefault(str(found.resolve()), f"<{name}>")
    return folders


def names_here() -> dict[str, str]:
    """Return the names of this person and computer, and what is written instead."""
    names = {}
    with contextlib.suppress(OSError, KeyError, ImportError):
        names[getpass.getuser()] = PERSON
    with contextlib.suppress(RuntimeError):
        names[Path.home().name] = PERSON
    names[platform.node()] = COMPUTER
    names[platform.node().partition(".")[0]] = COMPUTER
    return {
        name: instead
        for name, instead in names.items()
        if len(name) >= _SHORTEST_NAME and name.lower() not in _USUAL_NAMES
    }


def discreet(
    text: str,
    *,
    folders: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
) -> str:
    """Return `text` without names of the person and the computer, and without paths of data.

    Paths of the program itself stay, written short, because a report is of no use without them.

    Args:
        folders: Of the program, by how they are written instead; None to look here.
        names: To take out, by what is written instead; None for those of this computer.
    """
    kept = known_folders() if folders is None else folders
    for folder in sorted(kept, key=len, reverse=True):
        text = text.replace(folder, kept[folder])
    text = "\n".join(_line(line[:_LINE_CHARACTERS], kept) for line in text.split("\n"))
    for name, instead in (names_here() if names is None else names).items():
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", instead, text, flags=re.IGNORECASE)
    return text


def _line(line: str, kept: Mapping[str, str]) -> str:
    if "/" in line or "\\" in line:
        line = _QUOTED.sub(lambda match: _hidden_quote(match[0], kept), line)
        line = _BARE.sub(lambda match: _hidden(match[0]), line)
        line = _RELATIVE.sub(lambda match: _hidden_relative(match[0], kept), line)
    return _PROJECT.sub(f"{PLACE}.deepdesk", line) if ".deepdesk" in line else line


def _hidden_quote(quoted: str, kept: Mapping[str, str]) -> str:
    mark, path = quoted[0], quoted[1:-1]
    return quoted if _is_of_program(path, kept) else f"{mark}{_hidden(path)}{mark}"


def _hidden_relative(path: str, kept: Mapping[str, str]) -> str:
    is_one = " " not in path
    return path if is_one and _is_of_program(path, kept) else _hidden(path)


def _is_of_program(path: str, kept: Mapping[str, str]) -> bool:
    starts = tuple(f"{name}{end}" for name in kept.values() for end in "/\\")
    return path.startswith((*starts, "deepdesk/", "deepdesk\\", "<frozen"))


def _hidden(path: str) -> str:
    suffix = re.search(r"(\.\w{1,8})\W*$", path)
    end = re.search(r"\s*$", path)
    return PLACE + (suffix[1] if suffix else "") + (end[0] if end else "")
