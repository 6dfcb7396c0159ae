"""What a run is to do, settled before it starts and kept beside it."""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from deepdesk import __version__
from deepdesk.core.errors import ConfigError
from deepdesk.core.settings import from_json, settings_of, to_json
from deepdesk.core.task import DataFacts, Task, TaskSpec
from deepdesk.engine.devices import device_name
from deepdesk.engine.request import RunRequest
from deepdesk.engine.settings import TrainingConfig
from deepdesk.nn.graph import Graph
from deepdesk.project.data_facts import learned_from_json
from deepdesk.project.folder import ProjectFile
from deepdesk.project.searches import trial_of

PLAN_FORMAT = 1
MAX_THREADS = 512
PRECISIONS = ("auto", "float32", "tf32", "bfloat16", "float16")
# What runs worked with before there was a choice, and what is taken where nothing is measured.
USUAL_WAYS = {"layout": "channels_last", "fused": "on", "compiled": "off", "kernels": "usual"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """Everything that decides the bits of a run, apart from the data.

    Attributes:
        task: Key of the task.
        dial: Name of the run's dial.
        training: Checked settings.
        config: The task's checked settings.
        architecture: Name of the graph.
        graph: The network as JSON.
        facts: Classes, typical size and vocabulary at the start of the run.
        device: torch's name of the device.
        precision: "float32", "tf32", "bfloat16" or "float16", "auto" until measured.
        threads: torch threads, 0 until measured; the bits depend on it.
        continue_from: Run that gave the first weights, or "".
        carried: Blocks that have all their weights from that run.
        dataset: Fingerprint of the data.
        search: Which trial of which search it is: "id", "number", "params"; {} for none.
        ways: What was chosen for each key of `USUAL_WAYS`, {} until measured.
    """

    task: str
    dial: str
    training: TrainingConfig
    config: Any
    architecture: str
    graph: Mapping[str, Any]
    facts: DataFacts
    device: str
    precision: str
    threads: int
    continue_from: str = ""
    carried: tuple[str, ...] = ()
    dataset: str = ""
    search: Mapping[str, Any] = field(default_factory=dict)
    ways: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the plan as a JSON-ready object."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {
            "format": PLAN_FORMAT,
            **plain,
            "training": to_json(self.training),
            "config": to_json(self.config),
            "graph": dict(self.graph),
            "carried": list(self.carried),
            "search": dict(self.search),
            "ways": dict(self.ways),
            "facts": {
                "classes": list(self.facts.classes),
                "typical_size": list(self.facts.typical_size),
                "learned": dict(self.facts.learned),
            },
            "versions": versions(self.device),
        }


def versions(device: str = "cpu") -> dict[str, str]:
    """Return what the bits of a run on `device` depend on beside its settings."""
    return {
        "deepdesk": __version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "processor instructions": torch.backends.cpu.get_cpu_capability(),
        "device": device_name(device),
        "exact repetition": "on" if torch.are_deterministic_algorithms_enabled() else "off",
        "cudnn": str(torch.backends.cudnn.version() if device == "cuda" else "not used"),
    }


def made_by(plan: RunPlan) -> dict[str, Any]:
    """Return, JSON-ready, what the bits of a checkpoint of this plan depend on."""
    return {
        "versions": versions(plan.device),
        "threads": plan.threads,
        "precision": plan.precision,
        "seed": plan.training.seed,
        "dataset": plan.dataset,
    }


def plan_from_json(spec: TaskSpec, saved: Mapping[str, Any]) -> RunPlan:
    """Return the plan that `RunPlan.to_json` saved.

    Raises:
        ConfigError: It is of another format or has settings that this version does not know.
    """
    if saved.get("format") != PLAN_FORMAT:
        raise ConfigError(
            "format",
            f"This run was saved in format {saved.get('format')!r}.",
            f"This version reads format {PLAN_FORMAT}.",
        )
    for key, kind in _KINDS.items():
        if not isinstance(saved.get(key), kind) or isinstance(saved[key], bool):
            raise _damaged(key)
    if saved["task"] != spec.key:
        raise ConfigError(
            "task", f"This run is of the task {saved['task']!r}.", "Choose a run of this task."
        )
    if saved["precision"] not in PRECISIONS:
        raise _damaged("precision")
    texts = {key: saved[key] for key, kind in _KINDS.items() if kind is str}
    return RunPlan(
        **texts,
        training=from_json(TrainingConfig, saved["training"]),
        config=from_json(spec.config, saved["config"]),
        graph=saved["graph"],
        facts=_facts(saved["facts"]),
        carried=_carried(saved.get("carried", [])),
        search=trial_of(saved),
        ways=_ways(saved.get("ways", USUAL_WAYS)),
        threads=min(max(0, saved["threads"]), MAX_THREADS),
    )


_KINDS: dict[str, type[Any]] = {
    "task": str,
    "dial": str,
    "training": dict,
    "config": dict,
    "architecture": str,
    "graph": dict,
    "facts": dict,
    "device": str,
    "precision": str,
    "threads": int,
    "continue_from": str,
    "dataset": str,
}


def _ways(saved: Any) -> Mapping[str, str]:
    allowed = {s.key: {value for value, _w in s.knob.choices} for s in settings_of(TrainingConfig)}
    is_legal = isinstance(saved, dict) and set(saved) in (set(), set(USUAL_WAYS))
    if not is_legal or any(saved[k] == "auto" or saved[k] not in allowed[k] for k in saved):
        raise _damaged("ways")
    return dict(saved)


def _damaged(key: str) -> ConfigError:
    return ConfigError(key, f"The saved run has no legal {key}.", "Restore it, or start a new run.")


def _carried(saved: object) -> tuple[str, ...]:
    if not isinstance(saved, list) or not all(isinstance(name, str) for name in saved):
        raise _damaged("carried")
    return tuple(saved)


def _facts(saved: Mapping[str, Any]) -> DataFacts:
    classes, size = saved.get("classes"), saved.get("typical_size")
    if not isinstance(classes, list) or not all(isinstance(name, str) for name in classes):
        raise _damaged("classes")
    if not isinstance(size, list) or not all(type(side) is int and side > 0 for side in size):
        raise _damaged("typical_size")
    learned = learned_from_json(saved.get("learned", {}))
    return DataFacts(classes=tuple(classes), typical_size=tuple(size), learned=learned)


def settled(
    spec: TaskSpec, file: ProjectFile, request: RunRequest
) -> tuple[str, str, TrainingConfig, Any]:
    """Return (dial, architecture, training settings, task settings) of a request.

    What counts, from weak to strong: the defaults, the dial, the project's own
    settings, the request.

    Raises:
        ConfigError: A key or value is not legal, or there is no such dial.
    """
    dial_name = request.dial or file.dial or spec.default_dial
    if dial_name not in spec.dials:
        names = ", ".join(spec.dials)
        raise ConfigError("dial", f"There is no preset {dial_name!r}.", f"Choose one of: {names}.")
    dial = spec.dials[dial_name]
    training = from_json(
        TrainingConfig, {**dial.training, **file.training_settings, **request.training}
    )
    config = from_json(spec.config, {**dial.task, **file.task_settings, **request.task})
    return (
        dial_name,
        request.architecture or file.architecture or dial.architecture,
        training,
        config,
    )


def split_settings(
    spec: TaskSpec, values: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Sort keys from a command line into (training, task) settings.

    Raises:
        ConfigError: No setting has that key.
    """
    training_keys = {s.key for s in settings_of(TrainingConfig)}
    task_keys = {s.key for s in settings_of(spec.config)}
    for key in values:
        if key not in training_keys | task_keys:
            known = ", ".join(sorted(training_keys | task_keys))
            raise ConfigError(key, f"There is no setting {key!r}.", f"Known are: {known}.")
    return (
        {k: v for k, v in values.items() if k in training_keys},
        {k: v for k, v in values.items() if k in task_keys},
    )


def chosen_graph(task: Task, request: RunRequest, file: ProjectFile, name: str) -> Graph:
    """Return the graph of a request: its own, the project's edited one, or the named one.

    Raises:
        ConfigError: The task offers no network of that name.
        GraphError: The given graph is not legal.
    """
    own = request.graph if request.graph is not None else file.graph
    if own is not None and not request.architecture:
        return Graph.from_json(own)
    offered = task.architectures()
    if name not in offered:
        names = ", ".join(offered)
        raise ConfigError("architecture", f"There is no network {name!r}.", f"There is: {names}.")
    graph: Graph = offered[name]
    return graph
