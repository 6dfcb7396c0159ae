"""A run that several processes work on: the first one writes and tells, the others follow."""

from __future__ import annotations

import contextlib
import dataclasses
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.work import EventSink, StoppedError, StopToken
from deepdesk.engine import run_data
from deepdesk.engine.devices import physical_cores
from deepdesk.engine.followed_run import FollowedRun
from deepdesk.engine.plan import RunPlan, plan_from_json
from deepdesk.engine.run_session import RunSession
from deepdesk.engine.team import Team
from deepdesk.engine.team_keeper import TeamKeeper

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deepdesk.core.task import Task, TaskSpec
    from deepdesk.data.batches import SplitData
    from deepdesk.engine.compute import Compute
    from deepdesk.engine.trainer import Trainer
    from deepdesk.project.folder import Project


class TeamSession(RunSession):
    """One time that a team works on a run; every process has one.

    What may be done once only (decode, measure, choose, write) is done by the first process,
    while the others wait for how it went.
    """

    def __init__(
        self, project: Project, spec: TaskSpec, run_name: str, plan: RunPlan, team: Team
    ) -> None:
        run = project.runs.get(run_name)
        run = run if team.is_lead else FollowedRun(run.path)
        task: Task = spec.load()(plan.config, plan.facts)
        super().__init__(project, spec, run, task, _for_team(plan, team))
        self.team = team
        self.make_keeper = partial(TeamKeeper, team=team)

    def follow(self, emit: EventSink, stop: StopToken) -> None:
        """Train beside the first process, from its preparations to its last measurement.

        Raises:
            StoppedError: The first process was asked to stop.
            DeepDeskError: What the first process met.
        """
        try:
            data, trainer = self._prepared({}, emit, stop)
            trainer.train(stop)
            self._saved_by_lead(trainer)
            self._measure(data, trainer, stop)
        except StoppedError:
            if self.trainer is not None:
                with contextlib.suppress(DeepDeskError):
                    self._saved_by_lead(self.trainer)
            raise
        finally:
            self.run.metrics.close()

    @staticmethod
    def _saved_by_lead(trainer: Trainer) -> None:
        trainer.keeper.save(trainer.network, trainer.recorder, must=True)

    def _prepared(
        self, rows: run_data.Rows, emit: EventSink, stop: StopToken
    ) -> tuple[dict[str, SplitData], Trainer]:
        box: list[tuple[dict[str, SplitData], Trainer]] = []
        prepare = super()._prepared
        if self.team.is_lead:
            self.team.led(lambda: self._decoded(box, prepare(rows, emit, stop), stop))
        else:
            self.team.led(_nothing)
            self.plan = _for_team(plan_from_json(self.spec, self.run.config()), self.team)
            box.append(prepare(run_data.kept_rows(self.run), emit, stop))
        return box[0]

    def _decoded(
        self,
        box: list[tuple[dict[str, SplitData], Trainer]],
        prepared: tuple[dict[str, SplitData], Trainer],
        stop: StopToken,
    ) -> None:
        """Wait until every sample is decoded: the others only read the files of that."""
        box.append(prepared)
        if self.data is not None:
            feed = self.data.feed
            feed.wait(np.arange(len(feed.samples)), stop)
            feed.cache.commit()

    def _chosen(self, *given: Any) -> Compute:
        compute = super()._chosen(*given)
        return dataclasses.replace(compute, team=self.team)

    def _close(self, status: str, emit: EventSink) -> None:
        if self.trainer is not None and isinstance(self.trainer.keeper, TeamKeeper):
            self.trainer.keeper.part()
        super()._close(status, emit)

    def _forecast(self, *given: Any) -> None:
        """Keep none: what several processes take was not measured."""

    def _measure(
        self, data: dict[str, SplitData], trainer: Trainer, stop: StopToken
    ) -> dict[str, Any]:
        fitted: Mapping[str, Any] = self.team.led(partial(super()._measure, data, trainer, stop))
        return dict(fitted)


def _for_team(plan: RunPlan, team: Team) -> RunPlan:
    """Return the plan without what is measured as if the machine were one process's own."""
    threads = plan.threads or max(1, physical_cores() // team.local_size)
    compiled = "off" if plan.training.compiled == "auto" else plan.training.compiled
    training = dataclasses.replace(plan.training, compiled=compiled)
    return dataclasses.replace(plan, threads=threads, training=training)


def _nothing() -> None:
    """Is never called: what is led is done by the first process alone."""
