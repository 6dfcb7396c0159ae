"""What can be chosen of the way a run computes: one small object each, in a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch

from deepdesk.engine.compute import Compute
from deepdesk.engine.settings import TrainingConfig

# A gain below this is noise; what is usual is then the safer choice.
WORTH_IT = 1.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What decides which ways there are.

    Attributes:
        compute: As chosen so far.
        training: As asked for.
        cores: Of the processor.
        has_pictures: Whether a weight of the network has four axes.
    """

    compute: Compute
    training: TrainingConfig
    cores: int = 1
    has_pictures: bool = True

    @property
    def device(self) -> str:
        """Return the type of the device."""
        return self.compute.device.type


def _always(_situation: Situation) -> bool:
    return True


def _nothing(_situation: Situation) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One value of a lever.

    Attributes:
        value: Of the setting and of the field of `Compute`.
        words: For people.
        hindrance: Returns why it cannot be tried here, "" where it can.
    """

    value: Any
    words: str
    hindrance: Callable[[Situation], str] = _nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One thing that can be chosen; its key is that of the setting and of the field of `Compute`.

    Attributes:
        what: For people.
        ways: Returns the ways, the plain one first.
        usual: Returns the value that is taken when nothing is measured.
        concerns: Whether there is anything to choose here.
        is_shared: Whether what other programs do counts, so that real time is measured.
    """

    key: str
    what: str
    ways: Callable[[Situation], tuple[Way, ...]]
    usual: Callable[[Situation], Any]
    concerns: Callable[[Situation], bool] = _always
    is_shared: bool = False

    def asked(self, training: TrainingConfig) -> Any | None:
        """Return the value that a person pinned, None where it is left open."""
        value = getattr(training, self.key)
        return None if value in ("auto", 0) else value

    def applied(self, compute: Compute, value: Any) -> Compute:
        """Return `compute` with this value."""
        return replace(compute, **{self.key: value})


def _only_on_cuda(situation: Situation) -> str:
    return "" if situation.device == "cuda" else "Only GPUs that work with CUDA have it."


def _half(situation: Situation) -> str:
    if situation.device != "cuda" or torch.cuda.is_bf16_supported(including_emulation=False):
        return ""
    return "This GPU only imitates it."


def _fused(situation: Situation) -> str:
    known = ("cpu", "cuda", "mps", "xpu")
    return "" if situation.device in known else "This device has none."


def _one_or_all(situation: Situation) -> tuple[Way, ...]:
    if situation.device != "cpu" or situation.cores == 1:
        return (Way(value=situation.cores, words=str(situation.cores)),)
    return Way(value=1, words="1"), Way(value=situation.cores, words=str(situation.cores))


def _fixed(*ways: Way) -> Callable[[Situation], tuple[Way, ...]]:
    return lambda _situation: ways


def _usually(value: Any) -> Callable[[Situation], Any]:
    return lambda _situation: value


PRECISION = Lever(
    key="precision",
    what="Precision",
    ways=_fixed(
        Way(value="float32", words="float32"),
        Way(value="tf32", words="TF32", hindrance=_only_on_cuda),
        Way(value="bfloat16", words="bfloat16", hindrance=_half),
        Way(value="float16", words="float16", hindrance=_only_on_cuda),
    ),
    usual=_usually("float32"),
)
LAYOUT = Lever(
    key="layout",
    what="Memory order",
    ways=_fixed(
        Way(value="contiguous", words="channels first"),
        Way(value="channels_last", words="channels last"),
    ),
    usual=_usually("channels_last"),
    concerns=lambda situation: situation.has_pictures,
)
FUSED = Lever(
    key="fused",
    what="Optimiser",
    ways=_fixed(
        Way(value="off", words="plain"),
        Way(value="on", words="fused", hindrance=_fused),
    ),
    usual=lambda situation: "off" if _fused(situation) else "on",
)
KERNELS = Lever(
    key="kernels",
    what="GPU kernels",
    ways=_fixed(Way(value="usual", words="usual"), Way(value="searched", words="searched")),
    usual=_usually("usual"),
    concerns=lambda situation: situation.device == "cuda" and situation.has_pictures,
)
# Threads that work in step wait for the one that another program holds up, and two can be five
# times as slow as one: so they are measured in real time, with whatever else runs now.
THREADS = Lever(
    key="threads",
    what="Threads",
    ways=_one_or_all,
    usual=lambda situation: situation.cores if situation.device != "cpu" else 1,
    is_shared=True,
)
LEVERS: tuple[Lever, ...] = (PRECISION, LAYOUT, FUSED, KERNELS, THREADS)
