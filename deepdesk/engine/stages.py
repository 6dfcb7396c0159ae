"""The outputs of a detector of two stages, which travel as one."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Stages:
    """What both stages of a detector give for N samples.

    Attributes:
        proposals: Of the first stage, float, (N, P1, 8 + 1).
        detections: Of the second, whose references are proposals, float, (N, P, 8 + C).
    """

    proposals: Tensor
    detections: Tensor

    def __len__(self) -> int:
        return len(self.detections)

    def __getitem__(self, rows: slice) -> Stages:
        return Stages(self.proposals[rows], self.detections[rows])

    def detach(self) -> Stages:
        """Return the same without a way back, (N, P1, 9) and (N, P, 8 + C)."""
        return Stages(self.proposals.detach(), self.detections.detach())
