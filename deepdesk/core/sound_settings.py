"""Settings that every task shares that takes sounds."""

from __future__ import annotations

from typing import Annotated

from deepdesk.core.settings import Knob

SampleRate = Annotated[
    int,
    Knob(
        label="Sample rate",
        help="Samples per second that the network hears; pitches up to half of it are kept."
        " 16000 is enough for speech.",
        unit="Hz",
        choices=(
            (0, "Automatic"),
            *((hz, str(hz)) for hz in (8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000)),
        ),
        group="Sounds",
    ),
]
LoudnessChange = Annotated[
    bool,
    Knob(
        label="Loudness",
        help="Makes sounds up to 6 dB quieter or louder.",
        group="Augmentation",
    ),
]
AddedNoise = Annotated[
    bool,
    Knob(
        label="Noise",
        help="Adds hiss, from inaudible to clearly audible.",
        group="Augmentation",
    ),
]
ToneChange = Annotated[
    bool,
    Knob(
        label="Tone",
        help="Makes some pitches up to 12 dB quieter or louder, as other rooms and microphones do.",
        group="Augmentation",
    ),
]
RoomEchoes = Annotated[
    bool,
    Knob(
        label="Room",
        help="Lets most sounds echo as in rooms, from dry to half a second long. For what"
        " is recorded close and later heard from afar.",
        group="Augmentation",
    ),
]
Gaps = Annotated[
    bool,
    Knob(
        label="Gaps",
        help="Takes a stretch of time and two bands of pitch out, so that no single one decides.",
        group="Augmentation",
    ),
]
