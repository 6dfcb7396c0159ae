"""Transcripts as units: what is tidied away, and whether texts come back from numbers."""

import json
import os
import time

import pytest
from tokenizers import Tokenizer
from tokenizers.models import BPE

from deepdesk.core.errors import ConfigError, DatasetError
from deepdesk.data.writing import (
    CHARACTERS,
    PIECES,
    Style,
    Survey,
    Units,
    listed,
    never_written,
)

TEXTS = ["Hello there, world.", "hello other world", "the other word", "a weather report"] * 3
KEEP = Style(small_letters=False, punctuation=True)


def surveyed(texts=TEXTS, kind=CHARACTERS, size=40, **settings):
    return Survey(kind=kind, size=size, style=Style(), **settings).of(texts)


@pytest.mark.parametrize(
    ("written", "tidy"),
    [
        ("  Two\t words\n", "two words"),
        ("Don\N{RIGHT SINGLE QUOTATION MARK}t, 'quoted'", "don't quoted"),
        ("well-known", "well known"),
        ("E\N{COMBINING ACUTE ACCENT}te\N{COMBINING ACUTE ACCENT}", "\xe9t\xe9"),
        ("a\x00b\N{RIGHT-TO-LEFT OVERRIDE}c", "abc"),
        ("\ud800x", "x"),
        ("...", ""),
        (None, ""),
        (3, ""),
    ],
)
def test_a_transcript_is_tidied_before_it_is_learned(written, tidy):
    assert Style().tidy(written) == tidy


def test_capitals_and_punctuation_are_kept_where_asked_for():
    assert KEEP.tidy("Well, yes -- Anna!") == "Well, yes -- Anna!"


def test_units_are_sorted_characters_with_the_blank_left_out():
    assert surveyed(["ba", "cab"])["units"] == [" ", "a", "b", "c"]


def test_characters_come_back_from_their_numbers():
    units = Units.from_json(surveyed())

    assert units.decoded(units.encoded("other weather")) == "other weather"


def test_a_character_that_training_never_had_is_left_out_and_counted():
    units = Units.from_json(surveyed(["ab"]))

    assert units.decoded(units.encoded("axb x")) == "ab"
    assert units.unknown("axb x") == {"x": 2}


@pytest.mark.parametrize(
    "text",
    [
        "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
        "\U0001f389 \U0001f468\u200d\U0001f467",
        "x",
    ],
)
def test_any_writing_can_be_learned(text):
    for kind in (CHARACTERS, PIECES):
        units = Units.from_json(surveyed([text] * 4, kind))

        assert units.decoded(units.encoded(text)) == text


def test_pieces_are_cut_as_the_library_cuts_them():
    learned = surveyed(kind=PIECES)
    units = Units.from_json(learned)
    mark = "\N{LOWER ONE EIGHTH BLOCK}"
    merges = [tuple(side.replace(" ", mark) for side in pair) for pair in learned["merges"]]
    names = {unit.replace(" ", mark): place for place, unit in enumerate(units.units, start=1)}
    library = Tokenizer(BPE(vocab=names, merges=merges))

    for word in ("hello", "weather", "wordhero", "therereport"):
        assert units.encoded(word) == library.encode(word).ids
        assert units.encoded(f"a {word}")[1:] == library.encode(mark + word).ids


def test_pieces_are_fewer_than_characters_and_the_same_each_time():
    learned = surveyed(kind=PIECES)
    units = Units.from_json(json.loads(json.dumps(learned)))
    text = "hello other world"

    assert len(learned["units"]) <= 40
    assert len(units.encoded(text)) < len(text)
    assert units.decoded(units.encoded(text)) == text
    assert surveyed(kind=PIECES) == learned


def test_nothing_is_learned_from_nothing():
    assert surveyed([]) == {}
    assert surveyed(["", None, "?"]) == {}
    assert len(Units.from_json({})) == 0


def test_a_text_of_ten_thousand_characters_is_no_trouble():
    text = "hello other world weather report " * 300
    start_s = time.perf_counter()
    units = Units.from_json(surveyed([text], PIECES))

    assert units.decoded(units.encoded(text.strip())) == text.strip()
    assert time.perf_counter() - start_s < 2.0


def test_the_words_of_training_are_the_list_unless_others_are_given(tmp_path):
    (tmp_path / "words.txt").write_text("Yes\nno\n")

    assert surveyed(["b a", "a"], wants_words=True)["words"] == ["a", "b"]
    assert surveyed(["b"], words="yes, no; Yes", wants_words=True)["words"] == ["yes", "no"]
    given = str(tmp_path / "words.txt")
    assert surveyed(["b"], words=given, wants_words=True)["words"] == ["yes", "no"]
    assert surveyed(["b"])["words"] == []


def test_a_list_of_words_that_is_not_there_is_a_plain_sentence():
    with pytest.raises(DatasetError, match=r"nowhere\.txt cannot be read"):
        surveyed(["b"], words="nowhere.txt", wants_words=True)


@pytest.mark.parametrize(
    "saved",
    [
        {"units": "abc"},
        {"units": ["a", "a"]},
        {"units": [""]},
        {"units": [1]},
        {"units": ["a" * 30]},
        {"units": ["a"], "merges": [["a"]]},
        {"units": ["a"], "merges": [[1, 2]]},
    ],
)
def test_a_vocabulary_that_is_not_legal_is_refused(saved):
    with pytest.raises(ConfigError):
        Units.from_json(saved)


@pytest.mark.parametrize("saved", ["abc", [1], {"a": 1}])
def test_a_list_of_words_that_is_not_legal_is_refused(saved):
    with pytest.raises(ConfigError):
        listed({"words": saved}, "words")
    assert listed({}, "words") == ()


def test_a_list_of_words_may_lie_in_a_folder_with_a_blank_in_its_name(tmp_path):
    path = tmp_path / "my words" / "all.txt"
    path.parent.mkdir()
    path.write_text("yes\n")

    assert surveyed(["b"], words=str(path), wants_words=True)["words"] == ["yes"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no word"),
        (b"\x00\x01yes", "no text"),
        (" ".join(f"w{n}" for n in range(50_001)).encode(), "50,000 are the most"),
        (b"x" * ((4 << 20) + 1), "too large"),
    ],
    ids=["empty", "binary", "endless", "huge"],
)
def test_lists_of_words_that_cannot_be_used_are_refused_with_a_remedy(tmp_path, data, words):
    path = tmp_path / "words.txt"
    path.write_bytes(data)

    with pytest.raises(DatasetError, match=words) as caught:
        surveyed(["b"], words=str(path), wants_words=True)
    assert caught.value.hint


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_list_of_words_that_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "words.txt")

    with pytest.raises(DatasetError, match="no file"):
        surveyed(["b"], words=str(tmp_path / "words.txt"), wants_words=True)


def test_words_too_long_to_be_words_are_left_out():
    assert listed({"words": ["a", "x" * 5_000]}, "words") == ("a",)
    assert surveyed(["a " + "x" * 5_000], wants_words=True)["words"] == ["a"]


def test_characters_that_no_unit_has_are_listed_the_most_frequent_first():
    learned = {"units": [" ", "a", "b", "ab"]}
    assert never_written(learned, ["ab ö", "öx", "ba"]) == ("ö", "x")
    assert never_written(learned, ["ab"]) == ()
    assert never_written({}, ["ab"]) == ()
