"""The maps that a head of boxes reads, and how far apart their cells are. No torch."""

from __future__ import annotations

from dataclasses import dataclass

from deepdesk.core.errors import GraphError
from deepdesk.nn.block import Shape, Shapes, require_layout, shape_text

ROW = 8  # numbers of a row of boxes besides its classes: four predicted and four reference sides
_NO_MAP = "Connect maps and the picture: a head of boxes comes before any pool to one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The maps among the inputs of a head, from the finest to the coarsest.

    Attributes:
        ports: Which input each of them is.
        channels: Of each.
        sides: Height and width of each.
        strides: Pixels of the picture from one cell of each to the next.
    """

    ports: tuple[int, ...]
    channels: tuple[int, ...]
    sides: tuple[tuple[int, int], ...]
    strides: tuple[int, ...]

    @property
    def cells(self) -> int:
        """Cells of all maps together."""
        return sum(height * width for height, width in self.sides)


def levels_of(in_shapes: Shapes) -> Levels:
    """Return the maps of a head, connected in any order with the picture that they come from.

    The picture is the largest input; of equally large ones the last.

    Args:
        in_shapes: (C, H, W) each, two or more.

    Raises:
        GraphError: There is a vector or a sequence, or a map of no such picture.
    """
    for shape in in_shapes:
        require_layout(shape, 3, hint=_NO_MAP)
    *maps, picture = sorted(range(len(in_shapes)), key=lambda port: _area(in_shapes[port]))
    maps.sort(key=lambda port: (-_area(in_shapes[port]), port))
    return Levels(
        ports=tuple(maps),
        channels=tuple(in_shapes[port][0] for port in maps),
        sides=tuple((in_shapes[port][1], in_shapes[port][2]) for port in maps),
        strides=tuple(_stride(in_shapes[port], in_shapes[picture]) for port in maps),
    )


def _area(shape: Shape) -> int:
    return shape[1] * shape[2]


def _stride(shape: Shape, picture: Shape) -> int:
    """Return the step of a map in px of the picture; of several that fit a power of two."""
    sides = tuple(zip(shape[1:], picture[1:], strict=True))
    most = max(picture[1:])
    for strides in ([1 << power for power in range(most.bit_length() + 1)], range(3, most + 1)):
        for up in (1, 0):  # padded filters round up
            for stride in strides:
                if all((large + up * (stride - 1)) // stride == small for small, large in sides):
                    return stride
    raise GraphError(
        f"A map of {shape_text(shape)} is not made from a picture of {shape_text(picture)}: height "
        "and width shrink differently.",
        "Connect the picture from which the maps are made, or resize the map.",
        code="shapes_differ",
    )


def require_equal_channels(levels: Levels, hint: str = "") -> None:
    """Refuse maps that one shared tower cannot read.

    Args:
        levels: The maps.
        hint: What else helps than blocks before this one.

    Raises:
        GraphError: Code "unequal".
    """
    if len(set(levels.channels)) > 1:
        words = " and ".join(map(str, dict.fromkeys(levels.channels)))
        raise GraphError(
            f"One tower for all maps needs equal channels, but they have {words}.",
            f"{hint}Put a Pyramid level before this block for each map.",
            code="unequal",
        )
