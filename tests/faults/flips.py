"""Every file of a project with one bit turned over, or cut short: noticed, or without effect.

What the program can tell of a project is asked part by part, before and after. A part that
answers as before was not harmed; one that refuses or says that something is damaged has noticed;
one that answers differently has believed a lie, and that is a failure.
"""

from __future__ import annotations

import dataclasses
import hashlib
import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from deepdesk.core.errors import BadSampleError, DeepDeskError
from deepdesk.core.task import Facts
from deepdesk.core.task import Found as Sample
from deepdesk.engine import run_data
from deepdesk.project.folder import Project
from deepdesk.project.runs import RunFolder
from deepdesk.project.safe_write import read_json, write_json
from tests.faults.found import Found

SMALL_BYTES = 8_192
REFUSED = "refused"
# Not of a project: what can be made again is in cache, a lock lives as long as its process.
_LEFT_OUT = ("cache", "lock.json", "owner.json")
Answer = dict[str, Any]


def make_corpus(folder: Path) -> Path:
    """Return a project of 60 samples with a run and two checkpoints, made without training."""
    with Project.create(folder / "p", name="Digits", task="t") as project:
        project.save(sources=("/data/digits",), dial="best", training_settings={"epochs": 3})
        _fill_index(project)
        run = project.runs.new("best", {"graph": {"nodes": [1, 2.5]}, "seed": 3})
        run_data.keep_rows(run, run_data.rows_of(project))
        for step in (10, 20):
            run.metrics.append({"kind": "step", "step": step, "values": {"loss": 0.5 / step}})
            meta = {"progress": {"step": step}, "log_offset": run.metrics.offset()}
            weights = hashlib.sha512(str(step).encode()).digest() * 40
            run.checkpoints.commit(step, {"weights.safetensors": weights}, meta=meta)
        run.checkpoints.mark_best(10)
        write_json(run.path / "evaluation.json", {"predictions": {"ids": [1, 2], "score": [0.5]}})
        write_json(run.path / "answers.json", {"temperature": 1.25})
        run.metrics.close()
        run.update(status="finished", title="mine", metrics={"accuracy": 0.75}, epochs=3, step=20)
        return project.path


def _fill_index(project: Project) -> None:
    with project.index() as index:
        rows = (
            Sample(
                path=Path(f"/data/digits/{i % 3}/{i}.png"),
                label=f"c{i % 3}",
                target=[i, "x"],
                origin=f"by {i % 4}",
            )
            for i in range(60)
        )
        index.add(rows, source="/data/digits")
        facts = (
            (i, Facts(size=(i, 9), detail="", digest=f"{i:064x}", fingerprint=i * 977))
            for i in range(1, 50)
        )
        index.record_facts(facts)
        index.record_facts([(51, BadSampleError("empty", "It is empty."))])
        index.set_twins([("exact", [1, 2])])
        index.draw_splits((0.5, 0.25, 0.25), 3)


def files_of(project: Path) -> list[Path]:
    """Return every file of a project that is not left out, in order."""
    files = [p for p in sorted(project.rglob("*")) if p.is_file()]
    return [p for p in files if not set(_LEFT_OUT) & set(p.relative_to(project).parts)]


def answers(project: Path, about: Path) -> Answer:
    """Return what can be told of the part of a project that a file belongs to."""
    parts = about.relative_to(project).parts
    if parts[0] == "runs":
        return _of_run(RunFolder(project / "runs" / parts[1]))
    if parts[0] == "project.json":
        return {"project": _asked(lambda: _file(project))}
    return {"samples": _asked(lambda: _samples(project))}


def _file(project: Path) -> Any:
    with Project.open(project, read_only=True) as opened:
        return dataclasses.asdict(opened.file)


def _samples(project: Path) -> Any:
    with Project.open(project, read_only=True) as opened, opened.index() as index:
        rows = {name: _plain(part) for name, part in run_data.rows_of(opened).items()}
        paths = {name: list(map(str, index.training_rows(name)[1])) for name in rows}
        classes = [(row.name, row.position) for row in index.classes()]
        prints = list(index.prints())
        origins = index.origins()
        told = (index.fingerprint(), index.typical_size(), origins)
        return rows, paths, classes, prints, *told


def _plain(part: Any) -> Any:
    ids, classes, targets = part
    return ids.tolist(), classes.tolist(), targets


def _of_run(run: RunFolder) -> Answer:
    told: Answer = {
        "config": _asked(run.config),
        "rows": _asked(lambda: {k: _plain(v) for k, v in run_data.kept_rows(run).items()}),
        "state": _asked(lambda: _state(run)),
        "curves": _asked(lambda: _curves(run)),
        "checkpoints": _asked(lambda: _checkpoints(run)),
    }
    for name in ("evaluation.json", "answers.json", "forecast.json"):
        if (run.path / name).exists():
            told[name] = _asked(lambda name=name: read_json(run.path / name))
    return told


def _state(run: RunFolder) -> Any:
    info = run.info()
    return REFUSED if "damaged" in info.note or "missing" in info.note else info


def _curves(run: RunFolder) -> Any:
    rows = run.metrics.read()
    return REFUSED if run.lost_of_log() else rows


def _checkpoints(run: RunFolder) -> Any:
    """Return the contents of both checkpoints; a damaged one is passed over, never believed."""
    kept = run.checkpoints
    if kept.latest_valid() != max(_steps(run)):
        return REFUSED
    names = {step: sorted(p.name for p in _folder(run, step).iterdir()) for step in kept.list()}
    whole = {step for step in names if kept.valid(step)}
    if whole != set(_steps(run)):
        return REFUSED
    return kept.best(), [
        (step, kept.meta(step), [kept.read(step, n) for n in names[step] if n != "COMMITTED.json"])
        for step in sorted(names)
    ]


def _steps(run: RunFolder) -> list[int]:
    return [int(p.name[5:]) for p in (run.path / "checkpoints").glob("step_*")]


def _folder(run: RunFolder, step: int) -> Path:
    return run.path / "checkpoints" / f"step_{step:06d}"


def _asked(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except DeepDeskError as error:
        return REFUSED if error.hint else f"refused without a remedy: {error}"


def flipped(project: Path, *, count: int, seed: int) -> Found:
    """Turn single bits over, in files drawn evenly, and ask what the program makes of it."""
    chance = random.Random(seed)
    files = files_of(project)
    # Small files in full before anything is tried twice would take most of them; all alike here.
    return _damaged(project, (_flip(chance.choice(files), chance) for _ in range(count)))


def truncated(project: Path, *, per_large: int, seed: int, stride: int = 1) -> Found:
    """Cut every file: small ones at every `stride`-th length, large ones at random lengths."""
    chance = random.Random(seed)
    return _damaged(project, _cuts(project, chance, per_large, stride))


def _flip(path: Path, chance: random.Random) -> tuple[Path, bytes, str]:
    data = bytearray(path.read_bytes())
    bit = chance.randrange(len(data) * 8)
    data[bit // 8] ^= 1 << bit % 8
    return path, bytes(data), f"bit {bit}"


def _cuts(
    project: Path, chance: random.Random, per_large: int, stride: int
) -> Iterator[tuple[Path, bytes, str]]:
    for path in files_of(project):
        data = path.read_bytes()
        lengths: Iterable[int] = range(0, len(data), stride)
        if len(data) > SMALL_BYTES:
            lengths = [chance.randrange(len(data)) for _ in range(per_large)]
        yield from ((path, data[:n], f"cut to {n} bytes") for n in lengths)


def _damaged(project: Path, cases: Iterable[tuple[Path, bytes, str]]) -> Found:
    found = Found(notes={"noticed": 0, "harmless": 0})
    before: dict[str, Answer] = {}
    for path, data, what in cases:
        name = str(path.relative_to(project))
        if name not in before:
            before[name] = answers(project, path)
        whole = path.read_bytes()
        path.write_bytes(data)
        kind = _kind(project, path, before[name])
        path.write_bytes(whole)
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        found.rounds += 1
        if kind in found.notes:
            found.notes[kind] += 1  # type: ignore[operator]
        else:
            found.failures.append(f"{name} {what}: {kind}")
    return found


def _kind(project: Path, path: Path, before: Answer) -> str:
    """Return "noticed", "harmless", or what is wrong."""
    try:
        after = answers(project, path)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the test is for
        return f"raised {error!r}"
    changed = [part for part in before if after[part] != before[part]]
    if not changed:
        return "harmless"
    silent = [part for part in changed if after[part] != REFUSED]
    return f"silent in {', '.join(silent)}: {str(after[silent[0]])[:200]}" if silent else "noticed"
