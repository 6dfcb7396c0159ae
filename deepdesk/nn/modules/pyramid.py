"""Levels of a feature pyramid (Lin et al., 2017, arXiv:1612.03144)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from deepdesk.nn.modules.convolution import named
from deepdesk.nn.modules.normalisation import norm_2d


class PyramidLevel(nn.Module):
    """A map brought to the width of the pyramid, with the enlarged coarser level added to it.

    float, maps (N, C, H, W) and if connected the coarser (N, D, H', W') -> (N, channels, H, W).

    Args:
        ports: Which input the map is, and which the coarser level, if there is one.
        widths: Channels of these.
        channels: Of the pyramid.
        norm: Key of `norm_2d`, after each convolution.
        smooth: Whether a 3 x 3 convolution follows.
    """

    def __init__(
        self,
        ports: tuple[int, ...],
        widths: tuple[int, ...],
        channels: int,
        *,
        norm: str,
        smooth: bool,
    ) -> None:
        super().__init__()
        self._ports = ports
        self.lateral = _filters(widths[0], channels, 1, norm)
        self.entry: nn.Module = nn.Identity()
        if widths[1:] and widths[1] != channels:
            self.entry = _filters(widths[1], channels, 1, norm)
        self.smooth = _filters(channels, channels, 3, norm) if smooth else nn.Identity()

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return (N, channels, H, W) of the finer map; inputs (N, C, H, W)."""
        own, *coarser = (inputs[port] for port in self._ports)
        x = self.lateral(own)
        for deep in coarser:
            x = x + functional.interpolate(self.entry(deep), size=x.shape[2:], mode="nearest")
        return self.smooth(x)  # type: ignore[no-any-return]


def _filters(in_channels: int, channels: int, kernel: int, norm: str) -> nn.Module:
    has_bias = norm == "none"
    return named(
        {
            "filters": nn.Conv2d(in_channels, channels, kernel, padding=kernel // 2, bias=has_bias),
            "norm": norm_2d(norm, channels),
        }
    )
