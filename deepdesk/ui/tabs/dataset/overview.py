"""Everything the tab says about the whole data set, asked in one go, off the window's thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deepdesk.project.index import ClassRow, Filter, SampleIndex

SPLITS = ("train", "validation", "test")
SPLIT_WORDS = {"train": "Train", "validation": "Validation", "test": "Test"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Counts of the data set, at one moment.

    Attributes:
        classes: In the order of their positions, with their counts.
        counts: (class id or None, split) to samples.
        fixed: Split to samples that came with it, and keep it when splits are drawn.
        problems: Reason code to samples.
        num_problems: Samples with any problem.
        num_bad: Samples that could not be read.
        num_twins: Samples with a twin anywhere.
        num_notes: Samples that were read with a remark.
        twins_across: Samples with a near or exact twin in another split.
        typical_size: Median of the sizes that were read, () while none was.
        revision: Of the index when this was asked.
    """

    classes: tuple[ClassRow, ...] = ()
    counts: Mapping[tuple[int | None, str], int] = field(default_factory=dict)
    fixed: Mapping[str, int] = field(default_factory=dict)
    problems: Mapping[str, int] = field(default_factory=dict)
    num_problems: int = 0
    num_bad: int = 0
    num_twins: int = 0
    num_notes: int = 0
    twins_across: int = 0
    typical_size: tuple[int, ...] = ()
    revision: int = -1

    @property
    def total(self) -> int:
        """Samples in all."""
        return sum(self.counts.values())

    @property
    def unlabelled(self) -> int:
        """Samples without a class."""
        return sum(n for (class_id, _split), n in self.counts.items() if class_id is None)

    def in_split(self, split: str) -> int:
        """Return how many samples a split has."""
        return sum(n for (_class, s), n in self.counts.items() if s == split)

    def of_class(self, class_id: int | None, split: str = "") -> int:
        """Return how many samples a class has, in one split or in all."""
        wanted = (split,) if split else SPLITS
        return sum(self.counts.get((class_id, s), 0) for s in wanted)

    def name_of(self, class_id: int | None) -> str:
        """Return the name of a class, "" for none."""
        return next((row.name for row in self.classes if row.id == class_id), "")

    def position_of(self, class_id: int | None) -> int:
        """Return the place of a class in the list, -1 for none; it decides the colour."""
        return next((at for at, row in enumerate(self.classes) if row.id == class_id), -1)


def ask_overview(index: SampleIndex) -> Overview:
    """Return the counts of an index."""
    return Overview(
        classes=tuple(index.classes()),
        counts=dict(index.counts()),
        fixed=index.fixed_split_counts(),
        problems=dict(index.problem_counts()),
        num_problems=index.count(Filter(problem="any")),
        num_bad=index.count(Filter(problem="bad")),
        num_twins=index.count(Filter(problem="twins")),
        num_notes=index.count(Filter(problem="note")),
        twins_across=index.twins_across_splits(),
        typical_size=tuple(index.typical_size()),
        revision=index.revision(),
    )


def narrowed(shown: Filter, overview: Overview) -> int:
    """Return how many samples the class part of a filter leaves."""
    if shown.unlabelled:
        return overview.unlabelled
    return overview.total if shown.class_id is None else overview.of_class(shown.class_id)
