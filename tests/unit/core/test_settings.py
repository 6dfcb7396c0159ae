"""Settings: one field is the form, the flag, the bounds and the file."""

from dataclasses import dataclass, replace
from typing import Annotated

import pytest

from deepdesk.core.errors import ConfigError
from deepdesk.core.settings import (
    Knob,
    bounds_text,
    changed_keys,
    check,
    from_json,
    parse,
    settings_of,
    to_json,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    depth: Annotated[int, Knob(label="Depth", low=1, high=8)] = 2
    rate: Annotated[float, Knob(label="Rate", low=0.0, unit="Hz")] = 0.5
    kind: Annotated[str, Knob(label="Kind", choices=(("a", "First"), ("b", "Second")))] = "a"
    on: Annotated[bool, Knob(label="On")] = True
    names: Annotated[tuple[str, ...], Knob(label="Names")] = ()


SETTINGS = {s.key: s for s in settings_of(Sample)}


def test_settings_come_in_declaration_order():
    assert list(SETTINGS) == ["depth", "rate", "kind", "on", "names"]


def test_json_round_trip_gives_the_same_config():
    config = Sample(depth=3, rate=0.25, kind="b", on=False, names=("x", "y"))

    assert from_json(Sample, to_json(config)) == config


def test_left_out_keys_keep_their_defaults():
    assert from_json(Sample, {"depth": 4}) == replace(Sample(), depth=4)


@pytest.mark.parametrize(
    ("values", "key", "part"),
    [
        ({"depth": 9}, "depth", "1 to 8"),
        ({"depth": 0}, "depth", "1 to 8"),
        ({"depth": 2.5}, "depth", "whole number"),
        ({"depth": True}, "depth", "whole number"),
        ({"rate": -0.1}, "rate", "0 Hz or more"),
        ({"rate": float("nan")}, "rate", "0 Hz or more"),
        ({"rate": "fast"}, "rate", "a number"),
        ({"kind": "c"}, "kind", "a, b"),
        ({"on": 1}, "on", "on or off"),
        ({"names": "x"}, "names", "a list"),
        ({"width": 3}, "width", "depth"),
    ],
)
def test_an_illegal_value_names_the_key_and_what_is_allowed(values, key, part):
    with pytest.raises(ConfigError) as caught:
        from_json(Sample, values)

    assert caught.value.key == key
    assert part in str(caught.value)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("depth", "3", 3),
        ("rate", "1e-3", 0.001),
        ("kind", "b", "b"),
        ("on", "off", False),
        ("on", "Yes", True),
        ("names", "x, y", ("x", "y")),
    ],
)
def test_text_from_a_command_line_is_parsed_by_type(key, text, value):
    assert parse(SETTINGS[key], text) == value


@pytest.mark.parametrize(("key", "text"), [("depth", "three"), ("on", "perhaps"), ("rate", "")])
def test_text_that_is_no_value_is_refused(key, text):
    with pytest.raises(ConfigError):
        parse(SETTINGS[key], text)


def test_changed_keys_compare_with_defaults_or_with_a_base():
    changed = Sample(depth=5, on=False)

    assert changed_keys(changed) == ("depth", "on")
    assert changed_keys(changed, Sample(depth=5)) == ("on",)


def test_a_field_without_a_knob_is_a_bug_of_ours():
    @dataclass(frozen=True)
    class Bare:
        depth: int = 1

    with pytest.raises(TypeError, match="Knob"):
        settings_of(Bare)


def test_bounds_are_said_in_words():
    assert bounds_text(Knob(label="x", high=3)) == "at most 3"
    assert bounds_text(Knob(label="x")) == ""
    assert check(Sample()) == Sample()
