"""The settings that every task's training shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from deepdesk.core.settings import Knob


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """How a network is trained, whatever it learns."""

    epochs: Annotated[
        int,
        Knob(
            label="Epochs",
            help="How often training sees every sample. More is slower and, up to a point, better.",
            low=1,
            high=10_000,
            more=False,
        ),
    ] = 20
    patience: Annotated[
        int,
        Knob(
            label="Stop early",
            help="Stop after this many epochs without a gain on validation; 0 never stops early.",
            unit="epochs",
            zero="off",
            low=0,
            high=1_000,
            more=False,
        ),
    ] = 0
    batch_size: Annotated[
        int,
        Knob(
            label="Batch size",
            help="Samples per step. Larger is steadier and needs more memory; 32 to 256 is usual."
            " Automatic begins there and doubles it while that makes an epoch much faster; the"
            " learning rate grows along. Few large steps may learn less than many small ones.",
            unit="samples",
            zero="automatic",
            low=0,
            high=8_192,
            group="Optimiser",
        ),
    ] = 128
    optimizer: Annotated[
        str,
        Knob(
            label="Optimiser",
            help="SGD with momentum suits convolutional networks, AdamW suits transformers.",
            choices=(("sgd", "SGD with momentum"), ("adamw", "AdamW")),
            group="Optimiser",
        ),
    ] = "sgd"
    learning_rate: Annotated[
        float,
        Knob(
            label="Learning rate",
            help="Size of a step at its highest. Too high and the loss jumps, too low and it"
            " crawls. Usual: 0.05 to 0.5 for SGD, 0.0003 to 0.003 for AdamW.",
            low=1e-7,
            high=10.0,
            scale="log",
            group="Optimiser",
        ),
    ] = 0.2
    momentum: Annotated[
        float,
        Knob(
            label="Momentum",
            help="How much of the last steps' direction is kept; 0.85 to 0.95 is usual.",
            low=0.0,
            high=0.999,
            group="Optimiser",
        ),
    ] = 0.9
    weight_decay: Annotated[
        float,
        Knob(
            label="Weight decay",
            help="Pulls weights towards zero, against learning by heart; 0.0001 to 0.05 is usual.",
            low=0.0,
            high=1.0,
            scale="log",
            group="Optimiser",
        ),
    ] = 5e-4
    schedule: Annotated[
        str,
        Knob(
            label="Schedule",
            help="How the learning rate moves: up and down once, down as a cosine, or not at all.",
            choices=(("one_cycle", "One cycle"), ("cosine", "Cosine"), ("constant", "Constant")),
            group="Optimiser",
        ),
    ] = "one_cycle"
    warm_up: Annotated[
        float,
        Knob(
            label="Warm-up",
            help="Share of the run in which the learning rate rises; 0.05 to 0.3 is usual.",
            low=0.0,
            high=0.9,
            group="Optimiser",
        ),
    ] = 0.2
    clip_norm: Annotated[
        float,
        Knob(
            label="Clip gradients",
            help="Longest gradient allowed in a step; 0 switches it off.",
            zero="off",
            low=0.0,
            high=1_000.0,
            group="Optimiser",
        ),
    ] = 0.0
    average_weights: Annotated[
        float,
        Knob(
            label="Average weights",
            help="Share of the run over which weights are averaged for the answer; 0 switches it"
            " off. The average errs less than its parts.",
            zero="off",
            low=0.0,
            high=0.5,
            group="Optimiser",
        ),
    ] = 0.03
    grow: Annotated[
        float,
        Knob(
            label="Begin small",
            help="Share of the run in which inputs are smaller and grow to their full size: the"
            " same result with less work. Has no effect on networks that take one size only, and"
            " 0 switches it off; 0.5 to 0.8 is usual.",
            zero="off",
            low=0.0,
            high=0.9,
            group="Optimiser",
        ),
    ] = 0.0
    freeze: Annotated[
        int,
        Knob(
            label="Freeze at first",
            help="For this many epochs only those blocks learn that begin anew; what was carried"
            " over from another run or is pretrained waits. Has no effect on a network that"
            " begins from nothing.",
            unit="epochs",
            zero="off",
            low=0,
            high=10_000,
            group="What was learned before",
        ),
    ] = 0
    rate_decay: Annotated[
        float,
        Knob(
            label="Calmer near the input",
            help="Each block learns at this share of the rate of the block behind it, so that"
            " what is general stays: 0.5 to 0.9 for a network that was trained before. At 1 all"
            " blocks learn at one rate.",
            low=0.05,
            high=1.0,
            group="What was learned before",
        ),
    ] = 1.0
    seed: Annotated[
        int,
        Knob(
            label="Seed",
            help="The same seed gives the same run on the same machine.",
            low=0,
            high=2**31 - 1,
            group="Optimiser",
        ),
    ] = 1
    device: Annotated[
        str,
        Knob(
            label="Device",
            help="Where to compute. Automatic takes the fastest that is there and says which.",
            choices=(
                ("auto", "Automatic"),
                ("cpu", "CPU"),
                ("cuda", "NVIDIA or AMD GPU"),
                ("mps", "Apple GPU"),
                ("xpu", "Intel GPU"),
            ),
            group="Speed",
        ),
    ] = "auto"
    precision: Annotated[
        str,
        Knob(
            label="Precision",
            help="Automatic measures and takes the faster. Half the bits are often twice as fast.",
            choices=(
                ("auto", "Automatic"),
                ("float32", "float32"),
                ("tf32", "TF32 (GPU)"),
                ("bfloat16", "bfloat16 mixed"),
                ("float16", "float16 mixed (GPU)"),
            ),
            group="Speed",
        ),
    ] = "auto"
    layout: Annotated[
        str,
        Knob(
            label="Memory order",
            help="How pictures lie in memory: the channels of a pixel side by side, or one channel"
            " after the other. Automatic measures and takes the faster.",
            choices=(
                ("auto", "Automatic"),
                ("channels_last", "Channels last"),
                ("contiguous", "Channels first"),
            ),
            group="Speed",
        ),
    ] = "auto"
    fused: Annotated[
        str,
        Knob(
            label="Fused optimiser",
            help="Updates all weights in one go instead of one after the other. Automatic measures"
            " and takes the faster.",
            choices=(("auto", "Automatic"), ("on", "On"), ("off", "Off")),
            group="Speed",
        ),
    ] = "auto"
    compiled: Annotated[
        str,
        Knob(
            label="Compile",
            help="Translates the network into code of its own (torch.compile). That takes up to"
            " minutes at the start; Automatic does it where the run is long enough to earn them"
            " back.",
            choices=(
                ("auto", "Automatic"),
                ("off", "Off"),
                ("on", "On"),
                ("graphs", "On, with CUDA graphs"),
            ),
            group="Speed",
        ),
    ] = "auto"
    kernels: Annotated[
        str,
        Knob(
            label="GPU kernels",
            help="Searched lets cuDNN time its ways and take the fastest: often quicker, but a"
            " resumed run may differ in its last bits. Automatic measures.",
            choices=(("auto", "Automatic"), ("usual", "Usual"), ("searched", "Searched")),
            group="Speed",
        ),
    ] = "auto"
    threads: Annotated[
        int,
        Knob(
            label="Threads",
            help="Processor threads; 0 measures whether one or one per core is faster now.",
            zero="automatic",
            low=0,
            high=512,
            group="Speed",
        ),
    ] = 0
    workers: Annotated[
        int,
        Knob(
            label="Workers",
            help="Processes that share every batch; on a machine with several GPUs one for each."
            " Losses are those of one process but for dropout, whose draws are each worker's own."
            " Batch norms count the whole batch. 1 trains in one process.",
            low=1,
            high=512,
            group="Speed",
        ),
    ] = 1
    isolated: Annotated[
        bool,
        Knob(
            label="Train in a process of its own",
            help="If training crashes or the system ends it, the window stays; the run goes on"
            " from its last checkpoint. Starts a few seconds later and needs about 300 MB more"
            " memory.",
            group="Safety and records",
        ),
    ] = False
    data_place: Annotated[
        str,
        Knob(
            label="Decoded samples",
            help="Where they lie from the second epoch on. Automatic puts them on a GPU where"
            " they fit well; otherwise the mapped file is as fast as memory.",
            choices=(
                ("auto", "Automatic"),
                ("mapped", "Mapped file"),
                ("memory", "Memory"),
                ("device", "Device"),
            ),
            group="Memory",
        ),
    ] = "auto"
    accumulation: Annotated[
        int,
        Knob(
            label="Parts of a batch",
            help="Works through a batch in this many parts whose gradients add up: less memory,"
            " a little slower, and without batch norm the same result. 1 takes it as a whole.",
            unit="parts",
            low=1,
            high=1_024,
            group="Memory",
        ),
    ] = 1
    checkpointing: Annotated[
        bool,
        Knob(
            label="Compute twice, keep less",
            help="Forgets what happens inside blocks and computes it again on the way back"
            " (activation checkpointing): much less memory, about a third slower.",
            group="Memory",
        ),
    ] = False
    checkpoint_s: Annotated[
        float,
        Knob(
            label="Save every",
            help="At most this much work is lost when the computer stops.",
            unit="s",
            low=0.0,
            high=86_400.0,
            group="Safety and records",
        ),
    ] = 30.0
    logs: Annotated[
        str,
        Knob(
            label="Logs for others",
            help="Also writes the curves for other programs, into the folder logs of the run:"
            " CSV for tables, TensorBoard for its viewer.",
            choices=(
                ("off", "Off"),
                ("csv", "CSV"),
                ("tensorboard", "TensorBoard"),
                ("both", "CSV and TensorBoard"),
            ),
            group="Safety and records",
        ),
    ] = "off"


# What Automatic begins with.
USUAL_BATCH = 128


def batch_of(config: TrainingConfig) -> int:
    """Return the batch size, or the one that Automatic begins with."""
    return config.batch_size or USUAL_BATCH


def part_size(config: TrainingConfig) -> int:
    """Return how many samples are worked on at once: a batch, or the largest part of one."""
    batch = batch_of(config)
    return -(-batch // min(config.accumulation, batch))


def evaluation_size(config: TrainingConfig) -> int:
    """Return how many samples are measured at once; small parts mean that memory is scarce.

    Of samples that are trained on a few at once, such as large pictures, 256 may be too much.
    """
    part = part_size(config)
    return max(part, min(256, 8 * part)) if config.accumulation == 1 else part
