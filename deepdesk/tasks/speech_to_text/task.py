"""Speech to text, the heavy half: waveforms to scores of units to texts.

Letters in names: N batch, T samples over time, C channels of a sound.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from deepdesk.core.chance import Draws
from deepdesk.core.errors import BadSampleError
from deepdesk.core.payloads import Audio, Payload, Recording, Span, Text, Timeline
from deepdesk.core.task import DataFacts, Field, Truth
from deepdesk.core.work import StopToken
from deepdesk.data.augment_sound import SoundAugmentation, augment_sounds
from deepdesk.data.pauses import PauseCutter, Utterance
from deepdesk.data.rooms import LONGEST_S
from deepdesk.data.sound_files import length_of, pieces, read_sound, resampled
from deepdesk.data.sound_preparing import automatic_rate_hz, levelled, trimmed
from deepdesk.data.sound_recipe import SoundRecipe
from deepdesk.data.sounds import middle_of
from deepdesk.data.writing import MOST_FREQUENT, Style, Units, listed
from deepdesk.engine.ctc_search import BeamSearch
from deepdesk.engine.transcribing import Transcribing, Written
from deepdesk.engine.word_list import WordList
from deepdesk.nn.graph import Contract, Graph
from deepdesk.nn.speech_presets import frames_of
from deepdesk.tasks.speech_to_text.config import Config
from deepdesk.tasks.speech_to_text.data import automatic_longest_s, begun, roomed
from deepdesk.tasks.speech_to_text.model import architectures
from deepdesk.tasks.speech_to_text.stream import SpeechStream

_SPEED = 0.12
# Silence around a sound may be this much longer than the sound before it is read at all.
_READ_TIMES = 4.0
_PIECE_S = 2.0
_STRANGER_COST = {"prefer": 5.0, "only": math.inf}  # nats


class SpeechToText(Transcribing):
    """One transcriber: takes `Audio`, gives `Text`.

    Args:
        config: Settings of this task.
        facts: Typical size (samples, samples a second) and what the survey found.
    """

    def __init__(self, config: Config, facts: DataFacts) -> None:
        self.config = config
        self.rate_hz = config.rate_hz or automatic_rate_hz(facts.typical_size)
        self.longest_s = config.longest_s or automatic_longest_s(facts.typical_size)
        self.samples = round(self.longest_s * self.rate_hz)
        units = Units.from_json(facts.learned)
        super().__init__(
            units,
            Style(small_letters=config.letters == "small", punctuation=config.punctuation),
            frames=frames_of(self.samples, self.rate_hz),
            search=_search(config, units, facts.learned),
            frequent=listed(facts.learned, "frequent")[:MOST_FREQUENT],
        )
        self.fields = {
            "sound": Field(shape=(self.samples,), dtype="int16"),
            "length": Field(shape=(1,), dtype="int32"),
        }
        self._augmentation = SoundAugmentation(
            loudness_db=6.0 if config.loudness else 0.0,
            noise_db=-30.0 if config.noise else 0.0,
            tone_db=12.0 if config.tone else 0.0,
            mask=0.08 if config.mask else 0.0,
            room_s=LONGEST_S if config.room else 0.0,
            rate_hz=self.rate_hz,
        )

    @property
    def recipe(self) -> SoundRecipe:
        """How a file becomes what the network hears, for networks that leave the program."""
        return SoundRecipe(
            most_s=0.0,
            rate_hz=self.rate_hz,
            trims=self.config.trim,
            levels=self.config.level,
            samples=self.samples,
            begins=True,
            units=("", *self.units.units),
            frames=self.frames,
        )

    def decode(self, path: Path, truth: Truth) -> Mapping[str, NDArray[Any]]:
        """Return {"sound": int16, (T,); "length": int32, (1,)}: the sound, then zeros.

        Raises:
            BadSampleError: The file is no usable sound, or longer than the longest, or has no
                room for its transcript.
        """
        seconds = length_of(path)
        if seconds > _READ_TIMES * self.longest_s:
            raise _too_long(seconds, self.longest_s)
        samples_T = self._prepared(read_sound(path, rate_hz=self.rate_hz).samples_T)
        if len(samples_T) > self.samples:
            raise _too_long(len(samples_T) / self.rate_hz, self.longest_s)
        self._check_room(self.style.tidy(truth.target), len(samples_T))
        return self._fields(samples_T)

    def architectures(self) -> Mapping[str, Graph]:
        """Return the graphs on offer, made for this length; the first is the default."""
        return architectures(self.samples, self.rate_hz)

    def contract(self, detail: float = 1.0) -> Contract:
        """Return float32 (N, T) -> (N, frames, units), the same with less detail."""
        del detail
        return Contract(
            inputs={"sound": (self.samples,)},
            outputs={"letters": (self.frames, len(self.units) + 1)},
            words={
                "sound": f"{self.longest_s:g} s of sound at {self.rate_hz / 1000:g} kHz",
                "letters": f"one of {len(self.units) + 1} signs at {self.frames} moments",
            },
        )

    def prepare(
        self, batch: Mapping[str, Tensor], draws: Draws | None, detail: float = 1.0
    ) -> Mapping[str, Tensor]:
        """Return {"sound": float32, (N, T), -1 to 1; "frames": int64, (N,)} and what was given.

        Args:
            batch: {"sound": int16, (N, T); "length": int32, (N, 1)} and the extras.
            draws: Augmentation while training, None otherwise.
            detail: Of no effect here.
        """
        del detail
        sounds_NT = batch["sound"].float() / 32768.0
        ends_N = batch["length"][:, 0].long()
        made: dict[str, Tensor] = {}
        if draws is not None:
            speed = _SPEED if self.config.speed else 0.0
            sounds_NT, ends_N = begun(sounds_NT, ends_N, draws, speed=speed, rate_hz=self.rate_hz)
            sounds_NT = augment_sounds(sounds_NT, draws, self._augmentation)
            made["hurried"] = torch.ones_like(ends_N, dtype=torch.bool)
        return {**batch, **made, "sound": sounds_NT, "frames": self._frames_at(ends_N)}

    def forward(self, model: nn.Module, batch: Mapping[str, Tensor]) -> Tensor:
        """Return logits, float32, (N, frames, units)."""
        logits: Tensor = model(batch["sound"])
        return logits.float()

    def predict(self, model: nn.Module, given: Payload, stop: StopToken) -> Iterator[Payload]:
        """Yield the text of a sound: growing for long ones, a growing `Timeline` for recordings.

        Raises:
            TypeError: `given` is no sound.
        """
        stop.check()
        if isinstance(given, Recording):
            yield from self._timelines(model, given, stop)
            return
        samples_T = self.mono(_audio(given))
        whole_T = self._prepared(samples_T)
        if len(whole_T) <= self.samples:
            written = self.transcribed(model, samples_T)
            # Only a fitted score is how likely the text is right.
            yield Text(text=written.text, score=self.score_of(written) if self.is_fitted else None)
            return
        texts: list[str] = []
        cutter = PauseCutter(self.rate_hz, self.longest_s)
        for start in range(0, len(samples_T), self.rate_hz):
            for said in cutter.take(samples_T[start : start + self.rate_hz]):
                stop.check()
                texts.append(self.transcribed(model, said.samples_T).text)
                yield Text(text=_joined(texts), is_final=False)
        texts += [self.transcribed(model, said.samples_T).text for said in cutter.finish()]
        yield Text(text=_joined(texts))

    def stream(self, model: nn.Module) -> SpeechStream:
        """Return what writes along while somebody speaks."""
        return SpeechStream(
            lambda samples_T: self.transcribed(model, samples_T).text,
            rate_hz=self.rate_hz,
            longest_s=self.longest_s,
        )

    def preview(self, given: Payload, draws: Draws) -> Iterable[Payload]:
        """Yield one augmented sound per draw; of a longer one its beginning.

        Raises:
            TypeError: `given` is neither `Audio` nor `Recording`.
        """
        if isinstance(given, Recording):
            given = middle_of(given, self.samples / self.rate_hz)
        audio = _audio(given)
        samples_T = self._prepared(self.mono(audio))[: self.samples]
        batch = self._batch(samples_T)
        many = {name: values.expand(len(draws), -1) for name, values in batch.items()}
        prepared = self.prepare(many, draws)
        ends = (prepared["frames"] * self.samples // self.frames).tolist()
        for sound_T, end in zip(prepared["sound"].clamp(-1.0, 1.0), ends, strict=True):
            samples_TC = np.ascontiguousarray(sound_T[: max(1, end)].numpy()[:, None])
            yield Audio(samples_TC=samples_TC, sample_rate_hz=self.rate_hz, name=audio.name)

    def mono(self, given: Audio) -> NDArray[np.float32]:
        """Return a sound at the network's rate, float32, (T,)."""
        mixed_T = given.samples_TC.mean(1, dtype=np.float32)
        return resampled(mixed_T, given.sample_rate_hz, self.rate_hz)

    @torch.no_grad()
    def transcribed(self, model: nn.Module, samples_T: NDArray[np.float32]) -> Written:
        """Return what is said in a sound of at most the longest length, float32, (T,)."""
        if not len(samples_T):
            return Written(text="", doubt=0.0)
        device = next(model.parameters()).device
        batch = self._batch(self._prepared(samples_T)[: self.samples])
        prepared = self.prepare({name: values.to(device) for name, values in batch.items()}, None)
        return self.written(self.forward(model, prepared), prepared)[0]

    def _timelines(self, model: nn.Module, given: Recording, stop: StopToken) -> Iterator[Timeline]:
        spans: list[Span] = []
        cutter, heard = PauseCutter(self.rate_hz, self.longest_s), 0
        for piece_T in pieces(Path(given.path), rate_hz=self.rate_hz, piece_s=_PIECE_S):
            stop.check()
            heard += len(piece_T)
            ended = cutter.take(piece_T)
            for said in ended:
                spans += self._spans(model, said)
            if ended:
                length_s = heard / self.rate_hz
                yield Timeline(spans=tuple(spans), length_s=length_s, is_final=False)
        for said in cutter.finish():
            spans += self._spans(model, said)
        yield Timeline(spans=tuple(spans), length_s=given.length_s)

    def _spans(self, model: nn.Module, said: Utterance) -> list[Span]:
        written = self.transcribed(model, said.samples_T)
        end_s = said.start_s + len(said.samples_T) / self.rate_hz
        score = self.score_of(written)
        span = Span(start_s=said.start_s, end_s=end_s, label=written.text, score=score)
        return [span] if written.text else []

    def _batch(self, samples_T: NDArray[np.float32]) -> dict[str, Tensor]:
        """Return the fields of one sound, (1, ...) each."""
        fields = self._fields(samples_T)
        return {name: torch.from_numpy(values)[None] for name, values in fields.items()}

    def _prepared(self, samples_T: NDArray[np.float32]) -> NDArray[np.float32]:
        if self.config.trim:
            samples_T = trimmed(samples_T, self.rate_hz)
        return levelled(samples_T) if self.config.level else samples_T

    def _fields(self, samples_T: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        length = min(len(samples_T), self.samples)
        return {
            "sound": roomed(samples_T, self.samples),
            "length": np.array([length], dtype=np.int32),
        }

    def _frames_at(self, ends_N: Tensor) -> Tensor:
        """Return how many frames hear the first so many samples, int64, (N,), at least 1."""
        frames_N = (ends_N * self.frames + self.samples - 1) // self.samples
        return frames_N.clamp(1, self.frames)

    def _check_room(self, text: str, samples: int) -> None:
        frames = int(self._frames_at(torch.tensor([samples]))[0])
        if self.needed_frames(text) <= frames and len(text) <= frames * self.units.longest:
            return
        seconds = samples / self.rate_hz
        raise BadSampleError(
            "too_long",
            f"The transcript has {len(text):,} characters, and the sound lasts {seconds:.2f} s.",
            "Check whether it is the transcript of this sound.",
        )


def _search(config: Config, units: Units, learned: Mapping[str, Any]) -> BeamSearch | None:
    given = listed(learned, "words") if config.word_list != "off" else ()
    words = WordList(given, _STRANGER_COST[config.word_list]) if given else None
    if config.decoding == "greedy" and words is None:
        return None
    return BeamSearch(units, width=config.beam_width, words=words)


def _too_long(seconds: float, longest_s: float) -> BadSampleError:
    return BadSampleError(
        "too_long",
        f"It lasts {seconds:.1f} s, and the longest sound is set to {longest_s:g} s.",
        "Set Longest sound higher, or cut it where the speaker pauses.",
    )


def _joined(texts: Iterable[str]) -> str:
    return " ".join(filter(None, texts))


def _audio(given: Payload) -> Audio:
    if not isinstance(given, Audio):
        raise TypeError(f"Speech to text takes an Audio, not {type(given).__name__}")
    return given
