"""Sound classification, the heavy half: waveforms to logits to class scores.

Letters in names: N batch, T samples over time, C channels of a sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from deepdesk.core.chance import Draws
from deepdesk.core.payloads import Audio, LabelScores, Payload, Recording
from deepdesk.core.task import DataFacts, Field, Truth
from deepdesk.core.work import StopToken
from deepdesk.data.augment_sound import SoundAugmentation, augment_sounds, placed
from deepdesk.data.rooms import LONGEST_S
from deepdesk.data.sound_files import read_sound, resampled
from deepdesk.data.sound_recipe import SoundRecipe
from deepdesk.data.sounds import middle_of
from deepdesk.engine.labelling import Labelling
from deepdesk.nn.graph import Contract, Graph
from deepdesk.tasks.audio_classification import Config
from deepdesk.tasks.audio_classification.data import (
    automatic_length_s,
    automatic_rate_hz,
    fitted,
    levelled,
    trimmed,
)
from deepdesk.tasks.audio_classification.model import architectures
from deepdesk.tasks.audio_classification.questions import Window
from deepdesk.tasks.audio_classification.stream import SoundStream
from deepdesk.tasks.audio_classification.timeline import timelines

# Of a longer recording its middle is read: silence is trimmed from so many times the length.
_READ_TIMES = 4


class AudioClassification(Labelling):
    """One classifier: takes `Audio`, gives `LabelScores`.

    Args:
        config: Settings of this task.
        facts: Classes and the typical size (samples, samples a second).
    """

    def __init__(self, config: Config, facts: DataFacts) -> None:
        super().__init__(
            facts.classes, label_smoothing=config.label_smoothing, balance=config.balance
        )
        self.config = config
        self.rate_hz = config.rate_hz or automatic_rate_hz(facts.typical_size)
        self.length_s = config.length_s or automatic_length_s(facts.typical_size)
        self.samples = round(self.length_s * self.rate_hz)
        self.fields = {
            "sound": Field(shape=(self.samples,), dtype="int16"),
            "length": Field(shape=(1,), dtype="int32"),
        }
        self._augmentation = SoundAugmentation(
            shift=config.shift,
            speed=0.15 if config.speed else 0.0,
            loudness_db=6.0 if config.loudness else 0.0,
            noise_db=-30.0 if config.noise else 0.0,
            tone_db=12.0 if config.tone else 0.0,
            mask=0.15 if config.mask else 0.0,
            room_s=LONGEST_S if config.room else 0.0,
            rate_hz=self.rate_hz,
        )

    @property
    def recipe(self) -> SoundRecipe:
        """How a file becomes what the network hears, for networks that leave the program."""
        return SoundRecipe(
            most_s=self.length_s * _READ_TIMES,
            rate_hz=self.rate_hz,
            trims=self.config.trim,
            levels=self.config.level,
            samples=self.samples,
        )

    def decode(self, path: Path, truth: Truth) -> Mapping[str, NDArray[Any]]:
        """Return {"sound": int16, (T,); "length": int32, (1,)}: the sound, then zeros.

        Raises:
            BadSampleError: The file is no usable sound.
        """
        del truth
        sound = read_sound(path, rate_hz=self.rate_hz, max_s=self.length_s * _READ_TIMES)
        return self._fields(sound.samples_T)

    def architectures(self) -> Mapping[str, Graph]:
        """Return the graphs on offer, made for this length; the first is the default."""
        return architectures(self.samples, self.rate_hz)

    def contract(self, detail: float = 1.0) -> Contract:
        """Return float32 (N, T) -> (N, classes), the same with less detail."""
        del detail
        return Contract(
            inputs={"sound": (self.samples,)},
            outputs={"logits": (len(self.classes),)},
            words={"sound": f"{self.length_s:g} s of sound at {self.rate_hz / 1000:g} kHz"},
        )

    def prepare(
        self, batch: Mapping[str, Tensor], draws: Draws | None, detail: float = 1.0
    ) -> Mapping[str, Tensor]:
        """Return {"sound": float32, (N, T), -1 to 1; "label": int64, (N,), if given}.

        Args:
            batch: {"sound": int16, (N, T); "length": int32, (N, 1); "label": int64, (N,)}.
            draws: Augmentation while training, None otherwise.
            detail: Of no effect here.
        """
        del detail
        sounds_NT = batch["sound"].float() / 32768.0
        sounds_NT = placed(sounds_NT, batch["length"][:, 0].long(), draws, self._augmentation)
        if draws is not None:
            sounds_NT = augment_sounds(sounds_NT, draws, self._augmentation)
        return {**batch, "sound": sounds_NT}

    def forward(self, model: nn.Module, batch: Mapping[str, Tensor]) -> Tensor:
        """Return logits, float32, (N, C)."""
        logits: Tensor = model(batch["sound"])
        return logits.float()

    def predict(self, model: nn.Module, given: Payload, stop: StopToken) -> Iterator[Payload]:
        """Yield the class scores of one sound, or growing timelines of a recording.

        Raises:
            TypeError: `given` is neither `Audio` nor `Recording`.
            BadSampleError: The file of a recording cannot be read.
        """
        if isinstance(given, Recording):
            ask = partial(self._probabilities, model)
            yield from timelines(given, ask, self.window, self.classes, self.thresholds, stop)
            return
        batch = self._batch(_audio(given))
        stop.check()
        yield self.scores_of(self._logits(model, batch)[0])

    @property
    def window(self) -> Window:
        """What the network hears at once."""
        return Window(rate_hz=self.rate_hz, samples=self.samples, trims=self.config.trim)

    def stream(self, model: nn.Module) -> SoundStream:
        """Return what answers a microphone at even steps."""

        def ask(samples_T: NDArray[np.float32]) -> LabelScores:
            return self.scores_of(self._logits(model, self._stacked([samples_T]))[0])

        return SoundStream(ask, self.window)

    def preview(self, given: Payload, draws: Draws) -> Iterable[Payload]:
        """Yield one augmented sound per draw; of a long recording its middle.

        Raises:
            TypeError: `given` is neither `Audio` nor `Recording`.
        """
        if isinstance(given, Recording):
            given = middle_of(given, self.length_s * _READ_TIMES)
        audio = _audio(given)
        batch = self._batch(audio)
        many = {name: values.expand(len(draws), -1) for name, values in batch.items()}
        for sound_T in self.prepare(many, draws)["sound"].clamp(-1.0, 1.0):
            samples_TC = np.ascontiguousarray(sound_T.numpy()[:, None])
            yield Audio(samples_TC=samples_TC, sample_rate_hz=self.rate_hz, name=audio.name)

    def _probabilities(
        self, model: nn.Module, sounds: Sequence[NDArray[np.float32]]
    ) -> NDArray[np.float32]:
        """Return the probabilities of several sounds at this rate, float32, (N, C)."""
        return self.probabilities_of(self._logits(model, self._stacked(sounds)))

    def _logits(self, model: nn.Module, batch: Mapping[str, Tensor]) -> Tensor:
        device = next(model.parameters()).device
        moved = {name: values.to(device) for name, values in batch.items()}
        return self.forward(model, self.prepare(moved, None))

    def _stacked(self, sounds: Sequence[NDArray[np.float32]]) -> dict[str, Tensor]:
        """Return the fields of several sounds at this rate, (N, ...) each."""
        rows = [self._fields(samples_T) for samples_T in sounds]
        return {name: torch.from_numpy(np.stack([row[name] for row in rows])) for name in rows[0]}

    def _batch(self, given: Audio) -> dict[str, Tensor]:
        """Return the fields of one sound, (1, ...) each."""
        mixed_T = given.samples_TC.mean(1, dtype=np.float32)
        samples_T = resampled(self._middle(mixed_T, given), given.sample_rate_hz, self.rate_hz)
        fields = self._fields(samples_T)
        return {name: torch.from_numpy(values)[None] for name, values in fields.items()}

    def _middle(self, mixed_T: NDArray[np.float32], given: Audio) -> NDArray[np.float32]:
        most = max(1, round(self.length_s * _READ_TIMES * given.sample_rate_hz))
        start = max(0, (len(mixed_T) - most) // 2)
        return mixed_T[start : start + most]

    def _fields(self, samples_T: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        if self.config.trim:
            samples_T = trimmed(samples_T, self.rate_hz)
        if self.config.level:
            samples_T = levelled(samples_T)
        sound_T, length = fitted(samples_T, self.samples)
        return {"sound": sound_T, "length": np.array([length], dtype=np.int32)}


def _audio(given: Payload) -> Audio:
    if not isinstance(given, Audio):
        raise TypeError(f"Sound classification takes an Audio, not {type(given).__name__}")
    return given
