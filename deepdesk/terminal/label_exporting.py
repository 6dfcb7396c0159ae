"""The verb that writes the labels of a project in the format of another program."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from deepdesk.terminal.given import printable
from deepdesk.terminal.watch import Watch, say

if TYPE_CHECKING:
    from deepdesk.data.label_export.work import ExportReport

Arguments = argparse.Namespace
KEYS = ("coco", "voc", "yolo", "labelme", "labelstudio", "masks", "csv")


def add_export_labels(verb: argparse.ArgumentParser) -> None:
    """Add the arguments of the verb."""
    verb.add_argument("project", type=Path, help="the project folder")
    verb.add_argument("--format", required=True, choices=KEYS, help="what is to be written")
    verb.add_argument(
        "--to", type=Path, required=True, metavar="FOLDER", help="a new or an empty folder"
    )
    verb.add_argument(
        "--no-copies",
        action="store_true",
        help="name the pictures where they lie instead of copying them",
    )


def export_labels_command(arguments: Arguments) -> int:
    """Write what is drawn on the pictures of a project; say what the format cannot hold."""
    from deepdesk.data.label_export.work import export_work

    watch = Watch()
    watch.finish(
        export_work(
            arguments.project,
            arguments.format,
            arguments.to.absolute(),
            is_copying=not arguments.no_copies,
        )
    )
    report: ExportReport = watch.results[0]
    result = {
        "format": arguments.format,
        "folder": str(report.folder),
        "pictures": report.pictures,
        "labels": report.labels,
        "losses": list(report.losses),
        "refused": [{"file": name, "reason": reason} for name, reason in report.refused],
    }
    lines = [report.sentence, *(f"  {loss}" for loss in report.losses)]
    lines += [f"  {printable(name)}: {reason}" for name, reason in report.refused]
    say(arguments, result, "\n".join(lines))
    return 0
