"""Exported networks for sounds: asked for a file outside, they say what the program says."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import numpy as np
import pytest
import safetensors.torch
import soundfile
import torch

from deepdesk.core.task import DataFacts
from deepdesk.core.work import StopToken
from deepdesk.data.sounds import SoundReader
from deepdesk.export.about import About, recipe_of
from deepdesk.export.source import source_of
from deepdesk.nn.build import build
from deepdesk.tasks import task_of

SPEC = task_of("audio_classification")
FACTS = DataFacts(classes=("hum", "hiss"), typical_size=(6_000, 8_000))


def task_with(**settings):
    return SPEC.load()(SPEC.config(**settings), FACTS)


def exported(folder, task, name="network"):
    """Export the smallest network of a task with weights; return it and the path of the file."""
    graph = next(iter(task.architectures().values()))
    network = build(graph, task.contract(), seed=3).eval()
    path = folder / f"{name}.py"
    safetensors.torch.save_file(network.state_dict(), path.with_suffix(".safetensors"))
    about = About(
        title="Sounds", classes=FACTS.classes, sound=recipe_of(task), weights=f"{name}.safetensors"
    )
    path.write_text(source_of(graph, task.contract(), about))
    return network, path


def loaded(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look for it there
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[spec.name]
    return module


def recording(folder, name="hum.wav", *, rate_hz=8_000, seconds=0.6, channels=1, quiet_s=0.2):
    generator = np.random.default_rng(1)
    times_s = np.arange(round(seconds * rate_hz)) / rate_hz
    wave = 0.3 * np.sin(2 * np.pi * 300 * times_s) + 0.01 * generator.standard_normal(len(times_s))
    silence = np.zeros(round(quiet_s * rate_hz))
    mono = np.concatenate([silence, wave, silence[: len(silence) // 2]])
    soundfile.write(folder / name, np.stack([mono, mono * 0.5][:channels], 1), rate_hz)
    return folder / name


def answer_of(task, network, path):
    """Return the class scores that the program gives for a file."""
    (answer,) = task.predict(network, SoundReader().payload(path), StopToken())
    return dict(answer.scores)


@pytest.mark.parametrize(
    ("trim", "level"), [(False, False), (False, True), (True, False), (True, True)]
)
@pytest.mark.parametrize(
    "kind",
    [
        {},
        {"rate_hz": 44_100, "channels": 2},
        {"seconds": 9.0},
        {"seconds": 1.5, "quiet_s": 0.31, "name": "hum.flac"},
    ],
    ids=["short", "another-rate-in-stereo", "far-too-long", "cut"],
)
def test_what_it_hears_is_what_the_program_hears(tmp_path, kind, trim, level):
    task = task_with(trim=trim, level=level)
    network, path = exported(tmp_path, task)
    sound = recording(tmp_path, **kind)

    heard = loaded(path).read_input(sound)

    fields = task._batch(SoundReader().payload(sound))
    assert torch.equal(heard, task.prepare(fields, None)["sound"])
    with torch.inference_mode():
        shares = loaded(path).load()(heard)[0].softmax(0).tolist()
    said = answer_of(task, network, sound)
    assert shares == pytest.approx([said[name] for name in FACTS.classes], abs=1e-5)


@pytest.mark.slow
def test_on_the_command_line_it_answers_for_files_in_another_process(tmp_path):
    task = task_with()
    network, path = exported(tmp_path, task)
    sound = recording(tmp_path)

    done = subprocess.run(
        [sys.executable, path.name, sound.name], cwd=tmp_path, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    said = answer_of(task, network, sound)
    best = max(said, key=lambda name: said[name])
    assert done.stdout.startswith(f"hum.wav: {best} {said[best]:.1%}")


def test_its_help_speaks_of_sounds(tmp_path):
    text = exported(tmp_path, task_with())[1].read_text()

    assert "python THIS_FILE.py sound.wav" in text
    assert "picture" not in text
    assert "soundfile" in text


def test_a_silent_file_is_refused_in_words(tmp_path):
    path = exported(tmp_path, task_with())[1]
    soundfile.write(tmp_path / "none.wav", np.zeros(100), 8_000)

    with pytest.raises(SystemExit, match=r"none\.wav is empty or silent"):
        loaded(path).read_input(tmp_path / "none.wav")


def test_a_network_for_another_length_takes_arrays(tmp_path):
    task = task_with()
    graph = next(iter(task_with(length_s=2.0).architectures().values()))
    contract = task_with(length_s=2.0).contract()

    text = source_of(graph, contract, About(title="Sounds", sound=recipe_of(task)))

    assert "import soundfile" not in text


SPEECH = task_of("speech_to_text")


def speaking(**settings):
    facts = DataFacts(
        classes=(), typical_size=(8_000, 8_000), learned={"units": [" ", "a", "b", "c"]}
    )
    return SPEECH.load()(SPEECH.config(decoding="greedy", **settings), facts)


def exported_speech(folder, task):
    graph = next(iter(task.architectures().values()))
    network = build(graph, task.contract(), seed=3).eval()
    path = folder / "speech.py"
    safetensors.torch.save_file(network.state_dict(), path.with_suffix(".safetensors"))
    about = About(title="Speech", sound=recipe_of(task), weights="speech.safetensors")
    path.write_text(source_of(graph, task.contract(), about))
    return network, path


@pytest.mark.parametrize(("trim", "level"), [(False, False), (True, True)])
@pytest.mark.parametrize("kind", [{}, {"rate_hz": 22_050}], ids=["own-rate", "another-rate"])
def test_what_it_writes_is_what_the_program_writes(tmp_path, kind, trim, level):
    task = speaking(trim=trim, level=level)
    network, path = exported_speech(tmp_path, task)
    sound = recording(tmp_path, **kind)
    module = loaded(path)

    heard = module.read_input(sound)
    with torch.inference_mode():
        written = module.written(module.load()(heard)[0], sound)

    given = SoundReader().payload(sound)
    fields = task._batch(task._prepared(task.mono(given)))
    assert torch.equal(heard, task.prepare(fields, None)["sound"])
    (*_growing, said) = task.predict(network, given, StopToken())
    assert written == said.text


def test_letters_are_joined_as_the_paper_says(tmp_path):
    module = loaded(exported_speech(tmp_path, speaking())[1])
    best = [0, 2, 2, 0, 2, 1, 1, 3, 0, 1, 4, 4, 0]  # blank a a blank a space space b ...
    scores = torch.nn.functional.one_hot(torch.tensor(best), 5).float()

    assert module.written(scores, tmp_path / "numbers.npy") == "aa b c"
