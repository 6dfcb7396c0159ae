"""Measuring what a plan leaves open, one lever after the other, and saying what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import psutil
import torch
from torch import nn

from deepdesk.core.events import Candidate, Choice, Progress
from deepdesk.core.task import Task
from deepdesk.core.work import EventSink, StopToken
from deepdesk.data.batches import SplitData
from deepdesk.engine.compute import Compute
from deepdesk.engine.devices import physical_cores
from deepdesk.engine.plan import USUAL_WAYS, RunPlan
from deepdesk.engine.settings import part_size
from deepdesk.engine.tuning import compiler
from deepdesk.engine.tuning.bench import Bench, Spent
from deepdesk.engine.tuning.knee import Room, batch_at_knee, scaled_rate
from deepdesk.engine.tuning.levers import LEVERS, WORTH_IT, Lever, Situation, Way
from deepdesk.nn.cost import cost
from deepdesk.nn.graph import Contract, Graph

CHOSEN = ("precision", "threads", *USUAL_WAYS)
Found = tuple[dict[str, Any], tuple[Choice, ...]]
_BATCH_S = 4.0
# How many times over compiling has to earn back what it takes.
_EARNED = 2.0
_SMALL_NETWORK = 5_000_000
_COMPILED = {"on": "compiled", "graphs": "compiled, with graphs"}
_OTHER_WAY = "Not weighed beside the other way to compile."


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is to be trained.

    Attributes:
        task: Gives forward and losses.
        graph: The network.
        contract: Of the task.
        model: Made from the graph; is not changed.
        data: The train split.
        start_batch: What Automatic begins with.
    """

    task: Task
    graph: Graph
    contract: Contract
    model: nn.Module
    data: SplitData
    start_batch: int


class Tuning:
    """Measures what a plan leaves open, one lever after the other.

    Args:
        plan: Not settled.
        subject: What is trained.
        stop: Checked before each step.
        emit: Told what takes long.
        bench: Measures; one on the real clocks if None.
    """

    def __init__(
        self,
        plan: RunPlan,
        subject: Subject,
        stop: StopToken,
        *,
        emit: EventSink,
        bench: Bench | None = None,
    ) -> None:
        self._subject = subject
        self._training = plan.training
        self._stop = stop
        self._emit = emit
        size = plan.training.batch_size or subject.start_batch
        self._size = max(1, min(size, len(subject.data)))
        sized = replace(plan.training, batch_size=self._size)
        self._part = part_size(sized)
        self._bench = bench or Bench(subject.task, subject.model, subject.data, sized, stop)
        self._portion = 0
        self._sample_s = 0.0
        self._rows: list[Choice] = []
        device = torch.device(plan.device)
        self._compute = Compute(device=device).with_ways(USUAL_WAYS)

    def found(self) -> Found:
        """Return the chosen values by setting, and a row for each choice."""
        for lever in LEVERS:
            self._choose(lever)
        self._choose_batch()
        self._choose_compiling()
        self._compute.settle()
        values = {key: getattr(self._compute, key) for key in CHOSEN}
        return {**values, "batch_size": self._size}, tuple(self._rows)

    def _situation(self) -> Situation:
        return Situation(
            compute=self._compute,
            training=self._training,
            cores=physical_cores(),
            has_pictures=any(p.ndim == 4 for p in self._subject.model.parameters()),
        )

    def _choose(self, lever: Lever) -> None:
        """Settle one lever: as pinned, as usual, or as measured."""
        situation = self._situation()
        value, asked = lever.usual(situation), lever.asked(self._training)
        ways = lever.ways(situation)
        if not lever.concerns(situation):
            self._compute = lever.applied(self._compute, value)
            return
        blocked = {way.value: way.hindrance(situation) for way in ways}
        possible = [way for way in ways if not blocked[way.value]]
        spent: dict[Any, Spent] = {}
        if asked is None and len(possible) > 1:
            spent = self._measured(lever, possible)
            value = self._best(spent, value)
        elif asked is not None:
            value = asked
        self._compute = lever.applied(self._compute, value)
        self._rows.append(_row(lever, ways, value, spent, blocked, is_pinned=asked is not None))

    def _measured(self, lever: Lever, ways: Sequence[Way]) -> dict[Any, Spent]:
        if not self._portion:
            self._portion = self._bench.portion(self._compute, self._part)
        entries = [(lever.applied(self._compute, way.value), self._portion) for way in ways]
        found = self._bench.compare(entries, is_shared=lever.is_shared)
        return {way.value: spent for way, spent in zip(ways, found, strict=True)}

    def _best(self, spent: Mapping[Any, Spent], usual: Any) -> Any:
        """Return the fastest way, or the usual one where that is about as fast."""
        known = {value: s.seconds for value, s in spent.items() if s.seconds}
        if not known:
            return usual
        best = min(known, key=lambda value: known[value])
        if usual in known and known[usual] / known[best] < WORTH_IT:
            best = usual
        self._sample_s = known[best]
        return best

    def _choose_batch(self) -> None:
        asked = self._training.batch_size
        if asked:
            row = Choice(what="Batch size", key="batch_size", chosen=str(asked), how="pinned")
            self._rows.append(row)
            return
        device = self._compute.device
        bytes_each = _activation_bytes(self._subject)
        room = Room(
            samples=len(self._subject.data),
            sample_bytes=bytes_each // max(1, self._training.accumulation),
            free_bytes=_free_bytes(device),
        )
        self._bench.grant(_BATCH_S)
        start = self._size
        self._size, weighed = batch_at_knee(self._bench, self._compute, start, room)
        rate = scaled_rate(self._training, self._subject.start_batch, self._size)
        note = f"The learning rate goes with it: {rate:.3g}." if self._size != start else ""
        gain = next(c.gain for c in weighed if c.value == self._size)
        self._rows.append(
            Choice(
                what="Batch size",
                key="batch_size",
                chosen=str(self._size),
                gain=gain if len(weighed) > 1 else 0.0,
                how="measured",
                candidates=weighed,
                note=note,
            )
        )

    def _choose_compiling(self) -> None:
        """Take compiled code where a person wants it, or where a long run earns it back."""
        asked = None if self._training.compiled == "auto" else self._training.compiled
        mode = asked or ("graphs" if self._is_small_on_cuda() else "on")
        expected_s = self._sample_s * len(self._subject.data) * self._training.epochs
        verdict = self._verdict(mode, expected_s, is_asked=asked is not None)
        chosen = "off" if verdict.why else mode
        self._compute = replace(self._compute, compiled=chosen)
        candidates = [Candidate(value="off", words="off", gain=1.0 if verdict.gain else 0.0)]
        candidates += [
            Candidate(value=value, words=words, gain=verdict.gain, why=verdict.why)
            if value == mode
            else Candidate(value=value, words=words, why=_OTHER_WAY)
            for value, words in _COMPILED.items()
        ]
        if chosen != "off":
            candidates[0] = replace(candidates[0], why=f"Slower than {_COMPILED[mode]}.")
        self._rows.append(
            Choice(
                what="Compile",
                key="compiled",
                chosen={"off": "off", **_COMPILED}[chosen],
                gain=verdict.gain if chosen != "off" else 0.0,
                how="pinned" if asked else "measured" if verdict.gain else "usual",
                candidates=tuple(candidates),
                note=verdict.why if asked else "",
            )
        )

    def _is_small_on_cuda(self) -> bool:
        """Return whether launching kernels is likely what takes the time: graphs then help."""
        numbers = sum(p.numel() for p in self._subject.model.parameters())
        alone = self._training.accumulation == 1
        return self._compute.device.type == "cuda" and alone and numbers < _SMALL_NETWORK

    def _verdict(self, mode: str, expected_s: float, *, is_asked: bool) -> compiler.Verdict:
        limit_s = compiler.limit_of(expected_s)
        why = self._hindrance(mode)
        if not why and not is_asked and not limit_s:
            why = "The run is too short to earn back the compiling."
        if why:
            return compiler.Verdict(why=why)
        subject = self._subject
        self._emit(Progress(what="Trying to compile the network"))
        found = compiler.tried(
            compiler.Network(graph=subject.graph, contract=subject.contract, batch=self._part),
            replace(self._compute, compiled=mode),
            limit_s or compiler.LONGEST_S,
            self._stop,
        )
        return found if is_asked else _worth(found, expected_s)

    def _hindrance(self, mode: str) -> str:
        """Return why the network cannot be compiled in this way, "" where it can."""
        device, training = self._compute.device.type, self._training
        wants_graphs = mode == "graphs" and (device != "cuda" or training.accumulation > 1)
        reasons = (
            (mode == "off", "Switched off."),
            (training.checkpointing, "It does not go with computing twice."),
            (training.grow > 0, "It does not go with inputs that grow."),
            (wants_graphs, "Graphs want a CUDA GPU, and batches in one part."),
        )
        plain = next((why for is_so, why in reasons if is_so), "")
        return plain or compiler.missing(device) or compiler.known_fault(device)


def _worth(found: compiler.Verdict, expected_s: float) -> compiler.Verdict:
    """Return the verdict with a reason where compiling does not earn back what it takes."""
    if found.why:
        return found
    earned_s = expected_s * (1 - 1 / found.gain)
    if found.gain < WORTH_IT or earned_s < _EARNED * found.start_s:
        why = f"It would win {max(0.0, earned_s):.0f} s and take {found.start_s:.0f} s to begin."
        return replace(found, why=why)
    return found


def _row(
    lever: Lever,
    ways: Sequence[Way],
    value: Any,
    spent: Mapping[Any, Spent],
    blocked: Mapping[Any, str],
    *,
    is_pinned: bool,
) -> Choice:
    words = {way.value: way.words for way in ways}
    first = next((s.seconds for s in spent.values()), 0.0)
    gains = {v: first / s.seconds if first and s.seconds else 0.0 for v, s in spent.items()}
    candidates = []
    for way in ways:
        why = blocked[way.value] or (spent[way.value].why if way.value in spent else "")
        if not why and way.value != value:
            why = "Pinned otherwise." if is_pinned else _slower(gains, way.value, value)
        gain = gains.get(way.value, 0.0)
        is_possible = not blocked[way.value]
        candidates.append(
            Candidate(value=way.value, words=way.words, gain=gain, why=why, is_possible=is_possible)
        )
    is_measured = gains.get(value, 0.0) > 0
    return Choice(
        what=lever.what,
        key=lever.key,
        chosen=words.get(value, str(value)),
        gain=gains.get(value, 0.0),
        how="pinned" if is_pinned else "measured" if is_measured else "usual",
        candidates=tuple(candidates),
    )


def _slower(gains: Mapping[Any, float], value: Any, chosen: Any) -> str:
    if not gains.get(value):
        return ""
    if gains[value] > gains.get(chosen, 0.0):
        return "The gain is within what measuring is off by."
    return "Slower."


def _activation_bytes(subject: Subject) -> int:
    """Return what a training step keeps of one sample."""
    return cost(subject.graph, subject.contract).activation_bytes


def _free_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return int(psutil.virtual_memory().available)
