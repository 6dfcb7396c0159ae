"""What stands around the network in an exported file: header, imports, and the way to ask it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from deepdesk.data.picture_recipe import PictureRecipe
from deepdesk.data.sound_recipe import SoundRecipe
from deepdesk.export.about import About
from deepdesk.export.parts import Parts
from deepdesk.export.picture_script import (
    BOX_FUNCTIONS,
    both_views_lines,
    box_lines,
    mask_lines,
    number_lines,
    picture_constants,
    picture_reader,
)
from deepdesk.export.sound_script import sound_constants, sound_reader, text_lines
from deepdesk.export.writing import remark, tuple_lines
from deepdesk.nn.block import Shape
from deepdesk.nn.graph import Contract

RESERVED = frozenset(
    {
        "Network", "CLASSES", "MEAN", "DEVIATION", "SIZE", "TEMPERATURE", "WEIGHTS", "DTYPES",
        "read_weights", "load", "read_input", "read_picture", "main", "json", "math", "sys", "Path",
        "torch", "nn", "Tensor", "functional", "numpy", "Image", "RATE_HZ", "SAMPLES", "MOST_S",
        "FRAMES", "UNITS", "CUT_TOP", "CUT_BOTTOM", "NUMBERS", "trimmed", "levelled", "prepared",
        "written", "soundfile", "soxr", "SHOW_FROM", "SAME_FROM", "overlap",
        "found_boxes", "placed",
    }
)  # fmt: skip
_COLUMNS = 100
_SHOWN_CLASSES = 12


@dataclass(frozen=True, slots=True)
class Script:
    """Pieces of source.

    Attributes:
        constants: Above the parts.
        functions: Below the network.
    """

    constants: str
    functions: str


def header(about: About, contract: Contract, libraries: tuple[str, ...]) -> str:
    """Return the docstring of the file; `libraries` are those that it imports."""
    shapes = [_batch(shape) for shape in contract.inputs.values()]
    outs = [_batch(shape) for shape in contract.outputs.values()]
    lines = [f'"""{remark(about.title, 80) or "A network"}, in plain PyTorch.', ""]
    given, words = f"In:   {contract.dtype}, {', '.join(shapes)}", _range_words(about)
    fits = len(given + words) <= _COLUMNS
    lines += [given + words] if fits or not words else [f"{given}:", f"      {words[2:]}"]
    lines += _normalisation_words(about)
    lines.append(f"Out:  {contract.dtype}, {', '.join(outs)}{_class_words(about)}")
    lines.append("")
    lines.append(
        f"N is the number of samples at once. Needs {' and '.join(libraries)}; to answer for"
    )
    is_sound = about.sound is not None
    beside = "soundfile for sounds, soxr for other rates" if is_sound else "Pillow for pictures"
    lines.append(f"files, also NumPy for arrays and {beside}.")
    if about.weights:
        origin = f", from {remark(about.origin)}" if about.origin else ""
        lines.append(f"The weights lie beside this file, in {remark(about.weights, 60)}{origin}.")
    else:
        lines.append("No weights come with it yet: they belong beside it, ending in .safetensors.")
    example = "sound.wav" if is_sound else "picture.png"
    lines += ["", f"Ask it:  python THIS_FILE.py {example}    (or array.npy)", '"""']
    return "\n".join(line.rstrip() for line in lines)


def _range_words(about: About) -> str:
    if about.mean:
        return ": pictures in red, green, blue, each pixel from 0 to 1,"
    return ""


def _normalisation_words(about: About) -> list[str]:
    if not about.mean:
        return []
    return [
        f"      less the mean {_row(about.mean)},",
        f"      over the deviation {_row(about.deviation)}.",
    ]


def _has_boxes(about: About) -> bool:
    return about.picture is not None and bool(about.picture.show_from)


def _is_dense(about: About) -> bool:
    return about.picture is not None and about.picture.is_dense and bool(about.classes)


def _class_words(about: About) -> str:
    if not about.classes:
        return ""
    if _is_dense(about):
        return (
            ": at every pixel a raw score\n      for each of"
            f" {len(about.classes):,} classes, in the order of CLASSES. All pictures are answered"
            " whole,\n      where DeepDesk may answer large ones in tiles."
        )
    if _has_boxes(about):
        return (
            ": a row for each box that\n      may be there: left, top, right and bottom in pixels,"
            " four more of what it was\n      predicted from, and a raw score for each of"
            f" {len(about.classes):,} classes, in the order of CLASSES."
        )
    return f": a raw score for each of {len(about.classes):,} classes, in the order of CLASSES."


def ask_imports(parts: Parts) -> None:
    """Ask for what the file itself imports."""
    for module in ("json", "sys", "torch"):
        parts.want_import(module, "")
    for module, name in (("pathlib", "Path"), ("torch", "nn"), ("torch", "Tensor")):
        parts.want_import(module, name)


def imports(parts: Parts) -> str:
    """Return the import lines: Python's own, then those of libraries."""
    own, others = parts.import_lines()
    return "\n".join(
        ["from __future__ import annotations", "", *_joined(own), "", *_joined(others)]
    )


def libraries(parts: Parts) -> tuple[str, ...]:
    """Return the names of the libraries that the file imports, torch first."""
    names = {line.split()[1].split(".")[0] for line in parts.import_lines()[1]}
    return ("torch", *sorted(names - {"torch"}))


def _joined(lines: list[str]) -> list[str]:
    """Return import lines with those from one module put together."""
    names: dict[str, list[str]] = {}
    rest = []
    for line in lines:
        if line.startswith("from ") and " as " not in line:
            module, name = line.removeprefix("from ").split(" import ")
            names.setdefault(module, []).append(name)
        else:
            rest.append(line)
    return [*rest, *(f"from {m} import {', '.join(sorted(n))}" for m, n in sorted(names.items()))]


def script(about: About, contract: Contract) -> Script:
    """Return constants and functions around a network for inputs of (N, *shape)."""
    first: Shape = next(iter(contract.inputs.values()))
    is_picture = bool(about.mean) and len(first) == 3 and first[0] == 3
    recipe = about.sound if about.sound and first == (about.sound.samples,) else None
    picture = (about.picture or PictureRecipe(fit="crop")) if is_picture else None
    constants = ['WEIGHTS = Path(__file__).with_suffix(".safetensors")']
    if about.classes:
        constants += tuple_lines("CLASSES", about.classes)
    if is_picture:
        constants += [
            f"SIZE = ({first[2]}, {first[1]})  # width and height in pixels",
            f"MEAN = torch.tensor({_row(about.mean)}).view(3, 1, 1)",
            f"DEVIATION = torch.tensor({_row(about.deviation)}).view(3, 1, 1)",
        ]
        constants += picture_constants(about.picture) if about.picture else []
    if recipe is not None:
        constants += sound_constants(recipe)
    if about.classes and not math.isclose(about.temperature, 1.0):
        constants.append(f"TEMPERATURE = {about.temperature!r}  # fitted after training")
    functions = [_READ_WEIGHTS, _LOAD]
    functions.append(_reader(picture, recipe))
    if _has_boxes(about):
        functions.append(BOX_FUNCTIONS)
    functions.append(_main(about, contract))
    return Script("\n".join(constants), "\n\n\n".join(part.strip("\n") for part in functions))


def _reader(picture: PictureRecipe | None, recipe: SoundRecipe | None) -> str:
    if recipe is not None:
        return sound_reader(recipe)
    return _READ_ARRAY if picture is None else picture_reader(picture)


def _main(about: About, contract: Contract) -> str:
    lines = ["def main() -> None:", '    """Answer for the files named on the command line."""']
    lines += [
        "    if len(sys.argv) < 2:",
        "        raise SystemExit(__doc__)",
        "    if not WEIGHTS.is_file():",
        '        raise SystemExit(f"The weights are missing: {WEIGHTS.name} has to lie here.")',
        "    network = load()",
        "    for name in sys.argv[1:]:",
    ]
    lines += ["        with torch.inference_mode():"]
    if about.picture is not None and about.picture.both_views:
        lines += both_views_lines(about.picture)
    elif len(contract.inputs) > 1:
        lines += ["            outputs = network(*read_input(Path(name)))"]
    else:
        lines += ["            outputs = network(read_input(Path(name)))"]
    if _has_boxes(about):
        lines += box_lines()
    elif _is_dense(about):
        lines += mask_lines(len(about.classes))
    elif about.classes:
        divided = "" if math.isclose(about.temperature, 1.0) else " / TEMPERATURE"
        scores = f"(outputs[0]{divided})" if divided else "outputs[0]"
        best = min(5, len(about.classes))
        lines += [
            f"        shares, places = {scores}.softmax(0).topk({best})",
            "        for share, place in zip(shares.tolist(), places.tolist()):",
            '            print(f"{name}: {CLASSES[place]} {share:.1%}")',
        ]
    elif about.sound is not None and about.sound.units:
        lines += text_lines()
    elif about.picture is not None and about.picture.numbers:
        lines += number_lines()
    else:
        lines += ['        print(f"{name}: {outputs}")']
    lines += ["", "", 'if __name__ == "__main__":', "    main()"]
    return "\n".join(lines)


def _row(values: tuple[float, ...]) -> str:
    return (
        "(" + ", ".join(f"{value:g}" for value in values) + ("," if len(values) == 1 else "") + ")"
    )


def _batch(shape: Shape) -> str:
    return "(" + ", ".join(("N", *map(str, shape))) + ")"


_READ_WEIGHTS = '''
DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file: a length, a JSON table, then plain bytes."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    table = json.loads(data[8:start])
    table.pop("__metadata__", None)
    weights = {}
    for name, entry in table.items():
        first, last = entry["data_offsets"]
        numbers = bytearray(data[start + first : start + last])
        weights[name] = torch.frombuffer(numbers, dtype=DTYPES[entry["dtype"]])
        weights[name] = weights[name].reshape(entry["shape"])
    return weights
'''
_LOAD = '''
def load(path: Path = WEIGHTS) -> Network:
    """Return the network with its weights, ready to answer."""
    network = Network()
    network.load_state_dict(read_weights(path))
    return network.eval()
'''
_READ_ARRAY = '''
def read_input(path: Path) -> Tensor:
    """Return the numbers of a .npy file as float32; its first axis counts samples."""
    import numpy

    return torch.from_numpy(numpy.load(path, allow_pickle=False)).float()
'''
