"""The settings that only transcription has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from deepdesk.core.settings import Knob
from deepdesk.core.sound_settings import (
    AddedNoise,
    Gaps,
    LoudnessChange,
    RoomEchoes,
    SampleRate,
    ToneChange,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings that only this task has."""

    longest_s: Annotated[
        float,
        Knob(
            label="Longest sound",
            help="Longer ones are left out, because a transcript cannot be cut. Time and memory"
            " grow with it. Automatic takes 2.5 times the usual length.",
            unit="s",
            choices=(
                (0.0, "Automatic"),
                *((s, f"{s:g}") for s in (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0)),
                *((s, f"{s:g}") for s in (8.0, 10.0, 12.0, 15.0, 20.0, 30.0)),
            ),
            group="Sounds",
        ),
    ] = 0.0
    rate_hz: SampleRate = 0
    trim: Annotated[
        bool,
        Knob(
            label="Trim silence",
            help="Leaves out what is 40 dB quieter than the loudest moment, at both ends.",
            group="Sounds",
        ),
    ] = True
    level: Annotated[
        bool,
        Knob(label="Even loudness", help="Makes all sounds equally loud.", group="Sounds"),
    ] = True
    written_in: Annotated[
        str,
        Knob(
            label="Written in",
            help="Characters need the least data and can write any word. Pieces, which are learned"
            " from the transcripts, make long texts of many hours better.",
            choices=(("characters", "Characters"), ("pieces", "Pieces of words")),
            group="Writing",
        ),
    ] = "characters"
    pieces: Annotated[
        int,
        Knob(
            label="Pieces",
            help="How many pieces are learned at most, single characters included; 100 to 2000 is"
            " usual. Has an effect on pieces alone.",
            low=10,
            high=10_000,
            scale="log",
            group="Writing",
        ),
    ] = 300
    letters: Annotated[
        str,
        Knob(
            label="Capitals",
            help="They cannot be heard: small letters are easier to learn. Keep them where the"
            " answer needs them.",
            choices=(("small", "Small letters"), ("keep", "Keep")),
            group="Writing",
        ),
    ] = "small"
    punctuation: Annotated[
        bool,
        Knob(
            label="Punctuation",
            help="Learns commas and other signs too. They can hardly be heard, and count as errors"
            " where they are wrong.",
            group="Writing",
        ),
    ] = False
    speed: Annotated[
        bool,
        Knob(
            label="Speed",
            help="Plays sounds up to 12 % slower or faster, and lower or higher with it.",
            group="Augmentation",
        ),
    ] = True
    loudness: LoudnessChange = True
    noise: AddedNoise = True
    tone: ToneChange = True
    room: RoomEchoes = False
    mask: Gaps = False
    decoding: Annotated[
        str,
        Knob(
            label="Search",
            help="Greedy takes the best letter of each moment, at once. Beam follows several"
            " texts and takes the likeliest: a little better, and slower.",
            choices=(("greedy", "Greedy"), ("beam", "Beam")),
            group="Answers",
        ),
    ] = "greedy"
    beam_width: Annotated[
        int,
        Knob(
            label="Beam width",
            help="How many texts are followed at once; 8 to 64 is usual. Has an effect on beam"
            " search and on lists of words.",
            low=2,
            high=512,
            scale="log",
            group="Answers",
        ),
    ] = 16
    word_list: Annotated[
        str,
        Knob(
            label="List of words",
            help="Answers prefer the words of a list, or are made of nothing else. It is found"
            " with beam search.",
            choices=(
                ("off", "Off"),
                ("prefer", "Prefer these words"),
                ("only", "Only these words"),
            ),
            group="Answers",
        ),
    ] = "off"
    words: Annotated[
        str,
        Knob(
            label="Words",
            help="The list: words with blanks between, or the path of a text file with them."
            " Empty for all words of the training transcripts.",
            empty="Empty: words of training",
            group="Answers",
        ),
    ] = ""
