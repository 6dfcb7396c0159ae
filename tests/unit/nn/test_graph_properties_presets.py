"""What each preset costs, against torch's own counter in a real pass and a sum over parameters."""

from __future__ import annotations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from deepdesk.core.task import DataFacts
from deepdesk.nn.build import build_empty
from deepdesk.nn.cost import cost
from deepdesk.tasks import all_tasks

CLASSES = ("cat", "dog", "owl")


def offered():
    """Yield every network that a task offers for small pictures, with its contract."""
    for key, spec in all_tasks().items():
        task = spec.load()(spec.config(), DataFacts(classes=CLASSES, typical_size=(32, 32)))
        for name, graph in task.architectures().items():
            if not any(getattr(node.config, "pretrained", False) for node in graph.nodes):
                yield pytest.param(graph, task.contract(), id=f"{key}: {name}")


@pytest.mark.slow
@pytest.mark.parametrize(("graph", "contract"), list(offered()))
def test_flops_and_parameters_of_a_preset_are_those_that_torch_counts(graph, contract):
    network = build_empty(graph, contract)
    images = [torch.zeros(2, *shape) for shape in contract.inputs.values()]
    counter = FlopCounterMode(display=False)

    with counter, torch.no_grad():
        network.train()(*images)
    found = cost(graph, contract, batch_size=2)

    assert found.flops == counter.get_total_flops()
    assert found.parameters == sum(p.numel() for p in network.parameters())
    assert found.trainable == sum(p.numel() for p in network.parameters() if p.requires_grad)
