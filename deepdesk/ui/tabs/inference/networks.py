"""Loaded networks, kept so that only the first answer waits for one. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deepdesk.core.events import Result
from deepdesk.core.work import EventSink
from deepdesk.ui.tabs.inference.models import Model

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.engine.predict import Predictor
    from deepdesk.project.folder import Project

# The one that people look at, and the one a long table began with.
KEPT_NETWORKS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """A network is being loaded, which takes longer than an answer."""

    model: Model


@dataclass(slots=True, kw_only=True)
class Network:
    """A loaded network; a cold one has not answered yet."""

    predictor: Predictor
    step: int
    is_cold: bool = True


class Networks:
    """The loaded networks of one project. Used by one job at a time.

    Args:
        make: Loads the weights of (run, checkpoint); torch is imported only then.
    """

    def __init__(
        self,
        project: Project,
        spec: TaskSpec,
        make: Callable[[Project, TaskSpec, Model], Predictor] | None = None,
    ) -> None:
        self._project = project
        self._spec = spec
        self._make = make or _load
        self._kept: dict[tuple[Model, int], Network] = {}

    def has(self, model: Model) -> bool:
        """Return whether some weights of `model` are loaded."""
        return (model, 0) in self._kept

    def newest(self, model: Model, emit: EventSink) -> Network:
        """Return the network with the newest weights there are.

        Raises:
            DeepDeskError: The run is gone or has no valid weights.
        """
        step = self._project.runs.get(model.run).checkpoints.latest() or 0
        kept = self._kept.get((model, 0))
        if kept is None or kept.step != step:
            emit(Result(value=Loading(model=model)))
            kept = Network(predictor=self._make(self._project, self._spec, model), step=step)
        self._keep((model, 0), kept)
        return kept

    def pinned(self, model: Model, table: int, emit: EventSink) -> Network:
        """Return the network that answered the first row of a table, numbered from 1.

        Raises:
            DeepDeskError: The run is gone or has no valid weights.
        """
        kept = self._kept.get((model, table)) or self.newest(model, emit)
        self._keep((model, table), kept)
        return kept

    def _keep(self, key: tuple[Model, int], network: Network) -> None:
        self._kept.pop(key, None)
        self._kept[key] = network
        while len(self._kept) > KEPT_NETWORKS:
            del self._kept[next(iter(self._kept))]


def _load(project: Project, spec: TaskSpec, model: Model) -> Predictor:
    from deepdesk.engine.predict import Predictor

    wished = dict(model.answering)
    return Predictor(project, spec, model.run, checkpoint=model.checkpoint, answering=wished)
