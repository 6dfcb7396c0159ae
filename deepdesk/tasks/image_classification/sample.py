"""The embedded sample: 1,797 handwritten digits."""

from __future__ import annotations

from pathlib import Path

import PIL.Image

from deepdesk.core.resources import resource_path

# The sheet has tiles of 8 x 8, filled to the brim; three times that with a margin is a picture
# that one likes to look at, and that can be shifted without loss.
_TILE_PX = 8
_INNER_PX = 24
_SIDE_PX = 32


def write_digits(folder: Path) -> Path:
    """Write one picture per digit into a folder per class; return the folder.

    The digits are those of Alpaydin and Kaynak (1998, doi:10.24432/C50P49, CC BY 4.0).

    Raises:
        OSError: The folder cannot be written.
    """
    labels = "".join(resource_path("samples", "digits.txt").read_text(encoding="ascii").split())
    with PIL.Image.open(resource_path("samples", "digits.png"), formats=("PNG",)) as sheet:
        per_row = sheet.width // _TILE_PX
        for number, label in enumerate(labels):
            left, top = number % per_row * _TILE_PX, number // per_row * _TILE_PX
            tile = sheet.crop((left, top, left + _TILE_PX, top + _TILE_PX))
            target = folder / label / f"digit_{number:04d}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            picture = PIL.Image.new("L", (_SIDE_PX, _SIDE_PX))
            margin = (_SIDE_PX - _INNER_PX) // 2
            inner = tile.resize((_INNER_PX, _INNER_PX), PIL.Image.Resampling.BICUBIC)
            picture.paste(inner, (margin, margin))
            picture.save(target, compress_level=1)
    return folder
