"""Everything of a run that changes while it trains, to bytes and back, bit for bit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np
import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from deepdesk.core.errors import StorageError


class Kept(Protocol):
    """What a checkpoint keeps beside weights and optimiser, such as a metric half way."""

    def state(self) -> Mapping[str, Any]:
        """Return it as tensors of any shape."""
        ...

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned."""
        ...


# Numbers are copied as whole words, so that kinds without a numpy twin go the same way.
_WORDS = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}
_NAMES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}


def file_of(tensors: Mapping[str, Tensor]) -> memoryview:
    """Return tensors on the CPU, of any shape and dtype, as one safetensors file.

    Copies once, on one thread and without holding Python's lock: made to run beside a training.
    """
    # Wide numbers first, so that each lies at a multiple of its own width.
    order = sorted(tensors, key=lambda name: (-tensors[name].element_size(), name))
    header: dict[str, Any] = {}
    end = 0
    for name in order:
        tensor = tensors[name]
        start, end = end, end + tensor.numel() * tensor.element_size()
        kind = {"dtype": _NAMES[tensor.dtype], "shape": list(tensor.shape)}
        header[name] = {**kind, "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    data = np.empty(8 + len(text) + end, dtype=np.uint8)
    data[:8] = np.frombuffer(len(text).to_bytes(8, "little"), dtype=np.uint8)
    body = 8 + len(text)
    data[8:body] = np.frombuffer(text, dtype=np.uint8)
    for name in order:
        words = tensors[name].detach().view(_WORDS[tensors[name].element_size()]).numpy()
        start, end = header[name]["data_offsets"]
        data[body + start : body + end].view(words.dtype).reshape(words.shape)[...] = words
    return data.data


def weights_to_bytes(model: nn.Module) -> bytes:
    """Return parameters and buffers as safetensors."""
    return _save(dict(model.state_dict().items()))


def load_weights(model: nn.Module, data: bytes) -> None:
    """Copy weights from safetensors into `model`, in place.

    Raises:
        StorageError: Names, shapes or kinds are not those of the network, or a number is none.
    """
    _copy_weights(model, loaded_weights(data))


def loaded_weights(data: bytes) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file by name, on the CPU, of any shape and dtype.

    Raises:
        StorageError: The file is damaged.
    """
    try:
        return safetensors.torch.load(data)
    except (safetensors.SafetensorError, KeyError, ValueError) as error:
        raise StorageError("The saved weights are damaged.", "Choose another run.") from error


def _foreign() -> StorageError:
    return StorageError(
        "The saved weights do not belong to this network.", "Choose another run or network."
    )


def _copy_weights(model: nn.Module, saved: Mapping[str, Tensor]) -> None:
    own = model.state_dict()
    fits = saved.keys() == own.keys() and all(
        saved[n].shape == own[n].shape and saved[n].dtype == own[n].dtype for n in own
    )
    if not fits:
        raise _foreign()
    if not all(bool(torch.isfinite(saved[name]).all()) for name, _ in model.named_parameters()):
        raise StorageError("The saved weights hold numbers that are none.", "Choose another run.")
    with torch.no_grad():
        for name, tensor in own.items():
            tensor.copy_(saved[name])


def training_to_bytes(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    sums: Mapping[str, Tensor],
    metrics: Mapping[str, Kept],
) -> bytes:
    """Return the trained weights, optimiser state and running sums, shape (), as safetensors."""
    return _save(training_tensors(model, optimizer, sums, metrics))


def training_tensors(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    sums: Mapping[str, Tensor],
    metrics: Mapping[str, Kept],
) -> dict[str, Tensor]:
    """Return by name, as they are and not copied, the tensors of any shape that change in steps."""
    tensors = {f"model/{name}": t for name, t in model.state_dict().items()}
    for index, state in optimizer.state_dict()["state"].items():
        for name, value in state.items():
            if isinstance(value, Tensor):
                tensors[f"optimizer/{index}/{name}"] = value
    tensors |= {f"sum/{name}": t for name, t in sums.items()}
    for name, metric in metrics.items():
        tensors |= {f"metric/{name}/{key}": t for key, t in metric.state().items()}
    return tensors


def load_training(
    data: bytes,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    metrics: Mapping[str, Kept],
) -> dict[str, Tensor]:
    """Put back what `training_to_bytes` saved; return the running sums, shape ().

    Raises:
        StorageError: The weights do not belong to this network.
    """
    groups: dict[str, dict[str, Tensor]] = {"model": {}, "optimizer": {}, "sum": {}, "metric": {}}
    for name, tensor in loaded_weights(data).items():
        kind, _, rest = name.partition("/")
        groups.setdefault(kind, {})[rest] = tensor
    _copy_weights(model, groups["model"])
    try:
        _load_optimizer(optimizer, groups["optimizer"])
        _load_metrics(metrics, groups["metric"])
    except (IndexError, KeyError, RuntimeError, ValueError) as error:
        raise _foreign() from error
    return groups["sum"]


def _load_metrics(metrics: Mapping[str, Kept], saved: Mapping[str, Tensor]) -> None:
    for name, metric in metrics.items():
        start = f"{name}/"
        own = {k.removeprefix(start): t for k, t in saved.items() if k.startswith(start)}
        if own:
            metric.restore(own)


def _load_optimizer(optimizer: torch.optim.Optimizer, saved: Mapping[str, Tensor]) -> None:
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    state: dict[int, dict[str, Any]] = {}
    for name, tensor in saved.items():
        index, _, key = name.partition("/")
        parameter = parameters[int(index)]
        # The same memory layout as before: kernels may round differently in another.
        same = tensor.shape == parameter.shape
        placed = torch.empty_like(parameter).copy_(tensor) if same else tensor
        state.setdefault(int(index), {})[key] = placed
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def _save(tensors: Mapping[str, Tensor]) -> bytes:
    plain = {name: t.detach().to("cpu").contiguous().clone() for name, t in tensors.items()}
    return safetensors.torch.save(plain)


def is_finite(model: nn.Module) -> bool:
    """Return whether every parameter and buffer is finite."""
    return all_finite(t.detach() for t in (*model.parameters(), *model.buffers()))


def all_finite(tensors: Iterable[Tensor]) -> bool:
    """Return whether every number of tensors of any shape is finite; waits for the device once."""
    chosen = [t for t in tensors if t.is_floating_point() and t.numel()]
    if not chosen:
        return True
    highest = torch._foreach_norm(chosen, float("inf"))
    return bool(torch.isfinite(torch.stack([value.float() for value in highest])).all())


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    """Return what an optimiser remembers, tensors of any shape."""
    return [
        value
        for state in optimizer.state.values()
        for value in state.values()
        if isinstance(value, Tensor)
    ]
