"""What tasks share whose answer is a written text: loss, measures, answers and their sureness.

Letters in names: N batch, T frames over time, C units with the blank first, L units of a text.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import ReferenceType, ref

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from deepdesk.core.alignment import edit_distance, words
from deepdesk.core.task import Answer, Metric
from deepdesk.data.writing import Style, Units
from deepdesk.engine.ctc_search import BeamSearch, Found, greedy
from deepdesk.engine.file_alone import FileAlone
from deepdesk.engine.sureness import fit_sureness, sureness
from deepdesk.engine.text_metrics import ErrorRate

_SLOPE, _ODDS = "sureness_slope", "sureness_odds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the network wrote for one sample.

    Attributes:
        text: Tidy.
        doubt: Minus the logarithm of its probability, nats.
    """

    text: str
    doubt: float


class Transcribing(FileAlone):
    """The half of a `Task` that follows from logits of every frame, float, (N, T, C).

    Batches hold "frames": int64, (N,), how many of T are to be read; "label": int, (N, L);
    "label_length": int, (N,); "truth": int32, (N, characters), code points, -1 behind the end;
    and "hurried": bool, (N,), where a rough answer is enough.

    Args:
        units: What is written with.
        style: How truths are written before they are compared.
        frames: T.
        search: Finds the answer; None for the greedy one.
        frequent: Words between which confusions are counted.
    """

    def __init__(
        self,
        units: Units,
        style: Style,
        *,
        frames: int,
        search: BeamSearch | None,
        frequent: Sequence[str] = (),
    ) -> None:
        self.units = units
        self.style = style
        self.frames = frames
        self._search = search
        self._frequent = tuple(frequent)
        self._fit: tuple[float, float] | None = None
        # Not the tensors themselves, which hold what training computed.
        self._last: tuple[ReferenceType[Tensor], Tensor, list[Written]] | None = None

    def losses(self, outputs: Tensor, batch: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Return {"ctc": shape (), nats per unit}, a mean over samples.

        Connectionist temporal classification (Graves et al., 2006,
        doi:10.1145/1143844.1143891) in float32. A text that its frames have no room for, as
        after speeding a sound up, counts as zero.

        Args:
            outputs: Logits, float, (N, T, C).
            batch: "frames", "label" and "label_length".
        """
        log_TNC = outputs.float().log_softmax(2).transpose(0, 1)
        if log_TNC.is_cuda and torch.are_deterministic_algorithms_enabled():
            # On a GPU its gradients add up in no fixed order.
            log_TNC = log_TNC.cpu()
        lengths_N = batch["label_length"].long().to(log_TNC.device)
        losses_N = functional.ctc_loss(
            log_TNC,
            batch["label"].long().to(log_TNC.device),
            batch["frames"].to(log_TNC.device),
            lengths_N,
            reduction="none",
            zero_infinity=True,
        )
        return {"ctc": (losses_N / lengths_N.clamp_min(1)).mean().to(outputs.device)}

    def extras(
        self, class_indices: NDArray[np.int64], targets: Sequence[Any]
    ) -> Mapping[str, NDArray[Any]]:
        """Return labels, int32, (N, L), their lengths, int32, (N,), and truths, int32."""
        del class_indices
        texts = [self.style.tidy(target) for target in targets]
        # Longer ones have no room in any sound, and are in no batch.
        encoded = [self.units.encoded(text)[: self.frames + 1] for text in texts]
        room = self.frames * self.units.longest
        points = [[ord(character) for character in text[:room]] for text in texts]
        lengths_N = np.array([len(numbers) for numbers in encoded], dtype=np.int32)
        return {
            "label": _padded(encoded, 0),
            "label_length": lengths_N,
            "truth": _padded(points, -1),
        }

    def metrics(self) -> Sequence[Metric]:
        """Return fresh metrics, the main one first."""
        return (
            ErrorRate(
                "character_error_rate",
                "Character error rate",
                self._pairs,
                str,
                # What training never had cannot be answered, and counts as wrong.
                unknown=lambda truth: self.units.unknown(truth).total(),
            ),
            ErrorRate("word_error_rate", "Word error rate", self._pairs, words, self._frequent),
        )

    def answers(self, outputs: Tensor, batch: Mapping[str, Tensor]) -> Sequence[Answer]:
        """Return what was written for each row of logits, float, (N, T, C)."""
        return [
            Answer(
                truth=truth,
                answer=written.text,
                score=self.score_of(written),
                is_right=truth == written.text,
                error=edit_distance(truth, written.text) / max(1, len(truth)),
            )
            for truth, written in zip(
                _truths(batch["truth"]), self.written(outputs, batch), strict=True
            )
        ]

    def fit_answers(self, pairs: Iterable[tuple[Tensor, Mapping[str, Tensor]]]) -> dict[str, float]:
        """Return what turns doubts into how likely an answer is right, {} for no samples.

        Args:
            pairs: (logits, float, (N, T, C); prepared batch), of the best weights.
        """
        doubts, is_right = list[float](), list[bool]()
        for outputs, batch in pairs:
            for truth, written in zip(
                _truths(batch["truth"]), self.written(outputs, batch), strict=True
            ):
                doubts.append(written.doubt)
                is_right.append(truth == written.text)
        if not doubts:
            return {}
        slope, odds = fit_sureness(doubts, is_right)
        return {_SLOPE: slope, _ODDS: odds}

    def use_fit(self, fit: Mapping[str, float]) -> None:
        """Score answers with the slope and the odds in `fit`, no unit, from now on."""
        self._fit = (fit[_SLOPE], fit[_ODDS]) if {_SLOPE, _ODDS} <= set(fit) else None

    @property
    def is_fitted(self) -> bool:
        """Whether scores are how likely a text is right."""
        return self._fit is not None

    def score_of(self, written: Written) -> float:
        """Return how sure an answer is, 0 to 1.

        Fitted, it is how likely the whole text is right. Else it is the mean sureness of a
        letter, which is no such probability.
        """
        if self._fit is not None:
            return sureness(written.doubt, *self._fit)
        return math.exp(-written.doubt / max(1, len(written.text)))

    def written(self, outputs: Tensor, batch: Mapping[str, Tensor]) -> list[Written]:
        """Return what logits, float, (N, T, C), say within their "frames"."""
        frames_N = batch["frames"]
        if self._last and self._last[0]() is outputs and self._last[1] is frames_N:
            # Metrics and answers ask for the same batch one after the other.
            return self._last[2]
        log_NTC = outputs.detach().float().log_softmax(2).cpu().numpy()
        is_hurried = "hurried" in batch
        made = []
        for log_TC, frames in zip(log_NTC, frames_N.tolist(), strict=True):
            found = self._found(log_TC[: max(1, frames)], is_hurried=is_hurried)
            text = self.units.decoded(found.units)
            made.append(Written(text=text, doubt=max(0.0, -found.log_probability)))
        self._last = (ref(outputs), frames_N, made)
        return made

    def needed_frames(self, text: str) -> int:
        """Return how many frames a tidy text needs: one a unit, and one between equal ones."""
        numbers = self.units.encoded(text)
        return len(numbers) + sum(a == b for a, b in itertools.pairwise(numbers))

    def _found(self, log_TC: NDArray[np.float32], *, is_hurried: bool) -> Found:
        if self._search is None or is_hurried:
            return greedy(log_TC)
        return self._search.found(log_TC)[0]

    def _pairs(self, outputs: Tensor, batch: Mapping[str, Tensor]) -> list[tuple[str, str]]:
        texts = [written.text for written in self.written(outputs, batch)]
        return list(zip(_truths(batch["truth"]), texts, strict=True))


def _padded(rows: Sequence[Sequence[int]], filler: int) -> NDArray[np.int32]:
    """Return rows of numbers as int32, (N, longest), at least one column."""
    made = np.full((len(rows), max([1, *map(len, rows)])), filler, dtype=np.int32)
    for place, row in enumerate(rows):
        made[place, : len(row)] = row
    return made


def _truths(truth_NL: Tensor) -> list[str]:
    """Return the texts of code points, int32, (N, characters), -1 behind the end."""
    return ["".join(chr(point) for point in row if point >= 0) for row in truth_NL.tolist()]
