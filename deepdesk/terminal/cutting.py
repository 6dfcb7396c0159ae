"""The verb that cuts long recordings of a project into pieces, or shows where it would."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from deepdesk.core.errors import BadSampleError, DeepDeskError
from deepdesk.core.settings import parse, settings_of
from deepdesk.terminal.given import printable
from deepdesk.terminal.watch import Watch, say

if TYPE_CHECKING:
    from deepdesk.data.cutting import Cutting
    from deepdesk.data.cutting_work import CutReport
    from deepdesk.project.index import Sample

Arguments = argparse.Namespace


def add_cut(verb: argparse.ArgumentParser) -> None:
    """Add the arguments of the verb."""
    verb.add_argument("project", type=Path, help="the project folder")
    verb.add_argument(
        "--longer-than", type=float, default=60.0, metavar="SECONDS", help="what counts as long"
    )
    verb.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting")
    verb.add_argument("--show", action="store_true", help="only say where it would be cut")


def cut_command(arguments: Arguments) -> int:
    """Cut the long recordings of a project; the files they came from stay as they are."""
    from deepdesk.core.payloads import Audio
    from deepdesk.project.folder import Project
    from deepdesk.tasks import task_of

    settings = _settings(arguments.set)
    longer_s: float = arguments.longer_than
    if not 0.0 <= longer_s < math.inf:
        raise DeepDeskError(f"--longer-than is {longer_s:g}.", "Give seconds, 0 or more.")
    with Project.open(arguments.project, read_only=arguments.show) as project:
        spec = task_of(project.file.task)
        if spec.takes is not Audio:
            raise DeepDeskError(
                "Only recordings can be cut.", f"This project is of {spec.reader().noun[1]}."
            )
        with project.index() as index:
            samples = index.samples(index.longer_than(longer_s))
        if not samples:
            return _say_none(arguments, longer_s)
        if arguments.show:
            return _show(arguments, samples, settings)
        project.check_writable()
        return _cut(arguments, project.path, samples, settings)


def _say_none(arguments: Arguments, longer_s: float) -> int:
    words = f"No sound that was read lasts longer than {longer_s:g} s; --longer-than sets this."
    say(arguments, {"cut": 0, "pieces": 0, "silent": 0, "refused": []}, words)
    return 0


def _cut(arguments: Arguments, path: Path, samples: list[Sample], settings: Cutting) -> int:
    from deepdesk.data.cutting_work import cut_work
    from deepdesk.data.verify import verify_work
    from deepdesk.project.folder import Project
    from deepdesk.tasks import task_of

    watch = Watch()
    watch.finish(cut_work(path, [sample.id for sample in samples], settings))
    report: CutReport = watch.results[0]
    with Project.open(path) as project:
        reader_of = task_of(project.file.task).reader
    Watch().finish(verify_work(path, reader_of))
    refused = [{"file": name, "reason": reason} for name, reason in report.refused]
    lines = [report.sentence, *(f"  {printable(n)}: {why}" for n, why in report.refused)]
    result = {
        "cut": report.cut,
        "pieces": report.pieces,
        "silent": report.silent,
        "refused": refused,
    }
    say(arguments, result, "\n".join(lines))
    return 0


def _show(arguments: Arguments, samples: list[Sample], settings: Cutting) -> int:
    from deepdesk.core.work import StopToken
    from deepdesk.data.cutting import cut, loudness_of
    from deepdesk.data.sound_files import length_of

    for sample in samples:
        try:
            loudness_T = loudness_of(sample.path, StopToken())
            spans = cut(loudness_T, length_of(sample.path), settings)
        except BadSampleError as error:
            say(
                arguments,
                {"file": str(sample.path), "reason": str(error)},
                f"{printable(sample.path.name)}: {error}",
            )
            continue
        starts = ", ".join(f"{start_s:.2f}" for start_s, _ in spans)
        text = f"{printable(sample.path.name)}: {len(spans):,} pieces, from {starts} s"
        say(arguments, {"file": str(sample.path), "pieces": [list(span) for span in spans]}, text)
    return 0


def _settings(given: list[str]) -> Cutting:
    from deepdesk.data.cutting import Cutting, checked

    known = {setting.key: setting for setting in settings_of(Cutting)}
    values = {}
    for pair in given:
        key, _, text = pair.partition("=")
        if key not in known:
            names = ", ".join(sorted(known))
            raise DeepDeskError(f"There is no setting {key!r}.", f"Known are: {names}.")
        values[key] = parse(known[key], text)
    return checked(Cutting(**values))
