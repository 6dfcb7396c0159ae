"""Exported networks for pictures: asked for a file outside, they say what the program says."""

from __future__ import annotations

import numpy as np
import PIL.Image
import pytest
import safetensors.torch
import torch

from deepdesk.core.task import DataFacts
from deepdesk.core.work import StopToken
from deepdesk.data.images import ImageReader
from deepdesk.data.numbers import survey
from deepdesk.export.about import About, normalisation, picture_recipe_of
from deepdesk.export.source import source_of
from deepdesk.nn.build import build
from deepdesk.tasks import task_of
from tests.unit.export.test_sound_script import loaded

TARGETS = [{"speed [km/h]": 10.0, "steering": -0.5}, {"speed [km/h]": 90.0, "steering": 0.7}]


@pytest.fixture
def picture(tmp_path):
    noise = np.random.default_rng(2).integers(0, 256, (40, 96, 3))
    path = tmp_path / "road.png"
    PIL.Image.fromarray(noise.astype(np.uint8)).save(path)
    return path


def task_with(key, **settings):
    spec = task_of(key)
    learned = survey("speed,steering", TARGETS)
    facts = DataFacts(classes=("cat", "dog"), typical_size=(96, 40), learned=learned)
    return spec.load()(spec.config(**settings), facts)


def exported(folder, task):
    """Export the smallest network of a task with weights; return it and the loaded module."""
    graph = list(task.architectures().values())[1]
    network = build(graph, task.contract(), seed=3).eval()
    safetensors.torch.save_file(network.state_dict(), folder / "network.safetensors")
    mean, deviation = normalisation(task)
    about = About(
        title="Pictures",
        classes=getattr(task, "classes", ()),
        mean=mean,
        deviation=deviation,
        picture=picture_recipe_of(task),
        weights="network.safetensors",
    )
    path = folder / "network.py"
    path.write_text(source_of(graph, task.contract(), about))
    return network, loaded(path)


@pytest.mark.parametrize("fit", ["crop", "stretch", "pad"])
def test_a_picture_is_fitted_as_in_training(tmp_path, picture, fit):
    task = task_with("image_classification", fit=fit, side_px=32)
    network, module = exported(tmp_path, task)
    (answer,) = task.predict(network, ImageReader().payload(picture), StopToken())

    with torch.inference_mode():
        shares = module.load()(module.read_input(picture))[0].softmax(0).tolist()

    wanted = dict(answer.scores)
    assert shares == pytest.approx([wanted["cat"], wanted["dog"]], abs=1e-5)


@pytest.mark.parametrize("cut", [{}, {"cut_top": 0.4}, {"cut_top": 0.25, "cut_bottom": 0.2}])
def test_numbers_are_printed_in_their_units(tmp_path, picture, capsys, monkeypatch, cut):
    task = task_with("image_regression", targets="speed,steering", **cut)
    network, module = exported(tmp_path, task)
    (answer,) = task.predict(network, ImageReader().payload(picture), StopToken())

    monkeypatch.setattr("sys.argv", ["network.py", str(picture)])
    module.main()

    lines = capsys.readouterr().out.splitlines()
    told = [line.removeprefix(f"{picture}: ").split(" ") for line in lines]
    assert [(words[0], *words[2:]) for words in told] == [("speed", "km/h"), ("steering",)]
    assert [float(words[1]) for words in told] == pytest.approx(
        [value for value, _unit in answer.values.values()], rel=1e-4, abs=1e-4
    )
