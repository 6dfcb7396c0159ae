"""Where decoded rows lie while a run trains: mapped file, memory, or the device itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import psutil
import torch
from numpy.typing import NDArray
from torch import Tensor

# The rest of a device is for the network, the rest of the memory for everything else.
_DEVICE_SHARE = 0.3
_MEMORY_SHARE = 0.25
_CHUNK = 4096
_WORDS = {
    "mapped": "decoded once, mapped file",
    "memory": "decoded once, in memory",
    "device": "decoded once, on the device",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceChoice:
    """Where the rows go once all are decoded, and why.

    Attributes:
        place: "mapped", "memory" or "device".
        why: One sentence for a person.
        may_move: Whether rows may go to memory when gathering turns out to be slow.
        is_pinned: Whether a person said so.
    """

    place: str
    why: str
    may_move: bool = False
    is_pinned: bool = False

    @property
    def words(self) -> str:
        """The place in a few words, for the list of choices."""
        return _WORDS[self.place]


def choose_place(
    asked: str, *, kind: str, needed_bytes: int, device_bytes: int, memory_bytes: int
) -> PlaceChoice:
    """Return where rows should lie.

    Args:
        asked: "auto", "mapped", "memory" or "device".
        kind: torch's type of the device, such as "cpu".
        needed_bytes: All rows together.
        device_bytes: Free on the device.
        memory_bytes: Free in memory.
    """
    on_cpu = kind == "cpu"
    if asked == "device" and on_cpu:
        why = "The processor computes: its memory is the device."
        return PlaceChoice(place="memory", why=why, is_pinned=True)
    if asked != "auto":
        return PlaceChoice(place=asked, why="It was chosen so.", is_pinned=True)
    if not on_cpu and needed_bytes <= device_bytes * _DEVICE_SHARE:
        return PlaceChoice(place="device", why="All samples fit on the device beside the network.")
    fits = needed_bytes <= memory_bytes * _MEMORY_SHARE
    if fits and not on_cpu:
        return PlaceChoice(place="memory", why="All samples fit into memory, not on the device.")
    why = (
        "As fast as memory while the system keeps it there, and nothing is held twice."
        if fits
        else "All samples together do not fit well into memory."
    )
    return PlaceChoice(place="mapped", why=why, may_move=fits)


def free_device_bytes(device: torch.device) -> int:
    """Return the bytes that are free on a device, 0 where nobody can tell."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    # Other devices share the memory of the machine or do not say.
    return psutil.virtual_memory().available if device.type == "mps" else 0


class Shelf:
    """Puts the rows of one split where they were chosen to lie.

    Args:
        choice: Where.
        device: Where the network computes.
    """

    def __init__(self, choice: PlaceChoice, device: torch.device) -> None:
        self.choice = choice
        self._device = device if choice.place == "device" else torch.device("cpu")
        self._rows: dict[str, Tensor] | None = None
        self._wants = choice.place != "mapped"
        self._may_move = choice.may_move

    @property
    def is_filled(self) -> bool:
        """Whether rows are taken from here."""
        return self._rows is not None

    def is_filling(self, device: torch.device) -> bool:
        """Return whether rows take up the memory of a device."""
        return self.is_filled and self._device.type == device.type

    def drop(self) -> None:
        """Give the memory back; rows are read from the mapped file from now on."""
        self._rows, self._wants = None, False
        self._may_move = False

    def gathering_is_slow(self) -> None:
        """Move to memory at the next chance if that is allowed."""
        self._wants = self._wants or self._may_move

    def fill(
        self,
        samples: NDArray[np.int64],
        arrays: Mapping[str, NDArray[Any]],
        extras: Mapping[str, NDArray[Any]],
    ) -> None:
        """Put the rows of `samples`, (N,), on the shelf if they belong there; all are ready.

        Args:
            samples: Sample numbers, int64, (N,).
            arrays: Field name to array with a row for every sample number.
            extras: Name to values in the order of `samples`, (N, ...).
        """
        if not self._wants or self._rows is not None:
            return
        try:
            rows = {name: self._moved(array, samples) for name, array in arrays.items()}
            places = np.arange(len(samples))
            rows |= {name: self._moved(values, places) for name, values in extras.items()}
        except (MemoryError, torch.OutOfMemoryError):
            self.drop()
            return
        self._rows = rows

    def taken(self, positions: NDArray[np.int64]) -> dict[str, Tensor]:
        """Return copies of the rows at `positions`, int64, (N,), where they lie, (N, ...)."""
        assert self._rows is not None
        index = torch.from_numpy(np.ascontiguousarray(positions))
        index = index.to(self._device, non_blocking=True)
        return {name: rows.index_select(0, index) for name, rows in self._rows.items()}

    def _moved(self, values: NDArray[Any], places: NDArray[np.int64]) -> Tensor:
        kind = torch.from_numpy(np.empty(0, dtype=values.dtype)).dtype
        moved = torch.empty((len(places), *values.shape[1:]), dtype=kind, device=self._device)
        for at in range(0, len(places), _CHUNK):
            chunk = np.ascontiguousarray(values[places[at : at + _CHUNK]])
            moved[at : at + _CHUNK] = torch.from_numpy(chunk)
        return moved
