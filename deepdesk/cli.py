"""The terminal face: the same work as the window, progress on standard error.

Results go to standard output, as JSON lines with `--json`. Exit status: 0 done,
1 the world said no, 2 a wrong call, 130 interrupted.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from deepdesk import __version__
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.packages import broken_package
from deepdesk.terminal import commands
from deepdesk.terminal.answer_file import add_answer_file
from deepdesk.terminal.comparing import add_compare, add_logs, compare_command, logs_command
from deepdesk.terminal.cutting import add_cut, cut_command
from deepdesk.terminal.doctoring import add_doctor, doctor_command
from deepdesk.terminal.exporting import export_command
from deepdesk.terminal.foretelling import forecast_command
from deepdesk.terminal.label_exporting import add_export_labels, export_labels_command
from deepdesk.terminal.mapping import add_map
from deepdesk.terminal.queueing import add_queue, queue_command
from deepdesk.terminal.rate_finding import find_rate_command
from deepdesk.terminal.searching import add_search, search_command
from deepdesk.terminal.splitting import add_keep, add_split, split_command
from deepdesk.terminal.timelines import add_timeline
from deepdesk.terminal.training import add_processes
from deepdesk.ui.installed import tell_broken

Arguments = argparse.Namespace


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 2
    _accept_any_name()
    try:
        status: int = arguments.command(arguments)
    except DeepDeskError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _drop_output()
        return 1
    except Exception as error:  # noqa: BLE001 - what is not known is raised again
        return _told(error)
    return status


def _told(error: Exception) -> int:
    """Say what the world refused and return the exit status; a mistake of ours is raised again."""
    broken = broken_package(error)
    if broken is not None:
        return tell_broken(broken, starts=False)
    if isinstance(error, OSError):
        print(f"{error.filename or 'A file'}: {error.strerror or error}.", file=sys.stderr)
        return 1
    raise error


def _accept_any_name() -> None:
    """Let names of files that are no legal text be printed, with what is illegal escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """Send what is left nowhere: nobody reads it, and flushing it at the end would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="deepdesk", description="Train networks on your files.")
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, words, command, add in _VERBS:
        verb = verbs.add_parser(name, help=words, description=words)
        verb.add_argument("--json", action="store_true", help="results as JSON, one object a line")
        add(verb)
        verb.set_defaults(command=command, call=main)
    return parser


def _add_project(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("project", type=Path, help="the project folder")


def _add_new(verb: argparse.ArgumentParser) -> None:
    _add_project(verb)
    verb.add_argument("--task", required=True, help="what to train, see 'deepdesk tasks'")
    verb.add_argument("--data", type=Path, nargs="+", required=True, help="folders, zips, tables")
    verb.add_argument("--no-verify", action="store_true", help="do not wait for the contents")
    add_keep(verb)
    add_map(verb)


def _add_import(verb: argparse.ArgumentParser) -> None:
    _add_project(verb)
    verb.add_argument("data", type=Path, nargs="+", help="folders, zips, tables or files")
    verb.add_argument("--no-verify", action="store_true", help="do not wait for the contents")
    add_keep(verb)
    add_map(verb)


def _add_train(verb: argparse.ArgumentParser) -> None:
    _add_project(verb)
    verb.add_argument("--preset", default="", help="quick, balanced or best")
    verb.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting")
    verb.add_argument("--epochs", help="how often every sample is seen")
    verb.add_argument("--seed", help="the same seed gives the same run")
    verb.add_argument("--device", help="auto, cpu, cuda, mps or xpu")
    verb.add_argument("--network", default="", help="one of the task's networks")
    verb.add_argument("--from", dest="continue_from", default="", metavar="RUN", help="a run")
    add_processes(verb)


def _add_search(verb: argparse.ArgumentParser) -> None:
    _add_train(verb)
    add_search(verb)


def _add_resume(verb: argparse.ArgumentParser) -> None:
    _add_project(verb)
    verb.add_argument("run", nargs="?", default="", help="the latest unfinished one by default")
    add_processes(verb)


def _add_evaluate(verb: argparse.ArgumentParser) -> None:
    _add_project(verb)
    verb.add_argument("--run", default="", help="the latest by default")
    verb.add_argument("--split", default="test", choices=("train", "validation", "test"))
    verb.add_argument("--data", type=Path, help="labelled data that the network has never seen")
    _add_answering(verb)


def _add_predict(verb: argparse.ArgumentParser) -> None:
    _add_project(verb)
    verb.add_argument("paths", type=Path, nargs="+", help="files, folders, or - for standard input")
    verb.add_argument("--run", default="", help="the latest by default")
    add_timeline(verb)
    add_answer_file(verb)
    _add_answering(verb)


def _add_answering(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="another setting of the answers, such as decoding=beam",
    )


def _add_export(verb: argparse.ArgumentParser) -> None:
    _add_project(verb)
    verb.add_argument("--run", default="", help="the latest by default")
    verb.add_argument("--to", type=Path, required=True, metavar="FILE", help="ends in .py or .json")


def _add_sample(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--folder", type=Path, help="where; a temporary folder by default")


def _add_nothing(_verb: argparse.ArgumentParser) -> None:
    pass


_VERBS: tuple[
    tuple[str, str, Callable[[Arguments], int], Callable[[argparse.ArgumentParser], None]], ...
] = (
    ("new", "Make a project folder and import data.", commands.new_command, _add_new),
    ("import", "Add data to a project.", commands.import_command, _add_import),
    ("cut", "Cut long recordings into pieces.", cut_command, add_cut),
    ("split", "Show the split, draw it anew or move samples.", split_command, add_split),
    (
        "train",
        "Train one run; Ctrl-C stops and keeps the best weights.",
        commands.train_command,
        _add_train,
    ),
    ("resume", "Continue a run that was stopped or killed.", commands.resume_command, _add_resume),
    ("queue", "List the runs that wait, or train them.", queue_command, add_queue),
    ("search", "Search for good settings with many runs.", search_command, _add_search),
    (
        "find-rate",
        "Try learning rates on a copy of the network and suggest one.",
        find_rate_command,
        _add_train,
    ),
    ("forecast", "Say what a run will take before it begins.", forecast_command, _add_train),
    ("runs", "List the runs of a project.", commands.runs_command, _add_project),
    ("compare", "Compare two runs of a project.", compare_command, add_compare),
    ("logs", "Write the curves of a run for other programs.", logs_command, add_logs),
    (
        "evaluate",
        "Measure a run on a split or on new data.",
        commands.evaluate_command,
        _add_evaluate,
    ),
    ("predict", "Ask a run about files or folders.", commands.predict_command, _add_predict),
    ("export", "Write a run's network as PyTorch source.", export_command, _add_export),
    (
        "export-labels",
        "Write labels as COCO, Pascal VOC, YOLO, LabelMe, Label Studio, masks or CSV.",
        export_labels_command,
        add_export_labels,
    ),
    ("tasks", "List what can be trained.", commands.tasks_command, _add_nothing),
    ("doctor", "Say what this machine can do.", doctor_command, add_doctor),
    ("sample", "Run the sample project from end to end.", commands.sample_command, _add_sample),
)
