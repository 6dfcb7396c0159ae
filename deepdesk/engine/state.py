"""Everything of a run that changes while it trains, to bytes and back, bit for bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from deepdesk.core.errors import StorageError
from deepdesk.core.task import Metric


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
    metrics: Mapping[str, Metric],
) -> bytes:
    """Return the trained weights, optimiser state and running sums, shape (), as safetensors."""
    tensors = {f"model/{name}": t for name, t in model.state_dict().items()}
    for index, state in optimizer.state_dict()["state"].items():
        for name, value in state.items():
            if isinstance(value, Tensor):
                tensors[f"optimizer/{index}/{name}"] = value
    tensors |= {f"sum/{name}": t for name, t in sums.items()}
    for name, metric in metrics.items():
        tensors |= {f"metric/{name}/{key}": t for key, t in metric.state().items()}
    return _save(tensors)


def load_training(
    data: bytes,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    metrics: Mapping[str, Metric],
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


def _load_metrics(metrics: Mapping[str, Metric], saved: Mapping[str, Tensor]) -> None:
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
    """Return whether every parameter is finite."""
    return all(bool(torch.isfinite(p).all()) for p in model.parameters())
