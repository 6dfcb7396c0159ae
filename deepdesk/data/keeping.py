"""Taking a recording into a project: files, samples in the index, and their split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.task import Found
from deepdesk.data.drawing import FRACTIONS
from deepdesk.data.sound_edges import as_16_bits, equal_pieces
from deepdesk.data.split_names import SPLITS
from deepdesk.project.index import Change, Filter, SampleIndex
from deepdesk.project.recordings import FOLDER, About, keep


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What came of keeping a take.

    Attributes:
        ids: int64, (N,), of the new samples.
        new_class: Id of the class that came with them, or None.
        paths: Of their files.
        piece_s: Length of the first one.
    """

    ids: NDArray[np.int64]
    new_class: int | None
    paths: tuple[Path, ...]

    def taking_away(self, index: SampleIndex) -> Sequence[Change]:
        """Take the samples out of the project again; their files stay."""
        changes = [index.remove(self.ids)]
        is_empty = any(row.id == self.new_class and row.count == 0 for row in index.classes())
        if is_empty and self.new_class is not None:
            changes.append(index.delete_class(self.new_class))
        return changes


def keep_take(
    index: SampleIndex, project: Path, about: About, sound: tuple[NDArray[np.float32], int]
) -> Kept:
    """Write a take as files of the project and add them as samples.

    Args:
        index: Of the project.
        project: Its folder.
        about: What the take is; cut into pieces if it says so.
        sound: Samples, float32, (T,), and samples a second.

    Raises:
        StorageError: The disk is full or gone; nothing was added then.
    """
    samples_T, rate_hz = sound
    pieces = equal_pieces(samples_T, rate_hz, about.piece_s) if about.piece_s else [samples_T]
    paths: list[Path] = []
    try:
        for piece_T in pieces:
            paths.append(keep(project, about, as_16_bits(piece_T), rate_hz))
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)
        raise
    before = {row.id for row in index.classes()}
    last = _last_id(index)
    index.add(_found(about, paths), source=str(project / FOLDER))
    ids = index.ids(Filter())
    ids = np.sort(ids[ids > last])
    _draw(index, ids, about.speaker)
    new = [row.id for row in index.classes() if row.id not in before]
    return Kept(ids=ids, new_class=new[0] if new else None, paths=tuple(paths))


def _found(about: About, paths: Sequence[Path]) -> list[Found]:
    return [
        Found(
            path=path,
            label=about.label or None,
            target=about.sentence or None,
            origin=about.speaker or None,
        )
        for path in paths
    ]


def _last_id(index: SampleIndex) -> int:
    ids = index.ids(Filter())
    return int(ids.max()) if len(ids) else 0


def _draw(index: SampleIndex, ids: NDArray[np.int64], speaker: str) -> None:
    """Give each new sample the split that its class is shortest of.

    Samples come one at a time, so shares of one would put all of them into training. Where the
    project keeps speakers on one side, a speaker stays on theirs, and a new one goes to training.
    """
    if not len(ids):
        return
    side = _side_of(index, speaker, len(ids))
    if side is not None:
        if side != SPLITS[0]:
            index.set_split(ids, side)
        return
    class_id = index.sample(int(ids[0])).class_id
    counts = index.counts()
    have = [counts.get((class_id, split), 0) for split in SPLITS]
    have[0] -= len(ids)
    for number in ids.tolist():
        wanted = [share * (sum(have) + 1) for share in FRACTIONS]
        short = [want - count for want, count in zip(wanted, have, strict=True)]
        at = short.index(max(short))
        have[at] += 1
        if at:
            index.set_split(np.array([number]), SPLITS[at])


def _side_of(index: SampleIndex, speaker: str, num_new: int) -> str | None:
    """Return the split of a speaker where speakers are kept apart, None where they are not."""
    rows = index.origins()
    mine = next((row for row in rows if row.name == speaker), None)
    if mine is None or not index.keeps_origins():
        return None
    # The new samples are in training until they are drawn.
    before = (mine.train - num_new, mine.validation, mine.test)
    others = [(row.train, row.validation, row.test) for row in rows if row.name != speaker]
    are_apart = any(sum(counts[1:]) for counts in (*others, before))
    if not are_apart or any(counts[0] and sum(counts[1:]) for counts in (*others, before)):
        return None
    return SPLITS[before.index(max(before))]
