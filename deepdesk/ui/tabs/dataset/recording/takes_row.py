"""Take after take, until a person ends the row."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deepdesk.ui.tabs.dataset.recording.recorder import Recorder
    from deepdesk.ui.tabs.dataset.recording.sitting import Sitting


class TakesRow:
    """Whether the next take follows by itself; `goes` is set by the sitting it belongs to."""

    def __init__(self, sitting: Sitting, recorder: Recorder) -> None:
        self._sitting = sitting
        self._recorder = recorder
        self.goes = False

    @property
    def is_under_way(self) -> bool:
        """Whether the next take will follow this one."""
        return self.goes and (self._sitting.is_busy or self._sitting.is_keeping)

    @property
    def has_next(self) -> bool:
        """Whether a person says when this take is over, and the next one begins."""
        is_asked = self.goes and not self._sitting.habits.length_s
        return is_asked and self._recorder.is_recording

    def go_on(self) -> None:
        """End this take and begin the next one where a person says when, else as `toggle`."""
        if self.has_next:
            self._recorder.end()
        else:
            self._sitting.toggle()
