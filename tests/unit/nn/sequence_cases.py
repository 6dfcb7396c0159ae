"""Settings and inputs of the blocks for texts, sequences and sounds: legal ones, and refused."""

from __future__ import annotations

from typing import Any

Case = tuple[str, dict[str, Any], tuple[tuple[int, ...], ...]]
Refused = tuple[str, dict[str, Any], tuple[tuple[int, ...], ...], str]

SEQUENCE_CASES: list[Case] = [
    ("embedding", {"vocabulary": 7, "width": 5}, ((9,),)),
    ("positions", {"kind": "learned"}, ((9, 5),)),
    *(("positions", {"kind": "sinusoidal", "dropout": 0.1}, ((9, width),)) for width in (4, 5, 1)),
    *(
        (key, {"width": 5, "layers": n, "bidirectional": both, "last": last}, ((9, 4),))
        for key in ("lstm", "gru")
        for n, both, last in [
            (1, False, False),
            (2, True, False),
            (1, True, True),
            (3, False, True),
        ]
    ),
    *(
        ("attention", {"heads": 2, "shortcut": shortcut, "causal": causal}, shapes)
        for shapes in [((9, 8),), ((8, 3, 5),), ((9, 8), (4, 6)), ((8, 3, 5), (4, 6))]
        for shortcut, causal in [(True, False), (False, True)]
    ),
    ("attention", {"heads": 2, "rotary": True}, ((9, 8),)),
    ("transformer_encoder", {"heads": 2, "layers": 2, "causal": True}, ((5, 8),)),
    ("transformer_encoder", {"heads": 2, "layers": 1, "rotary": True}, ((5, 8),)),
    ("transformer_decoder", {"heads": 2, "layers": 2}, ((5, 8),)),
    ("transformer_decoder", {"heads": 2, "layers": 2, "dropout": 0.1}, ((5, 8), (11, 6))),
    ("conformer", {"layers": 2, "heads": 2, "kernel": 3}, ((5, 8),)),
    ("conformer", {"layers": 1, "heads": 2, "kernel": 8, "causal": True}, ((5, 8),)),
    *(
        ("convolutional_recurrent", {"channels": 4, "levels": n, "halved": h, "width": 6}, (shape,))
        for n, h, shape in [(1, 0, (1, 7, 9)), (3, 2, (2, 13, 21)), (4, 8, (3, 1, 1))]
    ),
    *(
        ("sequence_pool", {"how": how}, ((9, 5),))
        for how in ("last", "average", "maximum", "attention")
    ),
    ("token_head", {"classes": 7}, ((9, 5),)),
    ("token_head", {"classes": 7, "norm": False, "dropout": 0.1}, ((9, 5),)),
    ("spectrogram", {}, ((16_000,),)),
    ("spectrogram", {"scale": "slaney", "bands": 40}, ((2, 5_001),)),
    ("spectrogram", {"rate_hz": 11_025, "window_ms": 25.0, "bands": 20}, ((139,),)),
    *(("mfcc", {"coefficients": 4, "slopes": n}, ((2, 6, 9),)) for n in (0, 1, 2)),
    ("mfcc", {"coefficients": 5, "slopes": 2}, ((1, 5, 1),)),
    *(("pcen", {"share": share}, ((2, 5, columns),)) for share, columns in [(0.1, 300), (1.0, 1)]),
    *(("band_norm", {"deviation": both}, ((2, 5, 9),)) for both in (False, True)),
]

SEQUENCE_REFUSED: list[Refused] = [
    ("embedding", {}, ((4, 8),), "layout"),
    ("embedding", {"vocabulary": 1}, ((4,),), "setting"),
    ("positions", {}, ((8,),), "layout"),
    ("lstm", {}, ((8,),), "layout"),
    ("gru", {}, ((65_537, 1),), "too_large"),
    ("attention", {}, ((8,),), "layout"),
    ("attention", {"heads": 3}, ((9, 8),), "divide"),
    ("attention", {"heads": 3}, ((8, 3, 3),), "divide"),
    ("attention", {"rotary": True, "heads": 3}, ((5, 9),), "odd_head"),
    ("attention", {}, ((8, 200, 200),), "too_large"),
    ("attention", {}, ((5, 8), (20_000, 8)), "too_large"),
    ("attention", {}, ((5, 8), (5, 8), (5, 8)), "too_many_inputs"),
    ("transformer_encoder", {"rotary": True, "heads": 8}, ((5, 8),), "odd_head"),
    ("transformer_decoder", {}, ((8, 3, 3),), "layout"),
    ("transformer_decoder", {"heads": 3}, ((5, 8),), "divide"),
    ("transformer_decoder", {}, ((5, 8), (20_000, 8)), "too_large"),
    ("conformer", {}, ((8,),), "layout"),
    ("conformer", {"heads": 3}, ((5, 8),), "divide"),
    ("conformer", {"heads": 8}, ((5, 8),), "odd_head"),
    ("conformer", {}, ((20_000, 8),), "too_large"),
    ("convolutional_recurrent", {}, ((9, 8),), "layout"),
    ("convolutional_recurrent", {"channels": 1024, "levels": 8}, ((1, 9, 8),), "too_large"),
    ("convolutional_recurrent", {"levels": 8}, ((3, 65_536, 65_536),), "too_large"),
    ("convolutional_recurrent", {"levels": 8, "halved": 0}, ((1, 1, 600_000),), "too_large"),
    (
        "convolutional_recurrent",
        {"channels": 512, "levels": 8, "halved": 0},
        ((1, 1, 65_536),),
        "too_large",
    ),
    ("sequence_pool", {}, ((8, 3, 3),), "layout"),
    ("token_head", {}, ((8,),), "layout"),
    ("spectrogram", {}, ((1, 9, 9),), "layout"),
    ("spectrogram", {}, ((200,),), "too_small"),
    ("spectrogram", {}, ((16_000, 1),), "sound_channels"),
    ("spectrogram", {"low_hz": 9_000.0}, ((16_000,),), "pitch_range"),
    ("spectrogram", {"high_hz": 9_000.0}, ((16_000,),), "pitch_range"),
    ("spectrogram", {"bands": 512}, ((16_000,),), "empty_band"),
    ("mfcc", {"coefficients": 7}, ((1, 6, 9),), "too_many"),
    *((key, {}, ((9, 40),), "layout") for key in ("mfcc", "pcen", "band_norm")),
]
