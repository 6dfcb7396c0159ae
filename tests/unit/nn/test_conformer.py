"""The conformer against its formulas, written place by place in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from deepdesk.core import settings
from deepdesk.nn.build import module_of
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.initial import draw

WIDTH, PLACES = 8, 6


def made(**values: Any) -> nn.Module:
    config = settings.from_json(BLOCKS["conformer"].config, values)
    module = module_of("conformer", config, ((PLACES, WIDTH),)).to_empty(device="cpu")
    draw(module, torch.Generator().manual_seed(3))
    return module.eval()


def loud(module: nn.Module) -> nn.Module:
    """Give every number a value of its own, so that nothing can be forgotten."""
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if tensor.is_floating_point():
                tensor.add_(torch.rand(tensor.shape, generator=generator) * 0.5)
                assert tensor.isfinite().all(), name
    return module


def sounds(count: int = 2) -> torch.Tensor:
    return torch.randn(count, PLACES, WIDTH, generator=torch.Generator().manual_seed(1))


class Formulas:
    """One layer, from its weights, as the paper writes it."""

    def __init__(self, layer: nn.Module, kernel: int, heads: int, *, is_causal: bool) -> None:
        self.weights = {k: v.double().numpy() for k, v in layer.state_dict().items()}
        self.kernel, self.heads, self.is_causal = kernel, heads, is_causal

    def norm(self, x: np.ndarray, name: str) -> np.ndarray:
        spread = x - x.mean(1, keepdims=True)
        spread = spread / np.sqrt((spread**2).mean(1, keepdims=True) + 1e-5)
        return spread * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def linear(self, x: np.ndarray, name: str) -> np.ndarray:
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def half(self, x: np.ndarray, name: str) -> np.ndarray:
        inner = self.linear(self.norm(x, f"{name}.norm"), f"{name}.widen")
        return 0.5 * self.linear(inner / (1 + np.exp(-inner)), f"{name}.narrow")

    def turned(self, x: np.ndarray) -> np.ndarray:
        half = x.shape[1] // 2
        points = x[:, :half] + 1j * x[:, half:]
        angles = np.arange(len(x))[:, None] * 10_000.0 ** -(np.arange(half) / half)
        turned = points * np.exp(1j * angles)
        return np.concatenate([turned.real, turned.imag], 1)

    def attention(self, x: np.ndarray) -> np.ndarray:
        every = self.linear(self.norm(x, "attention_norm"), "attention.queries_keys_values")
        parts = every.reshape(PLACES, 3, self.heads, -1)
        mixed = []
        for head in range(self.heads):
            queries, keys = (self.turned(parts[:, at, head]) for at in (0, 1))
            scores = queries @ keys.T / np.sqrt(queries.shape[1])
            if self.is_causal:
                scores[np.triu_indices(PLACES, 1)] = -np.inf
            shares = np.exp(scores - scores.max(1, keepdims=True))
            mixed.append(shares / shares.sum(1, keepdims=True) @ parts[:, 2, head])
        return self.linear(np.concatenate(mixed, 1), "attention.output")

    def filters(self, x: np.ndarray) -> np.ndarray:
        both = self.linear(self.norm(x, "filters.norm"), "filters.gate")
        gated = both[:, :WIDTH] / (1 + np.exp(-both[:, WIDTH:]))
        first = -(self.kernel - 1) if self.is_causal else -((self.kernel - 1) // 2)
        near = np.zeros_like(gated)
        for place in range(PLACES):
            for tap in range(self.kernel):
                if 0 <= place + first + tap < PLACES:
                    weight = self.weights["filters.filters.weight"][:, 0, tap]
                    near[place] += weight * gated[place + first + tap]
        mean, variance, weight, bias = (
            self.weights[f"filters.filter_norm.{name}"]
            for name in ("running_mean", "running_var", "weight", "bias")
        )
        near = (near - mean) / np.sqrt(variance + 1e-5) * weight + bias
        return self.linear(near / (1 + np.exp(-near)), "filters.mix")

    def __call__(self, x: np.ndarray) -> np.ndarray:
        x = x + self.half(x, "first")
        x = x + self.attention(x)
        x = x + self.filters(x)
        return self.norm(x + self.half(x, "second"), "norm")


@pytest.mark.parametrize(
    ("kernel", "is_causal"), [(3, False), (4, False), (3, True), (15, False), (15, True)]
)
def test_a_layer_is_what_the_paper_writes(kernel, is_causal):
    module = loud(made(layers=2, heads=2, kernel=kernel, causal=is_causal))
    x = sounds()

    said = module(x).detach().numpy()

    expected = x[1].double().numpy()
    for layer in module:
        expected = Formulas(layer, kernel, 2, is_causal=is_causal)(expected)
    assert np.allclose(said[1], expected, atol=2e-5)


def test_a_causal_one_sees_nothing_that_comes_later():
    module = loud(made(layers=2, heads=2, kernel=3, causal=True))
    x = sounds()
    later = x.clone()
    later[:, 4:, 0] += 1  # of all alike the norm would take it off again

    assert torch.equal(module(x)[:, :4], module(later)[:, :4])
    assert not torch.allclose(module(x)[:, 4:], module(later)[:, 4:])


def test_an_unlimited_one_sees_both_ways():
    module = loud(made(layers=1, heads=2, kernel=3))
    x = sounds().requires_grad_()

    module(x)[0, 3].sum().backward()

    assert (x.grad[0].abs().sum(1) > 0).all()
    assert not x.grad[1].any()


def test_dropout_changes_answers_while_training_alone():
    module = made(layers=1, heads=2, kernel=3, dropout=0.5)
    x = sounds()
    still = module(x)

    assert torch.equal(still, module(x))
    module.train()
    assert not torch.allclose(module(x), module(x))
