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
_QUOTED = re.compile(r"""(?P<mark>['"`])(?P<path>[^'"`]{0,500}?[/\\][^'"`]{0,500})(?P=mark)""")
# From its root to the last part that looks like a name of a file or folder.
_BARE = re.compile(
    r"""(?<![\w.<>~/\\:-])(?:/(?=\S)|file:/|~/|[A-Za-z]:[\\/]|\\\\)[^'"`<>|]{0,500}[/\\]?"""
    r"""[^\s'"`<>|,;:)\]]{0,200}(?:[^'"`<>|/\\]{0,100}?\.\w{1,8}\b)?"""
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
        line = _QUOTED.sub(lambda match: _hidden_quote(match, kept), line)
        line = _BARE.sub(lambda match: _hidden(match[0]), line)
    return _PROJECT.sub(f"{PLACE}.deepdesk", line) if ".deepdesk" in line else line


def _hidden_quote(match: re.Match[str], kept: Mapping[str, str]) -> str:
    path, mark = match["path"], match["mark"]
    starts = tuple(f"{name}{end}" for name in kept.values() for end in "/\\")
    is_of_program = path.startswith((*starts, "deepdesk/", "deepdesk\\", "<frozen"))
    return match[0] if is_of_program else f"{mark}{_hidden(path)}{mark}"


def _hidden(path: str) -> str:
    suffix = re.search(r"(\.\w{1,8})\W*$", path)
    end = re.search(r"\s*$", path)
    return PLACE + (suffix[1] if suffix else "") + (end[0] if end else "")
