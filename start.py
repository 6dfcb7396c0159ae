#!/usr/bin/env python3
"""Set DeepDesk up in `.venv` beside this file, then start the window, the tests or a command.

Only the standard library is used. This file is the one that an older Python has to be able to
read; the rest of the set-up lies in packaging/bootstrap.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python gets this far, and a sentence
    sys.exit("DeepDesk needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parent / "packaging"))

from bootstrap.console import say
from bootstrap.environment import ROOT, pack_names, set_up, venv_python
from bootstrap.system import has_display

USAGE = """\
python3 start.py                     set up and open the window (without a display: the sample)
python3 start.py sample              the sample project in the terminal, from import to prediction
python3 start.py run ARGS...         the same as: deepdesk ARGS...
python3 start.py test [ARGS...]      all tests and checks; ARGS go to pytest
python3 start.py bench [NAME...]     benchmarks; their table is kept in tests/benchmarks/results
python3 start.py shots FOLDER        pictures of every tab in every state, light and dark
python3 start.py package SYSTEM      installers of linux, windows or macos; --out FOLDER
python3 start.py --with timm ...     add the timm pack of networks once, then do any of these
"""


def hand_over(*arguments: str, folder: Path | None = None) -> NoReturn:
    """Become the environment's Python with `arguments`; this call does not return."""
    # Waiting OpenMP threads that spin take the cores from the window and from data loading.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if not has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if folder:
        os.chdir(folder)
    command = [str(venv_python()), *arguments]
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


def start_window(arguments: Sequence[str]) -> NoReturn:
    """Open the window, or run the sample in the terminal where there is no display."""
    if not has_display():
        say("There is no display here, so the sample project runs in the terminal instead.")
        start_sample(arguments)
    set_up(["window", "sound"])
    hand_over("-m", "deepdesk")


def start_sample(arguments: Sequence[str]) -> NoReturn:
    """Run the sample project in the terminal, to the end."""
    set_up([])
    hand_over("-m", "deepdesk", "sample", *arguments)


def start_command(arguments: Sequence[str]) -> NoReturn:
    """Run `deepdesk ARGUMENTS`; without any, that is the window."""
    set_up([] if arguments else ["window", "sound"])
    hand_over("-m", "deepdesk", *arguments)


def start_tests(arguments: Sequence[str]) -> NoReturn:
    """Run all tests and checks, or those that `arguments` name to pytest."""
    set_up(["window", "sound", "tests", "installers"], with_tests=True)
    hand_over("-m", "pytest", *arguments, folder=ROOT)


def start_benchmarks(arguments: Sequence[str]) -> NoReturn:
    """Run the benchmarks named, or all."""
    set_up(["window", "tests"], with_tests=True)
    hand_over("-m", "tests.benchmarks", *arguments, folder=ROOT)


def start_shots(arguments: Sequence[str]) -> NoReturn:
    """Save pictures of the window into the folder given."""
    if len(arguments) != 1:
        say("Say where the pictures go: python3 start.py shots FOLDER")
        sys.exit(2)
    set_up(["window"])
    hand_over("-m", "deepdesk.ui.shots", str(Path(arguments[0]).absolute()))


def start_package(arguments: Sequence[str]) -> NoReturn:
    """Build the installers of the system named."""
    set_up(["installers"], with_tests=True)
    os.environ["PYTHONPATH"] = str(ROOT / "packaging")
    hand_over("-m", "installers", *arguments)


def add_pack(arguments: Sequence[str]) -> None:
    """Install the pack named first, then do what the rest of the command line says."""
    packs = pack_names()
    if not arguments or arguments[0] not in packs:
        say(f"Say which pack to add: python3 start.py --with {'|'.join(packs)}")
        sys.exit(2)
    set_up([], packs=arguments[:1])
    dispatch(arguments[1:])


VERBS = {
    "window": start_window,
    "sample": start_sample,
    "run": start_command,
    "test": start_tests,
    "bench": start_benchmarks,
    "shots": start_shots,
    "package": start_package,
    "--with": add_pack,
}


def dispatch(arguments: Sequence[str]) -> None:
    """Set up, then do what the first argument says."""
    verb, rest = (arguments[0], arguments[1:]) if arguments else ("window", [])
    if verb in ("-h", "--help", "help"):
        print(USAGE, end="")
    elif verb in VERBS:
        VERBS[verb](rest)
    else:
        say(f"There is no '{verb}' here.\n{USAGE}")
        sys.exit(2)


def main() -> None:
    """Do what the command line says; Ctrl-C ends with status 130, as shells expect."""
    try:
        dispatch(sys.argv[1:])
    except KeyboardInterrupt:
        say("\nInterrupted. Starting again takes up where this ended.")
        sys.exit(130)


if __name__ == "__main__":
    main()
