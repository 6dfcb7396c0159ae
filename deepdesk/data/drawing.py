"""Splits for samples that were just imported; those from before stay where they are."""

from __future__ import annotations

from collections.abc import Set

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.chance import key_of, mix
from deepdesk.data.split_names import SPLITS
from deepdesk.project.index import Filter, SampleIndex
from deepdesk.project.index.splitting import Drawn, draw

SEED = 1
FRACTIONS = (0.70, 0.15, 0.15)
VALIDATION_OF_TRAIN = (0.88, 0.12, 0.0)


def draw_new(
    index: SampleIndex, known: int, given: Set[str | None], keep_origins: bool | None = None
) -> None:
    """Draw the splits of samples with an id above `known`, stratified by class.

    Of drawings the rarest class on a picture counts.

    Splits that the source gave are kept. Where it gave some but no validation,
    12 % of its training samples become validation; where it gave none, 70 % are
    for training and 15 % each for validation and test.

    What comes from one origin, a speaker for instance, stays together where that is asked for;
    new samples of an origin that is all in one split go there as well.

    Args:
        index: Of the project.
        known: Highest id from before the import.
        given: The splits the source gave, None among them for samples without.
        keep_origins: Whether origins stay together, None for what `keeps_origins` says.
    """
    if "validation" in given or not given:
        return
    keeps = index.keeps_origins() if keep_origins is None else keep_origins
    if given == {None} and (known == 0 or (keeps and not _are_parted(index, known))):
        index.draw_splits(FRACTIONS, SEED, keep_origins=keeps, known=known)
        return
    fractions = FRACTIONS if given == {None} else VALIDATION_OF_TRAIN
    ids, strata = _new_in_train(index, known)
    drawn = draw(
        Drawn(
            strata=strata,
            keys=mix(ids.astype(np.uint64) ^ np.uint64(key_of("split", SEED))),
            units=_units(index, ids) if keeps and given != {None} else ids,
            given=np.full(len(ids), -1, dtype=np.int64),
            are_few=keeps,
        ),
        fractions,
    )
    for number, split in enumerate(SPLITS[1:], 1):
        moved = ids[drawn == number]
        if len(moved):
            index.set_split(moved, split)


def _are_parted(index: SampleIndex, known: int) -> bool:
    """Return whether training and another split shared origins before the import."""
    sides: dict[int, set[str]] = {}
    for split in SPLITS:
        part = index.ids(Filter(split=split))
        origins = index.origins_of(part[part <= known])
        for origin in np.unique(origins[origins >= 0]).tolist():
            sides.setdefault(origin, set()).add(split)
    return any(len(found) > 1 for found in sides.values())


def _units(index: SampleIndex, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each id the number of the group that stays together, int64, (N,)."""
    order = np.argsort(ids)
    units = ids.copy()
    origins = index.origins_of(ids[order])
    units[order] = np.where(origins >= 0, -origins - 1, ids[order])
    return units


def _new_in_train(index: SampleIndex, known: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return ids and numbers of their strata, both int64, (N,)."""
    ids = index.ids(Filter(split="train"))
    ids = ids[ids > known]
    return ids, index.strata(ids)
