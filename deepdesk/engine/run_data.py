"""The data of a run: the samples it was started with, decoded."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from deepdesk.core.errors import BadSampleError, DatasetError
from deepdesk.core.events import Progress, Said
from deepdesk.core.settings import to_json
from deepdesk.core.task import Task, Truth
from deepdesk.core.work import EventSink, StopToken
from deepdesk.data.batches import SplitData
from deepdesk.data.cache import DecodedCache
from deepdesk.engine.plan import RunPlan
from deepdesk.project.folder import Project
from deepdesk.project.runs import RunFolder
from deepdesk.project.safe_write import read_json, write_bytes, write_json

SPLITS = ("train", "validation", "test")
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
    return np.array([classes.index(name) for name in names], dtype=np.int64)


def joined(rows: Rows, order: Ids) -> tuple[Ids, Ids, list[Any]]:
    """Return the rows of all splits as one, class indices sent through `order`."""
    ids = np.concatenate([part[0] for part in rows.values()])
    classes = np.concatenate([part[1] for part in rows.values()])
    targets = [target for part in rows.values() for target in part[2]]
    return ids, np.where(classes >= 0, order[classes], -1), targets


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
    """Return what `keep_rows` wrote."""
    arrays = safetensors.numpy.load((run.path / "samples.safetensors").read_bytes())
    targets = read_json(run.path / "targets.json")
    return {
        split: (
            arrays[f"{split}/ids"],
            arrays[f"{split}/classes"],
            targets.get(split, [None] * len(arrays[f"{split}/ids"])),
        )
        for split in SPLITS
    }


def decoded(
    project: Project, task: Task, plan: RunPlan, rows: Rows, emit: EventSink, stop: StopToken
) -> dict[str, SplitData]:
    """Decode what is not decoded yet and return the splits.

    Samples that turn out to be bad are noted in the index and left out.

    Raises:
        DatasetError: Samples of the run have left the data set.
        StoppedError: Somebody asked for the end.
    """
    ids = np.concatenate([rows[split][0] for split in rows])
    truths = [
        Truth(class_index=int(c), target=t)
        for split in rows
        for c, t in zip(rows[split][1], rows[split][2], strict=True)
    ]
    with project.index() as index:
        paths = [sample.path for sample in index.samples(ids)]
    if len(paths) != len(ids):
        raise DatasetError(
            f"{len(ids) - len(paths):,} samples of this run have left the data set.",
            "Undo their removal, or start a new run.",
        )
    cache = DecodedCache(
        project.cache,
        fields=task.fields,
        capacity=int(ids.max()) + 1,
        key=[plan.task, to_json(plan.config)],
    )

    def told(done: int) -> None:
        emit(Progress(what="Decoding", done=done, total=len(ids)))

    bad = cache.fill(
        ids,
        paths,
        lambda position: task.decode(paths[position], truths[position]),
        workers=max(1, (os.cpu_count() or 2)),
        told=told,
        stop=stop,
    )
    bad_ids = {int(ids[position]): reason for position, reason in bad.items()}
    if bad_ids:
        _note_bad(project, bad_ids, emit)
    return {split: _split(task, cache.arrays, rows[split], bad_ids) for split in rows}


def _note_bad(project: Project, bad: Mapping[int, BadSampleError], emit: EventSink) -> None:
    with project.index() as index:
        index.record_facts(bad.items())
    files = "file" if len(bad) == 1 else "files"
    emit(Said(text=f"{len(bad):,} {files} could not be read and are left out.", level="warning"))


def _split(
    task: Task,
    arrays: Mapping[str, NDArray[Any]],
    rows: tuple[NDArray[np.int64], NDArray[np.int64], list[Any]],
    bad: Mapping[int, BadSampleError],
) -> SplitData:
    ids, classes, targets = rows
    good = np.array([int(i) not in bad for i in ids], dtype=bool)
    kept = [target for target, is_good in zip(targets, good, strict=True) if is_good]
    extras = task.extras(classes[good], kept)
    return SplitData(samples=ids[good], arrays=arrays, extras=extras)
