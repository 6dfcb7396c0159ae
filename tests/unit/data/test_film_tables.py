"""Answers to the pictures of a film as a table."""

import csv

from deepdesk.core.payloads import LabelScores, Number, Text
from deepdesk.data.film_tables import HEADS, FilmAnswer, film_table


def rows(*answers):
    told = [FilmAnswer(number=n, at_s=n / 25, answer=answer) for n, answer in enumerate(answers)]
    return list(csv.reader(film_table(told).splitlines()))


def test_classes_have_a_line_a_picture_with_the_likeliest_one():
    found = rows(LabelScores(scores=(("cat", 0.75), ("dog", 0.25))), LabelScores(scores=()))

    assert found == [list(HEADS), ["0", "0.000", "cat", "0.750000", ""]]


def test_numbers_have_a_line_each_with_their_unit():
    answer = Number(values={"steering": (-0.25, ""), "speed": (30.0, "km/h")})

    assert rows(Number(), answer)[1:] == [
        ["1", "0.040", "steering", "-0.25", ""],
        ["1", "0.040", "speed", "30", "km/h"],
    ]


def test_names_are_never_taken_for_formulas():
    assert rows(LabelScores(scores=(("=SUM(A1)", 1.0),)))[1][2] == "'=SUM(A1)"
    assert rows(Text(text="@here"))[1][2] == "'@here"
