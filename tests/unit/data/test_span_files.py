"""Events as files for other programs."""

from __future__ import annotations

import csv
import io

import pytest

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.payloads import Span
from deepdesk.data.span_files import audacity_text, csv_text, srt_text, write_spans

SPANS = (
    Span(start_s=0.5, end_s=1.25, label="dog", score=0.98765),
    Span(start_s=3725.0404, end_s=3726.9996, label="cat", score=1.0),
)


def named(label):
    return (Span(start_s=1.0, end_s=2.0, label=label, score=0.5),)


def test_csv_is_exactly_this():
    assert csv_text(SPANS) == (
        "start_s,end_s,label,score\r\n0.500,1.250,dog,0.9877\r\n3725.040,3727.000,cat,1.0000\r\n"
    )


def test_audacity_labels_are_exactly_this():
    assert audacity_text(SPANS) == ("0.500000\t1.250000\tdog\n3725.040400\t3726.999600\tcat\n")


def test_srt_is_exactly_this():
    assert srt_text(SPANS) == (
        "1\n00:00:00,500 --> 00:00:01,250\ndog\n\n2\n01:02:05,040 --> 01:02:07,000\ncat\n"
    )


def test_nothing_is_a_file_without_events():
    assert csv_text(()) == "start_s,end_s,label,score\r\n"
    assert audacity_text(()) == ""
    assert srt_text(()) == ""


@pytest.mark.parametrize("label", ["a\tb", "a\nb", "a\r\n\r\nb", "a\u2028b", "a\0b"])
def test_a_name_never_breaks_a_line_or_a_column(label):
    assert audacity_text(named(label)) == "1.000000\t2.000000\ta b\n"
    assert srt_text(named(label)).splitlines() == [
        "1",
        "00:00:01,000 --> 00:00:02,000",
        "a b",
    ]
    assert list(csv.reader(io.StringIO(csv_text(named(label)))))[1][2] == "a b"


def test_commas_and_quotes_come_back_out_of_the_csv():
    (_head, row) = csv.reader(io.StringIO(csv_text(named('bark, "loud"'))))

    assert row == ["1.000", "2.000", 'bark, "loud"', "0.5000"]


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_name_is_a_formula(label):
    (_head, row) = csv.reader(io.StringIO(csv_text(named(label))))

    assert row[2] == f"'{label}"


def test_words_cannot_pretend_to_be_times():
    text = srt_text(named("00:00:09,000 --> 00:00:10,000"))

    assert text.count("-->") == 1


def test_an_empty_name_leaves_no_empty_line():
    assert srt_text(named(" \n ")).splitlines()[2] == "-"


@pytest.mark.parametrize(
    ("name", "start"), [("a.csv", b"\xef\xbb\xbfstart_s"), ("a.TXT", b"0.5"), ("a.srt", b"1\n")]
)
def test_the_ending_says_the_format(tmp_path, name, start):
    write_spans(SPANS, tmp_path / name)

    assert (tmp_path / name).read_bytes().startswith(start)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [name]


def test_another_ending_is_refused_with_those_that_are_known(tmp_path):
    with pytest.raises(DeepDeskError, match=r"\.xlsx.*\.csv, \.txt or \.srt"):
        write_spans(SPANS, tmp_path / "events.xlsx")


def test_half_a_letter_in_a_name_becomes_a_space(tmp_path):
    write_spans(named("a\udc80b"), tmp_path / "a.txt")

    assert (tmp_path / "a.txt").read_text() == "1.000000\t2.000000\ta b\n"
