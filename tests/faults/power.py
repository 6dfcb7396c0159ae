"""Power cuts, played through: what a save did is recorded and replayed with pieces missing.

A disk keeps what was flushed; of everything else it may have kept any part, in any order. That
is assumed here in its hardest form: data of a file counts for sure only after a flush of the
file, a name only after a flush of its folder, and the flush of a file does nothing for its name.
After ALICE (Pillai et al., OSDI 2014).
"""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.calls import Call, between
from tests.faults.found import Found
from tests.faults.writers import NEW, OLD, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names that appear, or go (None), together: (folder, name, file or folder)."""

    entries: tuple[tuple[int, str, int | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Bytes written, or with `data` None a new length."""

    number: int
    at: int
    data: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flush:
    """A file or folder that was flushed."""

    number: int


Step = Names | Data | Flush
Folder = dict[str, int]


class Recording:
    """The disk below a folder before a save, and every step of the save."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.steps: list[Step] = []
        self.nodes: dict[int, Folder | bytes] = {}
        self._paths: dict[Path, int] = {}
        self._add_tree(root)
        self.first = {k: dict(v) if isinstance(v, dict) else v for k, v in self.nodes.items()}

    def __call__(self, call: Call, act: Callable[..., Any]) -> Any:
        """Carry a call out and take it down, the hook of `between`."""
        take = self._TAKERS.get(call.name)
        if take is None or not call.path.is_relative_to(self.root):
            return act()
        before = call.path.exists()
        result = act()
        take(self, call, before)
        return result

    def _add_tree(self, path: Path) -> int:
        number = len(self.nodes)
        self._paths[path] = number
        self.nodes[number] = {} if path.is_dir() else path.read_bytes()
        if path.is_dir():
            entries = {child.name: self._add_tree(child) for child in sorted(path.iterdir())}
            self.nodes[number] = entries
        return number

    def _opened(self, call: Call, existed: bool) -> None:
        if not existed:
            self._made(call, False, b"")
        elif "w" in call.mode:
            self.steps.append(Data(number=self._paths[call.path], at=0, data=None))

    def _made(self, call: Call, _existed: bool, empty: Folder | bytes | None = None) -> None:
        number = len(self.nodes)
        self.nodes[number] = {} if empty is None else empty
        self.first[number] = {} if empty is None else empty
        self._paths[call.path] = number
        self._name((call.path, number))

    def _wrote(self, call: Call, _existed: bool) -> None:
        number = self._paths[call.path]
        at = call.at
        self.steps.append(Data(number=number, at=at, data=call.data))

    def _cut(self, call: Call, _existed: bool) -> None:
        self.steps.append(Data(number=self._paths[call.path], at=call.at, data=None))

    def _flushed(self, call: Call, _existed: bool) -> None:
        self.steps.append(Flush(number=self._paths[call.path]))

    def _moved(self, call: Call, _existed: bool) -> None:
        assert call.target is not None
        number = self._paths[call.path]
        self._name((call.target, number), (call.path, None))
        moved = {p: n for p, n in self._paths.items() if p.is_relative_to(call.path)}
        for path in moved:
            del self._paths[path]
        for path, inner in moved.items():
            self._paths[call.target / path.relative_to(call.path)] = inner

    def _linked(self, call: Call, _existed: bool) -> None:
        assert call.target is not None
        self._paths[call.target] = self._paths[call.path]
        self._name((call.target, self._paths[call.path]))

    def _removed(self, call: Call, _existed: bool) -> None:
        if call.path in self._paths:
            del self._paths[call.path]
            self._name((call.path, None))

    def _name(self, *entries: tuple[Path, int | None]) -> None:
        known = tuple((self._paths[path.parent], path.name, number) for path, number in entries)
        self.steps.append(Names(entries=known))

    _TAKERS: dict[str, Callable[[Recording, Call, bool], None]] = {  # noqa: RUF012
        "open": _opened,
        "mkdir": _made,
        "write": _wrote,
        "truncate": _cut,
        "fsync": _flushed,
        "replace": _moved,
        "rename": _moved,
        "link": _linked,
        "unlink": _removed,
        "remove": _removed,
        "rmdir": _removed,
    }


def power_cuts(writer_of: type[Writer], folder: Path, *, count: int, seed: int) -> Found:
    """Play `count` power cuts during and after a save; the old or the new state must be there.

    Once `write` has returned and the writer says that this is for good, it must be the new one.
    """
    place = folder / "place"
    place.mkdir()
    writer = writer_of(place)
    writer.prepare()
    recording = Recording(place)
    with between(recording):
        writer.write()
    found = Found(notes={"different_states": 0})
    chance = random.Random(seed)
    seen: set[str] = set()
    for number in range(count):
        end = chance.randrange(len(recording.steps) + 1) if number % 4 else len(recording.steps)
        nodes = _after_cut(recording, end, chance)
        found.rounds += 1
        digest = _digest(nodes)
        if (key := f"{digest} {end == len(recording.steps)}") in seen:
            continue
        seen.add(key)
        shutil.rmtree(place)
        _lay_out(nodes, 0, place)
        wrong = _wrong(writer, must_be_new=writer.is_steady and end == len(recording.steps))
        what = f"{writer_of.__name__} seed {seed} cut {number} after step {end}"
        found.failures += [f"{what}: {wrong}"] if wrong else []
    found.notes["different_states"] = len(seen)
    shutil.rmtree(place)
    return found


def _after_cut(recording: Recording, end: int, chance: random.Random) -> dict[int, Folder | bytes]:
    """Return a disk as a cut after `end` steps may leave it."""
    steps = recording.steps[:end]
    kept = [
        step
        for step, is_sure in zip(steps, _sure(steps), strict=True)
        if is_sure or chance.random() < 0.5
    ]
    nodes: dict[int, Any] = {
        k: dict(v) if isinstance(v, dict) else v for k, v in recording.first.items()
    }
    for step in kept:
        if isinstance(step, Names):
            for folder, name, number in step.entries:
                nodes[folder].pop(name, None)
                if number is not None:
                    nodes[folder][name] = number
        elif isinstance(step, Data):
            nodes[step.number] = _written(nodes[step.number], step)
    return nodes


def _sure(steps: Sequence[Step]) -> list[bool]:
    """Return for each step whether a later flush made it last."""
    flushed: set[int] = set()
    sure = []
    for step in reversed(steps):
        if isinstance(step, Flush):
            flushed.add(step.number)
            sure.append(True)
        elif isinstance(step, Names):
            sure.append(any(folder in flushed for folder, _name, _number in step.entries))
        else:
            sure.append(step.number in flushed)
    return sure[::-1]


def _written(contents: bytes, step: Data) -> bytes:
    if step.data is None:
        return contents[: step.at].ljust(step.at, b"\0")
    start = contents[: step.at].ljust(step.at, b"\0")
    return start + step.data + contents[step.at + len(step.data) :]


def _digest(nodes: dict[int, Folder | bytes], number: int = 0) -> str:
    node = nodes[number]
    if isinstance(node, bytes):
        return hashlib.sha256(node).hexdigest()
    inner = "".join(f"{name}\0{_digest(nodes, n)}\0" for name, n in sorted(node.items()))
    return hashlib.sha256(b"folder" + inner.encode()).hexdigest()


def _lay_out(nodes: dict[int, Folder | bytes], number: int, path: Path) -> None:
    node = nodes[number]
    if isinstance(node, bytes):
        path.write_bytes(node)
        return
    path.mkdir()
    for name, inner in node.items():
        _lay_out(nodes, inner, path / name)


def _wrong(writer: Writer, *, must_be_new: bool) -> str:
    try:
        state = writer.state()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the test is for
        return repr(error)
    if state not in (OLD, NEW):
        return f"state {state}"
    return (
        "the new state was lost after it was said to be saved"
        if (must_be_new and state != NEW)
        else ""
    )
