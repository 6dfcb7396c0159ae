"""A look into the network of a run: forward and backward once, in float32, on one thread.

The network is built anew from the run's folder and thrown away afterwards. A training that goes
on beside is not touched: nothing of its objects is used, and torch is left as it was found.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from deepdesk.core.errors import DatasetError, StorageError
from deepdesk.core.events import Progress, Result
from deepdesk.core.task import TaskSpec
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.data.batches import SplitData
from deepdesk.engine import run_data, run_feed
from deepdesk.engine.plan import plan_from_json
from deepdesk.engine.state import loaded_weights
from deepdesk.engine.weights import checkpoint_weights
from deepdesk.insight.figures import distribution, silent_units, unit_axis
from deepdesk.insight.pictures import Filters, Seen, filters_of, seen_of
from deepdesk.insight.report import BlockInside, Inside, SampleInside, SampleSeen, with_findings
from deepdesk.insight.sounds import as_wave, pitches_in, sample_picture, upright, waves_in
from deepdesk.nn.build import build_empty
from deepdesk.nn.cost import cost
from deepdesk.nn.graph import Graph
from deepdesk.project.folder import Project
from deepdesk.project.runs import RunFolder

FEWEST, MOST = 2, 32  # samples of the batch
SHOWN = 16  # samples to choose from
# What a forward and backward pass may keep; a network that keeps more gets a smaller batch.
BUDGET_BYTES = 256 << 20
_ORDER = ("validation", "train", "test")
_MAP_RANK = 4
_POLL_S = 0.1
# Two looks at once would put each other's number of threads back.
_LOOKING = threading.Lock()

Tap = Callable[[str, Tensor], None]


def inside_work(
    project: Project,
    spec: TaskSpec,
    run_name: str,
    sample: int | None = None,
    which: str = "best",
) -> Work:
    """Return work whose result is an `Inside` of a run.

    Args:
        project: Where the run is.
        spec: The task's card.
        run_name: Folder name of the run; one under way gives its newest checkpoint.
        sample: Number of the sample whose activations become pictures, None for the first.
        which: "best" or "latest" weights.

    Raises:
        DeepDeskError: There are no weights or no samples, or they are damaged.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        emit(Progress(what="Loading the network"))
        with one_thread(stop):
            look = Look(project, spec, run_name, which)
            emit(Result(value=look.inside(sample, emit, stop)))

    return work


def sample_work(
    project: Project, spec: TaskSpec, run_name: str, sample: int, which: str = "best"
) -> Work:
    """Return work whose result is a `SampleInside`: what every block says of one sample.

    Raises:
        DeepDeskError: As `inside_work`.
    """

    def work(emit: EventSink, stop: StopToken) -> None:
        with one_thread(stop):
            look = Look(project, spec, run_name, which)
            emit(Result(value=look.sample(sample, emit, stop)))

    return work


@contextmanager
def one_thread(stop: StopToken) -> Iterator[None]:
    """Let torch use one thread in here, and as many as before afterwards.

    Raises:
        StoppedError: Somebody asked for the end while another look was under way.
    """
    while not _LOOKING.acquire(timeout=_POLL_S):
        stop.check()
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        yield
    finally:
        torch.set_num_threads(before)
        _LOOKING.release()


class Look:
    """A run's network on the CPU, made to be looked at.

    Raises:
        DeepDeskError: The run has no weights yet, or they are damaged.
    """

    def __init__(self, project: Project, spec: TaskSpec, run_name: str, which: str) -> None:
        self.project, self.run_name, self.which = project, run_name, which
        self.run = project.runs.get(run_name)
        self.plan = plan_from_json(spec, self.run.config())
        self.task: Any = spec.load()(self.plan.config, self.plan.facts)
        self.contract = self.task.contract()
        self.graph = Graph.from_json(self.plan.graph).fitted(self.contract)
        self.step = self.run.checkpoints.latest() or 0
        self.model = build_empty(self.graph, self.contract).float()
        _fill(self.model, _weights(self.run, which))
        self.model.eval()
        self.rows = run_data.kept_rows(self.run)
        self._waves, self._pitches = waves_in(self.graph), pitches_in(self.graph)
        self._rate_hz = int(getattr(self.task, "rate_hz", 0))

    def inside(self, sample: int | None, emit: EventSink, stop: StopToken) -> Inside:
        """Return everything that can be seen, with one sample's pictures.

        Raises:
            DatasetError: The run's samples cannot be read.
        """
        data = self._batch(emit, stop)
        samples, blocks, loss = self._measured(data, emit, stop)
        first = samples[0].sample if sample is None else sample
        chosen = self.sample(first, emit, stop)
        if first not in {shown.sample for shown in samples}:
            samples = (chosen.sample, *samples[: SHOWN - 1])
        return Inside(
            run=self.run_name,
            which=self.which,
            step=self.step,
            graph=self.graph,
            classes=self.plan.facts.classes,
            loss=loss,
            batch_size=len(data),
            blocks=with_findings(blocks),
            samples=samples,
            chosen=chosen,
            filters=first_filters(self.model),
        )

    def sample(self, sample: int, emit: EventSink, stop: StopToken) -> SampleInside:
        """Return what every block says of one sample.

        Raises:
            DatasetError: The run has no such sample, or it cannot be read.
        """
        data = self._decoded(self._row_of(sample), emit, stop)
        seen: dict[str, Seen] = {}

        def tap(node_id: str, output: Tensor) -> None:
            stop.check()
            picture = self._seen(node_id, _numbers(output[0]))
            if picture is not None:
                seen[node_id] = picture

        with torch.no_grad():
            batch = self.task.prepare(data.gather(np.arange(1)), None)
            with tapped(self.model, self.graph, tap):
                outputs = self.task.forward(self.model, batch)
        return SampleInside(sample=self._shown(data, outputs, batch)[0], seen=seen)

    def _seen(self, node_id: str, values: NDArray[Any]) -> Seen | None:
        if node_id in self._waves and values.ndim == 1:
            return as_wave(values)
        found = seen_of(values)
        return upright(found) if found is not None and node_id in self._pitches else found

    def _measured(
        self, data: SplitData, emit: EventSink, stop: StopToken
    ) -> tuple[tuple[SampleSeen, ...], list[BlockInside], float]:
        """Return the samples of a batch, the figures of every block, and the loss."""
        found: dict[str, BlockInside] = {}
        total = len(self.graph.nodes)

        def tap(node_id: str, output: Tensor) -> None:
            stop.check()
            emit(Progress(what="Looking inside", done=len(found), total=total))
            figures = activation_figures(node_id, output)
            # The silence around a sound is no fault of a unit.
            is_wave = node_id in self._waves
            found[node_id] = dataclasses.replace(figures, silent=0.0) if is_wave else figures

        batch = self.task.prepare(data.gather(np.arange(len(data))), None)
        with torch.enable_grad(), tapped(self.model, self.graph, tap):
            outputs = self.task.forward(self.model, batch)
            loss = torch.stack(list(self.task.losses(outputs, batch).values())).sum()
        stop.check()
        gradients = gradients_of(loss, self.model)
        blocks = []
        for node in self.graph.order:
            stop.check()
            before = found.get(node.id, BlockInside(id=node.id))
            blocks.append(with_weights(before, self.model, gradients))
        with torch.no_grad():
            return self._shown(data, outputs, batch), blocks, float(loss.detach())

    def _batch(self, emit: EventSink, stop: StopToken) -> SplitData:
        """Return samples spread evenly over the validation split, with the run's loss weights.

        Raises:
            DatasetError: There are none.
        """
        split = next((name for name in _ORDER if len(self.rows[name][0])), None)
        if split is None:
            raise DatasetError("This run has no samples to look at.", "Start a new run.")
        ids, classes, targets = self.rows[split]
        wanted = batch_size(self.graph, self.contract)
        places = np.unique(np.linspace(0, len(ids) - 1, wanted).round().astype(np.int64))
        part = (ids[places], classes[places], [targets[place] for place in places])
        data = self._decoded(part, emit, stop)
        # Weights of classes count all samples of the split, not those of this batch alone.
        whole = self.task.extras(classes, targets)
        by_id = {int(number): at for at, number in enumerate(ids)}
        kept = np.array([by_id[int(number)] for number in data.samples], dtype=np.int64)
        extras = {name: values[kept] for name, values in whole.items()}
        return dataclasses.replace(data, extras=extras)

    def _row_of(self, sample: int) -> tuple[run_data.Ids, run_data.Ids, list[Any]]:
        for name in _ORDER:
            ids, classes, targets = self.rows[name]
            at = np.flatnonzero(ids == sample)[:1]
            if len(at):
                return ids[at], classes[at], [targets[int(at[0])]]
        raise DatasetError("This run does not know that sample.", "Choose another sample.")

    def _decoded(
        self,
        rows: tuple[run_data.Ids, run_data.Ids, list[Any]],
        emit: EventSink,
        stop: StopToken,
    ) -> SplitData:
        splits = run_feed.decoded(
            self.project, self.task, self.plan, {"validation": rows}, emit, stop
        )
        data = splits["validation"]
        if not len(data):
            raise DatasetError(
                "The samples of this run cannot be read.", "Bring their files back and try again."
            )
        return data

    def _shown(
        self, data: SplitData, outputs: Any, batch: Mapping[str, Any]
    ) -> tuple[SampleSeen, ...]:
        """Return the first samples of a batch with their truth and answer."""
        said = self.task.answers(outputs, batch)[:SHOWN]
        return tuple(
            SampleSeen(
                sample=int(data.samples[at]),
                picture=sample_picture(data.arrays, int(data.samples[at]), self._rate_hz),
                truth=answer.truth,
                answer=answer.answer,
                is_right=answer.is_right,
            )
            for at, answer in enumerate(said)
        )


def batch_size(graph: Graph, contract: Any) -> int:
    """Return how many samples fit the budget of memory, 2 to 32."""
    kept = max(1, cost(graph, contract).activation_bytes)
    # Twice: answers may be the mean of a picture and its mirror image.
    return int(min(MOST, max(FEWEST, BUDGET_BYTES // (2 * kept))))


@contextmanager
def tapped(model: nn.Module, graph: Graph, tap: Tap) -> Iterator[None]:
    """Call `tap` with id and output of every node at its first pass in here; (N, ...) each."""
    told: set[str] = set()

    def tell(node_id: str, output: Any) -> None:
        if node_id not in told and isinstance(output, Tensor):
            told.add(node_id)
            tap(node_id, output.detach())

    def tell_inputs(_model: nn.Module, inputs: tuple[Any, ...]) -> None:
        for node, value in zip(graph.inputs, inputs, strict=True):
            tell(node.id, value)

    def listener(node_id: str) -> Callable[[nn.Module, Any, Any], None]:
        return lambda _module, _inputs, output: tell(node_id, output)

    handles = [model.register_forward_pre_hook(tell_inputs)]
    handles += [
        module.register_forward_hook(listener(node_id))
        for node_id, module in model.named_children()
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def activation_figures(node_id: str, output: Tensor) -> BlockInside:
    """Return what a batch of outputs, (N, ...), comes to in figures."""
    values = _numbers(output)
    silent = silent_units(values) if len(values) > 1 else np.zeros(1, dtype=np.bool_)
    return BlockInside(
        id=node_id,
        activations=distribution([values]),
        silent=float(silent.mean()),
        units=values.shape[unit_axis(values.shape)],
        is_map=values.ndim == _MAP_RANK,
    )


def gradients_of(loss: Tensor, model: nn.Module) -> dict[str, Tensor]:
    """Return the gradient of each parameter by name; those that the loss does not reach lack.

    Nothing is kept in the parameters.

    Args:
        loss: Shape ().
        model: Its parameters that are frozen have no gradient.
    """
    learned = {name: p for name, p in model.named_parameters() if p.requires_grad}
    if not learned or not loss.requires_grad:
        return {}
    found = torch.autograd.grad(loss, list(learned.values()), allow_unused=True)
    pairs = zip(learned, found, strict=True)
    return {name: gradient for name, gradient in pairs if gradient is not None}


def with_weights(
    block: BlockInside, model: nn.Module, gradients: Mapping[str, Tensor]
) -> BlockInside:
    """Return the figures of a block with those of its weights and their gradients."""
    with suppress(AttributeError):  # an input is a node without a module
        module = model.get_submodule(block.id)
        named = list(module.named_parameters())
        names = [f"{block.id}.{name}" for name, _p in named]
        return dataclasses.replace(
            block,
            weights=distribution(_numbers(p) for _n, p in named),
            gradients=distribution(_numbers(gradients[n]) for n in names if n in gradients),
            learns=any(p.requires_grad for _n, p in named),
        )
    return block


def first_filters(model: nn.Module) -> Filters | None:
    """Return the filters of the first convolution, if they look at one or three channels."""
    for name, parameter in model.named_parameters():
        if parameter.ndim == _MAP_RANK:
            return filters_of(name.partition(".")[0], _numbers(parameter))
    return None


def _weights(run: RunFolder, which: str) -> dict[str, Tensor]:
    try:
        return loaded_weights(checkpoint_weights(run, which))
    except StorageError:
        # A training that goes on may just have put a newer checkpoint in this one's place.
        return loaded_weights(checkpoint_weights(run, which))


def _fill(model: nn.Module, saved: Mapping[str, Tensor]) -> None:
    """Copy weights into a network; numbers that are none are let in, they are worth a look.

    Raises:
        StorageError: Names or shapes are not those of the network.
    """
    try:
        model.load_state_dict(dict(saved))
    except RuntimeError as error:
        raise StorageError(
            "The saved weights do not belong to this network.", "Choose another run."
        ) from error


def _numbers(tensor: Tensor) -> NDArray[Any]:
    """Return a tensor of any shape as float numbers on the CPU."""
    values: NDArray[Any] = tensor.detach().float().cpu().numpy()
    return values
