"""How full this machine is: measured in a job every two seconds, shown in the footer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from deepdesk.core.events import Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.ui.jobs import Job

EVERY_MS = 2000
GB, MB = 1 << 30, 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Processor in percent, memory and disk in bytes."""

    processor_percent: float
    memory_used_bytes: int
    memory_bytes: int
    disk_free_bytes: int

    def words(self) -> str:
        """Return the line for the footer."""
        used, total = self.memory_used_bytes / GB, self.memory_bytes / GB
        parts = [
            f"CPU {self.processor_percent:.0f}\N{THIN SPACE}%",
            f"Memory {used:.1f} of {total:.0f} GB",
        ]
        if self.disk_free_bytes:
            free = self.disk_free_bytes
            text = f"{free / GB:.0f} GB" if free >= GB else f"{free / MB:.0f} MB"
            parts.append(f"Disk {text} free")
        return "  ·  ".join(parts)


def measuring(folder: Path) -> Work:
    """Return work that measures once; a disk that does not answer blocks only its own thread."""

    def work(emit: EventSink, _stop: StopToken) -> None:
        import psutil

        memory = psutil.virtual_memory()
        try:
            free = psutil.disk_usage(str(folder)).free
        except OSError:
            free = 0
        measured = Machine(
            processor_percent=psutil.cpu_percent(interval=None),
            memory_used_bytes=memory.total - memory.available,
            memory_bytes=memory.total,
            disk_free_bytes=free,
        )
        emit(Result(value=measured))

    return work


class MachineMeter(QObject):
    """Measures while it is started.

    Signals:
        measured: `Machine`, every two seconds.
    """

    measured = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = Path.home()
        self._job: Job | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.measure)

    def start(self) -> None:
        """Measure now and every two seconds."""
        self.measure()
        self._timer.start()

    def stop(self) -> None:
        """Measure no more."""
        self._timer.stop()

    def measure(self) -> None:
        """Measure once, unless the last measure is still waiting for its disk."""
        if self._job is not None:
            return
        self._job = Job(measuring(self.folder), "machine", parent=self)
        self._job.batch.connect(self._tell)
        self._job.ended.connect(self._forget)
        self._job.start()

    def _tell(self, events: list[object]) -> None:
        for event in events:
            if isinstance(event, Result):
                self.measured.emit(event.value)

    def _forget(self, _ended: object) -> None:
        if self._job is not None:
            self._job.deleteLater()
        self._job = None
