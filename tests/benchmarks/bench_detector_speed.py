"""How many JPEG files of 640 x 480 a second the small detector answers, through all of the engine.

The run is trained for one epoch at a width of 320 px: what it answers is of no use, but how long
that takes is the same.
"""

from __future__ import annotations

import itertools
import statistics
import tempfile
import time
from pathlib import Path

import PIL.Image
import torch

from deepdesk.core.events import Result
from deepdesk.core.work import StopToken
from deepdesk.engine.predict import Prediction, Predictor, predict_work
from deepdesk.project.folder import Project
from deepdesk.tasks import task_of
from tests.benchmarks.whole_run import measured

KEY = "object_detection"
GOAL_PER_S = 10.0
WIDTH_PX = 320
SIZE = (640, 480)
FILES = 200


def main() -> dict[str, object]:
    """Return pictures a second of wall time and of processor time, and milliseconds by stage."""
    with tempfile.TemporaryDirectory(prefix="deepdesk-speed-") as name:
        folder = Path(name)
        pictures = _write(folder / "data")
        training = {"epochs": 1, "threads": 1}
        measured(folder, "quick", task=KEY, training=training, width_px=WIDTH_PX)
        with Project.open(folder / "project.deepdesk") as project:
            run = project.runs.list()[-1].name
            whole = _whole(project, run, pictures)
            return {"goal_per_second": GOAL_PER_S, **whole, **_stages(project, run, pictures)}


def _write(folder: Path) -> list[Path]:
    """Write the sample with pictures of the size, and return these."""
    sample = task_of(KEY).sample
    assert sample is not None
    sample(folder)
    pictures = sorted((folder / "images").iterdir())
    for path in pictures:
        with PIL.Image.open(path) as picture:
            large = picture.convert("RGB").resize(SIZE)
        large.save(path, quality=92)
    labels = folder / "annotations.json"
    text = labels.read_text(encoding="utf-8")
    text = text.replace('"width": 192', f'"width": {SIZE[0]}')
    labels.write_text(text.replace('"height": 128', f'"height": {SIZE[1]}'), encoding="utf-8")
    return pictures[:FILES]


def _whole(project: Project, run: str, pictures: list[Path]) -> dict[str, object]:
    """Time what the command predict and the Inference tab do with files."""
    answered: list[float] = []

    def emit(event: object) -> None:
        if isinstance(event, Result) and isinstance(event.value, Prediction):
            assert not event.value.error, event.value.error
            answered.append(time.perf_counter())

    processor_s = time.process_time()
    predict_work(project, task_of(KEY), run, pictures)(emit, StopToken())
    processor_s = time.process_time() - processor_s
    # Loading the run comes before the first answer.
    taken_s = answered[-1] - answered[0]
    gaps = [after - before for before, after in itertools.pairwise(answered)]
    return {
        "per_second": round((len(answered) - 1) / taken_s, 1),
        "per_processor_second": round(len(answered) / processor_s, 1),
        "median_ms": round(1000 * statistics.median(gaps), 1),
        "slowest_ms": round(1000 * max(gaps), 1),
        "threads": torch.get_num_threads(),
    }


def _stages(project: Project, run: str, pictures: list[Path]) -> dict[str, object]:
    """Return the median milliseconds of reading a file and of answering it."""
    spec = task_of(KEY)
    predictor, reader = Predictor(project, spec, run), spec.reader()
    reading, answering = [], []
    for path in pictures:
        start_s = time.perf_counter()
        given = reader.payload(path)
        read_s = time.perf_counter()
        list(predictor.answer(given, StopToken()))
        answering.append(time.perf_counter() - read_s)
        reading.append(read_s - start_s)
    return {
        "reading_ms": round(1000 * statistics.median(reading), 1),
        "answering_ms": round(1000 * statistics.median(answering), 1),
    }
