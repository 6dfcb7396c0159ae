"""Blocks by a few typed words."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import from_json, settings_of
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.command_line import LONGEST, parse, suggestions
from deepdesk.nn.typed_names import COMMON, names

TYPED = {
    "conv 64": ("convolution", {"channels": 64}),
    "Conv 64 k5 s2": ("convolution", {"channels": 64, "kernel": 5, "stride": 2}),
    "conv 64 5x5 /2": ("convolution", {"channels": 64, "kernel": 5, "stride": 2}),
    "conv 64 5\u00d75": ("convolution", {"channels": 64, "kernel": 5}),
    "conv 64 5 2": ("convolution", {"channels": 64, "kernel": 5, "stride": 2}),
    "conv 64 filters, kernel 5": ("convolution", {"channels": 64, "kernel": 5}),
    "conv kernel = 5 64": ("convolution", {"channels": 64, "kernel": 5}),
    "conv channels: 64 stride=2": ("convolution", {"channels": 64, "stride": 2}),
    "conv 64 no bias depthwise": (
        "convolution",
        {"channels": 64, "bias": False, "depthwise": True},
    ),
    "conv 64 bias off": ("convolution", {"channels": 64, "bias": False}),
    "conv block 32 gelu norm=group": (
        "convolution_block",
        {"channels": 32, "activation": "gelu", "norm": "group"},
    ),
    "conv block 32 no norm": ("convolution_block", {"channels": 32, "norm": "none"}),
    "linear 10": ("linear", {"features": 10}),
    "dense 1e2": ("linear", None),
    "dropout 0.3": ("dropout", {"share": 0.3}),
    "dropout 30 %": ("dropout", {"share": 0.3}),
    "drop .5": ("dropout", {"share": 0.5}),
    "relu": ("activation", {"function": "relu"}),
    "leaky relu": ("activation", {"function": "leaky_relu"}),
    "activation silu": ("activation", {"function": "silu"}),
    "residual 64 x3": ("residual_stage", {"channels": 64, "blocks": 3}),
    "residual 64 3x": ("residual_stage", {"channels": 64, "blocks": 3}),
    "transformer 4 layers 8 heads": ("transformer_encoder", {"layers": 4, "heads": 8}),
    "transformer layers 4 heads 8": ("transformer_encoder", {"layers": 4, "heads": 8}),
    "pool": ("max_pool", {}),
    "pool 3": ("max_pool", {"size": 3}),
    "max pool 2": ("max_pool", {"size": 2}),
    "gap": ("global_pool", {}),
    "pool to one maximum": ("global_pool", {"how": "maximum"}),
    "norm": ("batch_norm", {}),
    "group norm 4": ("group_norm", {"groups": 4}),
    "add": ("add", {}),
    "cat": ("concatenate", {}),
    "resnet18": ("backbone", {"name": "resnet18"}),
    "resnet-18 pretrained": ("backbone", {"name": "resnet18", "pretrained": True}),
    "resize 96x128": ("resize", {"height": 96, "width": 128}),
    "resize 96 128 px": ("resize", {"height": 96, "width": 128}),
    "input 3x32x32": ("input", {"shape": (3, 32, 32)}),
    "input 3 32 32": ("input", {"shape": (3, 32, 32)}),
    "patches 4 192 class token": (
        "patch_embedding",
        {"patch": 4, "width": 192, "class_token": True},
    ),
    "max_pool 2": ("max_pool", {"size": 2}),
}


@pytest.mark.parametrize(
    "text", [text for text, (_b, values) in TYPED.items() if values is not None]
)
def test_a_typed_line_is_understood(text):
    block, settings = TYPED[text]

    typed = parse(text)

    assert (typed.block, dict(typed.settings)) == (block, settings)


def test_attention_is_typed_with_its_heads():
    typed = parse("attention 8 heads")

    assert typed.settings == {"heads": 8}


@pytest.mark.parametrize("key", BLOCKS)
def test_every_block_is_typed_by_its_key_and_found_by_its_title(key):
    assert parse(key).block == key
    assert parse(key.replace("_", " ")).block == key
    title = BLOCKS[key].title.casefold()
    assert BLOCKS[parse(title).block].title == BLOCKS[key].title
    assert BLOCKS[suggestions(title)[0].text and parse(title).block].title == BLOCKS[key].title


@pytest.mark.parametrize("key", BLOCKS)
def test_every_setting_of_every_block_can_be_typed_by_its_key(key):
    for setting in settings_of(BLOCKS[key].config):
        value = setting.default
        if setting.kind in (int, float, bool) or setting.knob.choices:
            typed = parse(f"{key} {setting.key}={value}")

            assert typed.block == key
            assert typed.settings == {setting.key: value}


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ("konv 64", "'konv'", "conv"),
        ("liner 10", "'liner'", "linear"),
        ("conv 64 strid=2", "strid", "stride"),
        ("conv 64 blue", "'blue'", "channels"),
        ("conv block 64 gellu", "'gellu'", "gelu"),
        ("conv -4", "Channels is -4", "1 to 65536"),
        ("conv 64.5", "64.5", "whole"),
        ("dropout 3", "Share is 3", "0.95"),
        ("dropout 500%", "Share is 5", "0.95"),
        ("flatten 3", "3", "nothing to set"),
        ("conv 64 5x3", "5 \u00d7 3", "equal"),
        ("conv kernel", "Kernel has no value", "channels"),
        ("c\u043env 64", "\\u043e", "conv"),
        ("", "Nothing", "name"),
        ("x" * (LONGEST + 1), "too long", "settings"),
        ("64", "'64'", "conv"),
    ],
)
def test_what_is_not_understood_is_named_with_the_nearest_that_is(text, says, hint):
    with pytest.raises(GraphError) as caught:
        parse(text)

    assert says in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.code in ("word", "setting")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("co", "conv"),
        ("conv 64", "conv 64"),
        ("max", "maxpool"),
        ("pool 2", "pool 2"),
        ("gel", "gelu"),
        ("relo", "relu"),
        ("lin 10", "linear 10"),
        ("conv 64 k", "conv 64 k"),
    ],
)
def test_the_likeliest_line_is_suggested_first(text, first):
    assert suggestions(text)[0].text == first


def test_an_empty_line_suggests_common_blocks():
    assert [found.text for found in suggestions("")] == list(COMMON[:8])
    assert len(suggestions("", limit=3)) == 3


def test_names_that_begin_as_typed_come_before_those_with_a_word_that_does():
    found = [suggestion.text for suggestion in suggestions("norm", limit=20)]

    assert found[0] == "norm"
    assert {"layer norm", "group norm"} <= set(found[1:])


def test_a_suggestion_says_when_to_use_its_block_and_names_it_once():
    for found in suggestions("n", limit=50):
        kind = BLOCKS[parse(found.text).block]
        assert (found.summary, found.family) == (kind.summary, kind.family)
    texts = [found.title for found in suggestions("residual", limit=50)]
    assert len(set(texts)) == len(texts)


def test_suggestions_that_cannot_take_what_follows_are_left_out():
    assert "pool to one" not in {found.text.removesuffix(" 2") for found in suggestions("pool 2")}


def test_every_suggestion_is_understood_when_it_is_taken():
    for text in ("c", "re", "pool", "t", "li", "b"):
        for found in suggestions(text, limit=50):
            parse(found.text)


def test_every_name_leads_to_a_block_with_legal_settings():
    for text, name in names().items():
        typed = parse(text)
        assert typed.block == name.block
        from_json(BLOCKS[typed.block].config, dict(typed.settings))


def test_a_line_is_understood_and_suggested_within_two_milliseconds():
    lines = ["", "c", "conv 64 k5 s2", "resudal 64 x3", "zzzz", "attention 8 heads"]
    suggestions("warm")
    for line in lines:
        times = []
        for _ in range(5):
            start_s = time.perf_counter()
            suggestions(line)
            times.append(time.perf_counter() - start_s)

        assert min(times) < 0.002


@budget(max_examples=300, deadline=None)
@given(
    st.text(max_size=30)
    | st.lists(
        st.sampled_from([*sorted(names())[::7], "64", "k5", "=", "x3", "no", "5x5", "%", "-", "e"]),
        max_size=6,
    ).map(" ".join)
)
def test_any_text_is_understood_or_refused_never_a_crash(text):
    suggestions(text)
    try:
        typed = parse(text)
    except GraphError as refused:
        assert refused.message.isprintable()  # noqa: PT017 - either way is fine
        return
    from_json(BLOCKS[typed.block].config, dict(typed.settings))
    assert parse(typed.text).settings == typed.settings
