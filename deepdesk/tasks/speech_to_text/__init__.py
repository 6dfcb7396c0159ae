"""Speech to text: write down what is said. The light half."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdesk.core.answering import Answering
from deepdesk.core.payloads import Audio, Text
from deepdesk.core.task import DataFacts, Dial, Reader, TaskSpec
from deepdesk.tasks.speech_to_text.config import Config

if TYPE_CHECKING:
    from deepdesk.core.task import Task

__all__ = ["SPEC", "Config"]


def _reader() -> Reader:
    from deepdesk.data.transcripts import TranscriptReader

    return TranscriptReader()


def _load() -> Callable[[Any, DataFacts], Task]:
    from deepdesk.tasks.speech_to_text.task import SpeechToText

    return SpeechToText


def _sample(folder: Path) -> Path:
    from deepdesk.tasks.speech_to_text.sample import write_synthetic_morse

    return write_synthetic_morse(folder)


def _survey(config: Config, targets: Iterable[Any]) -> Mapping[str, Any]:
    from deepdesk.data.writing import Style, Survey

    return Survey(
        kind=config.written_in,
        size=config.pieces,
        style=Style(small_letters=config.letters == "small", punctuation=config.punctuation),
        words=config.words,
        wants_words=config.word_list != "off",
    ).of(targets)


_TRAINING = {
    "optimizer": "adamw",
    "learning_rate": 0.003,
    "weight_decay": 0.01,
    "clip_norm": 1.0,
    "batch_size": 32,
}

SPEC = TaskSpec(
    key="speech_to_text",
    title="Speech to text",
    card="Speech",
    summary="Write down what is said",
    group="Sound",
    icon="speech",
    order=20,
    config=Config,
    takes=Audio,
    gives=Text,
    reader=_reader,
    load=_load,
    dials={
        # Small steps find out of writing nothing, where every network begins, with few samples.
        "quick": Dial(
            architecture="Filters and memory, small",
            training={**_TRAINING, "batch_size": 16, "epochs": 40},
        ),
        "balanced": Dial(architecture="Filters and memory", training={**_TRAINING, "epochs": 30}),
        "best": Dial(
            architecture="Filters and memory",
            training={**_TRAINING, "epochs": 90},
            task={"mask": True, "decoding": "beam"},
        ),
    },
    sample=_sample,
    sample_name="Synthetic Morse code",
    paper="https://arxiv.org/abs/1512.02595",
    survey=_survey,
    answering=Answering(
        settings=("decoding", "beam_width", "word_list", "words"), learned=("words",)
    ),
)
