"""How an exported file reads a sound: the same steps in the same order as the program takes."""

from __future__ import annotations

from deepdesk.data.sound_recipe import SoundRecipe
from deepdesk.export.writing import tuple_lines


def sound_constants(recipe: SoundRecipe) -> list[str]:
    """Return the lines above the network."""
    lines = [
        f"RATE_HZ = {recipe.rate_hz}  # samples a second",
        f"SAMPLES = {recipe.samples}  # that the network hears at once",
    ]
    if recipe.most_s:
        lines.append(f"MOST_S = {recipe.most_s!r}  # of a longer sound the middle is read")
    if recipe.units:
        lines.append(f"FRAMES = {recipe.frames}  # that it answers for so many samples")
        lines += tuple_lines("UNITS", recipe.units)
    return lines


def sound_reader(recipe: SoundRecipe) -> str:
    """Return the functions that read a sound."""
    steps = [_TRIM] if recipe.trims else []
    steps += [_LEVEL] if recipe.levels else []
    calls = ["    sound = trimmed(sound)"] if recipe.trims else []
    calls += ["    sound = levelled(sound)"] if recipe.levels else []
    prepared = _PREPARED.replace("    # STEPS\n", "".join(f"{call}\n" for call in calls))
    prepared = prepared.replace("    # MIDDLE\n", _MIDDLE if recipe.most_s else "")
    prepared = prepared.replace("    # PLACE\n", _BEGINNING if recipe.begins else _MIDDLE_KEPT)
    reader = _READ.replace(
        "# START", "0" if recipe.begins else "round((SAMPLES - len(sound)) * 0.5)"
    )
    writer = [_WRITTEN] if recipe.units else []
    return "\n\n\n".join(part.strip("\n") for part in (*steps, prepared, reader, *writer))


def text_lines() -> list[str]:
    """Return the lines of `main` that print what a network wrote."""
    return ['        print(f"{name}: {written(outputs[0], Path(name))}")']


_TRIM = '''
def trimmed(sound):
    """Return a sound without what is 40 dB quieter than its loudest moment, at both ends."""
    import numpy

    frame = max(1, round(0.01 * RATE_HZ))
    count = -(-len(sound) // frame)
    frames = numpy.pad(sound, (0, count * frame - len(sound))).reshape(count, frame)
    levels = numpy.sqrt((frames.astype("float64") ** 2).mean(1))
    loud = numpy.flatnonzero(levels > 0.01 * levels.max())
    if not len(loud):
        return sound
    return sound[max(0, int(loud[0]) - 3) * frame : (int(loud[-1]) + 4) * frame]
'''
_LEVEL = '''
def levelled(sound):
    """Return a sound with a root mean square of 0.1, never clipped."""
    import numpy

    strength = float(numpy.sqrt((sound.astype("float64") ** 2).mean()))
    if strength <= 0:
        return sound
    return sound * numpy.float32(min(0.1 / strength, 1.0 / float(abs(sound).max())))
'''
_MIDDLE = """    most = max(1, round(MOST_S * rate_hz))
    start = max(0, (len(sound) - most) // 2)
    sound = sound[start : start + most]
"""
_MIDDLE_KEPT = """    start = max(0, (len(sound) - SAMPLES) // 2)
    sound = sound[start : start + SAMPLES]
"""
_BEGINNING = """    sound = sound[:SAMPLES]
"""
_PREPARED = '''
def prepared(path: Path):
    """Return a sound (wav, flac, ogg, mp3) as numbers, at most SAMPLES of them."""
    import numpy
    import soundfile

    channels, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    sound = channels.mean(1, dtype="float32")
    if not len(sound) or not abs(sound).max() > 0:
        raise SystemExit(f"{path.name} is empty or silent.")
    sound = sound / numpy.float32(max(1.0, float(abs(sound).max())))
    # MIDDLE
    if rate_hz != RATE_HZ:
        import soxr

        sound = soxr.resample(sound, rate_hz, RATE_HZ, quality="HQ").clip(-1.0, 1.0)
    # STEPS
    # PLACE
    return (numpy.round(sound.clip(-1.0, 1.0) * 32767.0) / 32768.0).astype("float32")
'''
_READ = '''
def read_input(path: Path) -> Tensor:
    """Return a sound or a .npy array of prepared numbers, (1, SAMPLES)."""
    if path.suffix == ".npy":
        import numpy

        return torch.from_numpy(numpy.load(path, allow_pickle=False)).float()
    sound = prepared(path)
    heard = torch.zeros(1, SAMPLES)
    start = # START
    heard[0, start : start + len(sound)] = torch.from_numpy(sound)
    return heard
'''
_WRITTEN = '''
def written(scores: Tensor, path: Path) -> str:
    """Return the likeliest unit of each frame as text: repeats once, blanks not at all."""
    frames = FRAMES
    if path.suffix != ".npy":
        frames = max(1, -(-len(prepared(path)) * FRAMES // SAMPLES))
    best = scores[:frames].argmax(1).tolist()
    units = [unit for unit, before in zip(best, [0, *best]) if unit != before]
    return " ".join("".join(UNITS[unit] for unit in units if unit).split())
'''
