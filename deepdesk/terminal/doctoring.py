"""`deepdesk doctor`: what a report of a problem needs, as text, as JSON or as a zip."""

from __future__ import annotations

import argparse
from pathlib import Path

from deepdesk.core.work import StopToken
from deepdesk.project.safe_write import write_bytes
from deepdesk.terminal.watch import say

Arguments = argparse.Namespace


def add_doctor(verb: argparse.ArgumentParser) -> None:
    """Add the options of `doctor`."""
    verb.add_argument("--out", type=Path, metavar="FILE", help="a zip for a report of a problem")
    verb.add_argument("--check", action="store_true", help="compute once on each device")


def doctor_command(arguments: Arguments) -> int:
    """Say what this machine can do, or write it with the log and the last report into a zip."""
    from deepdesk.engine.doctor import as_text, device_words, report, report_texts, zipped

    facts = report()
    checks = device_words(StopToken()) if arguments.check or arguments.out else ""
    if checks:
        facts["tried now"] = checks
    if arguments.out is None:
        say(arguments, facts, as_text(facts))
        return 0
    write_bytes(arguments.out.absolute(), zipped(report_texts(facts)))
    told = (
        f"{arguments.out} is written; nothing was sent. Paths and names were taken out as far as"
        " they were recognised; read it before you send it."
    )
    say(arguments, {"out": str(arguments.out)}, told)
    return 0
