"""How far written answers are from what is right: running error rates over words and characters.

Both are of the whole corpus: all differences over all units of the truths, so that a long text
counts as much as its length says. They can exceed 1 where an answer has more than it should.
Definitions: Morris et al. (2004, From WER and RIL to MER and WIL, section 2).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from rapidfuzz.distance import Levenshtein
from torch import Tensor

_SHOWN_CONFUSIONS = 20
_KINDS = {"replace": 0, "delete": 1, "insert": 2}
_SORTS = ("replaced", "missing", "extra")
Said = Callable[[Any, Mapping[str, Any]], Sequence[tuple[str, str]]]


class ErrorRate:
    """Differences between (truth, answer) pairs over the units of the truths.

    Args:
        name: Of the metric.
        label: On screen.
        said: Gives (truth, answer) of each sample of a batch.
        split: Text to its units, such as its words.
        watched: Units between which confusions are counted, () for none.
        unknown: Says how much of a truth cannot be written at all; None to count nothing.
    """

    unit = "%"
    higher_is_better = False

    def __init__(
        self,
        name: str,
        label: str,
        said: Said,
        split: Callable[[str], Sequence[str]],
        watched: Sequence[str] = (),
        unknown: Callable[[str], int] | None = None,
    ) -> None:
        self.name = name
        self.label = label
        self._said = said
        self._split = split
        self._watched = tuple(watched)
        self._unknown = unknown
        self._places = {unit: place for place, unit in enumerate(self._watched)}
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        # Replaced, missing, extra, units of the truths, samples, those without a difference, and
        # what of the truths cannot be written.
        self._counts = torch.zeros(7, dtype=torch.int64)
        side = len(self._watched)
        self._confused = torch.zeros(side, side, dtype=torch.int64)

    def update(self, outputs: Any, batch: Mapping[str, Any]) -> None:
        """Take in a batch as the `said` of this metric reads it."""
        counts, confused = [0] * 7, Counter[tuple[int, int]]()
        for truth, answer in self._said(outputs, batch):
            of_truth, of_answer = self._split(truth), self._split(answer)
            steps = Levenshtein.editops(of_truth, of_answer)
            for step in steps:
                counts[_KINDS[step.tag]] += 1
                if step.tag == "replace" and self._watched:
                    units = of_truth[step.src_pos], of_answer[step.dest_pos]
                    pair = [self._places.get(unit, -1) for unit in units]
                    if min(pair) >= 0:
                        confused[pair[0], pair[1]] += 1
            counts[3] += len(of_truth)
            counts[4] += 1
            counts[5] += not steps
            counts[6] += self._unknown(truth) if self._unknown else 0
        self._counts += torch.tensor(counts)
        for (truth_place, answer_place), count in confused.items():
            self._confused[truth_place, answer_place] += count

    def compute(self) -> float:
        """Return differences over units of the truths, NaN where these have none."""
        replaced, missing, extra, units, *_samples = self._counts.tolist()
        return (replaced + missing + extra) / units if units else math.nan

    def details(self) -> Mapping[str, Any]:
        """Return the counts of differences, and which units were taken for which how often."""
        counts = self._counts.tolist()
        told: dict[str, Any] = dict(zip(_SORTS, counts, strict=False))
        told |= {"units": counts[3], "samples": counts[4], "right": counts[5]}
        told |= {"unknown": counts[6]} if self._unknown else {}
        rows, columns = self._confused.nonzero(as_tuple=True)
        pairs = [
            [self._watched[a], self._watched[b], int(self._confused[a, b])]
            for a, b in zip(rows.tolist(), columns.tolist(), strict=True)
        ]
        if self._watched:
            told["confusions"] = sorted(pairs, key=lambda p: (-p[2], p[0], p[1]))[
                :_SHOWN_CONFUSIONS
            ]
        return {self.name: told}

    def state(self) -> Mapping[str, Tensor]:
        """Return the counts, int64: "counts" (7,) and "confused" (units, units)."""
        return {"counts": self._counts.clone(), "confused": self._confused.clone()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from the counts, int64, "counts" (7,) and "confused" (units, units).

        Raises:
            ValueError: They are of other units.
        """
        counts, confused = state["counts"], state["confused"]
        if counts.shape != self._counts.shape or confused.shape != self._confused.shape:
            raise ValueError("counts of other units")
        self._counts, self._confused = counts.cpu().clone(), confused.cpu().clone()
