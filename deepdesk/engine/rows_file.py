"""The file in which a run keeps its samples: arrays and targets in one, with a checksum.

One file, because two could be of different moments after a kill between their writes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from deepdesk.project.safe_write import parse_json

_SUM, _TARGETS = "checksum", "targets"
Arrays = dict[str, NDArray[Any]]


def pack(arrays: Mapping[str, NDArray[Any]], targets: Mapping[str, list[Any]]) -> bytes:
    """Return arrays of any shape by name, and targets by split, as a safetensors file."""
    text = json.dumps(targets, allow_nan=False).encode()
    whole = {**arrays, _TARGETS: np.frombuffer(text, dtype=np.uint8)}
    return bytes(safetensors.numpy.save({**whole, _SUM: _checksum(whole)}))


def unpack(data: bytes) -> tuple[Arrays, dict[str, list[Any]] | None]:
    """Return what `pack` was given; targets are None in a file of an earlier version.

    Raises:
        SafetensorError: The file is damaged.
        ValueError: Its contents are not those that were written.
    """
    arrays: Arrays = safetensors.numpy.load(data)
    kept, text = arrays.pop(_SUM, None), arrays.get(_TARGETS)
    if kept is None and text is None:
        # Earlier versions kept nothing but "split/ids" and "split/classes".
        if not all(name.endswith(("/ids", "/classes")) for name in arrays):
            raise ValueError("a name that was not written")
        return arrays, None
    if kept is None or text is None or not np.array_equal(kept, _checksum(arrays)):
        raise ValueError("checksum")
    targets = parse_json(arrays.pop(_TARGETS).tobytes())
    if not isinstance(targets, dict):
        raise ValueError("targets")
    return arrays, targets


def _checksum(arrays: Mapping[str, NDArray[Any]]) -> NDArray[np.uint8]:
    """Return SHA-256 over names, kinds, shapes and values, uint8, (32,)."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(json.dumps([name, array.dtype.str, array.shape]).encode())
        digest.update(array.tobytes())
    return np.frombuffer(digest.digest(), dtype=np.uint8)
