"""Answers of a trained run for things it has never seen."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Progress, Result
from deepdesk.core.payloads import Payload
from deepdesk.core.task import TaskSpec
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.engine import run_data, run_feed
from deepdesk.engine.answering import answering_plan, kept_answering
from deepdesk.engine.compute import Compute
from deepdesk.engine.devices import device_for, physical_cores
from deepdesk.engine.evaluation import Evaluation, evaluate
from deepdesk.engine.plan import plan_from_json
from deepdesk.engine.settings import evaluation_size
from deepdesk.engine.state import load_weights
from deepdesk.engine.streaming import QuietStream
from deepdesk.engine.thresholds import FIT_FILE
from deepdesk.engine.weights import checkpoint_weights
from deepdesk.nn.build import build_empty
from deepdesk.nn.graph import Graph
from deepdesk.project.folder import Project
from deepdesk.project.safe_write import read_json

# Enough to keep the processor busy, small enough for any memory.
_BATCH = 256
_FIT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The answer for one file, or why there is none.

    Attributes:
        path: The file, None for something pasted or recorded.
        given: What the network saw, None when the file could not be read.
        answer: The final answer, None when there is none.
        error: One sentence, "" when all is well.
        milliseconds: From decoded input to answer.
        is_final: False while a growing answer goes on.
    """

    path: Path | None
    given: Payload | None = None
    answer: Payload | None = None
    error: str = ""
    milliseconds: float = 0.0
    is_final: bool = True


class Predictor:
    """A run's network, ready to answer. Make it and use it in one and the same thread.

    Args:
        project: Where the run is.
        spec: The task's card.
        run_name: Folder name of the run.
        checkpoint: "best" or "latest".
        device: Key of a device, or "auto".
        answering: Settings of the answers that differ from those of training, {} for none.

    Raises:
        DeepDeskError: The run has no weights yet, or they are damaged, or a setting is not legal.
    """

    def __init__(
        self,
        project: Project,
        spec: TaskSpec,
        run_name: str,
        *,
        checkpoint: str = "best",
        device: str = "auto",
        answering: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self.run_name = run_name
        run = project.runs.get(run_name)
        trained = plan_from_json(spec, run.config())
        self.plan = answering_plan(
            trained, spec, answering, lambda: run_data.kept_rows(run)["train"][2]
        )
        self.task = spec.load()(self.plan.config, self.plan.facts)
        self.classes = self.plan.facts.classes
        self.project = project
        self._use_fit(run.path / FIT_FILE, checkpoint)
        model = build_empty(Graph.from_json(self.plan.graph), self.task.contract())
        load_weights(model, checkpoint_weights(run, checkpoint))
        # One core is left to the window and to a run that may be training beside.
        threads = max(1, physical_cores() - 1)
        self.compute = Compute(device=torch.device(device_for(device).key), threads=threads)
        self.compute.use_threads()
        self.model = self.compute.place(model).eval()

    def _use_fit(self, path: Path, checkpoint: str) -> None:
        """Use what was fitted for the best weights; other weights answer as they are."""
        if checkpoint == "best" and path.exists():
            fit = read_json(path, limit_bytes=_FIT_BYTES)
            if isinstance(fit, dict):
                self.task.use_fit({k: v for k, v in fit.items() if isinstance(v, float) and v > 0})

    @torch.no_grad()
    def answer(self, given: Payload, stop: StopToken) -> Iterator[Prediction]:
        """Yield better and better answers for one input, the last one final."""
        start_s = time.perf_counter()
        last: Payload | None = None
        for answer in self.task.predict(self.model, given, stop):
            if last is not None:
                yield self._prediction(given, last, start_s, is_final=False)
            last = answer
        if last is not None:
            yield self._prediction(given, last, start_s, is_final=True)

    def stream(self) -> QuietStream:
        """Return what answers pieces as they come, on one core of a processor."""
        return QuietStream(self.task.stream(self.model))

    def evaluate(self, rows: run_data.Rows, emit: EventSink, stop: StopToken) -> Evaluation:
        """Return the metrics over the one split in `rows`, in float32.

        Raises:
            DatasetError: A sample has left the data set.
        """
        data = run_feed.decoded(self.project, self.task, self.plan, rows, emit, stop)
        (split,) = data.values()
        size = min(_BATCH, evaluation_size(self.plan.training))
        return evaluate(self.task, self.model, split, self.compute, batch_size=size, stop=stop)

    @staticmethod
    def _prediction(
        given: Payload, answer: Payload, start_s: float, *, is_final: bool
    ) -> Prediction:
        return Prediction(
            path=None,
            given=given,
            answer=answer,
            milliseconds=(time.perf_counter() - start_s) * 1000.0,
            is_final=is_final,
        )


def predict_work(
    project: Project,
    spec: TaskSpec,
    run_name: str,
    paths: list[Path],
    *,
    checkpoint: str = "best",
    answering: Mapping[str, Any] = MappingProxyType({}),
) -> Work:
    """Return work that emits a `Result` with a `Prediction` for each file, folders opened up.

    What is kept for the run of how it answers counts, and `answering` before that.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        wished = {**kept_answering(project.runs.get(run_name).path, spec), **answering}
        predictor = Predictor(project, spec, run_name, checkpoint=checkpoint, answering=wished)
        reader = spec.reader()
        files = list(_files(paths, reader.suffixes))
        for done, path in enumerate(files):
            stop.check()
            emit(Progress(what="Answering", done=done, total=len(files)))
            for prediction in _answers(predictor, spec, path, stop):
                emit(Result(value=prediction))
        emit(Progress(what="Answering", done=len(files), total=len(files)))

    return work


def _answers(
    predictor: Predictor, spec: TaskSpec, path: Path, stop: StopToken
) -> Iterator[Prediction]:
    try:
        given = spec.reader().payload(path)
        for prediction in predictor.answer(given, stop):
            yield Prediction(
                path=path,
                given=given,
                answer=prediction.answer,
                milliseconds=prediction.milliseconds,
                is_final=prediction.is_final,
            )
    except DeepDeskError as error:
        yield Prediction(path=path, error=str(error))


def _files(paths: list[Path], suffixes: frozenset[str]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(
                p for p in path.rglob("*") if p.suffix.lower() in suffixes and p.is_file()
            )
        else:
            yield path
