"""Detectors as source: the same bits in a process without this package."""

from __future__ import annotations

import pytest
import torch

from deepdesk.export.about import About
from deepdesk.export.source import source_of
from deepdesk.nn.block import ANY_SIZE
from deepdesk.nn.detection_presets import architectures
from deepdesk.nn.graph import Contract
from tests.unit.export.outside import differing, write_out

INPUTS = {"image": (3, 64, 96)}
OUTPUTS = {"detections": (ANY_SIZE, 11)}


@pytest.fixture(autouse=True)
def one_thread():
    """Work with one thread: the bits depend on their number."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.slow
def test_every_detector_gives_the_same_bits_outside(tmp_path):
    folder = tmp_path / "out"
    contract = Contract(inputs=INPUTS, outputs=OUTPUTS)
    for number, (name, graph) in enumerate(architectures(96, 64, 3).items()):
        if "pretrained" not in name and "ResNet-50" not in name:
            write_out(folder / f"network_{number}", graph, contract)

    assert differing(folder) == []


def test_the_source_says_how_many_rows_come_out_and_gives_both_stages_by_name():
    contract = Contract(inputs=INPUTS, outputs=OUTPUTS, optional={"proposals": (ANY_SIZE, 9)})
    graph = architectures(96, 64, 3)["Faster R-CNN, ResNet-18"]

    source = source_of(graph, contract, About(title="Found"))

    assert "Out:  float32, (N, 64, 11), (N, 384, 9)" in source
    assert '"detections": boxes,' in source
    assert '"proposals": proposals,' in source
    assert 'self.stage_2 = BackboneStage("resnet18", ("maxpool", "layer1"))' in source
