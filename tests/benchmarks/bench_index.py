"""A folder of 10^6 small files: time to index it, to the first page and to any page, and memory.

Run as `python -m tests.benchmarks.bench_index 100000` for another number of files.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from deepdesk.core.events import Result
from deepdesk.core.work import StopToken, run
from deepdesk.data.images import IMAGE_SUFFIXES
from deepdesk.data.sources import discover
from deepdesk.project.folder import Project
from deepdesk.project.index import Filter

FILES = 1_000_000
FOLDERS = 1_000
PAGE = 200


def main(files: int = FILES) -> dict[str, object]:
    """Return seconds, milliseconds and megabytes; making the files is told apart."""
    with tempfile.TemporaryDirectory(prefix="deepdesk-index-") as name:
        folder = Path(name)
        making_s = seconds(lambda: make_files(folder / "source", files))
        with Project.create(folder / "bench", name="Bench", task="image_classification") as project:
            figures = indexed(project, folder / "source", files)
    return {"files": files, "making_files_s": round(making_s, 1), **figures}


def make_files(source: Path, files: int) -> None:
    """Make small files in `FOLDERS` folders, each a class of its own."""
    per_folder = -(-files // FOLDERS)
    for number in range(FOLDERS):
        folder = source / f"class_{number:04d}"
        folder.mkdir(parents=True)
        for i in range(min(per_folder, files - number * per_folder)):
            descriptor = os.open(folder / f"picture_{i:05d}.png", os.O_CREAT | os.O_WRONLY)
            os.write(descriptor, b"small")
            os.close(descriptor)


def indexed(project: Project, source: Path, files: int) -> dict[str, object]:
    """Return the figures of indexing a folder and looking at it."""
    scan_s = seconds(lambda: sum(1 for _ in discover(source, IMAGE_SUFFIXES)))
    with project.index() as index:
        index_s = seconds(lambda: index.add(discover(source, IMAGE_SUFFIXES), source=str(source)))
        assert index.count() == files
    # A window that opens the project now: nothing is kept from before.
    start = time.perf_counter()
    with project.index() as index:
        index.page(Filter(), 0, PAGE)
        first_page_s = time.perf_counter() - start
        offsets = [files * part // 10 for part in range(10)]
        far = [seconds(lambda at=at: index.page(Filter(), at, PAGE)) for at in offsets]
        counts_s = seconds(index.counts)
        text_s = seconds(lambda: index.page(Filter(text="00999"), 0, PAGE))
        draw_s = seconds(lambda: index.draw_splits((0.7, 0.15, 0.15), 1))
        # Not the fifty before the middle of a class, but of all: the order has to be read first.
        train_s = seconds(lambda: index.page(Filter(split="train"), files // 2, PAGE))
        merged = [row.id for row in index.classes()][:100]
        merge_s = seconds(lambda: index.merge_classes(merged[1:], merged[0]))
    size = (project.path / "index.sqlite").stat().st_size
    return {
        "scan_s": round(scan_s, 2),
        "scan_and_index_s": round(index_s, 2),
        "first_page_ms": milliseconds(first_page_s),
        "far_page_median_ms": milliseconds(statistics.median(far)),
        "far_page_worst_ms": milliseconds(max(far)),
        "first_page_of_a_search_ms": milliseconds(text_s),
        "first_far_page_of_a_split_ms": milliseconds(train_s),
        "counts_ms": milliseconds(counts_s),
        "draw_splits_s": round(draw_s, 2),
        "merge_of_a_tenth_ms": milliseconds(merge_s),
        "index_mb": round(size / 1e6, 1),
        "resident_mb": round(psutil.Process().memory_info().rss / 1e6, 1),
        **imported(project, source),
    }


def imported(project: Project, source: Path) -> dict[str, object]:
    """Return the seconds of the whole import as the window and the terminal do it, once more."""
    from deepdesk.data.importing import import_work
    from deepdesk.tasks import task_of

    project.close()
    again = Project.create(project.path.with_name("again"), name="Again", task=project.file.task)
    reader_of = task_of(project.file.task).reader
    results: list[object] = []

    def emit(event: object) -> None:
        if isinstance(event, Result):
            results.append(event.value)

    import_s = seconds(
        lambda: run(import_work(again.path, [source], reader_of=reader_of), emit, StopToken())
    )
    again.close()
    assert results, "the import did not end well"
    return {"import_with_splits_s": round(import_s, 2)}


def seconds(act: Callable[[], object]) -> float:
    """Return how long `act` takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def milliseconds(value_s: float) -> float:
    """Return seconds as milliseconds, to three decimals."""
    return round(value_s * 1000, 3)


if __name__ == "__main__":
    for key, value in main(*map(int, sys.argv[1:2])).items():
        print(f"{key:<32}{value}")
