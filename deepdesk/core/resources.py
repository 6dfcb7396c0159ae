"""Where the files lie that come with the program: fonts, icons, samples."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[2] / "resources"
_INSTALLED = Path(sys.prefix) / "share" / "deepdesk" / "resources"


@cache
def resource_folder() -> Path:
    """Return the folder of all resources, of the checkout or of the installed package.

    Raises:
        FileNotFoundError: Neither place has it: the installation is incomplete.
    """
    for folder in (_CHECKOUT, _INSTALLED):
        if (folder / "icons").is_dir():
            return folder
    raise FileNotFoundError(f"No resources in {_CHECKOUT} or {_INSTALLED}")


def resource_path(*parts: str) -> Path:
    """Return the path of one resource, such as `resource_path("icons", "play.svg")`.

    Raises:
        FileNotFoundError: There is no such resource.
    """
    path = resource_folder().joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(f"No resource {path}")
    return path
