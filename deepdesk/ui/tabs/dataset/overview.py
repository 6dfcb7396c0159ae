"""Everything the tab says about the whole data set, asked in one go, off the window's thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deepdesk.project.index import ClassRow, Filter, OriginRow, SampleIndex
from deepdesk.ui.time_words import length_text

# As `sound_files.LONG_S`, which would load the decoders at the start of the window.
LONG_SOUND_S = 60.0
SPLITS = ("train", "validation", "test")
SPLIT_WORDS = {"train": "Train", "validation": "Validation", "test": "Test"}


# Learnt from boxes whose shorter side becomes less than this many pixels is hardly anything.
TINY_PX = 4.0
USUAL_SIDE_PX = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnCounts:
    """How many samples there are of which something is to be said about what is drawn on them.

    Attributes:
        none: Not labelled yet.
        outside: With shapes that reach out of the picture.
        misfit: Drawn on a picture of another size than their file has.
        tiny: With boxes that all but vanish when training makes the picture smaller.
        tiny_share: Of the longer side of a picture; what is smaller counts as tiny.
    """

    none: int = 0
    outside: int = 0
    misfit: int = 0
    tiny: int = 0
    tiny_share: float = TINY_PX / USUAL_SIDE_PX


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
        origins: Who or what samples come from, with their counts.
        keeps_origins: Whether a draw should keep these together unless a person says otherwise.
        is_in_order: Whether the split is cut in the order of import.
        origins_stuck: Those in training and elsewhere that the data itself put there.
        without_target: Samples that have no target.
        num_long: Recordings that are longer than one sample should be.
        seconds: How long all sounds last together, 0 where samples are no sounds.
        drawn: What there is to say about drawings, None where truths are none.
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
    origins: tuple[OriginRow, ...] = ()
    keeps_origins: bool = False
    is_in_order: bool = False
    origins_stuck: int = 0
    without_target: int = 0
    num_long: int = 0
    seconds: float = 0.0
    drawn: DrawnCounts | None = None
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

    @property
    def origins_across(self) -> int:
        """Origins that are in training and in another split as well."""
        return sum(row.is_across for row in self.origins)

    @property
    def without_origin(self) -> int:
        """Samples of which nobody knows where they come from."""
        return max(0, self.total - sum(row.count for row in self.origins))

    def of_origin(self, name: str) -> int:
        """Return how many samples come from there, "" for those of which nobody knows."""
        known = {row.name: row.count for row in self.origins}
        return known.get(name, 0) if name else self.without_origin

    def drawn_with(self, class_id: int | None) -> int:
        """Return how many samples have a class drawn on them, or with None are not labelled yet."""
        if class_id is None:
            return 0 if self.drawn is None else self.drawn.none
        return next((row.pictures for row in self.classes if row.id == class_id), 0)

    def name_of(self, class_id: int | None) -> str:
        """Return the name of a class, "" for none."""
        return next((row.name for row in self.classes if row.id == class_id), "")

    def position_of(self, class_id: int | None) -> int:
        """Return the place of a class in the list, -1 for none; it decides the colour."""
        return next((at for at, row in enumerate(self.classes) if row.id == class_id), -1)


def ask_overview(
    index: SampleIndex,
    *,
    counts_targets: bool = False,
    counts_seconds: bool = False,
    tiny_share: float | None = None,
) -> Overview:
    """Return the counts of an index.

    Args:
        counts_targets: Whether samples without a target are of interest; else none are counted.
        counts_seconds: Whether samples are sounds.
        tiny_share: As `DrawnCounts.tiny_share`; None where truths are no drawings.
    """
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
        origins=index.origins(),
        keeps_origins=index.keeps_origins(),
        is_in_order=index.is_in_order(),
        origins_stuck=index.origins_stuck(),
        without_target=index.count(Filter(without_target=True)) if counts_targets else 0,
        num_long=len(index.longer_than(LONG_SOUND_S)) if counts_seconds else 0,
        seconds=index.seconds() if counts_seconds else 0.0,
        drawn=None if tiny_share is None else ask_drawn(index, tiny_share),
        revision=index.revision(),
    )


def ask_drawn(index: SampleIndex, tiny_share: float) -> DrawnCounts:
    """Return what there is to say about the drawings of an index."""
    kinds = {kind: index.count(Filter(drawing=kind)) for kind in ("none", "outside", "misfit")}
    tiny = index.count(Filter(tiny_share=tiny_share))
    return DrawnCounts(**kinds, tiny=tiny, tiny_share=tiny_share)


def narrowed(shown: Filter, overview: Overview) -> int | None:
    """Return how many samples the part of a filter that the left column gives leaves.

    None where that is not counted: of one class and one origin together.
    """
    if shown.origin is not None and (shown.unlabelled or shown.class_id is not None):
        return None
    if shown.drawn_class is not None:
        return None if shown.origin is not None else overview.drawn_with(shown.drawn_class)
    if shown.origin is not None:
        return overview.of_origin(shown.origin)
    if shown.unlabelled:
        return overview.unlabelled
    return overview.total if shown.class_id is None else overview.of_class(shown.class_id)


def overview_words(overview: Overview, noun: tuple[str, str], origin_noun: tuple[str, str]) -> str:
    """Return the data set in a few words: "1,200 sounds, 3 h 12 min, 6 speakers".

    "" where there is no more to say than how many samples there are.
    """
    if not overview.total or not (overview.seconds or overview.origins):
        return ""
    several = len(overview.origins)
    parts = [f"{overview.total:,} {noun[overview.total != 1]}"]
    if overview.seconds:
        parts.append(length_text(overview.seconds))
    if several:
        parts.append(f"{several:,} {origin_noun[several != 1]}")
    return ", ".join(parts)
