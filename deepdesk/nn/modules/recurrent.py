"""Recurrent layers, and filters followed by one.

Legend: N batch, T places, C numbers per place, H width of a state, B bands of a spectrogram.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor, nn
from torch.nn import functional

KINDS: Mapping[str, type[nn.LSTM | nn.GRU]] = MappingProxyType({"lstm": nn.LSTM, "gru": nn.GRU})


class Recurrent(nn.Module):
    """LSTM (Hochreiter and Schmidhuber, 1997) or GRU (Cho et al., 2014, arXiv:1406.1078).

    float, (N, T, C) -> (N, T, D), or (N, D) of the ends: D is `width`, twice that when read both
    ways. The end of the way back is the first place.

    Args:
        kind: Key of `KINDS`.
        features: C.
        width: H.
        layers: One above the other.
        is_bidirectional: Whether a second one reads from the end.
        takes_last: Whether only the ends are given.
        dropout: Between layers while training.
    """

    def __init__(  # noqa: PLR0913 - what torch's own layer is told
        self,
        kind: str,
        features: int,
        width: int,
        *,
        layers: int = 1,
        is_bidirectional: bool = False,
        takes_last: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self._step = _STEPS[kind]
        self._takes_last = takes_last
        self.layer = KINDS[kind](
            features,
            width,
            num_layers=layers,
            batch_first=True,
            bidirectional=is_bidirectional,
            dropout=dropout if layers > 1 else 0.0,
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return states: (N, T, C) -> (N, T, D) or (N, D)."""
        states = self._all_at_once(x) if x.is_meta else self.layer(x)[0]
        if not self._takes_last:
            return states
        width = self.layer.hidden_size
        return torch.cat((states[:, -1, :width], states[:, 0, width:]), -1)

    def _all_at_once(self, x: Tensor) -> Tensor:
        """Return states of the meta device, where only shapes and costs are asked for.

        (N, T, C) -> (N, T, D). Every place is given a state before it that is not there, so that
        a long sequence costs no more steps than a short one.
        """
        ways = ("", "_reverse") if self.layer.bidirectional else ("",)
        for level in range(self.layer.num_layers):
            answers = []
            for way in ways:
                weights = [
                    getattr(self.layer, f"{name}_l{level}{way}")
                    for name in ("weight_ih", "bias_ih", "weight_hh", "bias_hh")
                ]
                before = x.new_empty(*x.shape[:-1], self.layer.hidden_size)
                from_input = functional.linear(x, weights[0], weights[1])
                from_state = functional.linear(before, weights[2], weights[3])
                answers.append(self._step(from_input, from_state, before))
            x = torch.cat(answers, -1)
        return x


def _lstm_step(from_input: Tensor, from_state: Tensor, before: Tensor) -> Tensor:
    taken, kept, new, given = (from_input + from_state).chunk(4, -1)
    cell = kept.sigmoid() * before + taken.sigmoid() * new.tanh()
    return given.sigmoid() * cell.tanh()


def _gru_step(from_input: Tensor, from_state: Tensor, before: Tensor) -> Tensor:
    reset, kept, new = from_input.chunk(3, -1)
    state_reset, state_kept, state_new = from_state.chunk(3, -1)
    share = (kept + state_kept).sigmoid()
    fresh = (new + (reset + state_reset).sigmoid() * state_new).tanh()
    return (1 - share) * fresh + share * before


_STEPS: Mapping[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = MappingProxyType(
    {"lstm": _lstm_step, "gru": _gru_step}
)


class ConvolutionalRecurrent(nn.Module):
    """Filters that shrink the bands, then a GRU along the columns (Shi et al., 2015).

    float, (N, C, B, T) -> (N, T', 2 * width), T' = ceil(T / 2^halved). arXiv:1507.05717, with a
    GRU for its LSTM. Each level doubles the channels and halves the bands, the last one included.

    Args:
        shape: Of one map, (C, B, T).
        channels: Of the first level.
        levels: Of filters.
        halved: First levels that halve the columns too.
        width: Of the GRU, each way.
        layers: Of the GRU.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        *,
        channels: int,
        levels: int,
        halved: int,
        width: int,
        layers: int,
    ) -> None:
        super().__init__()
        before, bands, _columns = shape
        self.filters = nn.Sequential()
        for level in range(levels):
            after = channels << level
            self.filters.add_module(
                f"level_{level + 1}",
                nn.Sequential(
                    nn.Conv2d(before, after, 3, padding=1, bias=False),
                    nn.BatchNorm2d(after),
                    nn.ReLU(),
                    nn.MaxPool2d((2, 2 if level < halved else 1), ceil_mode=True),
                ),
            )
            before, bands = after, -(-bands // 2)
        self.recurrent = Recurrent(
            "gru", before * bands, width, layers=layers, is_bidirectional=True
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return states along the columns: (N, C, B, T) -> (N, T', 2 * width)."""
        columns = self.filters(x).flatten(1, 2).transpose(1, 2)
        out: Tensor = self.recurrent(columns)
        return out
