"""Exported networks, run in a process that cannot see this package."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import product
from pathlib import Path

import safetensors.torch
import torch

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.settings import settings_of
from deepdesk.export.about import About
from deepdesk.export.source import source_of
from deepdesk.nn.build import build
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Contract, Edge, Graph, Node
from deepdesk.nn.shapes import infer, shapes_of

RUNNER = """
import importlib.util, json, sys, torch
from pathlib import Path
torch.set_num_threads(int(sys.argv[2]))
wrong = []
for folder in sorted(Path(sys.argv[1]).iterdir()):
    name = "exported_" + folder.name
    spec = importlib.util.spec_from_file_location(name, folder / "network.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    tensors = module.read_weights(folder / "tensors.safetensors")
    network = module.load(folder / "network.safetensors")
    given = [tensors[f"in{n}"] for n in range(len(tensors) - 1)]
    with torch.inference_mode():
        out = network(*given)
    if not torch.equal(out, tensors["out"]):
        wrong.append(folder.name)
seen = [name for name in sys.modules if name.split(".")[0] == "deepdesk"]
print(json.dumps({"wrong": wrong, "seen": seen}))
"""
SHAPES = ((3, 32, 32), (16, 24), (24,), (1, 8000), (8000,))
# What blocks take that need inputs of several kinds.
TOGETHER = {"region_head": ((12, 9), (16, 4, 6), (3, 32, 48))}


def contract_of(graph: Graph) -> Contract:
    """Return what a graph takes and gives by itself."""
    shapes = shapes_of(graph)
    return Contract(
        inputs={node.id: shapes[node.id] for node in graph.inputs},
        outputs={"out": shapes[graph.sinks[0].id]},
    )


def write_out(folder: Path, graph: Graph, contract: Contract, about: About | None = None) -> str:
    """Export a network with weights that differ from first values; return its source."""
    folder.mkdir(parents=True)
    network = build(graph, contract, seed=7).eval()
    generator = torch.Generator().manual_seed(3)
    for tensor in network.state_dict().values():
        if tensor.is_floating_point():
            tensor.mul_(0.9 + 0.2 * torch.rand(tensor.shape, generator=generator))
            if tensor.ndim == 1:
                tensor.add_(0.01 * torch.rand(tensor.shape, generator=generator))
    given = [torch.rand((2, *shape), generator=generator) for shape in contract.inputs.values()]
    with torch.inference_mode():
        out = network(*given)
    assert torch.isfinite(out).all()
    tensors = {f"in{n}": x for n, x in enumerate(given)} | {"out": out.clone().contiguous()}
    weights = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    about = about or About(title=graph.name, weights="network.safetensors")
    source = source_of(graph, contract, about)
    (folder / "network.py").write_text(source, encoding="utf-8")
    (folder / "tensors.safetensors").write_bytes(safetensors.torch.save(tensors))
    (folder / "network.safetensors").write_bytes(safetensors.torch.save(weights))
    return source


def differing(folder: Path) -> list[str]:
    """Return the names of exported networks below `folder` that give other bits."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", RUNNER, str(folder), str(torch.get_num_threads())],
        cwd=folder.parent, env={"PYTHONPATH": ""}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert found["seen"] == []
    return found["wrong"]


def around(block: str, settings: dict) -> Graph | None:
    """Return a minimal graph with one block, None if no usual input fits it."""
    fewest = max(1, BLOCKS[block].ports[0])
    usual = product(SHAPES, repeat=min(fewest, 2))
    for shapes in [TOGETHER[block]] if block in TOGETHER else usual:
        given = [
            Node(f"in_{n}", "input", {"shape": shapes[n % len(shapes)]}) for n in range(fewest)
        ]
        edges = tuple(Edge(node.id, "block", port) for port, node in enumerate(given))
        graph = Graph(block, (*given, Node("block", block, settings)), edges)
        try:
            if not infer(graph).problems:
                return graph
        except DeepDeskError:
            return None
    return None


def variants(block: str) -> list[dict]:
    """Return settings that together try every choice of a block."""
    found = [{}]
    for setting in settings_of(BLOCKS[block].config):
        choices = [value for value, _words in setting.knob.choices or ()]
        if setting.kind is bool:
            choices = [True, False]
        found += [{setting.key: value} for value in choices]
    return found
