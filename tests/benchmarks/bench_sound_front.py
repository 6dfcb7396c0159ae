"""How many times faster than real time sounds are augmented and become features, on one thread.

CPU time of a batch of 64 sounds of two seconds at 16 kHz; the fastest of several rounds.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from deepdesk.core.chance import Draws
from deepdesk.data.augment_sound import SoundAugmentation, augment_sounds, placed
from deepdesk.nn.build import build
from deepdesk.nn.graph import Contract, Node
from deepdesk.nn.presets import chain
from deepdesk.nn.shapes import shapes_of

RATE_HZ, SECONDS, BATCH, ROUNDS = 16_000, 2.0, 64, 7
SAMPLES = round(RATE_HZ * SECONDS)
PARTS = {
    "shift": {"shift": True},
    "shift and speed": {"shift": True, "speed": 0.15},
    "loudness": {"loudness_db": 6.0},
    "noise": {"noise_db": -30.0},
    "tone": {"tone_db": 12.0},
    "gaps": {"mask": 0.15},
    "room": {"room_s": 0.6},
}
AFTER = {
    "log-mel": (),
    "cepstrum": (Node("mfcc", "mfcc", {"slopes": 2}),),
    "automatic gain": (Node("pcen", "pcen"),),
    "band norm": (Node("even", "band_norm"),),
}


def main() -> dict[str, object]:
    """Return seconds of sound for each second of one core, by part."""
    torch.set_num_threads(1)
    sounds = torch.randn(BATCH, SAMPLES) * 0.1
    lengths = torch.full((BATCH,), SAMPLES // 2)
    usual = {name: value for part in PARTS.values() for name, value in part.items()}
    without_room = usual | {"room_s": 0.0}
    figures = {name: real_time(augmenting(sounds, lengths, part)) for name, part in PARTS.items()}
    figures["all but room"] = real_time(augmenting(sounds, lengths, without_room))
    figures["all"] = real_time(augmenting(sounds, lengths, usual))
    nets = {name: front(*after) for name, after in AFTER.items()}
    features = {name: real_time(lambda net=net: net(sounds)) for name, net in nets.items()}
    both = {name: round(1 / (1 / figures["all"] + 1 / factor)) for name, factor in features.items()}
    return {
        "augmentation_times_real_time": figures,
        "front_end_times_real_time": features,
        "both_times_real_time": both,
    }


def front(*after: Node) -> nn.Module:
    """Return a front end as the networks on offer have it: (N, samples) to a normed map."""
    settings = {"rate_hz": RATE_HZ, "bands": 48, "window_ms": 44.0, "step_ms": 22.0, "low_hz": 40}
    graph = chain(
        "front",
        Node("sound", "input", {"shape": (SAMPLES,)}),
        Node("map", "spectrogram", settings),
        *after,
        Node("levels", "batch_norm"),
    )
    shape = shapes_of(graph)["levels"]
    return build(graph, Contract(inputs={"sound": (SAMPLES,)}, outputs={"map": shape}))


def augmenting(
    sounds: torch.Tensor, lengths: torch.Tensor, part: dict[str, float]
) -> Callable[[], object]:
    """Return a call that augments a batch, (N, T)."""
    how = SoundAugmentation(rate_hz=RATE_HZ, **part)
    draws = Draws(1, 0, np.arange(len(sounds)))
    is_placed = bool(how.shift or how.speed)

    def call() -> torch.Tensor:
        found = placed(sounds, lengths, draws, how) if is_placed else sounds
        return augment_sounds(found, draws, how)

    return call


def real_time(call: Callable[[], object]) -> float:
    """Return how many seconds of sound a second of processor time is enough for."""
    call()
    times = []
    with torch.no_grad():
        for _ in range(ROUNDS):
            start_s = time.process_time()
            call()
            times.append(time.process_time() - start_s)
    return round(BATCH * SECONDS / min(times))
