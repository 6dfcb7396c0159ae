"""What tasks must know of the data before the first sample: the one way to find it out."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from deepdesk.core.errors import ConfigError, DatasetError
from deepdesk.core.learnt import WITHOUT_CLASSES, learnt_from
from deepdesk.core.settings import to_json
from deepdesk.core.task import DataFacts, TaskSpec
from deepdesk.project.index import SampleIndex

# It is kept with every run and in every exported model, and read again with suspicion.
MAX_LEARNED_BYTES = 4 << 20


def facts_of(index: SampleIndex, spec: TaskSpec, config: Any) -> DataFacts:
    """Return classes, typical size and what the targets of training teach.

    A task that learns from texts or numbers knows no classes, however folders are named.

    Targets are read one by one: 10^5 transcripts take about half a second, so this belongs
    into a job, never into the window's thread.

    Args:
        config: Settings of the task.

    Raises:
        DatasetError: The targets cannot be learnt from, or have too much in them.
    """
    truth = learnt_from(spec.gives)
    classes = () if truth in WITHOUT_CLASSES else tuple(row.name for row in index.classes())
    learned: Mapping[str, Any] = {}
    if spec.survey is not None:
        learned = _plain(spec.survey(config, index.targets("train", truth)))
    return DataFacts(classes=classes, typical_size=index.typical_size(), learned=learned)


def learned_from_json(saved: object) -> dict[str, Any]:
    """Return what a survey found, as it was kept.

    Raises:
        ConfigError: It is no JSON object, or far larger than any that was written.
    """
    try:
        text = json.dumps(saved, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise _no_vocabulary() from error
    is_named = isinstance(saved, dict) and all(isinstance(key, str) for key in saved)
    if not isinstance(saved, dict) or not is_named or len(text) > MAX_LEARNED_BYTES:
        raise _no_vocabulary()
    return dict(saved)


def _no_vocabulary() -> ConfigError:
    return ConfigError(
        "learned", "The saved run has no legal vocabulary.", "Restore it, or start a new run."
    )


class KeptFacts:
    """Facts that are only found out again once the data or the settings are others.

    Safe to call from any thread.

    Args:
        open_index: Opens the index for the calling thread.
    """

    def __init__(self, open_index: Callable[[], SampleIndex], spec: TaskSpec) -> None:
        self._open_index = open_index
        self._spec = spec
        self._lock = threading.Lock()
        self._kept: tuple[tuple[int, str], DataFacts] | None = None

    def of(self, config: Any) -> DataFacts:
        """Return the facts for these settings of the task; it may take as long as `facts_of`.

        Raises:
            DeepDeskError: The index or its targets cannot be read.
        """
        with self._lock, self._open_index() as index:
            stamp = (index.revision(), json.dumps(to_json(config), sort_keys=True))
            if self._kept is None or self._kept[0] != stamp:
                self._kept = (stamp, facts_of(index, self._spec, config))
            return self._kept[1]


def _plain(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was found as JSON gives it back, so that a resumed run knows the same."""
    text = json.dumps(dict(found), allow_nan=False)
    if len(text) > MAX_LEARNED_BYTES:
        raise DatasetError(
            f"The targets of training hold too much to learn from: {len(text) >> 20} MB.",
            "Check that the right column of the table was taken for them.",
        )
    plain: dict[str, Any] = json.loads(text)
    return plain
