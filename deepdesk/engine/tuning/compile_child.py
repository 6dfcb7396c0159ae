"""Tries torch.compile on a network in a process of its own, which may hang, crash or be killed.

Reads one JSON object from standard input and writes one to standard output.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import time
from typing import Any

import torch
from torch import Tensor, nn

from deepdesk.engine.compute import Compute
from deepdesk.nn.build import build_empty
from deepdesk.nn.graph import Contract, Graph
from deepdesk.nn.initial import draw

_ROUNDS = 6


def measure(asked: dict[str, Any]) -> dict[str, float]:
    """Return what compiling takes and what a step takes before and after it.

    Args:
        asked: "graph", "inputs", "outputs" and if there are any "optional" (shapes of one sample
            by name), "batch", "device", and the fields of `Compute`.

    Returns:
        {"start_s": the first step of all, "plain_s" and "compiled_s": a usual one}.
    """
    ways = {key: asked[key] for key in ("precision", "threads", "layout", "compiled", "kernels")}
    compute = Compute(device=torch.device(asked["device"]), **ways)
    compute.settle()
    inputs, outputs, optional = (
        {name: tuple(shape) for name, shape in asked.get(side, {}).items()}
        for side in ("inputs", "outputs", "optional")
    )
    contract = Contract(inputs=inputs, outputs=outputs, optional=optional)
    network = build_empty(Graph.from_json(asked["graph"]), contract)
    draw(network, torch.Generator().manual_seed(0))
    network = compute.place(network.train())
    batch = int(asked["batch"])
    given = [torch.rand(batch, *shape, device=compute.device) for shape in inputs.values()]
    plain = [_step(network, given, compute) for _round in range(_ROUNDS)]
    compute.compile(network)
    start_s = _step(network, given, compute)
    compiled = [_step(network, given, compute) for _round in range(_ROUNDS)]
    return {
        "start_s": start_s,
        "plain_s": statistics.median(plain[1:]),
        "compiled_s": statistics.median(compiled[1:]),
    }


def _step(network: nn.Module, inputs: list[Tensor], compute: Compute) -> float:
    begun_s = time.perf_counter()
    compute.begin_step()
    with compute.autocast():
        given = network(*inputs)
    outputs = list(given.values()) if isinstance(given, dict) else [given]
    loss = torch.stack([out.float().square().mean() for out in outputs]).sum()
    loss.backward()
    network.zero_grad(set_to_none=True)
    if not math.isfinite(float(loss.detach())):
        raise ArithmeticError("loss")
    return time.perf_counter() - begun_s


def main() -> int:
    """Measure what standard input asks for, and write what was found."""
    sys.stdout.write(json.dumps(measure(json.load(sys.stdin))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
