"""Activations by name."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

# Nothing works in place: the activations of a network stay readable for the microscope.
_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "leaky_relu": nn.LeakyReLU,
    "hardswish": nn.Hardswish,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "none": nn.Identity,
}


def activation(name: str) -> nn.Module:
    """Return the activation called `name`; float tensors of any shape, shape kept."""
    return _ACTIVATIONS[name]()
