"""What the whole window knows: one frozen value with one owner and one signal."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from deepdesk.project.folder import Project

Phase = Literal["idle", "running", "paused", "stopping"]
TABS = ("dataset", "architecture", "training", "inference")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceBadge:
    """What the header says about the device that trains.

    Attributes:
        text: Short, for instance "CPU · 2 threads · bfloat16".
        why: Why this one, in a sentence or two.
        state: "ready", "working" while it is looked for, "look" when something is wrong.
    """

    text: str
    why: str = ""
    state: str = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The state that tabs enable their buttons from.

    Attributes:
        project: The open one, or None on the welcome page.
        tab: Key of the tab in front, one of `TABS`.
        phase: Of the training: "idle", "running", "paused" or "stopping".
        run: Folder name of the run under way, or of the last one; "" for none.
        device: The badge, None before anything was looked for.
        revision: Of the sample index; grows with every change.
        theme: "light" or "dark", as shown now.
    """

    project: Project | None = None
    tab: str = "dataset"
    phase: Phase = "idle"
    run: str = ""
    device: DeviceBadge | None = None
    revision: int = 0
    theme: str = "light"

    @property
    def is_training(self) -> bool:
        """Whether a run holds the device, paused or not."""
        return self.phase != "idle"


class Store(QObject):
    """Holds the session.

    Signals:
        changed: The new `Session`, after any change.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = Session()

    @property
    def session(self) -> Session:
        """The session as it is now."""
        return self._session

    def update(self, **changes: Any) -> Session:
        """Replace fields of the session; tell everyone only if something differs."""
        session = dataclasses.replace(self._session, **changes)
        if session != self._session:
            self._session = session
            self.changed.emit(session)
        return session
