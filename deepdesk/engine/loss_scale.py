"""Keeping the small gradients of float16 above zero."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn


class LossScale:
    """Multiplies the loss, divides the gradients, and leaves out a step whose gradients burst.

    Micikevicius et al. (2018, arXiv:1710.03740, section 3.2), with a factor that follows what
    the gradients bear. It is part of every checkpoint, so that a resumed run scales on.

    Args:
        device: Type of the device: "cuda", "cpu".
    """

    def __init__(self, device: str) -> None:
        self._scaler = torch.amp.GradScaler(device)

    def of(self, loss: Tensor) -> Tensor:
        """Return the loss, shape (), times the factor."""
        return self._scaler.scale(loss)

    def step(self, model: nn.Module, optimizer: torch.optim.Optimizer, clip_norm: float) -> None:
        """Update the weights unless a gradient is no number, and follow with the factor.

        Args:
            clip_norm: Longest gradient allowed, 0 for no limit.
        """
        if clip_norm:
            self._scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
        self._scaler.step(optimizer)
        self._scaler.update()

    def state(self) -> dict[str, Tensor]:
        """Return the factor, float64, (), and the steps since it changed, int64, ()."""
        saved = self._scaler.state_dict()
        return {
            "scale": torch.tensor(saved["scale"], dtype=torch.float64),
            "steps": torch.tensor(saved["_growth_tracker"], dtype=torch.int64),
        }

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from what `state` returned, tensors of shape ().

        Raises:
            ValueError: The factor is none.
        """
        scale, steps = float(state["scale"]), int(state["steps"])
        if not 0 < scale < float("inf") or steps < 0:
            raise ValueError("scale")
        saved = self._scaler.state_dict()
        self._scaler.load_state_dict({**saved, "scale": scale, "_growth_tracker": steps})
