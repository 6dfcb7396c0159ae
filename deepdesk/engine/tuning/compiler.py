"""Whether torch.compile pays: tried in a child process, and remembered for this machine.

It needs a compiler, takes seconds to minutes, and can fail in ways of its own. None of that is
an error here: where it does not work, networks run as they are.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import psutil

from deepdesk.core.processes import child_command, start
from deepdesk.core.settings import to_json
from deepdesk.core.work import StopToken
from deepdesk.engine.compute import Compute
from deepdesk.engine.forecast import machine
from deepdesk.nn.graph import Contract, Graph

# Of the time that a run is expected to take.
_SHARE = 0.01
_SHORTEST_S, LONGEST_S = 20.0, 120.0
_POLL_S = 0.1
_OUTPUT_LIMIT = 4096
_CACHE = "compiler"
_COMPILERS = ("c++", "g++", "clang++", "cl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of trying.

    Attributes:
        gain: How many times as fast steps of the network are, 0.0 where it was not measured.
        start_s: What compiling takes.
        why: Why it is not to be used, "" where it may.
    """

    gain: float = 0.0
    start_s: float = 0.0
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The network that is to be compiled, and how many samples a step has."""

    graph: Graph
    contract: Contract
    batch: int


def missing(device: str) -> str:
    """Return what compiling needs and this machine has not, "" where it has all."""
    if device == "cuda":
        return "" if find_spec("triton") else "Triton, which compiles for GPUs, is not there."
    if any(shutil.which(name) for name in _COMPILERS):
        return ""
    return "There is no C++ compiler on this machine."


def known_fault(device: str) -> str:
    """Return why compiling failed on this machine before, "" where it did not."""
    why = (machine.kept(_CACHE, device) or {}).get("why", "")
    return why if isinstance(why, str) else ""


def limit_of(expected_s: float) -> float:
    """Return how long a trial may take in a run of so many seconds, 0.0 for not at all."""
    limit = expected_s * _SHARE
    return 0.0 if limit < _SHORTEST_S else min(limit, LONGEST_S)


def tried(network: Network, compute: Compute, limit_s: float, stop: StopToken) -> Verdict:
    """Return what compiling the network brings, tried in a child that is killed after `limit_s`.

    Raises:
        StoppedError: Asked to stop.
    """
    asked = {
        "graph": network.graph.to_json(),
        "inputs": {name: list(shape) for name, shape in network.contract.inputs.items()},
        "outputs": {name: list(shape) for name, shape in network.contract.outputs.items()},
        "optional": {name: list(shape) for name, shape in network.contract.optional.items()},
        "batch": network.batch,
        "device": compute.device.type,
        **{k: getattr(compute, k) for k in ("precision", "threads", "layout", "kernels")},
        "compiled": compute.compiled,
    }
    text, is_late = _told(json.dumps(asked), limit_s, stop)
    if is_late:
        return Verdict(why=f"Compiling took longer than {limit_s:.0f} s.")
    try:
        found = json.loads(text)
        start_s, plain_s, compiled_s = (
            float(found[key]) for key in ("start_s", "plain_s", "compiled_s")
        )
        return Verdict(gain=plain_s / compiled_s, start_s=start_s)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        why = "Compiling does not work on this machine."
        machine.keep(_CACHE, compute.device.type, {"why": why})
        return Verdict(why=why)


def forget_fault(device: str) -> None:
    """Let compiling be tried again on this machine."""
    if known_fault(device):
        machine.keep(_CACHE, device, {"why": ""})


def _told(asked: str, limit_s: float, stop: StopToken) -> tuple[str, bool]:
    """Return what the child wrote, and whether it was too late."""
    end_s = time.monotonic() + limit_s
    child = _started()
    given: str | None = asked
    try:
        while True:
            stop.check()
            try:
                text, _errors = child.communicate(given, timeout=_POLL_S)
            except subprocess.TimeoutExpired:
                given = None
                if time.monotonic() > end_s:
                    return "", True
                continue
            return (text if child.returncode == 0 else "")[:_OUTPUT_LIMIT], False
    finally:
        _end(child)


def _started() -> subprocess.Popen[str]:
    return start(
        child_command("deepdesk.engine.tuning.compile_child"),
        # Compiling in one process: one child to end, and cores left for others.
        own={"TORCHINDUCTOR_COMPILE_THREADS": "1"},
        has_words=False,
        is_apart=False,
        is_text=True,
    )


def _end(child: subprocess.Popen[str]) -> None:
    """End the child and the compilers that it started."""
    if child.poll() is not None:
        return
    with contextlib.suppress(psutil.Error):
        for other in psutil.Process(child.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                other.kill()
    child.kill()
    child.communicate()


def settings_text(graph: Graph, contract: Contract) -> str:
    """Return what distinguishes a network from others: blocks, settings, connections, shapes."""
    blocks = [(node.id, node.block, to_json(node.config)) for node in graph.nodes]
    links = sorted((edge.source, edge.target) for edge in graph.edges)
    every: list[Any] = [blocks, links, dict(contract.inputs), dict(contract.outputs)]
    return json.dumps(every, sort_keys=True)
