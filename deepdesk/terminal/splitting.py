"""The verb that shows and changes which samples are learned from and which are held back."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdesk.core.errors import DeepDeskError
from deepdesk.terminal.given import printable
from deepdesk.terminal.watch import say

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.project.folder import Project
    from deepdesk.project.index import SampleIndex

Arguments = argparse.Namespace
SPLITS = ("train", "validation", "test")
_USUAL = "70:15:15"


def add_split(verb: argparse.ArgumentParser) -> None:
    """Add the arguments of the verb."""
    verb.add_argument("project", type=Path, help="the project folder")
    verb.add_argument("--draw", nargs="?", const=_USUAL, metavar="70:15:15", help="draw all anew")
    verb.add_argument("--seed", type=int, default=1, help="the same seed draws the same")
    add_keep(verb)
    verb.add_argument(
        "--in-order",
        action="store_true",
        help="cut in the order of import, the last ones for test, as for the pictures of a drive",
    )
    verb.add_argument("--to", choices=SPLITS, help="move what the next two options find")
    verb.add_argument(
        "--search", default="", metavar="TEXT", help="part of a name or a pattern: '*_[0-4].wav'"
    )
    verb.add_argument(
        "--of", action="append", default=[], metavar="NAME", help="who it comes from, as a speaker"
    )


def add_keep(verb: argparse.ArgumentParser) -> None:
    """Add the switch that keeps samples of one origin on one side."""
    verb.add_argument(
        "--keep-together",
        action=argparse.BooleanOptionalAction,
        help="all of one speaker, or whatever samples come from, on one side of the split;"
        " by default where at least three say each class",
    )


def split_command(arguments: Arguments) -> int:
    """Show the split; draw it anew or move samples where that is asked for."""
    from deepdesk.project.folder import Project
    from deepdesk.tasks import task_of

    changes = arguments.to is not None or arguments.draw is not None
    if (arguments.search or arguments.of) and arguments.to is None:
        raise DeepDeskError("It is not said where to.", "Add --to train, validation or test.")
    if arguments.to is not None and not (arguments.search or arguments.of):
        raise DeepDeskError("It is not said what to move.", "Add --search TEXT or --of NAME.")
    if arguments.in_order and arguments.draw is None:
        raise DeepDeskError("Nothing is drawn.", "Add --draw 70:15:15.")
    with Project.open(arguments.project, read_only=not changes) as project:
        if changes:
            project.check_writable()
        spec = task_of(project.file.task)
        with project.index() as index:
            if arguments.draw is not None:
                keeps = arguments.keep_together
                keeps = index.keeps_origins() if keeps is None else keeps
                index.draw_splits(
                    _shares(arguments.draw),
                    arguments.seed,
                    keep_origins=keeps,
                    in_order=arguments.in_order,
                )
            moved = _moved(index, spec, arguments) if arguments.to is not None else None
            summary = split_summary(index)
            if moved is not None:
                summary["moved"] = moved
            say(arguments, summary, split_text(summary, index, spec))
    return 0


def split_summary(index: SampleIndex) -> dict[str, Any]:
    """Return the counts of the split, and who is where."""
    return {
        "splits": index.split_counts(),
        "origins": {
            row.name: {split: getattr(row, split) for split in SPLITS} for row in index.origins()
        },
        "origins_across_splits": index.origins_across_splits(),
    }


def split_text(summary: Mapping[str, Any], index: SampleIndex, spec: TaskSpec) -> str:
    """Return the counts in words, with a warning where somebody is on both sides."""
    lines = [", ".join(f"{name} {count:,}" for name, count in summary["splits"].items())]
    if "moved" in summary:
        lines.insert(0, f"moved {summary['moved']:,} {spec.reader().noun[summary['moved'] != 1]}")
    for name, counts in summary["origins"].items():
        where = ", ".join(f"{split} {count:,}" for split, count in counts.items() if count)
        lines.append(f"  {printable(name)}: {where}")
    return "\n".join([*lines, *origin_warning(index, spec)])


def origin_warning(index: SampleIndex, spec: TaskSpec) -> list[str]:
    """Return the line that says who is on both sides of the split, [] when nobody is."""
    from deepdesk.data.origin_words import across_words

    rows = index.origins()
    text = across_words(rows, spec.reader().origin_noun)
    if not text:
        return []
    remedy = " Draw again with: deepdesk split PROJECT --draw --keep-together"
    can_mend = len(rows) > 2 and index.origins_stuck() < index.origins_across_splits()
    return [f"warning: {text}.{remedy if can_mend else ''}"]


def warn_of_origins(project: Project, spec: TaskSpec) -> None:
    """Say on standard error that somebody is on both sides of the split, if so."""
    with project.index() as index:
        warning = origin_warning(index, spec)
    for line in warning:
        print(line, file=sys.stderr, flush=True)


def _moved(index: SampleIndex, spec: TaskSpec, arguments: Arguments) -> int:
    from deepdesk.project.index import Filter

    known = {row.name for row in index.origins()}
    one = spec.reader().origin_noun[0]
    for name in arguments.of:
        if name not in known:
            some = ", ".join(sorted(known)[:20]) or "none is known"
            raise DeepDeskError(f"There is no {one} {name!r}.", f"There is: {some}.")
    names: Sequence[str | None] = arguments.of or [None]
    filters = [Filter(text=arguments.search, origin=name) for name in names]
    found = [index.ids(wanted) for wanted in filters]
    if not any(len(ids) for ids in found):
        raise DeepDeskError("Nothing was found to move.", "Look for another part of the names.")
    for ids in found:
        index.set_split(ids, arguments.to)
    return sum(map(len, found))


def _shares(text: str) -> tuple[float, float, float]:
    try:
        train, validation, test = (float(part) for part in text.split(":"))
    except ValueError as error:
        raise DeepDeskError(f"{text!r} is no split.", f"Write it as {_USUAL}.") from error
    shares = (train, validation, test)
    if not all(0 <= share < 1e6 for share in shares) or train <= 0:
        raise DeepDeskError(f"{text!r} is no split.", f"Write it as {_USUAL}.")
    return shares
