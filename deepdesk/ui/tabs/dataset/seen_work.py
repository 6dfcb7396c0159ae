"""What training will see of a sample; the heavy half of the task is loaded inside the job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from deepdesk.core.chance import Draws
from deepdesk.core.events import Result
from deepdesk.core.settings import Setting, from_json, settings_of
from deepdesk.core.task import PreviewsTruth, Reader, TaskSpec, Truth
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.project.data_facts import KeptFacts

VERSIONS = 8
AUGMENTATION = "Augmentation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Of which sample, and how, versions are to be made.

    Attributes:
        settings: Of the task, as the project has them.
        target: What is known of the sample beside its class, or None.
        seed: Of the draws.
    """

    path: Path
    settings: Mapping[str, Any]
    target: Any = None
    seed: int = 1


def seen_work(spec: TaskSpec, known: KeptFacts, wish: Wish) -> Work:
    """Return work that emits one `Result` per augmented payload, `VERSIONS` in all."""

    def work(emit: EventSink, stop: StopToken) -> None:
        payload = spec.reader().payload(wish.path)
        stop.check()
        config = from_json(spec.config, wish.settings)
        task = spec.load()(config, known.of(config))
        draws = Draws(wish.seed, 0, np.arange(VERSIONS, dtype=np.int64))
        if wish.target is not None and isinstance(task, PreviewsTruth):
            versions = task.preview_with(payload, wish.path, Truth(target=wish.target), draws)
        else:
            versions = task.preview(payload, draws)
        for version in versions:
            stop.check()
            emit(Result(value=version))

    return work


def look_work(reader: Reader, path: Path) -> Work:
    """Return work that emits the `Result` of decoding one sample."""

    def work(emit: EventSink, stop: StopToken) -> None:
        stop.check()
        emit(Result(value=reader.payload(path)))

    return work


def switches(config: type[Any]) -> tuple[Setting, ...]:
    """Return the augmentations of a task that are on or off."""
    return tuple(
        setting
        for setting in settings_of(config)
        if setting.kind is bool and setting.knob.group == AUGMENTATION
    )


def balance_setting(config: type[Any]) -> Setting | None:
    """Return the setting that evens classes out in training, if the task has one."""
    names = {"balance", "balance_classes"}
    found = (s for s in settings_of(config) if s.kind is bool and s.key in names)
    return next(found, None)
