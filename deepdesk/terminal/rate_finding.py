"""The verb that finds a learning rate."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from deepdesk.terminal.commands import request_of
from deepdesk.terminal.watch import Watch, say

if TYPE_CHECKING:
    from deepdesk.engine.rate_finder import RateCurve

Arguments = argparse.Namespace


def find_rate_command(arguments: Arguments) -> int:
    """Try learning rates on a copy of the network and suggest one; nothing is changed."""
    from deepdesk.engine.rate_finder import rate_work
    from deepdesk.project.folder import Project
    from deepdesk.tasks import task_of

    with Project.open(arguments.project, read_only=True) as project:
        spec = task_of(project.file.task)
        watch = Watch()
        watch.finish(rate_work(project, spec, request_of(spec, arguments)))
    curve: RateCurve = watch.results[-1]
    row = {
        "suggestion": curve.suggestion,
        "steepest": curve.steepest,
        "note": curve.note,
        "rates": curve.rates,
        "losses": curve.losses,
    }
    say(arguments, row, _text(curve))
    return 0


def _text(curve: RateCurve) -> str:
    lines = [
        f"Suggested learning rate: {curve.suggestion:g}",
        f"The loss fell fastest at {curve.steepest:.2g}.",
        f"Use it with: deepdesk train PROJECT --set learning_rate={curve.suggestion:g}",
    ]
    return "\n".join((*lines, curve.note)).rstrip()
