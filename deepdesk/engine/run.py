"""A run from request to result, as work that the window, the terminal and tests share."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Progress, Said
from deepdesk.core.learnt import learnt_from
from deepdesk.core.task import Task, TaskSpec
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.engine import run_data
from deepdesk.engine.devices import detect, device_for, usable_cores
from deepdesk.engine.donor import donor_of
from deepdesk.engine.plan import RunPlan, chosen_graph, plan_from_json, settled, versions
from deepdesk.engine.request import RunRequest
from deepdesk.engine.run_session import RunSession
from deepdesk.nn.shapes import shapes_of
from deepdesk.project.data_facts import facts_of
from deepdesk.project.folder import Project
from deepdesk.project.runs import RunFolder


def train_work(project: Project, spec: TaskSpec, request: RunRequest) -> Work:
    """Return work that trains one new run; it emits the events of a run."""

    def work(emit: EventSink, stop: StopToken) -> None:
        emit(Progress(what="Preparing"))
        project.check_writable()
        plan, task, rows = new_plan(project, spec, request)
        run = _made(project, plan, rows, request.queued)
        RunSession(project, spec, run, task, plan).train(rows, emit, stop)

    return work


def resume_work(project: Project, spec: TaskSpec, run_name: str) -> Work:
    """Return work that continues a run that was stopped or killed, from its last checkpoint."""

    def work(emit: EventSink, stop: StopToken) -> None:
        emit(Progress(what="Preparing"))
        project.check_writable()
        run = project.runs.get(run_name)
        if run.info().status == "finished":
            raise DeepDeskError(
                f"Run {run_name} is finished.", "Start a new run, which may begin with its weights."
            )
        saved = run.config()
        plan = _on_this_machine(plan_from_json(spec, saved), emit)
        _say_differences(plan, saved.get("versions"), emit)
        task = spec.load()(plan.config, plan.facts)
        RunSession(project, spec, run, task, plan).train(run_data.kept_rows(run), emit, stop)

    return work


def new_run(project: Project, spec: TaskSpec, request: RunRequest) -> RunFolder:
    """Make the run of a request without training it yet."""
    plan, _task, rows = new_plan(project, spec, request)
    return _made(project, plan, rows, request.queued)


def _made(project: Project, plan: RunPlan, rows: run_data.Rows, queued: str) -> RunFolder:
    run = project.runs.new(plan.dial, plan.to_json())
    run_data.keep_rows(run, rows)
    if queued:
        # Last: from here on it can be resumed, and need not wait any more.
        run.update(queued=queued)
    return run


def new_plan(
    project: Project, spec: TaskSpec, request: RunRequest
) -> tuple[RunPlan, Task, run_data.Rows]:
    """Return what a request comes to in this project: its plan, task and samples.

    Raises:
        DeepDeskError: Something about it cannot work, with the reason.
    """
    dial, architecture, training, config = settled(spec, project.file, request)
    truth = learnt_from(spec.gives)
    # Somebody may be editing: what is learnt and what the network must know are of one moment.
    with project.index() as index, index.one_moment():
        rows = run_data.rows_in(index, truth)
        facts = facts_of(index, spec, config)
        fingerprint = index.fingerprint()
    run_data.check_enough(rows, facts.classes, truth)
    task = spec.load()(config, facts)
    graph = chosen_graph(task, request, project.file, architecture)
    shapes_of(graph, task.contract())
    donor = "" if request.is_fresh else request.continue_from or project.file.start_from
    if donor:
        donor_of(spec, project.runs.get(donor))
    plan = RunPlan(
        task=spec.key,
        dial=dial,
        training=training,
        config=config,
        architecture=graph.name,
        graph=graph.to_json(),
        facts=facts,
        device=device_for(training.device).key,
        precision=training.precision,
        threads=training.threads,
        continue_from=donor,
        dataset=fingerprint,
        search=request.search,
    )
    return plan, task, rows


def _on_this_machine(plan: RunPlan, emit: EventSink) -> RunPlan:
    """Return the plan, on another device if the run's own is not there any more."""
    if any(info.key == plan.device for info in detect()):
        return plan
    device = device_for("auto").key
    text = f"This machine has no {plan.device}: the run goes on on {device}, with other last bits."
    emit(Said(text=text, level="warning"))
    return dataclasses.replace(plan, device=device)


def _say_differences(plan: RunPlan, saved: object, emit: EventSink) -> None:
    """Say why the last bits may come out otherwise here, and that fewer cores take longer."""
    known = saved if isinstance(saved, Mapping) else {}
    now = versions(plan.device)
    changed = [
        f"{name} ({known[name]} then, {value} now)"
        for name, value in now.items()
        if name in known and known[name] != value
    ]
    if changed:
        text = f"Other {', '.join(changed)} than before: the last bits of the run may differ."
        emit(Said(text=text, level="warning"))
    if plan.threads > usable_cores():
        text = (
            f"The run works with {plan.threads} threads, and {usable_cores()} cores are free for it"
            " here: it goes on with the same bits, but slower."
        )
        emit(Said(text=text, level="warning"))
