"""Cells that no spreadsheet calculates."""

import pytest

from deepdesk.core.spreadsheet import harmless, harmless_or_number


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@sum", "\t=1", "\r=1"])
def test_what_would_be_calculated_becomes_a_text(text):
    assert harmless(text) == harmless_or_number(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "cat", "12.5", "a=b", "1e-3"])
def test_words_stay_as_they_are(text):
    assert harmless(text) == harmless_or_number(text) == text


def test_a_number_with_a_sign_stays_one_where_numbers_are_meant():
    assert harmless("-12.5") == "'-12.5"
    assert harmless_or_number("-12.5") == "-12.5"
