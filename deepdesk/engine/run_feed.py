"""Opens the samples of a run: they are decoded in the background, in the order of their need."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch

from deepdesk.core.errors import BadSampleError, DatasetError, DeepDeskError, StorageError
from deepdesk.core.settings import to_json
from deepdesk.core.task import Task, Truth
from deepdesk.core.work import EventSink, StopToken
from deepdesk.data.batches import SplitData, epoch_order, steps_per_epoch
from deepdesk.data.cache import MISSING, DecodedCache, cache_folder, row_bytes, stamp_of, stamp_with
from deepdesk.data.cache_room import make_room
from deepdesk.data.feed import Feed, PathsOf, Source
from deepdesk.data.feed_news import files
from deepdesk.data.feed_record import LEFT_OUT, RunRecord
from deepdesk.data.shelf import PlaceChoice, Shelf, choose_place, free_device_bytes
from deepdesk.engine.plan import RunPlan
from deepdesk.engine.run_data import Ids, Rows, joined
from deepdesk.engine.settings import batch_of
from deepdesk.engine.truth_arrays import Truths, truths_of
from deepdesk.project import preferences
from deepdesk.project.folder import Project
from deepdesk.project.runs import RunFolder

# A disk comes back, a setting is changed again, a drawing or its mask is mended, and the picture
# was well all the time: such samples are left out this once.
_PASSING = ("missing", "unreadable", "too_long", "drawing", "mask")
# Beyond this, decoders only wait for each other.
_MOST_THREADS = 8
RECORD_FILE = "decoded.bin"


class RunData:
    """The samples of a run while it is worked on; close it afterwards.

    Attributes:
        splits: What can be gathered, by the name of the split.
        feed: Makes the rows ready.
        choice: Where they lie once all are ready, and why.
    """

    def __init__(self, splits: dict[str, SplitData], feed: Feed, choice: PlaceChoice) -> None:
        self.splits = splits
        self.feed = feed
        self.choice = choice

    def close(self) -> None:
        """Stop decoding and keep what was decoded. May be called twice."""
        self.feed.close()


def opened(
    project: Project, task: Task, plan: RunPlan, rows: Rows, run: RunFolder, emit: EventSink
) -> RunData:
    """Start to decode the samples of a run and return them at once.

    Whoever gathers waits for the rows that are not ready. Samples that turn out to be bad are
    noted in the index, kept in the run as left out, and in no batch from then on.

    Raises:
        DatasetError: Samples of the run have left the data set.
        StorageError: The run's list of samples is damaged, or the disk is gone.
    """
    step = run.checkpoints.latest()
    if step is None and run.is_mine:
        # Killed before its first checkpoint, it begins anew with whatever can be read now.
        (run.path / RECORD_FILE).unlink(missing_ok=True)
    count = sum(len(ids) for ids, _c, _t in rows.values())
    record = RunRecord(run.path / RECORD_FILE, count)
    truths = truths_of(task, rows)
    feed = _feed(project, task, plan, truths, emit, record)
    device = torch.device(plan.device)
    used = sum(len(rows[split][0]) for split in ("train", "validation") if split in rows)
    choice = choose_place(
        plan.training.data_place,
        kind=device.type,
        needed_bytes=used * row_bytes(task.fields),
        device_bytes=free_device_bytes(device),
        memory_bytes=psutil.virtual_memory().available,
    )
    splits = _splits(truths, feed)
    for split in ("train", "validation"):
        if split in splits:
            splits[split] = _shelved(splits[split], choice, device)
    feed.start(_needed(splits, plan, step or 0))
    return RunData(splits, feed, choice)


def decoded(
    project: Project, task: Task, plan: RunPlan, rows: Rows, emit: EventSink, stop: StopToken
) -> dict[str, SplitData]:
    """Decode what is not decoded yet, wait for all of it and return the splits.

    Samples that turn out to be bad are noted in the index and left out.

    Raises:
        DatasetError: Samples of the run have left the data set.
        StorageError: The run's list of samples is damaged, or there is no room to decode.
        StoppedError: Somebody asked for the end.
    """
    feed = _feed(project, task, plan, truths_of(task, rows), emit, None)
    try:
        feed.start()
        is_usable = feed.wait(np.arange(len(feed.samples)), stop)
    finally:
        feed.close()
    splits, first = {}, 0
    for split, (ids, classes, targets) in rows.items():
        good = np.flatnonzero(is_usable[first : first + len(ids)])
        extras = task.extras(classes[good], [targets[i] for i in good])
        arrays = feed.cache.whole_arrays(ids[good])
        splits[split] = SplitData(samples=ids[good], arrays=arrays, extras=extras)
        first += len(ids)
    return splits


def _feed(
    project: Project,
    task: Task,
    plan: RunPlan,
    truths: Truths,
    emit: EventSink,
    record: RunRecord | None,
) -> Feed:
    rows = truths.rows
    ids, classes, targets = joined(rows)
    _check_there(project, plan, ids, classes)
    key = [plan.task, getattr(task, "decoder_version", 1), to_json(plan.config)]
    if not project.read_only:
        make_room(
            project.cache,
            cache_folder(project.cache, task.fields, key),
            needed_bytes=len(ids) * row_bytes(task.fields),
            limit_gb=preferences.load().decoded_gb,
        )
    cache = DecodedCache(
        project.cache, fields=task.fields, capacity=int(ids.max(initial=0)) + 1, key=key
    )

    def truth_of(position: int) -> Truth:
        return Truth(class_index=int(classes[position]), target=targets[position])

    def decode(position: int, path: Path) -> Mapping[str, Any]:
        if position in truths.damaged:
            raise truths.damaged[position]
        return task.decode(path, truth_of(position))

    def stamp(position: int, path: Path) -> int:
        if position in truths.damaged:
            return MISSING  # what was decoded before is no use without its truth
        return stamp_with(stamp_of(path), task.truth_stamp(path, truth_of(position)))

    source = Source(
        opened=lambda: _paths(project, ids),
        decode=decode,
        lost=_Loss(rows, record) if record else lambda _bad: None,
        note=_note(project, ids),
        stamp=stamp,
    )
    return Feed(cache, ids, source, emit=emit, record=record, workers=_threads(plan.device))


def _check_there(project: Project, plan: RunPlan, ids: Ids, classes: Ids) -> None:
    with project.index() as index:
        gone = index.missing_count(ids)
    if gone:
        raise DatasetError(
            f"{gone:,} samples of this run have left the data set.",
            "Undo their removal, or start a new run.",
        )
    if classes.max(initial=-1) >= max(1, len(plan.facts.classes)):
        raise StorageError("The classes of this run do not fit its samples.", "Start a new run.")


def _threads(device: str) -> tuple[int, int]:
    """Return how many threads decode while the run waits for them, and how many beside it."""
    cores = os.cpu_count() or 2
    most = max(1, min(_MOST_THREADS, cores))
    # Whoever feeds a GPU needs the processor too: above 40 % in use, its kernels start late.
    beside = cores // 2 if device == "cpu" else cores * 2 // 5
    return most, max(1, min(most // 2, beside))


@contextmanager
def _paths(project: Project, ids: Ids) -> Iterator[PathsOf]:
    """Give a function from positions to files, for the thread that asks."""
    with project.index() as index:
        yield lambda positions: index.files_of(ids[positions])


def _note(project: Project, ids: Ids) -> Callable[[Mapping[int, BadSampleError]], None]:
    """Return what notes samples in the index that will stay bad."""

    def note(bad: Mapping[int, BadSampleError]) -> None:
        lasting = {
            int(ids[at]): reason
            for at, reason in bad.items()
            if not reason.code.startswith(_PASSING)
        }
        if lasting and not project.read_only:
            # Training goes on without the note.
            with suppress(DeepDeskError), project.index() as index:
                index.record_facts(lasting.items())

    return note


class _Loss:
    """Says whether a run can go on without samples that turned out to be unreadable."""

    def __init__(self, rows: Rows, record: RunRecord) -> None:
        self._record = record
        self._classes = rows["train"][1]
        # Samples with drawings have no class of their own, though their run has classes.
        self._has_classes = bool((self._classes >= 0).any())
        left = np.ones(len(self._classes), dtype=bool)
        left[[place for place in record.left_out if place < len(left)]] = False
        self._count = int(left.sum())
        self._per_class = np.bincount(self._classes[left] + 1)

    def __call__(self, bad: Ids) -> DatasetError | None:
        began_with = int((self._record.values[bad] > LEFT_OUT).sum())
        if began_with:
            return DatasetError(
                f"{began_with:,} {files(began_with)} that this run began with cannot be read now.",
                "Bring the files back, or start a new run.",
            )
        train = bad[bad < len(self._classes)]
        self._count -= len(train)
        np.subtract.at(self._per_class, self._classes[train] + 1, 1)
        if self._count < 2:
            return DatasetError(
                "The files of this data set cannot be read.",
                "Connect their disk, bring them back to their folder, or import them again.",
            )
        if self._has_classes and np.count_nonzero(self._per_class) < 2:
            return DatasetError(
                "All training samples that can be read are of one class.",
                "Add samples of at least one other class.",
            )
        return None


def _splits(truths: Truths, feed: Feed) -> dict[str, SplitData]:
    splits, first = {}, 0
    for split, (ids, _classes, _targets) in truths.rows.items():
        splits[split] = SplitData(
            samples=ids,
            arrays=feed.cache.arrays,
            extras=truths.extras[split],
            feed=feed,
            first=first,
        )
        first += len(ids)
    return splits


def _shelved(data: SplitData, choice: PlaceChoice, device: torch.device) -> SplitData:
    return SplitData(
        samples=data.samples,
        arrays=data.arrays,
        extras=data.extras,
        feed=data.feed,
        first=data.first,
        shelf=Shelf(choice, device),
    )


def _needed(splits: Mapping[str, SplitData], plan: RunPlan, step: int) -> Iterator[Ids]:
    """Yield positions in the order in which a run needs them from a step on, (M,) each."""
    count = len(splits["train"])
    batch = max(1, min(batch_of(plan.training), count))
    per_epoch = steps_per_epoch(count, batch)
    epoch, done = divmod(step, per_epoch)
    order = epoch_order(count, seed=plan.training.seed, epoch=epoch)
    yield order[done * batch : per_epoch * batch]
    for split in ("validation", "test"):
        # The few that the epoch did not reach come between, with the next epoch.
        if split == "test":
            yield order
        data = splits[split]
        yield np.arange(data.first, data.first + len(data))
