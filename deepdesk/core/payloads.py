"""The closed set of things a task takes and gives. The window knows these, never tasks."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

_COUNTED = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture.

    Attributes:
        pixels_HWC: uint8, (H, W, 3), sRGB, 0 to 255.
        name: File name or "" for one from the clipboard.
    """

    pixels_HWC: NDArray[np.uint8]
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text.

    Attributes:
        is_final: False while it still grows.
        score: How likely all of it is right, 0 to 1; None where that is not known.
    """

    text: str
    is_final: bool = True
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """A sound.

    Attributes:
        samples_TC: float32, (T, channels), -1 to 1.
        sample_rate_hz: Samples a second.
    """

    samples_TC: NDArray[np.float32]
    sample_rate_hz: int
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A sound too long to be held in memory: it is read from its file, piece by piece.

    Attributes:
        path: Absolute path of the file as text.
        length_s: Of the whole sound.
        sample_rate_hz: Samples a second in the file.
        peaks_K2: float32, (K, 2): lowest and highest of each of K equal stretches, -1 to 1.
    """

    path: str
    length_s: float
    sample_rate_hz: int
    peaks_K2: NDArray[np.float32]
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time with what was heard or said in it; `score` is 0 to 1."""

    start_s: float
    end_s: float
    label: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What happens when in something long.

    Attributes:
        spans: Events or sentences, by their start.
        length_s: How much was looked at so far.
        classes: Of the columns of `scores_TC`.
        scores_TC: float32, (T, classes), probabilities 0 to 1 before any smoothing; (0, 0) where
            an answer is no choice between classes. Row t looks at the `window_s` seconds from
            t * `step_s` on.
        step_s: Between rows.
        window_s: Behind each row.
        thresholds: Class name to the probability from which it counts as an event.
    """

    spans: tuple[Span, ...]
    length_s: float
    classes: tuple[str, ...] = ()
    scores_TC: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    step_s: float = 0.0
    window_s: float = 0.0
    thresholds: dict[str, float] = field(default_factory=dict)
    is_final: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table: column name to text or number."""

    values: dict[str, str | float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Values over time.

    Attributes:
        values_TC: float64, (T, columns); NaN where missing.
        columns: Column names.
        times: Time stamps as text, (T,).
    """

    values_TC: NDArray[np.float64]
    columns: tuple[str, ...]
    times: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelScores:
    """Classes with their probabilities.

    Attributes:
        scores: (class name, probability 0 to 1), largest first.
        is_calibrated: Whether the probabilities were fitted on held-out data.
        known_from: Probability that the first class has for 95 of 100 samples like those learnt
            from; 0 where that is not known.
    """

    scores: tuple[tuple[str, float], ...]
    is_calibrated: bool = False
    known_from: float = 0.0

    @property
    def is_unlike(self) -> bool:
        """Whether this is less sure than nearly all answers to what was learnt."""
        return bool(self.scores) and self.scores[0][1] < self.known_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
    """Rectangles on a picture.

    Attributes:
        boxes: (left, top, right, bottom) in pixels, class name, probability 0 to 1; also those
            that are too unsure to count, so that a person can lower the thresholds.
        classes: All names that the network knows, in the order of their indices.
        thresholds: Class name to the probability from which a box counts; one half where a name
            has none.
        size: (width, height) in pixels of the picture that the boxes are of; (0, 0) for that of
            the picture they are shown with.
    """

    boxes: tuple[tuple[tuple[float, float, float, float], str, float], ...]
    classes: tuple[str, ...] = ()
    thresholds: dict[str, float] = field(default_factory=dict)
    size: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """A class for every pixel of a picture, or of one made smaller.

    Attributes:
        classes_HW: Integers of any width, (H, W), indices into `classes`; others are of no class.
        classes: Names.
        certainty_HW: How probable the class of each pixel is, uint8, (H, W), 255 for certain; None
            where that is not known.
    """

    classes_HW: NDArray[np.integer[Any]]
    classes: tuple[str, ...]
    certainty_HW: NDArray[np.uint8] | None = None

    @property
    def certainty(self) -> float:
        """The mean probability of the classes of all pixels, 0 to 1; NaN where it is not known."""
        known = self.certainty_HW
        return float(known.mean()) / 255.0 if known is not None and known.size else math.nan

    @property
    def counts(self) -> NDArray[np.int64]:
        """The number of pixels of each class, int64, (classes,)."""
        counts = np.zeros(len(self.classes), dtype=np.int64)
        # In parts, as counting takes eight bytes a pixel.
        for rows_RW in np.array_split(self.classes_HW, 1 + self.classes_HW.size // _COUNTED):
            is_inside = (rows_RW >= 0) & (rows_RW < len(self.classes))
            counts += np.bincount(rows_RW[is_inside], minlength=len(self.classes))
        return counts

    @property
    def shares(self) -> dict[str, float]:
        """Class name to its share of the pixels that have a class, largest first."""
        counts = self.counts
        total = max(1, int(counts.sum()))
        order = np.argsort(-counts, kind="stable").tolist()
        return {self.classes[at]: int(counts[at]) / total for at in order if counts[at]}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mask):
            return NotImplemented
        mine, theirs = self.certainty_HW, other.certainty_HW
        if mine is None or theirs is None:
            is_as_sure = mine is theirs
        else:
            is_as_sure = np.array_equal(mine, theirs)
        is_same = self.classes == other.classes
        return is_same and is_as_sure and np.array_equal(self.classes_HW, other.classes_HW)

    def __hash__(self) -> int:
        return hash((self.classes, self.classes_HW.shape))


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """Music: (start, length, pitch, velocity); times in quarter notes, MIDI pitches."""

    notes: tuple[tuple[float, float, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Samples most like the given one: (sample name, likeness 0 to 1), nearest first."""

    matches: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """Named numbers with units.

    Attributes:
        values: Name to (value, unit).
        margins: Name to the distance, in the unit, within which nine of ten answers were right on
            samples that training had not seen; without those where it is not known.
    """

    values: dict[str, tuple[float, str]] = field(default_factory=dict)
    margins: dict[str, float] = field(default_factory=dict)


Payload = (
    Text
    | Image
    | Audio
    | Recording
    | Timeline
    | Row
    | Series
    | LabelScores
    | Boxes
    | Mask
    | Notes
    | Matches
    | Number
)
PAYLOADS: tuple[type[Any], ...] = (
    Text,
    Image,
    Audio,
    Recording,
    Timeline,
    Row,
    Series,
    LabelScores,
    Boxes,
    Mask,
    Notes,
    Matches,
    Number,
)
