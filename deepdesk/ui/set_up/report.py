"""What a set-up came to, and what to send to somebody who helps where it failed. No Qt."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING

from deepdesk.project.care.discreet import discreet
from deepdesk.ui.set_up import words

if TYPE_CHECKING:
    from deepdesk.launcher.environments import Ready
    from deepdesk.ui.set_up.found import Found
    from deepdesk.ui.set_up.offer_page import Plan

LOG_BYTES = 16_000


def outcome(ready: Ready, plan: Plan, before: Ready | None) -> tuple[str, tuple[str, ...]]:
    """Return what is set up in one sentence, and why it is not what was planned, if so.

    Args:
        before: What was set up already; if it is still that, its reasons are old ones.
    """
    titles = {choice.backend: choice.title for choice in reversed(plan.choices)}
    if ready == before:
        return f"{titles.get(ready.backend, ready.backend)} is set up already.", ()
    tried = len(ready.passed_over)
    last = plan.choices[min(tried, len(plan.choices) - 1)]
    title = last.title if last.backend == ready.backend else titles.get(ready.backend)
    said = f"{title or ready.backend} is set up and has passed its test."
    reasons = tuple(
        f"{titles.get(backend, backend)} was passed over: {why}"
        for backend, why in ready.passed_over
    )
    if not reasons and ready.backend != plan.choices[0].backend:
        reasons = (ready.why,)
    return said, reasons


def details(report: str, found: Found | None, plan: Plan | None, log: str) -> str:
    """Return what to send to somebody who helps, discreet about paths and names."""
    parts = [report.strip(), _machine(found), _plan(plan)]
    if log.strip():
        parts.append(f"The end of the log:\n{log.strip()}")
    return discreet("\n\n".join(part for part in parts if part))


def _machine(found: Found | None) -> str:
    lines = [f"System: {platform.platform()}", f"Python: {platform.python_version()}"]
    if found is not None:
        for _icon, name, note in words.machine_rows(found.hardware):
            lines.append(f"Card: {name}, {note}" if found.hardware.gpus else name)
        lines.append(f"Goes to: {found.runtime}")
        lines.append(f"Free: {words.size_text(found.free_bytes)}")
        lines.append(f"Version: {found.version}")
    return "\n".join(lines)


def _plan(plan: Plan | None) -> str:
    if plan is None:
        return ""
    chosen = ", ".join(f"{choice.backend} (torch {choice.torch})" for choice in plan.choices)
    source = f"\nFiles: {plan.wheels}" if plan.wheels is not None else ""
    return f"Choice: {chosen}{source}"


def end_of(log: Path) -> str:
    """Return the last words of a log, "" where there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - LOG_BYTES))
            return file.read(LOG_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
