"""Sound classification: name what is to be heard. The light half."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from deepdesk.core.label_settings import BalanceClasses, LabelSmoothing
from deepdesk.core.payloads import Audio, LabelScores
from deepdesk.core.settings import Knob
from deepdesk.core.sound_settings import (
    AddedNoise,
    Gaps,
    LoudnessChange,
    RoomEchoes,
    SampleRate,
    ToneChange,
)
from deepdesk.core.task import DataFacts, Dial, Reader, TaskSpec

if TYPE_CHECKING:
    from deepdesk.core.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings that only this task has."""

    length_s: Annotated[
        float,
        Knob(
            label="Length",
            help="How much of a sound the network hears: the middle of longer ones. Shorter ones"
            " stand in silence. Time grows with it.",
            unit="s",
            choices=(
                (0.0, "Automatic"),
                *((s, f"{s:g}") for s in (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0)),
                *((s, f"{s:g}") for s in (8.0, 10.0, 15.0, 20.0, 30.0)),
            ),
            group="Sounds",
        ),
    ] = 0.0
    rate_hz: SampleRate = 0
    trim: Annotated[
        bool,
        Knob(
            label="Trim silence",
            help="Leaves out what is 40 dB quieter than the loudest moment, at both ends. Switch"
            " it off where the silence itself says something: long sounds are then heard without"
            " looking for single events.",
            group="Sounds",
        ),
    ] = True
    level: Annotated[
        bool,
        Knob(
            label="Even loudness",
            help="Makes all sounds equally loud. Switch it off where loudness tells classes apart.",
            group="Sounds",
        ),
    ] = True
    shift: Annotated[
        bool,
        Knob(
            label="Shift",
            help="Puts a sound anywhere in its length, not always in the middle.",
            group="Augmentation",
        ),
    ] = True
    speed: Annotated[
        bool,
        Knob(
            label="Speed",
            help="Plays sounds up to 15 % slower or faster, and lower or higher with it. Switch it"
            " off where pitch tells classes apart.",
            group="Augmentation",
        ),
    ] = True
    loudness: LoudnessChange = True
    noise: AddedNoise = True
    tone: ToneChange = True
    room: RoomEchoes = False
    mask: Gaps = False
    label_smoothing: LabelSmoothing = 0.1
    balance: BalanceClasses = False


def _reader() -> Reader:
    from deepdesk.data.sounds import SoundReader

    return SoundReader()


def _load() -> Callable[[Any, DataFacts], Task]:
    from deepdesk.tasks.audio_classification.task import AudioClassification

    return AudioClassification


def _sample(folder: Path) -> Path:
    from deepdesk.tasks.audio_classification.sample import write_synthetic_sounds

    return write_synthetic_sounds(folder)


SPEC = TaskSpec(
    key="audio_classification",
    title="Sound classification",
    card="Sounds",
    summary="Name what is to be heard",
    group="Sound",
    icon="sound",
    order=10,
    config=Config,
    takes=Audio,
    gives=LabelScores,
    reader=_reader,
    load=_load,
    dials={
        "quick": Dial(architecture="Small convolutional", training={"epochs": 12}),
        "balanced": Dial(
            architecture="Residual, small", training={"epochs": 25}, task={"mask": True}
        ),
        "best": Dial(architecture="Residual, small", training={"epochs": 80}, task={"mask": True}),
    },
    sample=_sample,
    sample_name="Synthetic sounds",
    paper="https://arxiv.org/abs/1609.09430",
)
