"""Which tasks can be asked live: by what they take, and by what they give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deepdesk.core.payloads import Audio, Boxes, Image, LabelScores, Mask, Number, Text

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveKind:
    """A way to be asked live, as the button says it."""

    title: str
    icon: str
    tip: str


_KINDS: dict[type[Any], LiveKind] = {
    Audio: LiveKind(
        title="Microphone",
        icon="microphone",
        tip="Listen to a microphone, with answers that run along",
    ),
    Image: LiveKind(
        title="Camera",
        icon="camera",
        tip="Watch a camera, with answers that run along",
    ),
}
_SHOWN: dict[type[Any], tuple[type[Any], ...]] = {
    Audio: (LabelScores, Text),
    Image: (LabelScores, Boxes, Mask, Number),
}


def live_kind(spec: TaskSpec) -> LiveKind | None:
    """Return how a task can be asked live, None where it cannot."""
    return _KINDS.get(spec.takes) if spec.gives in _SHOWN.get(spec.takes, ()) else None
