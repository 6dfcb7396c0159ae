"""Exported networks for pictures: asked for a file outside, they say what the program says."""

from __future__ import annotations

import numpy as np
import PIL.Image
import pytest
import safetensors.torch
import torch

from deepdesk.core.task import DataFacts, Truth
from deepdesk.core.work import StopToken
from deepdesk.data.images import ImageReader
from deepdesk.data.numbers import survey
from deepdesk.data.picture_recipe import PictureRecipe
from deepdesk.export.about import About, normalisation, picture_recipe_of
from deepdesk.export.picture_script import mask_lines
from deepdesk.export.script import script
from deepdesk.export.source import source_of
from deepdesk.nn.build import build
from deepdesk.nn.graph import Contract
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


def exported(folder, task, place=1):
    """Export a network of a task with weights; return it and the loaded module."""
    graph = list(task.architectures().values())[place]
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


def test_shares_are_of_both_views_where_the_program_answers_twice(
    tmp_path, picture, capsys, monkeypatch
):
    task = task_with("image_classification", side_px=32, mirror_answers=True)
    network, module = exported(tmp_path, task)
    (answer,) = task.predict(network, ImageReader().payload(picture), StopToken())

    monkeypatch.setattr("sys.argv", ["network.py", str(picture)])
    module.main()

    told = [line.split(" ")[1:] for line in capsys.readouterr().out.splitlines()]
    wanted = sorted(answer.scores, key=lambda score: -score[1])
    assert told == [[name, f"{score:.1%}"] for name, score in wanted]


def balanced(network, logits):
    """Change the last bias so that half of the pixels get each of two classes."""
    bias = [values for name, values in network.named_parameters() if name.endswith("bias")][-1]
    assert bias.shape == (2,)
    bias[1] -= (logits[:, 1] - logits[:, 0]).median()


@pytest.mark.parametrize("twice", [False, True])
def test_a_mask_is_that_of_the_program(tmp_path, picture, monkeypatch, twice):
    task = task_with("segmentation", width_px=96, mirror_answers=twice)
    network, module = exported(tmp_path, task, place=0)
    decoded = task.decode(picture, Truth())["image"]
    batch = task.prepare({"image": torch.from_numpy(decoded)[None]}, None)
    with torch.inference_mode():
        balanced(network, task.forward(network, batch))
        safetensors.torch.save_file(network.state_dict(), tmp_path / "network.safetensors")
        wanted = task.forward(network, batch)[0].argmax(0).numpy()
        other_way = network(batch["image"].flip(3)).flip(3)[0].argmax(0).numpy()

    monkeypatch.setattr("sys.argv", ["network.py", str(picture)])
    module.main()

    mask = np.asarray(PIL.Image.open(picture.with_suffix(".mask.png")))
    assert mask.dtype == np.uint8
    assert (mask == wanted).mean() > 0.999
    assert (mask == other_way).mean() < 0.99


def test_a_mask_has_room_for_more_classes_than_a_byte_has_values():
    assert '.astype("uint8")' in "".join(mask_lines(256))
    assert '.astype("uint16")' in "".join(mask_lines(257))


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


def test_boxes_are_printed_in_pixels_of_the_picture(tmp_path, picture, capsys, monkeypatch):
    task = task_with("object_detection", width_px=96, least_score=0.012)
    network, module = exported(tmp_path, task, place=0)
    with torch.no_grad():
        (answer,) = task.predict(network, ImageReader().payload(picture), StopToken())

    monkeypatch.setattr("sys.argv", ["network.py", str(picture)])
    module.main()

    lines = capsys.readouterr().out.splitlines()
    told = [line.removeprefix(f"{picture}: ").split(" at ") for line in lines]
    wanted = [box for box in answer.boxes if box[2] >= answer.thresholds[box[1]]]
    assert 0 < len(told) == len(wanted) < len(answer.boxes)
    for (words, places), (sides, name, score) in zip(told, wanted, strict=True):
        assert words == f"{name} {score:.2f}"
        assert [float(side) for side in places.split(", ")] == pytest.approx(sides, abs=0.06)


def test_a_network_for_pixels_writes_a_mask_and_tells_shares():
    contract = Contract(inputs={"image": (3, 8, 12)}, outputs={"logits": (2, 8, 12)})
    about = About(
        title="Net",
        classes=("sky", "road"),
        mean=(0.5,) * 3,
        deviation=(0.25,) * 3,
        picture=PictureRecipe(fit="stretch", is_dense=True),
    )
    functions = script(about, contract).functions

    assert "outputs[0].argmax(0)" in functions
    assert "of the pixels, value {place}" in functions
    assert ".topk(" not in functions
    compile(functions, "net.py", "exec")
