"""The verb that says what a run will take, before it begins."""

from __future__ import annotations

import argparse
import dataclasses
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from deepdesk.terminal.commands import request_of
from deepdesk.terminal.watch import Watch, say

if TYPE_CHECKING:
    from deepdesk.engine.forecast.outlook import Outlook

Arguments = argparse.Namespace
_WATT_HOUR = 3600.0


def forecast_command(arguments: Arguments) -> int:
    """Measure this machine where needed, and say time, memory, disk and energy of a run."""
    from deepdesk.engine.forecast.outlook import outlook_work
    from deepdesk.project.folder import Project
    from deepdesk.project.preferences import load
    from deepdesk.tasks import task_of

    with Project.open(arguments.project, read_only=True) as project:
        spec = task_of(project.file.task)
        watch = Watch()
        request = request_of(spec, arguments)
        watch.finish(outlook_work(project, spec, request, measures=True))
    outlook: Outlook = watch.results[-1]
    preferences = load()
    cost = outlook.joules / _WATT_HOUR / 1000 * preferences.price_per_kwh
    row = {**dataclasses.asdict(outlook), "joules": outlook.joules, "cost": cost}
    say(arguments, row, _text(outlook, cost, preferences.currency))
    return 0


def _text(outlook: Outlook, cost: float, currency: str) -> str:
    end = datetime.now() + timedelta(seconds=outlook.seconds)
    room, free = outlook.memory_bytes / 2**30, outlook.free_bytes / 2**20
    done = "" if outlook.caveat else f", done {end:%Y-%m-%d %H:%M} if started now"
    lines = [
        f"Time: {outlook.seconds:,.0f} s{done}",
        f"Memory: {outlook.peak_bytes / 2**30:.2f} of {room:.1f} GB",
        f"Disk: at most {outlook.disk_bytes / 2**20:,.0f} MB, {free:,.0f} MB free",
    ]
    if outlook.joules:
        source = f"{outlook.watts:.0f} W, {outlook.watts_from}"
        lines.append(f"Energy: {outlook.joules / _WATT_HOUR:.1f} Wh ({source})")
    if cost:
        lines.append(f"Cost: {cost:.4f} {currency}")
    if outlook.error_share is not None:
        lines.append(f"The time of the last run like it was {outlook.error_share:.0%} off.")
    if outlook.caveat:
        lines.append(outlook.caveat)
    return "\n".join(lines)
