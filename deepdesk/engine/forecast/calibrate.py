"""A few seconds of small measurements that make a calibration."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from contextlib import nullcontext
from itertools import product

import torch

from deepdesk.core.work import StopToken
from deepdesk.engine.compute import Compute
from deepdesk.engine.devices import physical_cores, used_memory_bytes
from deepdesk.engine.forecast import calibration
from deepdesk.engine.forecast.calibration import (
    KINDS,
    PRECISIONS,
    Calibration,
    Curve,
    feature_of,
    units_of,
)
from deepdesk.engine.forecast.probes import PROBES, SHARED, SMALLEST, Probe
from deepdesk.engine.forecast.timing import Seconds, clock_of, threads_of, timed
from deepdesk.nn.operators import operators_in

_BUDGET_S = 0.02
_LEAST_S = 1e-9
_STREAM_NUMBERS = 12 << 20
_LOADERS = tuple(probe for probe in PROBES if math.prod(probe.shape) < 1 << 17)
_BASE: dict[str, int] = {}
_WAYS = ("forward", "backward")
# What was measured stays measured when the work is stopped and asked for again.
_DONE: dict[tuple[str, Probe, str, int], Seconds] = {}
Told = Callable[[float], None]


def calibrate(device: str, stop: StopToken, told: Told | None = None) -> Calibration:
    """Return what this machine can do, measured now unless it was kept; keep it.

    Args:
        device: torch's name: "cpu", "cuda".
        stop: Checked every few milliseconds; what was measured until then is not lost.
        told: Called with the share that is done, 0 to 1.
    """
    known = calibration.load(device)
    if known is not None:
        return known
    base_bytes = _base_bytes(device, stop)
    cores = physical_cores() if device == "cpu" else 1
    jobs = [(probe, precision, 1) for precision, probe in product(PRECISIONS, PROBES)]
    jobs += [(probe, "float32", cores) for probe in SHARED if cores > 1]
    for done, (probe, precision, threads) in enumerate(jobs):
        if told is not None:
            told(done / len(jobs))
        _seconds(device, probe, precision, threads, stop)
    found = _assembled(device, cores, base_bytes, stop)
    calibration.save(found)
    _DONE.clear()
    return found


def _assembled(device: str, cores: int, base_bytes: int, stop: StopToken) -> Calibration:
    smallest = _seconds(device, SMALLEST, "float32", 1, stop)
    call_s = {way: max(s, 1e-7) for way, s in zip(_WAYS, smallest, strict=True)}
    gains = dict.fromkeys(KINDS, 1.0)
    for probe in SHARED if cores > 1 else ():
        single = sum(_seconds(device, probe, "float32", 1, stop))
        shared = sum(_seconds(device, probe, "float32", cores, stop))
        gains[probe.kind] = min(float(cores), max(0.5, single / max(shared, _LEAST_S)))
    return Calibration(
        device=device,
        curves=_curves(device, call_s, stop),
        stream_rate=_stream_rate(device, stop),
        call_s=call_s,
        threads_gain=gains,
        cores=cores,
        base_bytes=base_bytes,
    )


def _stream_rate(device: str, stop: StopToken) -> float:
    """Return bytes per second of adding one large array to another in place."""
    compute = Compute(device=torch.device(device), threads=1)
    clock = clock_of(compute)
    one, other = (torch.ones(_STREAM_NUMBERS, device=device) for _side in range(2))
    spent = []
    with threads_of(compute) if device == "cpu" else nullcontext():
        for _round in range(8):
            stop.check()
            start_s = clock()
            one.add_(other)
            spent.append(clock() - start_s)
    return 3 * 4 * _STREAM_NUMBERS / max(min(spent[1:]), _LEAST_S)


def _base_bytes(device: str, stop: StopToken) -> int:
    """Return the memory of this process once torch has all its parts loaded."""
    for precision, probe in product(PRECISIONS, (*_LOADERS, SMALLEST)):
        _seconds(device, probe, precision, 1, stop)
    parameter = torch.nn.Parameter(torch.zeros(2))
    parameter.grad = torch.zeros(2)
    torch.optim.AdamW([parameter], fused=True).step()
    return _BASE.setdefault(device, max(1, used_memory_bytes(torch.device(device))))


def _curves(
    device: str, call_s: dict[str, float], stop: StopToken
) -> dict[tuple[str, str, str], Curve]:
    points: dict[tuple[str, str, str], dict[float, float]] = defaultdict(dict)
    for precision, probe in product(PRECISIONS, PROBES):
        spent = _seconds(device, probe, precision, 1, stop)
        for way, (feature, units, calls) in _work_of(probe).items():
            whole = spent[_WAYS.index(way)]
            seconds = max(whole - calls * call_s[way], whole / 2)
            points[probe.kind, way, precision][feature] = units / max(seconds, _LEAST_S)
    return {key: tuple(sorted(values.items())) for key, values in points.items()}


def _work_of(probe: Probe) -> dict[str, tuple[float, int, int]]:
    """Return (feature, units, calls) of a probe by direction."""
    with torch.device("meta"):
        module = probe.make()
    given = [torch.empty(*probe.shape, device="meta", requires_grad=True)]
    work: dict[str, tuple[float, int, int]] = {}
    for operator in operators_in(module, given):
        way = _WAYS[operator.is_backward]
        if probe.kind in {operator.kind, "chance"}:
            feature, units, calls = work.get(way, (feature_of(operator), 0, 0))
            count = operator.calls
            work[way] = (feature, units + count * units_of(operator), calls + count)
    if len(work) == 1:
        work["backward"] = work["forward"]
    return work


def _seconds(device: str, probe: Probe, precision: str, threads: int, stop: StopToken) -> Seconds:
    key = (device, probe, precision, threads)
    if key not in _DONE:
        compute = Compute(device=torch.device(device), precision=precision, threads=threads)
        with threads_of(compute) if device == "cpu" else nullcontext():
            _DONE[key] = _measure(probe, compute, stop)
    return _DONE[key]


def _measure(probe: Probe, compute: Compute, stop: StopToken) -> Seconds:
    module = compute.place(probe.make().train())
    dtype = torch.float32 if compute.precision == "float32" else torch.bfloat16
    x = torch.ones(probe.shape, device=compute.device, dtype=dtype)
    if x.ndim == 4 and probe.kind != "attention":
        x = x.contiguous(memory_format=torch.channels_last)
    return timed(module, [x.requires_grad_()], compute, stop, budget_s=_BUDGET_S)
