"""Twins among samples: the same contents twice, or almost.

Exact twins have the same digest. Near twins have fingerprints within 4 of 64
bits and look alike when compared as small pictures: flat and dark pictures
share fingerprints without being twins, and a false alarm costs more trust than
a missed twin costs accuracy.

Letters in names: N samples, P pairs.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.work import StopToken

MAX_DISTANCE_BITS = 4
# Two fingerprints within 4 bits agree wholly in at least one of 5 bands (pigeonhole).
_BANDS = ((0, 13), (13, 13), (26, 13), (39, 13), (52, 12))
# Pictures with hardly a rise in brightness, or hardly a fall, tell too little about themselves.
_MIN_BITS, _MAX_BITS = 6, 58
_PAIRS_AT_ONCE = 1 << 22
MAX_PAIRS = 5_000_000

Ids = NDArray[np.int64]
Group = tuple[str, list[int]]


@dataclass(frozen=True)
class Prints:
    """What is known of N checked samples, without bad ones.

    Attributes:
        ids: int64, (N,).
        digests: First 16 bytes of the SHA-256 of the contents, uint64, (N, 2).
        fingerprints: int64, (N,), meaningless where `has_fingerprint` is False.
        has_fingerprint: bool, (N,).
    """

    ids: Ids
    digests: NDArray[np.uint64]
    fingerprints: Ids
    has_fingerprint: NDArray[np.bool_]

    @classmethod
    def of_rows(cls, rows: Iterable[tuple[int, str, int | None]]) -> Prints:
        """Return the prints of (id, digest in hex, fingerprint or None), taken one by one."""
        ids, prints, has = array("q"), array("q"), array("b")
        digests = bytearray()
        for number, digest, fingerprint in rows:
            ids.append(number)
            digests += bytes.fromhex(digest[:32])
            prints.append(fingerprint or 0)
            has.append(fingerprint is not None)
        return cls(
            ids=np.array(ids, dtype=np.int64),
            digests=np.frombuffer(bytes(digests), dtype=np.uint64).reshape(-1, 2),
            fingerprints=np.array(prints, dtype=np.int64),
            has_fingerprint=np.array(has, dtype=np.bool_),
        )


def exact_twins(prints: Prints) -> list[list[int]]:
    """Return groups of two and more ids with the same digest, each in ascending order."""
    if not len(prints.ids):
        return []
    first, second = prints.digests[:, 0], prints.digests[:, 1]
    order = np.lexsort((prints.ids, second, first))
    same = (np.diff(first[order]) == 0) & (np.diff(second[order]) == 0)
    runs = np.split(order, np.flatnonzero(~same) + 1)
    return [prints.ids[run].tolist() for run in runs if len(run) > 1]


def near_pairs(prints: Prints, stop: StopToken) -> NDArray[np.int64]:
    """Return all pairs of samples with fingerprints within 4 bits, ids, int64, (P, 2).

    Exact twins are left out but for their first. Pairs come once, smaller id
    first; of samples with the very same fingerprint only those with the first
    of them, so that P stays near N.

    Raises:
        StoppedError: A stop was asked for.
    """
    keep = prints.has_fingerprint & _informative(prints.fingerprints) & _first_of_twins(prints)
    ids, prints64 = prints.ids[keep], prints.fingerprints[keep].view(np.uint64)
    order = np.lexsort((ids, prints64))
    ids, prints64 = ids[order], prints64[order]
    unique, start = np.unique(prints64, return_index=True)
    found = [_pairs_of_equals(ids, start)]
    total = len(found[0])
    for first, second in _close_unique(unique, stop):
        found.append(np.stack([ids[start[first]], ids[start[second]]], axis=1))
        total += len(first)
        if total > MAX_PAIRS:
            break
    pairs = np.sort(np.concatenate(found), axis=1)
    return np.asarray(np.unique(pairs, axis=0), dtype=np.int64)


def near_twins(
    pairs: NDArray[np.int64], is_alike: Callable[[int, int], bool], stop: StopToken
) -> list[list[int]]:
    """Return groups of ids joined by pairs that `is_alike` confirms, in ascending order.

    Args:
        pairs: Ids of candidates, int64, (P, 2).
        is_alike: Whether two samples, by id, look alike.
        stop: Checked before each pair.

    Raises:
        StoppedError: A stop was asked for.
    """
    parents: dict[int, int] = {}
    for first, second in pairs.tolist():
        stop.check()
        one, other = _root(parents, first), _root(parents, second)
        if one != other and is_alike(first, second):
            parents[max(one, other)] = min(one, other)
    groups: dict[int, list[int]] = {}
    for member in sorted(parents):
        groups.setdefault(_root(parents, member), []).append(member)
    return [group for group in groups.values() if len(group) > 1]


def _root(parents: dict[int, int], member: int) -> int:
    parents.setdefault(member, member)
    while parents[member] != member:
        parents[member] = parents[parents[member]]
        member = parents[member]
    return member


def _informative(fingerprints: Ids) -> NDArray[np.bool_]:
    bits = np.bitwise_count(fingerprints.view(np.uint64))
    return np.asarray((bits >= _MIN_BITS) & (bits <= _MAX_BITS))


def _first_of_twins(prints: Prints) -> NDArray[np.bool_]:
    keep = np.ones(len(prints.ids), dtype=np.bool_)
    later = [member for group in exact_twins(prints) for member in group[1:]]
    keep[np.isin(prints.ids, np.array(later, dtype=np.int64))] = False
    return keep


def _pairs_of_equals(ids: Ids, start: NDArray[np.intp]) -> NDArray[np.int64]:
    counts = np.diff(start, append=len(ids))
    heads = np.repeat(ids[start], counts)
    return np.asarray(np.stack([heads, ids], axis=1)[heads != ids], dtype=np.int64)


def _close_unique(
    unique: NDArray[np.uint64], stop: StopToken
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield (first, second) positions of different fingerprints within 4 bits."""
    for shift, width in _BANDS:
        band = (unique >> np.uint64(shift)) & np.uint64((1 << width) - 1)
        order = np.argsort(band, kind="stable")
        edges = np.flatnonzero(np.diff(band[order])) + 1
        for bucket in np.split(order, edges):
            stop.check()
            yield from _close_in(bucket, unique)


def _close_in(
    bucket: NDArray[np.intp], unique: NDArray[np.uint64]
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    values = unique[bucket]
    rows = max(1, _PAIRS_AT_ONCE // max(1, len(bucket)))
    for at in range(0, len(bucket) - 1, rows):
        distance = np.bitwise_count(values[at : at + rows, None] ^ values[None, at + 1 :])
        first, second = np.nonzero(distance <= MAX_DISTANCE_BITS)
        # Below the diagonal every pair comes a second time, and each one with itself.
        later = second >= first
        if later.any():
            yield bucket[at + first[later]], bucket[at + 1 + second[later]]
