"""Builds the installer of one system: `python -m installers linux --out FOLDER`."""

import argparse
import importlib
import sys
from pathlib import Path

from bootstrap.console import say
from bootstrap.environment import ROOT

from installers.building import UV_WHEELS, sha256_of


def main() -> int:
    """Build what the command line asks for and print each file with its size and hash."""
    parser = argparse.ArgumentParser(prog="python3 start.py package", description=__doc__)
    parser.add_argument("system", choices=sorted(UV_WHEELS))
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where installers go")
    parser.add_argument("--locks", type=Path, help="a folder of locks, instead of making them")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    # Each system has a module of its name, with `build(out, locks)`.
    module = importlib.import_module(f"installers.{given.system}")
    for file in module.build(given.out.absolute(), given.locks):
        say(f"{file}  {file.stat().st_size / 1e6:.1f} MB  sha256 {sha256_of(file)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
