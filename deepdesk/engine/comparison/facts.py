"""A run as it is compared: how it stands, and every setting that decided how it learned."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.settings import Setting, settings_of, value_text
from deepdesk.core.task import TaskSpec
from deepdesk.engine.settings import TrainingConfig
from deepdesk.project.runs import RunFolder, RunInfo

SEED = "training.seed"
NETWORK, PRESET, START, DATA = "network", "preset", "continue_from", "dataset"
# What says how a run is kept, not how it learns.
_ASIDE = ("training.logs", "training.checkpoint_s")
_PLAIN = {NETWORK: "Network", PRESET: "Preset", START: "Begins with", DATA: "Data"}


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """One run of the comparison.

    Attributes:
        settings: By "training.<key>" and "task.<key>", JSON values; also the four of `_PLAIN`.
        graph: The network as JSON, {} where it cannot be read.
        versions: Of the program, of torch and of Python, by name.
    """

    info: RunInfo
    settings: Mapping[str, Any] = field(default_factory=dict)
    graph: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of its folder."""
        return self.info.name

    @property
    def seed(self) -> Any:
        """Seed of its chance, None where it cannot be read."""
        return self.settings.get(SEED)

    @property
    def value(self) -> float | None:
        """Main metric on validation at its best epoch, None while there is none."""
        return self.info.metrics.get(self.info.main_metric)

    @cached_property
    def kind(self) -> str:
        """The same text for runs that differ in nothing but the seed, "" where it is unknown."""
        if not self.settings:
            return ""
        aside = (SEED, *_ASIDE)
        decides = {key: value for key, value in self.settings.items() if key not in aside}
        text = json.dumps([decides, self.graph], sort_keys=True, default=str)
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def facts_of(run: RunFolder) -> RunFacts:
    """Return what a run's folder tells; what is damaged is left out."""
    info = run.info()
    try:
        config = run.config()
    except DeepDeskError:
        return RunFacts(info=info)
    parts = {"training": config.get("training"), "task": config.get("config")}
    settings = {
        f"{part}.{key}": value
        for part, values in parts.items()
        if isinstance(values, Mapping)
        for key, value in values.items()
    }
    settings |= {
        NETWORK: str(config.get("architecture", "")),
        PRESET: info.dial,
        START: str(config.get("continue_from", "")),
        DATA: str(config.get("dataset", "")),
    }
    return RunFacts(
        info=info,
        settings=settings,
        graph=_mapping(config.get("graph")),
        versions={str(k): str(v) for k, v in _mapping(config.get("versions")).items()},
    )


def siblings(run: RunFacts, others: Sequence[RunFacts]) -> tuple[RunFacts, ...]:
    """Return the finished runs that differ from `run` in nothing but the seed, itself first.

    Of two with the same seed only one counts: the second tells nothing new.
    """
    found = {run.seed: run}
    for other in others:
        is_one = run.kind and other.kind == run.kind and other.value is not None
        if is_one and other.info.status == "finished":
            found.setdefault(other.seed, other)
    return tuple(found.values())


def label_of(key: str, spec: TaskSpec) -> str:
    """Return what a setting of `RunFacts` is called."""
    if key in _PLAIN:
        return _PLAIN[key]
    setting = _settings(spec).get(key)
    return setting.knob.label if setting is not None else key.partition(".")[2]


def words_of(key: str, value: Any, spec: TaskSpec) -> str:
    """Return the value of a setting of `RunFacts` for people, "" for none."""
    if value is None or value == "":
        return ""
    setting = _settings(spec).get(key)
    said = value_text(setting, value) if setting is not None else None
    return said if said is not None else _plain_words(value)


def differing(runs: Sequence[RunFacts]) -> list[str]:
    """Return the settings that are not the same in all runs, in the order of the forms."""
    keys = dict.fromkeys(key for run in runs for key in run.settings)
    # A run of an earlier version lacks what was not there yet; that alone is no difference.
    found = []
    for key in keys:
        values = {_plain_words(r.settings[key]) for r in runs if key in r.settings}
        if len(values) > 1 and key not in _ASIDE:
            found.append(key)
    first = [key for key in (NETWORK, PRESET, START, DATA) if key in found]
    return first + [key for key in found if key not in first]


def _plain_words(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def _settings(spec: TaskSpec) -> Mapping[str, Setting]:
    if spec.key not in _known:
        found = {f"training.{s.key}": s for s in settings_of(TrainingConfig)}
        found |= {f"task.{s.key}": s for s in settings_of(spec.config)}
        _known[spec.key] = found
    return _known[spec.key]


_known: dict[str, Mapping[str, Setting]] = {}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
