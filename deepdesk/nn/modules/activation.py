"""Activations by name."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

# Nothing works in place: the activations of a network stay readable for the microscope.
_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "mish": nn.Mish,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "relu6": nn.ReLU6,
    "hardswish": nn.Hardswish,
    "hardsigmoid": nn.Hardsigmoid,
    "softplus": nn.Softplus,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "none": nn.Identity,
}


def activation(name: str) -> nn.Module:
    """Return the activation called `name`; float tensors of any shape, shape kept."""
    return _ACTIVATIONS[name]()


def softmax(rank: int) -> nn.Module:
    """Return the softmax over the channels of a vector, a sequence or a map (rank 1, 2, 3)."""
    return nn.Softmax(2 if rank == 2 else 1)
