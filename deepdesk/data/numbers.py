"""Numbers as truths: the reader of pictures with numbers, and how the numbers spread."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.errors import ConfigError, DatasetError
from deepdesk.core.task import Found
from deepdesk.data.csv_source import TABLE_SUFFIXES
from deepdesk.data.images import ImageReader
from deepdesk.data.number_tables import (
    MOST_NUMBERS,
    NoNumbersError,
    name_and_unit,
    rows_of_numbers,
)
from deepdesk.data.sources import MAX_DEPTH, is_folder, ordered, shown

_LAYOUTS = (
    "Give a table of files and numbers, or the folder in which it lies. The header names the "
    "numbers: path,speed [km/h]."
)
_LEAST_DEVIATION = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One number that is learnt, and how it spreads over training.

    Attributes:
        header: As in the targets, with the unit.
        mean: Of training, in the unit.
        deviation: Standard deviation of training, above 0.
        low: Smallest of training.
        high: Largest of training.
    """

    header: str
    mean: float
    deviation: float
    low: float
    high: float

    @property
    def name(self) -> str:
        """Without the unit."""
        return name_and_unit(self.header)[0]

    @property
    def unit(self) -> str:
        """Of its values, "" for none."""
        return name_and_unit(self.header)[1]

    @property
    def has_sign(self) -> bool:
        """Whether it lies clearly on both sides of zero, as what points left or right does."""
        reach = max(-self.low, self.high)
        return self.low < -0.1 * reach and self.high > 0.1 * reach


class NumberReader(ImageReader):
    """Pictures with numbers, from a table beside them; safe to call from any thread."""

    origin_noun = ("recording", "recordings")
    comes_in_order = True

    def discover(self, source: Path) -> Iterator[Found]:
        """Yield the pictures that tables name, with their numbers as `Found.target`.

        Raises:
            DatasetError: The layout does not fit, with what would.
        """
        source = Path(os.path.abspath(source))  # noqa: PTH100 - must not follow links
        if source.is_dir():
            return self._of_folder(source)
        if not source.exists():
            raise DatasetError(f"{shown(source)} is not there.", "Was it moved or renamed?")
        if source.suffix.lower() in TABLE_SUFFIXES:
            return rows_of_numbers(source, self.suffixes)
        if source.suffix.lower() in self.suffixes:
            return iter([Found(path=source)])
        raise DatasetError(f"{shown(source)} is not of a kind that this task reads.", _LAYOUTS)

    def _of_folder(self, source: Path) -> Iterator[Found]:
        tables = list(_tables_in(str(source), 0))
        problem: DatasetError | None = None
        has_any = False
        for table in tables:
            try:
                for found in rows_of_numbers(table, self.suffixes):
                    has_any = True
                    yield found
            except NoNumbersError as error:
                problem = problem or error
        if not has_any:
            raise problem or DatasetError(
                f'There is no table of numbers in "{shown(source)}".', _LAYOUTS
            )


def survey(wanted: str, targets: Iterable[Any]) -> dict[str, Any]:
    """Return which numbers are learnt and how they spread, JSON-ready.

    Args:
        wanted: Names with commas between, "" for the first number of the tables that varies.
        targets: Of training: number by header.

    Raises:
        ConfigError: A wanted number is in no target.
        DatasetError: There is none that varies.
    """
    spreads: dict[str, _Spread] = {}
    for target in targets:
        if isinstance(target, Mapping):
            for header, value in target.items():
                if isinstance(value, int | float) and not isinstance(value, bool):
                    spreads.setdefault(str(header), _Spread()).take(float(value))
    names = _chosen(wanted, spreads)
    return {"numbers": [asdict(spreads[header].quantity(header)) for header in names]}


def quantities(learned: Mapping[str, Any]) -> tuple[Quantity, ...]:
    """Return what `survey` found; () where nothing was.

    Raises:
        ConfigError: It is not what a survey writes.
    """
    found = learned.get("numbers", [])
    try:
        made = tuple(_legal(dict(one)) for one in found)
    except (TypeError, ValueError, KeyError) as error:
        raise ConfigError(
            "learned", "What was learnt of the numbers is damaged.", "Start a new run."
        ) from error
    return made[:MOST_NUMBERS]


def values_of(target: Any, numbers: Sequence[Quantity]) -> NDArray[np.float32]:
    """Return the numbers of a target, float32, (K,), NaN where there is none."""
    given = target if isinstance(target, Mapping) else {}
    found = (given.get(quantity.header) for quantity in numbers)
    return np.array(
        [math.nan if value is None else float(value) for value in found], dtype=np.float32
    )


class _Spread:
    """Mean and deviation of what comes one by one (Welford, 1962, doi:10.2307/1266577)."""

    def __init__(self) -> None:
        self.count = 0
        self.mean = self.squares = 0.0
        self.low, self.high = math.inf, -math.inf

    def take(self, value: float) -> None:
        self.count += 1
        step = value - self.mean
        self.mean += step / self.count
        self.squares += step * (value - self.mean)
        self.low, self.high = min(self.low, value), max(self.high, value)

    def quantity(self, header: str) -> Quantity:
        deviation = math.sqrt(self.squares / max(1, self.count))
        return Quantity(
            header=header,
            mean=self.mean,
            deviation=deviation if deviation > _LEAST_DEVIATION else 1.0,
            low=self.low,
            high=self.high,
        )


def _chosen(wanted: str, spreads: Mapping[str, _Spread]) -> list[str]:
    by_name = {name_and_unit(header)[0].casefold(): header for header in spreads}
    by_name |= {header.casefold(): header for header in spreads}
    names = [name for part in wanted.split(",") if (name := part.strip())]
    for name in names:
        if name.casefold() not in by_name:
            raise ConfigError(
                "targets",
                f'No picture of training has a number called "{name}".',
                f"There are: {', '.join(sorted(spreads)) or 'none'}.",
            )
    if names:
        return list(dict.fromkeys(by_name[name.casefold()] for name in names))
    varied = [header for header, spread in spreads.items() if spread.high > spread.low]
    if spreads and not varied:
        raise DatasetError(
            "Every picture of training has the same numbers.", "There is nothing to learn in them."
        )
    return varied[:1]


def _legal(one: dict[str, Any]) -> Quantity:
    quantity = Quantity(
        header=str(one["header"]),
        mean=float(one["mean"]),
        deviation=float(one["deviation"]),
        low=float(one["low"]),
        high=float(one["high"]),
    )
    figures = (quantity.mean, quantity.deviation, quantity.low, quantity.high)
    if not all(map(math.isfinite, figures)) or quantity.deviation <= 0:
        raise ValueError("a spread that is none")
    return quantity


def _tables_in(folder: str, depth: int) -> Iterator[Path]:
    """Yield the tables in a folder, and where it has none those of the folders below."""
    try:
        with os.scandir(folder) as entries:
            shown_entries = [entry for entry in entries if entry.name[0] not in "._"]
            folders = ordered([entry.name for entry in shown_entries if is_folder(entry)])
            files = ordered([entry.name for entry in shown_entries if not is_folder(entry)])
    except OSError as error:
        raise DatasetError(
            f"The folder {shown(folder)} cannot be read: {error.strerror}.",
            "Check its permissions.",
        ) from error
    tables = [name for name in files if os.path.splitext(name)[1].lower() in TABLE_SUFFIXES]  # noqa: PTH122
    yield from (Path(folder, name) for name in tables)
    if not tables and depth < MAX_DEPTH:
        for name in folders:
            yield from _tables_in(os.path.join(folder, name), depth + 1)  # noqa: PTH118
