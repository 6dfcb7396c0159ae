"""What is watched for, kept in the folder of the project: the same for pictures, films, camera."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import shiboken6
from PySide6.QtCore import QObject, Signal

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.obstacles import ObstacleSettings, settings_from_json, settings_to_json
from deepdesk.project.safe_write import read_json, write_json
from deepdesk.ui.desk import Desk

FILE = "obstacles.json"
LIMIT_BYTES = 1 << 20
# Dragging a corner changes the settings with every move.
CALM_S, LOOKED_EVERY_S = 0.3, 0.02


@dataclass(slots=True)
class Newest:
    """What is to be written: by the window's thread set, by the job that waits read."""

    settings: ObstacleSettings = field(default_factory=ObstacleSettings)
    is_urgent: bool = False


class ObstacleKeeper(QObject):
    """Settings of one project, read once and written a moment after a change.

    Signals:
        changed: `ObstacleSettings`.
    """

    changed = Signal(object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._path = desk.project.path / FILE
        self._can_write = not desk.project.read_only
        self._newest = Newest()
        self._is_writing = False
        desk.start(reading_settings(self._path), "inference", on_event=self._take)

    @property
    def settings(self) -> ObstacleSettings:
        """What is watched for."""
        return self._newest.settings

    def change(self, settings: ObstacleSettings) -> None:
        """Watch for something else, and keep that."""
        if settings == self.settings:
            return
        self._newest.settings = settings
        self.changed.emit(settings)
        self._write()

    def flush(self) -> None:
        """Write what waits at once."""
        self._newest.is_urgent = True

    def _write(self) -> None:
        if not self._can_write or self._is_writing:
            return
        self._is_writing = True
        written: list[ObstacleSettings] = []

        def take(event: object) -> None:
            if isinstance(event, Result):
                written.append(event.value)

        work = writing_settings(self._path, self._newest)
        self._desk.start(
            work, "inference", on_event=take, on_ended=lambda ended: self._end(ended, written)
        )

    def _end(self, ended: Ended, written: list[ObstacleSettings]) -> None:
        self._is_writing = False
        self._newest.is_urgent = False
        if ended.error is not None and not ended.report:
            self._desk.banner(ended.error, "inference")
        elif shiboken6.isValid(self) and written and written[-1] != self.settings:
            self._write()

    def _take(self, event: object) -> None:
        # What a person changed while the file was read is newer.
        is_first = self.settings == ObstacleSettings()
        if isinstance(event, Result) and is_first and shiboken6.isValid(self):
            self._newest.settings = event.value
            self.changed.emit(self.settings)


def reading_settings(path: Path) -> Work:
    """Return work whose `Result` holds the kept settings; none where none were kept."""

    def work(emit: EventSink, stop: StopToken) -> None:
        del stop
        if not path.exists():
            return
        try:
            emit(Result(value=settings_from_json(read_json(path, limit_bytes=LIMIT_BYTES))))
        except DeepDeskError as error:
            raise DeepDeskError(
                "What was watched for in this project cannot be read.",
                "Set it up again; that replaces the file.",
            ) from error

    return work


def writing_settings(path: Path, newest: Newest) -> Work:
    """Return work that waits for calm, or a stop, and keeps the newest settings.

    Its `Result` holds what was written.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        seen: ObstacleSettings | None = None
        while seen is not newest.settings and not stop.is_stopping:
            seen = newest.settings
            until_s = time.monotonic() + CALM_S
            while time.monotonic() < until_s and not (stop.is_stopping or newest.is_urgent):
                time.sleep(LOOKED_EVERY_S)
        written = newest.settings
        write_json(path, settings_to_json(written))
        emit(Result(value=written))

    return work
