"""Counts, sizes and verdicts in words."""

from __future__ import annotations

import re

import pytest

from deepdesk.nn.block import shape_text
from deepdesk.ui.plots.figures import THIN
from deepdesk.ui.tabs.architecture.words import (
    count_text,
    flop_text,
    memory_of_text,
    memory_text,
    overlay_share,
    overlay_text,
)
from tests.ui.architecture_drawings import GB, drawing, skip_graph, survey

SCALES = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "B": 1e9, "T": 1e12}


def read_back(text):
    """Return the number that a text stands for."""
    number, _, unit = text.partition(THIN)
    return float(number) * SCALES[unit.removesuffix("FLOP")]


@pytest.mark.parametrize("count", [0, 7, 932, 999, 1000, 94_762, 999_600, 1_646_122, 7_100_000_000])
def test_a_count_is_right_to_three_digits(count):
    assert read_back(count_text(count)) == pytest.approx(count, rel=5e-3)
    assert read_back(flop_text(count)) == pytest.approx(count, rel=5e-3)
    assert len(re.sub(r"\D", "", count_text(count))) <= 4


def test_the_unit_changes_where_rounding_would_show_a_thousand():
    assert count_text(999_600) == f"1{THIN}M"
    assert flop_text(999_999_999) == f"1{THIN}GFLOP"


def test_memory_counts_as_the_line_about_the_machine_does():
    assert memory_text(3 * GB // 2) == f"1.5{THIN}GB"
    assert memory_text(5000) == f"4.88{THIN}kB"
    assert memory_of_text(GB + GB // 10, 24 * GB) == f"1.1 of 24{THIN}GB"
    assert memory_of_text(1000, 24 * GB) == f"0.01 of 24{THIN}GB"


def test_memory_of_an_unknown_machine_stands_alone():
    assert memory_of_text(3 * GB, 0) == f"3{THIN}GB"


def test_a_network_that_fits_says_what_it_gives_from_what():
    expected = f"Valid: gives 10 classes from {shape_text((3, 32, 32))}"

    assert drawing().verdict == expected


def test_before_there_is_data_the_verdict_says_what_it_waits_for():
    made = drawing(given=survey(waiting="data is there"))

    assert made.verdict.endswith(", until data is there")


def test_a_network_that_does_not_fit_says_why_and_what_to_do():
    verdict = drawing(skip_graph()).verdict

    assert verdict.startswith("Not valid. Add takes equal shapes")
    assert "Put a convolution" in verdict


def test_the_input_has_no_share_and_no_figure():
    made = drawing()

    assert {overlay_text(made.cards[0], o) for o in ("shapes", "parameters", "memory")} == {"input"}
    assert overlay_share(made.cards[0], "parameters", made.total) == 0.0


def test_what_is_not_known_has_no_figure():
    made = drawing(skip_graph())

    assert overlay_text(made.card("add"), "shapes") == ""
    assert overlay_share(made.card("stem"), "parameters", made.total) == 0.0
