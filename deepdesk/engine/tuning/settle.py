"""Deciding how a run computes: what a person pinned, what is known, and the rest by measuring."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from deepdesk.core.chance import key_of
from deepdesk.core.errors import ConfigError, GraphError
from deepdesk.core.events import Choice, Choices, Limit, Progress
from deepdesk.core.settings import from_json
from deepdesk.core.work import EventSink, StopToken
from deepdesk.engine.compute import Compute
from deepdesk.engine.forecast.calibration import load
from deepdesk.engine.forecast.layout import Work
from deepdesk.engine.launch import is_worker
from deepdesk.engine.limit import limit_of
from deepdesk.engine.plan import USUAL_WAYS, RunPlan
from deepdesk.engine.settings import TrainingConfig, batch_of
from deepdesk.engine.tuning import compiler, kept
from deepdesk.engine.tuning.choosing import CHOSEN, Found, Subject, Tuning
from deepdesk.engine.tuning.knee import scaled_rate

_BARE = {"place": "", "device": "", "limit": None}
_MANY = 1_000_000
# Settings of the training that steps depend on, beside those that are chosen here.
_MATTERS = ("batch_size", "optimizer", "accumulation", "checkpointing")


def compute_of(plan: RunPlan) -> Compute:
    """Return how a settled plan computes."""
    device = torch.device(plan.device)
    plain = Compute(device=device, precision=plan.precision, threads=plan.threads)
    return plain.with_ways({**USUAL_WAYS, **plan.ways})


def is_settled(plan: RunPlan) -> bool:
    """Return whether nothing is left to choose."""
    return bool(
        plan.precision != "auto" and plan.threads and plan.ways and plan.training.batch_size
    )


def settled(
    plan: RunPlan, subject: Subject, folder: Path, emit: EventSink, stop: StopToken
) -> RunPlan:
    """Return the plan with everything chosen; tell and keep what was chosen.

    A settled plan, as that of a resumed run, stays as it is.

    Args:
        folder: Of the run.

    Raises:
        StorageError: The choices cannot be written.
        StoppedError: Asked to stop.
    """
    if is_settled(plan):
        known = kept.kept_choices(folder)
        if known is not None:
            emit(known)
        return plan
    place = place_of(plan, subject)
    found = _recalled(kept.recall(plan.device, place))
    if found is None:
        emit(Progress(what="Measuring this machine"))
        found = Tuning(plan, subject, stop, emit=emit).found()
        rows = kept.choices_to_json(Choices(rows=found[1]))["rows"]
        kept.remember(plan.device, place, {"values": found[0], "rows": rows})
    values, rows_found = found
    plan = _with(plan, values, subject.start_batch)
    choices = Choices(
        rows=(*rows_found, _data_row(subject)),
        place=place,
        device=plan.device,
        limit=_limit(plan, subject),
    )
    kept.keep_choices(folder, choices)
    emit(choices)
    return plan


def _limit(plan: RunPlan, subject: Subject) -> Limit | None:
    """Return what bounds the speed, None where that was not measured: also not of a team."""
    calibration = load(plan.device)
    if calibration is None or plan.training.workers > 1 or is_worker():
        return None
    training = replace(plan.training, precision=plan.precision, threads=plan.threads)
    work = Work(graph=subject.graph, contract=subject.contract, samples=len(subject.data))
    with contextlib.suppress(GraphError):
        return limit_of(work, training, calibration)
    return None


def _data_row(subject: Subject) -> Choice:
    """Return where the decoded samples lie, and why."""
    shelf = subject.data.shelf
    if shelf is None:
        return Choice(what="Data", key="data_place", chosen="decoded once, mapped file")
    place = shelf.choice
    how = "pinned" if place.is_pinned else "usual"
    return Choice(what="Data", key="data_place", chosen=place.words, how=how, note=place.why)


def place_of(plan: RunPlan, subject: Subject) -> str:
    """Return the name under which choices for this network and these settings are kept."""
    asked = {key: getattr(plan.training, key) for key in (*_MATTERS, *CHOSEN)}
    count = len(subject.data)
    open_batch = () if plan.training.batch_size else (count, subject.start_batch)
    # Whether compiling pays depends on how long the run is, about.
    length = (count * plan.training.epochs // _MANY).bit_length()
    network = compiler.settings_text(subject.graph, subject.contract)
    return f"{key_of(plan.task, network, json.dumps(asked), str((open_batch, length))):016x}"


def _with(plan: RunPlan, values: Mapping[str, Any], start_batch: int) -> RunPlan:
    training, size = plan.training, values["batch_size"]
    if not training.batch_size:
        rate = scaled_rate(training, start_batch, size)
        training = replace(training, batch_size=size, learning_rate=rate)
    return replace(
        plan,
        training=training,
        precision=values["precision"],
        threads=values["threads"],
        ways={key: values[key] for key in USUAL_WAYS},
    )


def _recalled(record: Mapping[str, Any] | None) -> Found | None:
    """Return what was kept, checked; None where it is not legal or not complete."""
    if record is None:
        return None
    try:
        values = dict(record["values"])
        from_json(TrainingConfig, values)
        rows = kept.choices_from_json({**_BARE, "rows": record["rows"]}).rows
    except (ConfigError, KeyError, TypeError, ValueError):
        return None
    if set(values) != {"batch_size", *CHOSEN} or any(v in ("auto", 0) for v in values.values()):
        return None
    return values, tuple(replace(r, how="kept") if r.how == "measured" else r for r in rows)


def usual_batch(training: TrainingConfig, dial: Mapping[str, Any]) -> int:
    """Return what Automatic begins with: what the dial says, else the usual."""
    said = dial.get("batch_size")
    return said if isinstance(said, int) and said > 0 else batch_of(replace(training, batch_size=0))
