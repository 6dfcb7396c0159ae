"""What an exported network needs to read pictures as it was trained to, and to answer numbers."""

from __future__ import annotations

from deepdesk.data.picture_recipe import PictureRecipe

_HEAD = '''
def read_input(path: Path) -> Tensor:
    """Return a picture ({how}) or a .npy array of prepared numbers, (1, 3, H, W)."""
    import numpy

    if path.suffix == ".npy":
        return torch.from_numpy(numpy.load(path, allow_pickle=False)).float()
    from PIL import Image

    picture = Image.open(path).convert("RGB")
'''
_CUT = """    top = min(picture.height - 1, round(picture.height * CUT_TOP))
    below = max(top + 1, round(picture.height * (1.0 - CUT_BOTTOM)))
    picture = picture.crop((0, top, picture.width, below))
"""
_TAIL = """    pixels = torch.from_numpy(numpy.array(picture)).permute(2, 0, 1) / 255
    return ((pixels - MEAN) / DEVIATION)[None]
"""
_CROP = """    side = min(picture.size)
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    box = (left, top, left + side, top + side)
    picture = picture.resize(SIZE, Image.Resampling.BILINEAR, box=box)
"""
_STRETCH = """    picture = picture.resize(SIZE, Image.Resampling.BILINEAR, reducing_gap=3.0)
"""
_PAD = """    scale = min(wanted / given for wanted, given in zip(SIZE, picture.size))
    width, height = (max(1, round(length * scale)) for length in picture.size)
    small = picture.resize((width, height), Image.Resampling.BILINEAR)
    picture = Image.new("RGB", SIZE, (124, 116, 104))
    picture.paste(small, ((SIZE[0] - width) // 2, (SIZE[1] - height) // 2))
"""
_FITS = {
    "crop": ("its middle square", _CROP),
    "stretch": ("all of it", _STRETCH),
    "pad": ("all of it, with bars", _PAD),
}


def picture_constants(recipe: PictureRecipe) -> list[str]:
    """Return the lines that say what is cut off and what the outputs are."""
    lines = []
    if recipe.cut_top or recipe.cut_bottom:
        lines += [f"CUT_TOP, CUT_BOTTOM = {recipe.cut_top!r}, {recipe.cut_bottom!r}  # shares"]
    if recipe.numbers:
        lines += ["NUMBERS = (  # name, unit, and the mean and deviation of training"]
        lines += [f"    {number!r}," for number in recipe.numbers]
        lines += [")"]
    return lines


def picture_reader(recipe: PictureRecipe) -> str:
    """Return the function that reads a picture."""
    how, fit = _FITS[recipe.fit]
    cut = _CUT if recipe.cut_top or recipe.cut_bottom else ""
    return _HEAD.replace("{how}", how) + cut + fit + _TAIL


def number_lines() -> list[str]:
    """Return the lines within `main` that print numbers in their units."""
    return [
        "        for (label, unit, mean, deviation), value in zip(NUMBERS, outputs[0].tolist()):",
        '            print(f"{name}: {label} {mean + deviation * value:.6g} {unit}".rstrip())',
    ]
