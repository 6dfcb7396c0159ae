"""The data of a run: the samples it was started with, decoded."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from deepdesk.core.errors import BadSampleError, DatasetError, StorageError
from deepdesk.core.events import Progress, Said
from deepdesk.core.settings import to_json
from deepdesk.core.task import Task, Truth
from deepdesk.core.work import EventSink, StopToken
from deepdesk.data.batches import SplitData
from deepdesk.data.cache import DecodedCache
from deepdesk.engine.plan import RunPlan
from deepdesk.project.folder import Project
from deepdesk.project.full_disk import storage_error
from deepdesk.project.runs import RunFolder
from deepdesk.project.safe_write import read_json, write_bytes, write_json

SPLITS = ("train", "validation", "test")
# A disk that is not plugged in comes back: such samples are left out this once.
_PASSING = ("missing", "unreadable")
Ids = NDArray[np.int64]
Rows = dict[str, tuple[Ids, Ids, list[Any]]]


def rows_of(project: Project, splits: tuple[str, ...] = SPLITS) -> Rows:
    """Return split to (sample numbers, class indices, targets) of the usable samples."""
    rows: Rows = {}
    with project.index() as index:
        for split in splits:
            ids, _paths, classes, targets = index.training_rows(split)
            rows[split] = (ids, classes, list(targets))
    return rows


def index_map(names: list[str], classes: tuple[str, ...]) -> Ids:
    """Return for each of `names` its index in `classes`, int64, (len(names),)."""
    places = {name: index for index, name in enumerate(classes)}
    return np.array([places[name] for name in names], dtype=np.int64)


def joined(rows: Rows, order: Ids | None = None) -> tuple[Ids, Ids, list[Any]]:
    """Return the rows of all splits as one, class indices sent through `order` if given."""
    ids = np.concatenate([part[0] for part in rows.values()])
    classes = np.concatenate([part[1] for part in rows.values()])
    targets = [target for part in rows.values() for target in part[2]]
    if order is None:
        return ids, classes, targets
    # One more place at the end, which -1 finds: no class stays no class.
    return ids, np.append(order, -1)[classes], targets


def check_enough(rows: Rows, classes: tuple[str, ...]) -> None:
    """Raise if there is nothing to learn from.

    Raises:
        DatasetError: With the reason and a remedy.
    """
    count = len(rows["train"][0])
    if count < 2:
        raise DatasetError(
            "There is nothing to train on yet.", "Add data in the Dataset tab, with a class each."
        )
    if classes and len(np.unique(rows["train"][1])) < 2:
        raise DatasetError(
            "All training samples are of one class.", "Add samples of at least one other class."
        )


def keep_rows(run: RunFolder, rows: Rows) -> None:
    """Write the samples of a run beside it, so that resuming sees the same ones."""
    arrays: dict[str, NDArray[Any]] = {}
    for split, (ids, classes, _targets) in rows.items():
        arrays |= {f"{split}/ids": ids, f"{split}/classes": classes}
    write_bytes(run.path / "samples.safetensors", safetensors.numpy.save(arrays))
    targets = {split: targets for split, (_i, _c, targets) in rows.items() if any(targets)}
    write_json(run.path / "targets.json", targets)


def kept_rows(run: RunFolder) -> Rows:
    """Return what `keep_rows` wrote.

    Raises:
        StorageError: The files are gone or damaged.
    """
    try:
        arrays = safetensors.numpy.load((run.path / "samples.safetensors").read_bytes())
        targets = read_json(run.path / "targets.json")
        return {split: _legal_rows(arrays, targets, split) for split in SPLITS}
    except OSError as error:
        raise storage_error(error, run.path / "samples.safetensors") from error
    except (safetensors.SafetensorError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise StorageError(
            f"The list of samples of run {run.path.name} is damaged.", "Start a new run."
        ) from error


def _legal_rows(
    arrays: Mapping[str, NDArray[Any]], targets: Mapping[str, list[Any]], split: str
) -> tuple[Ids, Ids, list[Any]]:
    ids, classes = arrays[f"{split}/ids"], arrays[f"{split}/classes"]
    own = targets.get(split) or [None] * len(ids)
    is_legal = (
        ids.dtype == classes.dtype == np.int64
        and ids.shape == classes.shape == (len(own),)
        and (ids >= 0).all()
        and (classes >= -1).all()
    )
    if not is_legal:
        raise ValueError(f"the rows of {split}")
    return ids, classes, own


def settle(
    run: RunFolder, rows: Rows, data: Mapping[str, SplitData], classes: tuple[str, ...]
) -> None:
    """Fix the samples of a run once they are decoded: those that can be read, and no others later.

    Raises:
        DatasetError: Too few are left, or samples that the run began with cannot be read now.
    """
    lost = sum(len(rows[split][0]) - len(data[split]) for split in rows)
    if not lost:
        return
    if run.checkpoints.latest() is not None:
        raise DatasetError(
            f"{lost:,} {_files(lost)} that this run began with cannot be read now.",
            "Bring the files back, or start a new run.",
        )
    kept = {split: _without_bad(part, data[split].samples) for split, part in rows.items()}
    if len(kept["train"][0]) < 2:
        raise DatasetError(
            "The files of this data set cannot be read.",
            "Connect their disk, bring them back to their folder, or import them again.",
        )
    check_enough(kept, classes)
    keep_rows(run, kept)


def _without_bad(rows: tuple[Ids, Ids, list[Any]], good_ids: Ids) -> tuple[Ids, Ids, list[Any]]:
    ids, classes, targets = rows
    good = np.flatnonzero(np.isin(ids, good_ids))
    return ids[good], classes[good], [targets[i] for i in good]


def _files(count: int) -> str:
    return "file" if count == 1 else "files"


def decoded(
    project: Project, task: Task, plan: RunPlan, rows: Rows, emit: EventSink, stop: StopToken
) -> dict[str, SplitData]:
    """Decode what is not decoded yet and return the splits.

    Samples that turn out to be bad are noted in the index and left out.

    Raises:
        DatasetError: Samples of the run have left the data set.
        StorageError: The run's list of samples is damaged, or there is no room to decode.
        StoppedError: Somebody asked for the end.
    """
    ids, classes, targets = joined(rows)
    with project.index() as index:
        paths = [sample.path for sample in index.samples(ids)]
    if len(paths) != len(ids):
        raise DatasetError(
            f"{len(ids) - len(paths):,} samples of this run have left the data set.",
            "Undo their removal, or start a new run.",
        )
    if classes.max(initial=-1) >= max(1, len(plan.facts.classes)):
        raise StorageError("The classes of this run do not fit its samples.", "Start a new run.")
    cache = DecodedCache(
        project.cache,
        fields=task.fields,
        capacity=int(ids.max(initial=0)) + 1,
        key=[plan.task, to_json(plan.config)],
    )

    def decode(position: int) -> Mapping[str, NDArray[Any]]:
        truth = Truth(class_index=int(classes[position]), target=targets[position])
        return task.decode(paths[position], truth)

    def told(done: int) -> None:
        emit(Progress(what="Decoding", done=done, total=len(ids)))

    bad = cache.fill(
        ids,
        paths,
        decode,
        workers=max(1, (os.cpu_count() or 2)),
        told=told,
        stop=stop,
    )
    bad_ids = {int(ids[position]): reason for position, reason in bad.items()}
    if bad_ids:
        _note_bad(project, bad_ids, emit)
    return {split: _split(task, cache.arrays, rows[split], bad_ids) for split in rows}


def _note_bad(project: Project, bad: Mapping[int, BadSampleError], emit: EventSink) -> None:
    """Say how many are bad; those that will stay so are noted in the index."""
    lasting = {i: reason for i, reason in bad.items() if reason.code not in _PASSING}
    if lasting and not project.read_only:
        with project.index() as index:
            index.record_facts(lasting.items())
    first = next(iter(bad.values()))
    text = f"{len(bad):,} {_files(len(bad))} could not be read and are left out: {first.message}"
    emit(Said(text=text, level="warning"))


def _split(
    task: Task,
    arrays: Mapping[str, NDArray[Any]],
    rows: tuple[NDArray[np.int64], NDArray[np.int64], list[Any]],
    bad: Mapping[int, BadSampleError],
) -> SplitData:
    ids, classes, targets = rows
    if bad:
        is_good = ~np.isin(ids, np.fromiter(bad, dtype=np.int64, count=len(bad)))
        ids, classes, targets = _without_bad(rows, ids[is_good])
    return SplitData(samples=ids, arrays=arrays, extras=task.extras(classes, targets))
