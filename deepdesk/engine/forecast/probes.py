"""The small modules whose speed stands for a class of operators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Probe:
    """A module that is (almost) one operator.

    Attributes:
        kind: Class of the operator.
        shape: Of its input, with the batch axis.
        make: Returns the module.
    """

    kind: str
    shape: Shape
    make: Callable[[], nn.Module]


class _Attention(nn.Module):
    """Attention of a tensor with itself."""

    def forward(self, x: Tensor) -> Tensor:
        """Return float (N, heads, T, width) attended to itself."""
        return functional.scaled_dot_product_attention(x, x, x)


def _linear(rows: int, wide: int, out: int) -> Probe:
    return Probe("matrix", (rows, wide), lambda: nn.Linear(wide, out, bias=False))


def _depthwise(shape: Shape, *, kernel: int = 3, stride: int = 1) -> Probe:
    def make() -> nn.Module:
        wide = shape[1]
        half = kernel // 2
        return nn.Conv2d(wide, wide, kernel, stride, half, groups=wide, bias=False)

    return Probe("skipping" if stride > 1 else "depthwise", shape, make)


def _filters(kind: str, shape: Shape, out: int, *, kernel: int = 3) -> Probe:
    def make() -> nn.Module:
        return nn.Conv2d(shape[1], out, kernel, padding=kernel // 2, bias=False)

    return Probe(kind, shape, make)


def _batch_norm(shape: Shape) -> Probe:
    return Probe("norm", shape, lambda: nn.BatchNorm2d(shape[1]))


def _plain(kind: str, make: Callable[[], nn.Module], *sizes: int) -> tuple[Probe, ...]:
    """Return probes of a function of each number, over inputs of so many kB."""
    return tuple(Probe(kind, (16, size * 16), make) for size in sizes)


# Between them lie the sizes of networks that are trained on one machine.
PROBES: tuple[Probe, ...] = (
    _linear(128, 256, 10),
    _linear(256, 64, 64),
    _linear(2048, 192, 192),
    _linear(2048, 192, 768),
    _linear(768, 1024, 1024),
    _filters("convolution", (16, 3, 32, 32), 32),
    _filters("convolution", (16, 16, 32, 32), 16),
    _filters("convolution", (16, 32, 32, 32), 64),
    _filters("convolution", (32, 64, 16, 16), 64),
    _filters("convolution", (32, 128, 8, 8), 128),
    _filters("convolution", (32, 256, 8, 8), 256),
    _filters("pointwise", (16, 16, 32, 32), 32, kernel=1),
    _filters("pointwise", (32, 64, 16, 16), 64, kernel=1),
    _filters("pointwise", (32, 96, 16, 16), 256, kernel=1),
    _filters("pointwise", (32, 256, 8, 8), 512, kernel=1),
    _depthwise((32, 32, 32, 32)),
    _depthwise((32, 256, 8, 8), kernel=5),
    _depthwise((32, 48, 32, 32), stride=2),
    _depthwise((32, 96, 16, 16), kernel=5, stride=2),
    Probe("attention", (32, 3, 64, 64), _Attention),
    Probe("attention", (4, 4, 256, 64), _Attention),
    _batch_norm((16, 64, 16, 16)),
    _batch_norm((64, 64, 32, 32)),
    Probe("norm", (2048, 192), lambda: nn.LayerNorm(192)),
    Probe("pool", (16, 32, 16, 16), lambda: nn.MaxPool2d(2)),
    Probe("pool", (64, 64, 32, 32), lambda: nn.MaxPool2d(2)),
    *_plain("curve", nn.GELU, 64, 1024, 16384),
    *_plain("chance", lambda: nn.Dropout(0.1), 64, 4096),
    *_plain("memory", nn.ReLU, 16, 256, 2048, 16384, 65536),
)
SMALLEST = Probe("memory", (1, 8), nn.ReLU)
# One of each class, to compare all cores with one.
SHARED: tuple[Probe, ...] = tuple(
    [probe for probe in PROBES if probe.kind == kind][-1]
    for kind in dict.fromkeys(probe.kind for probe in PROBES)
)
