"""Sounds with what is said in them: each usual layout, and tables that are broken."""

import sys
import unicodedata
from pathlib import Path

import pytest

from deepdesk.core.errors import DatasetError
from deepdesk.data.transcript_text import MAX_TEXT, transcript
from deepdesk.data.transcripts import TranscriptReader


def touched(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def rows(source):
    return [
        (found.path.name, found.target, found.origin, found.split)
        for found in TranscriptReader().discover(source)
    ]


def test_ljspeech_takes_the_text_in_words_and_leaves_quotation_marks_alone(tmp_path):
    touched(tmp_path / "LJ", "wavs/LJ001-0001.wav", "wavs/LJ001-0002.wav")
    (tmp_path / "LJ" / "metadata.csv").write_text(
        'LJ001-0001|In 1455 "he|In fourteen fifty-five "he\nLJ001-0002|Only this, "then.|\n'
        "LJ001-0003|gone|gone\n"
    )
    expected = [
        ("LJ001-0001.wav", 'In fourteen fifty-five "he', None, None),
        ("LJ001-0002.wav", 'Only this, "then.', None, None),
        ("LJ001-0003.wav", "gone", None, None),
    ]

    assert rows(tmp_path) == expected
    assert rows(tmp_path / "LJ" / "metadata.csv") == expected


def common_voice(folder):
    touched(folder, *(f"clips/cv_{n}.mp3" for n in range(6)), "clips/other.mp3")
    head = "client_id\tpath\tsentence\tup_votes\n"
    tables = {
        "train": "aa\tcv_0.mp3\tOne.\t2\naa\tcv_1.mp3\tTwo.\t2\n",
        "dev": 'bb\tcv_2.mp3\tHe said "no".\t2\n',
        "test": "cc\tcv_3.mp3\tFour.\t2\n",
        "validated": "aa\tcv_0.mp3\tOne.\t2\ncc\tcv_4.mp3\tFive.\t2\ndd\tcv_5.mp3\tSix.\t2\n",
        "invalidated": "ee\tother.mp3\tWrong.\t0\n",
    }
    for name, text in tables.items():
        (folder / f"{name}.tsv").write_text(head + text)


def test_common_voice_keeps_splits_and_names_each_clip_once(tmp_path):
    common_voice(tmp_path / "cv-corpus" / "de")

    found = sorted(rows(tmp_path))

    assert found == [
        ("cv_0.mp3", "One.", "aa", "train"),
        ("cv_1.mp3", "Two.", "aa", "train"),
        ("cv_2.mp3", 'He said "no".', "bb", "validation"),
        ("cv_3.mp3", "Four.", "cc", "test"),
        # Never named for a split: where its speaker is, and training for somebody new.
        ("cv_4.mp3", "Five.", "cc", "test"),
        ("cv_5.mp3", "Six.", "dd", "train"),
    ]
    for item in TranscriptReader().discover(tmp_path):
        assert item.path.is_file()


def test_one_table_of_common_voice_is_the_split_that_it_is_named_after(tmp_path):
    common_voice(tmp_path)

    assert {split for *_, split in rows(tmp_path / "dev.tsv")} == {"validation"}
    assert {split for *_, split in rows(tmp_path / "validated.tsv")} == {None}


def test_librispeech_says_speakers_and_splits(tmp_path):
    base = tmp_path / "LibriSpeech"
    for split, chapter in (
        ("train-clean-100", "19/198"),
        ("dev-clean", "84/121"),
        ("test-other", "7/3"),
    ):
        stem = chapter.replace("/", "-")
        touched(base / split / chapter, f"{stem}-0000.flac", f"{stem}-0001.flac")
        (base / split / chapter / f"{stem}.trans.txt").write_text(
            f"{stem}-0000 HELLO THERE\n{stem}-0001 YES\n"
        )
    (base / "SPEAKERS.TXT").write_text("; a table of people\n")

    found = rows(tmp_path)

    assert len(found) == 6
    assert ("19-198-0000.flac", "HELLO THERE", "19", "train") in found
    assert ("84-121-0001.flac", "YES", "84", "validation") in found
    assert ("7-3-0001.flac", "YES", "7", "test") in found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "path,transcript\nx.wav,one two\ny.wav,three\n"),
        ("a.csv", "x.wav,one two\ny.wav,three\n"),
        ("a.csv", 'sentence;audio\n"one two";x.wav\nthree;y.wav\n'),
        ("a.tsv", "x.wav\tone two\ny.wav\tthree\n"),
        ("a.tsv", 'path\ttext\nx.wav\t"one two"\ny.wav\tthree\n'),
        ("a.txt", "x|one two\ny|three\n"),
        ("a.txt", "file_name|label\nx|one two\ny|three\n"),
        ("a.csv", "\ufeffpath,Text\n\n./x.wav,  one \u00a0 two \n,\ny.wav,three\n"),
    ],
)
def test_tables_of_any_make_say_what_is_said(tmp_path, name, text):
    touched(tmp_path, "x.wav", "y.wav")
    (tmp_path / name).write_text(text)

    assert rows(tmp_path / name) == [
        ("x.wav", "one two", None, None),
        ("y.wav", "three", None, None),
    ]


def test_a_table_has_splits_and_speakers_where_it_names_them(tmp_path):
    (tmp_path / "list.csv").write_text(
        "wav,speaker,split,text\na.wav,Anna,train,one\nb.wav,,dev,two\n"
    )

    assert rows(tmp_path / "list.csv") == [
        ("a.wav", "one", "Anna", "train"),
        ("b.wav", "two", None, "validation"),
    ]


def test_a_column_of_splits_is_known_without_a_header(tmp_path):
    (tmp_path / "list.csv").write_text("a.wav,train,it is one\nb.wav,test,it is two\n")

    assert [row[1:] for row in rows(tmp_path / "list.csv")] == [
        ("it is one", None, "train"),
        ("it is two", None, "test"),
    ]


def test_a_row_without_text_is_a_sample_to_be_typed_and_one_without_sound_a_bad_one(tmp_path):
    (tmp_path / "list.csv").write_text("path,text\na.wav,\nb.wav\n,lonely words\n")

    assert rows(tmp_path / "list.csv") == [
        ("a.wav", None, None, None),
        ("b.wav", None, None, None),
        ("list.csv line 4", "lonely words", None, None),
    ]


def test_texts_beside_sounds_and_sounds_alone(tmp_path):
    touched(tmp_path, "a.wav", "b.flac", "c.mp3", "d.wav")
    (tmp_path / "a.txt").write_bytes("\ufeffGr\u00fc\u00dfe\r\n  aus Ulm\n".encode())
    (tmp_path / "b.txt").write_bytes("Gr\u00fc\u00dfe".encode("cp1252"))
    (tmp_path / "c.lab").write_text(" \n")
    (tmp_path / "d.txt").write_text("x" * 70_000)

    assert rows(tmp_path) == [
        ("a.wav", "Gr\u00fc\u00dfe aus Ulm", None, None),
        ("b.flac", "Gr\u00fc\u00dfe", None, None),
        ("c.mp3", None, None, None),
        ("d.wav", None, None, None),
    ]
    assert rows(tmp_path / "a.wav")[0][1] == "Gr\u00fc\u00dfe aus Ulm"


def test_folders_are_speakers_and_splits_above_them_are_splits(tmp_path):
    data = tmp_path / "data"
    touched(data, *(f"{s}/{p}/1.wav" for s in ("train", "test") for p in ("anna", "bert")))

    assert sorted(rows(data)) == sorted(
        ("1.wav", None, person, split) for split in ("train", "test") for person in ("anna", "bert")
    )


def test_folders_that_only_contain_are_nobody(tmp_path):
    touched(tmp_path / "data", "wavs/1.wav", "more/2.wav")

    assert {origin for _, _, origin, _ in rows(tmp_path / "data")} == {None}


@pytest.mark.parametrize(
    ("names", "speakers"),
    [
        (["anna_001.wav", "anna_002.wav", "bert_001.wav"], ["anna", "anna", "bert"]),
        (["one_anna_1.wav", "two_anna_2.wav", "one_bert_1.wav"], ["anna", "bert", "anna"]),
        (["clip_001.wav", "clip_002.wav"], [None, None]),
        (["anna_001.wav", "bert_001.wav"], [None, None]),
        (["anna_001.wav", "anna_002.wav", "hello.wav"], [None, None, None]),
        (["1_001.wav", "1_002.wav", "2_001.wav"], [None, None, None]),
    ],
)
def test_names_say_speakers_only_when_they_look_like_it(tmp_path, names, speakers):
    touched(tmp_path, *names)

    assert [origin for _, _, origin, _ in rows(tmp_path)] == speakers


def broken(folder):
    """Return tables that are refused, with words of the reason."""
    tables = {
        "zero.tsv": (b"path\ttext\na.wav\tone\nb.wav\tt\0wo\n", "line 3"),
        "huge.csv": (b'path,text\na.wav,one\nb.wav,"' + b"word,\n" * 2_000 + b'"\n', "quotation"),
        "cell.csv": (b'path,text\na.wav,"' + b"w" * 140_000 + b'"\n', "line"),
        "picture.csv": (b"a,b\n1,2\n", "no column of sounds"),
        "lone.csv": (b"a.wav\nb.wav\n", "says of no sound"),
        "binary.csv": (bytes(range(256)) * 40, "binary.csv"),
    }
    for name, (data, words) in tables.items():
        (folder / name).write_bytes(data)
        yield folder / name, words


def test_broken_tables_say_where_and_what(tmp_path):
    for table, words in broken(tmp_path):
        with pytest.raises(DatasetError) as caught:
            rows(table)
        assert words in str(caught.value), table
        assert caught.value.hint


def test_a_folder_of_sounds_is_used_although_a_table_in_it_is_about_something_else(tmp_path):
    touched(tmp_path, "a.wav")
    (tmp_path / "prices.csv").write_text("thing,price\ncat,3\n")

    assert rows(tmp_path) == [("a.wav", None, None, None)]
    (tmp_path / "a.wav").unlink()
    with pytest.raises(DatasetError, match="no column of sounds"):
        rows(tmp_path)


def test_what_does_not_fit_says_what_would(tmp_path):
    (tmp_path / "empty").mkdir()
    for source in (tmp_path / "empty", tmp_path / "gone"):
        with pytest.raises(DatasetError) as caught:
            rows(source)
        assert caught.value.hint


def test_names_in_lines_of_text_cannot_lead_elsewhere(tmp_path):
    (tmp_path / "1-2.trans.txt").write_text("1-2-0000 FINE\n../../secret WORDS\n")

    with pytest.raises(DatasetError, match="line 2"):
        rows(tmp_path / "1-2.trans.txt")


def test_text_is_composed_on_one_line_and_without_control_characters():
    decomposed = unicodedata.normalize("NFD", "Gr\u00fc\u00dfe")

    assert transcript(f"\ufeff {decomposed}\t\x07 aus\r\nUlm ") == "Gr\u00fc\u00dfe aus Ulm"
    assert transcript(" \n\u00a0") is None
    assert MAX_TEXT < 131_072  # the longest cell that the csv module reads


def test_a_table_without_its_sounds_is_found_quickly_and_lists_them(tmp_path):
    table = tmp_path / "a.txt"
    table.write_text("\n".join(f"s{n}|words {n}" for n in range(1_000)))

    found = list(TranscriptReader().discover(table))

    assert len(found) == 1_000
    assert found[7].path == Path(tmp_path / "s7")


def test_a_quotation_mark_that_is_missing_swallows_no_rows(tmp_path):
    (tmp_path / "t.csv").write_text('path,text\na.wav,"hello\nb.wav,good bye\n')

    with pytest.raises(DatasetError, match="quotation"):
        rows(tmp_path / "t.csv")
    (tmp_path / "t.csv").write_text('path,text\na.wav,"hello\nthere"\n')
    assert rows(tmp_path / "t.csv")[0][1] == "hello there"


def test_letters_that_turn_the_direction_of_writing_are_left_out():
    assert transcript("\u202egood\u202c \u2067bye\u2069") == "good bye"


def test_a_file_of_bytes_beside_a_sound_is_no_text(tmp_path):
    touched(tmp_path, "a.wav")
    (tmp_path / "a.txt").write_bytes(b"he\0llo")

    assert rows(tmp_path)[0][1] is None


def kept(source):
    """Return what a folder offers before it says what is broken in it, and that."""
    found = []
    with pytest.raises(DatasetError) as caught:
        found.extend((item.path.name, item.target) for item in TranscriptReader().discover(source))
    return found, str(caught.value)


def test_one_broken_chapter_costs_no_other(tmp_path):
    for chapter in ("1", "2", "3"):
        touched(tmp_path, f"{chapter}/0/{chapter}-0-0.flac")
        lines = f"{chapter}-0-0 FINE\n" + ("x/y BAD\n" if chapter == "2" else "")
        (tmp_path / chapter / "0" / f"{chapter}-0.trans.txt").write_text(lines)

    found, error = kept(tmp_path)

    assert found == [(f"{chapter}-0-0.flac", "FINE") for chapter in "123"]
    assert "line 2" in error


def test_a_line_without_end_beside_sounds_is_refused(tmp_path):
    for name in ("x" * 5_000, "x" * 3_000_000):
        (tmp_path / "1-2.trans.txt").write_text(name)
        with pytest.raises(DatasetError, match="line 1"):
            rows(tmp_path / "1-2.trans.txt")


def test_a_broken_table_among_sounds_is_said_and_the_sounds_are_kept(tmp_path):
    touched(tmp_path, "a.wav", "b.wav")
    (tmp_path / "t.csv").write_bytes(b"path,text\na.wav,o\0ne\n")

    found, error = kept(tmp_path)

    assert found == [("a.wav", None), ("b.wav", None)]
    assert "t.csv" in error


def test_rows_before_a_broken_one_are_kept(tmp_path):
    touched(tmp_path, "a.wav")
    rest = "a.wav,x\n" * 30
    (tmp_path / "t.csv").write_text(f"path,text\na.wav,one\n{rest}a.wav,z\0ero\n")

    found, error = kept(tmp_path)

    assert len(found) == 31
    assert "line 33" in error


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_that_leads_to_itself_costs_no_other_sound(tmp_path):
    touched(tmp_path, "a.wav")
    (tmp_path / "loop.wav").symlink_to("loop.wav")

    assert [name for name, *_ in rows(tmp_path)] == ["a.wav", "loop.wav"]


def test_vctk_has_its_texts_in_a_folder_beside_that_of_the_sounds(tmp_path):
    place = tmp_path / "VCTK-Corpus"
    touched(place, "wav48/p225/p225_001.wav", "wav48/p226/p226_001.wav", "wav48/p226/p226_002.wav")
    for name in ("p225/p225_001", "p226/p226_001"):
        text = place / "txt" / f"{name}.txt"
        text.parent.mkdir(parents=True)
        text.write_text(f"This is {name[-3:]}.\n")

    assert rows(place) == [
        ("p225_001.wav", "This is 001.", "p225", None),
        ("p226_001.wav", "This is 001.", "p226", None),
        ("p226_002.wav", None, "p226", None),
    ]


def test_both_microphones_of_vctk_have_the_same_text(tmp_path):
    touched(tmp_path, *(f"wav48_silence_trimmed/p1/p1_001_mic{n}.flac" for n in (1, 2)))
    (tmp_path / "txt" / "p1").mkdir(parents=True)
    (tmp_path / "txt" / "p1" / "p1_001.txt").write_text("Please call Stella.")

    assert [row[1] for row in rows(tmp_path)] == ["Please call Stella."] * 2
