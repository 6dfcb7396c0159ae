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
_MOST_IN_A_BYTE = 256  # classes
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
    if recipe.show_from:
        shown = "".join(f"{score:.4g}, " for score in recipe.show_from).rstrip()
        lines += [
            f"SHOW_FROM = ({shown})  # score from which on a box of each class is shown",
            f"SAME_FROM = {recipe.same_from!r}  # boxes that overlap more are the same thing",
        ]
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


BOX_FUNCTIONS = '''
def overlap(first: Tensor, second: Tensor) -> float:
    """Return the intersection of two boxes, (4,), over their union."""
    low, high = torch.maximum(first[:2], second[:2]), torch.minimum(first[2:], second[2:])
    shared = (high - low).clamp_min(0).prod()
    both = (first[2:] - first[:2]).prod() + (second[2:] - second[:2]).prod() - shared
    return float(shared / both.clamp_min(1e-7))


def found_boxes(rows: Tensor, path: Path) -> list[tuple[str, float, list[float]]]:
    """Return class, score and sides, in pixels of the picture, for rows (boxes, 8 + classes)."""
    scores, kinds = rows[:, 8:].sigmoid().max(1)
    kept: list[int] = []
    for place in scores.argsort(descending=True, stable=True)[:1000].tolist():
        kind, box = int(kinds[place]), rows[place, :4]
        is_shown = float(scores[place]) >= SHOW_FROM[kind] and bool((box[2:] > box[:2]).all())
        same = [other for other in kept if int(kinds[other]) == kind]
        if is_shown and all(overlap(box, rows[other, :4]) <= SAME_FROM for other in same):
            kept.append(place)
    scale, left, top, width, height = placed(path)
    shift, limit = torch.tensor([left, top] * 2), torch.tensor([width, height] * 2)
    found = []
    for place in kept[:100]:
        sides = ((rows[place, :4] - shift) / scale).clamp_min(0).minimum(limit)
        found.append((CLASSES[int(kinds[place])], float(scores[place]), sides.tolist()))
    return found


def placed(path: Path) -> tuple[float, int, int, int, int]:
    """Return scale, left and top of a picture in the input, and its own width and height."""
    if path.suffix == ".npy":
        return 1.0, 0, 0, *SIZE
    from PIL import Image

    with Image.open(path) as picture:
        width, height = picture.size
    scale = min(SIZE[0] / width, SIZE[1] / height)
    inner = [max(1, round(side * scale)) for side in (width, height)]
    return scale, (SIZE[0] - inner[0]) // 2, (SIZE[1] - inner[1]) // 2, width, height
'''


def box_lines() -> list[str]:
    """Return the lines within `main` that print boxes in pixels of the picture."""
    return [
        '        rows = outputs["detections"] if isinstance(outputs, dict) else outputs',
        "        for label, score, sides in found_boxes(rows[0], Path(name)):",
        '            places = ", ".join(f"{side:.1f}" for side in sides)',
        '            print(f"{name}: {label} {score:.2f} at {places}")',
    ]


def both_views_lines(recipe: PictureRecipe) -> list[str]:
    """Return the lines within `main` that ask about a picture and its mirror image."""
    back = ".flip(3)" if recipe.is_dense else ""
    return [
        "            given = read_input(Path(name))",
        f"            outputs = (network(given) + network(given.flip(3)){back}) / 2  # both views",
    ]


def mask_lines(classes: int) -> list[str]:
    """Return the lines within `main` that write the class of every pixel and print their shares."""
    kind = "uint8" if classes <= _MOST_IN_A_BYTE else "uint16"
    return [
        "        classes = outputs[0].argmax(0)",
        "        from PIL import Image",
        "",
        '        mask = Path(name).with_suffix(".mask.png")',
        f'        Image.fromarray(classes.numpy().astype("{kind}")).save(mask)',
        "        for place, label in enumerate(CLASSES):",
        "            share = (classes == place).double().mean().item()",
        '            print(f"{name}: {label} {share:.1%} of the pixels, value {place} in {mask}")',
    ]
