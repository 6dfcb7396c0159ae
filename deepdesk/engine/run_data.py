"""The samples that a run was started with, kept beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors
from numpy.typing import NDArray

from deepdesk.core.drawing import is_drawing
from deepdesk.core.errors import DatasetError, StorageError
from deepdesk.core.learnt import ONE_CLASS_EACH
from deepdesk.engine import rows_file
from deepdesk.project.folder import Project
from deepdesk.project.full_disk import storage_error
from deepdesk.project.index import SampleIndex
from deepdesk.project.runs import RunFolder
from deepdesk.project.safe_write import read_json, write_bytes

SPLITS = ("train", "validation", "test")
_WORDS = {"class": "class", "text": "text", "numbers": "number", "any": "class"}
_WORDS["drawing"] = "drawing (boxes, outlines or a mask)"
Ids = NDArray[np.int64]
Rows = dict[str, tuple[Ids, Ids, list[Any]]]


def rows_of(project: Project, truth: str = "any") -> Rows:
    """Return split to (sample numbers, class indices, targets) of the usable samples.

    Args:
        truth: What samples must have to be learnt from, as `learnt_from` says.
    """
    with project.index() as index:
        return rows_in(index, truth)


def rows_in(index: SampleIndex, truth: str) -> Rows:
    """Return what `rows_of` does, from an open index."""
    rows: Rows = {}
    index.check()
    for split in SPLITS:
        ids, _paths, classes, targets = index.training_rows(split, truth)
        if truth not in ONE_CLASS_EACH:
            classes = np.full_like(classes, -1)
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


def check_enough(rows: Rows, classes: tuple[str, ...], truth: str = "class") -> None:
    """Raise if there is nothing to learn from.

    Args:
        truth: What samples are learnt from, as `learnt_from` says.

    Raises:
        DatasetError: With the reason and a remedy.
    """
    count = len(rows["train"][0])
    if count < 2:
        raise DatasetError(
            "There is nothing to train on yet.",
            f"Add data in the Dataset tab, with a {_WORDS[truth]} each.",
        )
    if truth == "drawing" and not any(_has_something(target) for target in rows["train"][2]):
        raise DatasetError(
            "Nothing is drawn on any training picture.",
            "Draw labels in the Dataset tab; pictures with nothing on them only go along.",
        )
    if classes and truth in ONE_CLASS_EACH and len(np.unique(rows["train"][1])) < 2:
        raise DatasetError(
            "All training samples are of one class.", "Add samples of at least one other class."
        )


def _has_something(target: Any) -> bool:
    return is_drawing(target) and bool(target["shapes"] or target.get("mask"))


def keep_rows(run: RunFolder, rows: Rows) -> None:
    """Write the samples of a run beside it, so that resuming sees the same ones."""
    arrays: dict[str, NDArray[Any]] = {}
    for split, (ids, classes, _targets) in rows.items():
        arrays |= {f"{split}/ids": ids, f"{split}/classes": classes}
    targets = {split: targets for split, (_i, _c, targets) in rows.items() if any(targets)}
    write_bytes(run.path / "samples.safetensors", rows_file.pack(arrays, targets))


def kept_rows(run: RunFolder) -> Rows:
    """Return what `keep_rows` wrote.

    Raises:
        StorageError: The files are gone or damaged.
    """
    try:
        arrays, targets = rows_file.unpack((run.path / "samples.safetensors").read_bytes())
        if targets is None:
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
