"""At a start: what became of windows that were open before, each told once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from deepdesk.project.care.crash_reports import report_folder, report_name, write_report
from deepdesk.project.care.log_file import NAME, tail
from deepdesk.project.care.running import Broken, broken_windows, forget

LOG_LINES = 80
# A window that ends so soon after its start may well do so again.
SOON_S = 30.0
_TITLES = {
    "crash": "DeepDesk crashed",
    "restart": "DeepDesk was cut off",
    "ended": "DeepDesk ended",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """A window that ended without being closed, and the report of it.

    Attributes:
        report: None where it could not be written, as on a full disk.
    """

    broken: Broken
    report: Path | None

    @property
    def is_at_start(self) -> bool:
        """Whether it ended right after its start."""
        mark = self.broken.mark
        return self.broken.kind == "crash" and mark.beaten_s - mark.began_s < SOON_S


def look_back(logs: Path, system: str) -> list[Aftermath]:
    """Write a report for each window that ended without being closed; the newest comes first.

    Several windows may start and look at once: whoever writes a report first tells of it.

    Args:
        system: What a report says of this computer.
    """
    found = []
    for broken in broken_windows(logs):
        mark = broken.mark
        name = report_name(broken.kind, mark.beaten_s, mark.owner.pid)
        report = write_report(
            logs,
            broken.kind,
            f"{_TITLES[broken.kind]}. {broken.sentence}",
            {
                "When": _when(broken),
                "This computer, now": system,
                "Where its threads were": broken.faults,
                "The end of the log": tail(logs / NAME, LOG_LINES),
            },
            name=name,
        )
        forget(logs, mark.owner.pid)
        if report is not None or not _is_there(report_folder(logs) / name):
            found.append(Aftermath(broken=broken, report=report))
    return found


def _is_there(report: Path) -> bool:
    """Return whether another window wrote it first."""
    try:
        return report.exists()
    except OSError:
        return False


def _when(broken: Broken) -> str:
    mark = broken.mark
    began, beaten = (_stamp(when_s) for when_s in (mark.began_s, mark.beaten_s))
    lines = [f"Version {mark.version}, open since {began}, last sign of life {beaten}."]
    lines.append("A run was under way." if mark.run else "No run was under way.")
    if mark.free_bytes:
        lines.append(f"Memory free then: {mark.free_bytes / 2**30:.1f} GB.")
    return "\n".join(lines)


def _stamp(when_s: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(when_s))
