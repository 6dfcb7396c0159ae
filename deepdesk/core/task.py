"""The task contract: a task is one folder, described by what it takes and what it gives.

The card (`TaskSpec`) and the `Reader` are light: no torch, no Qt. The heavy half
(`Task`) is made by `TaskSpec.load()` and lives in the folder's `task.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from deepdesk.core.answer import Answer, Metric, Stream

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from deepdesk.core.answering import Answering
    from deepdesk.core.chance import Draws
    from deepdesk.core.payloads import Image, Payload
    from deepdesk.core.work import StopToken

__all__ = [
    "Answer",
    "DataFacts",
    "Dial",
    "Facts",
    "Field",
    "Found",
    "Metric",
    "PreviewsTruth",
    "Reader",
    "Remark",
    "Stream",
    "Task",
    "TaskSpec",
    "Truth",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file that a source offers as a sample.

    Attributes:
        path: Absolute path.
        label: Class name, or None.
        split: "train", "validation", "test", or None for "to be drawn".
        target: Any other truth (a transcript, boxes, a number), JSON-ready, or None.
        origin: Who or what it comes from (a speaker, a patient, a film), or None: samples of one
            origin are alike, and should not be on both sides of a split.
    """

    path: Path
    label: str | None = None
    split: str | None = None
    target: Any = None
    origin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a reader says of a source beside its samples.

    Attributes:
        path: The file or folder that it is about.
        reason: One sentence or two.
        is_left_out: Whether the file as a whole is left out; else it is about parts of it.
    """

    path: Path
    reason: str
    is_left_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What reading a file's contents to the end found.

    Attributes:
        size: Natural size: (width, height) in pixels, (samples, samples a second) of a sound.
        detail: The size in words, for instance "32 x 32".
        digest: SHA-256 of the decoded contents, hex; equal for exact twins.
        fingerprint: 64 bits; near twins differ in few of them. None if there is no such measure.
        note: What had to be done to read it, for instance "first of 12 frames", or "".
    """

    size: tuple[int, ...]
    detail: str
    digest: str
    fingerprint: int | None = None
    note: str = ""


class Reader(Protocol):
    """How files become samples, without torch. Safe to call from any thread."""

    @property
    def noun(self) -> tuple[str, str]:
        """One sample and several in words: ("picture", "pictures")."""
        ...

    @property
    def origin_noun(self) -> tuple[str, str]:
        """Who or what samples come from, one and several: ("speaker", "speakers")."""
        ...

    @property
    def comes_in_order(self) -> bool:
        """Whether samples that follow each other are often alike, as pictures of a film are."""
        ...

    @property
    def suffixes(self) -> frozenset[str]:
        """Lower-case file suffixes with the dot."""
        ...

    def discover(self, source: Path) -> Iterator[Found | Remark]:
        """Yield what a folder, file or table offers; zips are unpacked before.

        Raises:
            DatasetError: The layout does not fit, with what would.
        """
        ...

    def facts(self, path: Path) -> Facts:
        """Read a file to its end.

        Raises:
            BadSampleError: It cannot be used, with the reason.
        """
        ...

    def payload(self, path: Path) -> Payload:
        """Return what the task takes, decoded from a file.

        Raises:
            BadSampleError: It cannot be used, with the reason.
        """
        ...

    def thumbnail(self, path: Path, side_px: int) -> Image:
        """Return a small picture of the sample, at most `side_px` on each side.

        Raises:
            BadSampleError: It cannot be used, with the reason.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFacts:
    """What a heavy task must know of the data before the first sample.

    Attributes:
        classes: Class names in the order of their indices.
        typical_size: Median of `Facts.size` over the samples, () when none was read.
        learned: What `TaskSpec.survey` found in the targets, such as a vocabulary; JSON-ready.
    """

    classes: tuple[str, ...]
    typical_size: tuple[int, ...] = ()
    learned: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is known of one sample: class index or -1, and its JSON target or None."""

    class_index: int = -1
    target: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One array that every sample decodes into, always of this shape and NumPy dtype name."""

    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """One position of the honest first dial: quick, balanced, best.

    Attributes:
        architecture: Name of the graph to use.
        training: Settings of the training that differ from the defaults.
        task: Settings of the task that differ from the defaults.
    """

    architecture: str
    training: Mapping[str, Any] = field(default_factory=dict)
    task: Mapping[str, Any] = field(default_factory=dict)


class Task(Protocol):
    """The heavy half: one object per run, made from the task's config and `DataFacts`."""

    @property
    def fields(self) -> Mapping[str, Field]:
        """The arrays that every sample decodes into."""
        ...

    def decode(self, path: Path, truth: Truth) -> Mapping[str, NDArray[Any]]:
        """Return one array per field. Deterministic, so that it can be cached.

        Raises:
            BadSampleError: The file cannot be used.
        """
        ...

    def truth_stamp(self, path: Path, truth: Truth) -> int:
        """Return a number that changes with what `decode` reads of the truth, 0 for nothing.

        A sample whose number changed is decoded anew.
        """
        ...

    def architectures(self) -> Mapping[str, Any]:
        """Return the graphs on offer by name; the first is the default."""
        ...

    def contract(self, detail: float = 1.0) -> Any:
        """Return the `nn.graph.Contract` that every graph of this task must meet.

        Args:
            detail: Share of the inputs' axes, as in `prepare`; below 1 the contract of inputs
                that are smaller, or the same one where this task has no smaller inputs.
        """
        ...

    def prepare(
        self, batch: Mapping[str, Any], draws: Draws | None, detail: float = 1.0
    ) -> Mapping[str, Any]:
        """Turn raw fields (on the device) into what `forward` and `losses` read.

        Args:
            batch: Field name to tensor with a leading batch axis.
            draws: Randomness for augmentation while training, None otherwise.
            detail: Share of each axis of the inputs that is kept (smaller pictures, fewer
                frames), above 0; 1 is everything. Only training asks for less, and only where
                `contract` of that detail has smaller inputs.
        """
        ...

    def forward(self, model: Any, batch: Mapping[str, Any]) -> Any:
        """Return the model's raw outputs for a prepared batch."""
        ...

    def losses(self, outputs: Any, batch: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return named losses of shape (), batch means; training minimises their sum."""
        ...

    def metrics(self) -> Sequence[Metric]:
        """Return fresh metrics, the main one first."""
        ...

    def extras(self, class_indices: NDArray[np.int64], targets: Sequence[Any]) -> Mapping[str, Any]:
        """Return arrays in the order of the samples that `losses` reads beside the fields.

        Args:
            class_indices: int64, (N,), -1 where there is none.
            targets: Other truths of the N samples, None where there is none.
        """
        ...

    def answers(self, outputs: Any, batch: Mapping[str, Any]) -> Sequence[Answer]:
        """Return the answer to each sample of an evaluated batch in a few words."""
        ...

    def fit_answers(self, pairs: Iterable[tuple[Any, Mapping[str, Any]]]) -> Mapping[str, float]:
        """Fit what makes answers honest, such as a temperature, on the validation split.

        Args:
            pairs: (outputs, prepared batch) of the best weights.

        Returns:
            Named numbers for `use_fit`, {} when there is nothing to fit.
        """
        ...

    def use_fit(self, fit: Mapping[str, float]) -> None:
        """Answer with what `fit_answers` found from now on."""
        ...

    def predict(self, model: Any, given: Payload, stop: StopToken) -> Iterator[Payload]:
        """Yield better and better answers; the last one is final."""
        ...

    def stream(self, model: Any) -> Stream:
        """Return what answers a person who goes on talking or filming; one per sitting."""
        ...

    def preview(self, given: Payload, draws: Draws) -> Iterable[Payload]:
        """Yield one augmented version of `given` per draw: what training will see."""
        ...


@runtime_checkable
class PreviewsTruth(Protocol):
    """A `Task` whose preview also shows what is known of the sample, such as its boxes."""

    def preview_with(
        self, given: Payload, path: Path, truth: Truth, draws: Draws
    ) -> Iterable[Payload]:
        """Yield what `preview` does, with the truth as training will have it.

        Args:
            given: What lies in the file.
            path: Of the file; a truth may name others that lie beside it.
            truth: What is known of it.
            draws: Of the augmentation.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """The card of a task: light, and enough for menus, forms and the Dataset tab.

    Attributes:
        key: Name of the task's folder.
        title: On screen, for instance "Image classification".
        card: Short name on the welcome page, for instance "Pictures".
        summary: One line on the welcome page, for instance "Name what is in a picture".
        group: Family, for instance "Vision".
        icon: Name in resources/icons.
        order: Place among the tasks, lowest first; the first one has the sample of the tour.
        config: Settings class of the task alone.
        takes: Payload class of the input.
        gives: Payload class of the answer.
        reader: Makes the light half that reads files.
        load: Imports the heavy half and returns its class: `load()(config, data_facts)`.
        dials: "quick", "balanced", "best"; the first of `default_dial` is preselected.
        sample: Writes a small embedded data set into a folder and returns what to import.
        sample_name: Name of the sample project, "" when there is none.
        sample_settings: Settings of the task that the sample needs, for instance no mirroring.
        paper: Address of the paper of the default network.
        survey: Finds in the targets of training what networks depend on, such as a vocabulary:
            `survey(config, targets)` to JSON-ready `DataFacts.learned`. No torch. None for nothing.
        answering: What of the settings is only about answers, None for nothing.
    """

    key: str
    title: str
    card: str
    summary: str
    group: str
    icon: str
    config: type[Any]
    takes: type[Any]
    gives: type[Any]
    reader: Callable[[], Reader]
    load: Callable[[], Callable[[Any, DataFacts], Task]]
    dials: Mapping[str, Dial]
    default_dial: str = "balanced"
    sample: Callable[[Path], Path] | None = None
    sample_name: str = ""
    sample_settings: Mapping[str, Any] = field(default_factory=dict)
    paper: str = ""
    order: int = 100
    survey: Callable[[Any, Iterable[Any]], Mapping[str, Any]] | None = None
    answering: Answering | None = None
