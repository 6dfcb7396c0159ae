"""Takes on the disk: growing, found again, kept under safe names."""

import json
import os
import wave

import pytest

from deepdesk.core.errors import BadSampleError, DatasetError, StorageError
from deepdesk.project import habits, sentences
from deepdesk.project.habits import Habits
from deepdesk.project.recordings import (
    About,
    GrowingTake,
    discard,
    keep,
    read_take,
    safe_name,
    unkept_takes,
    wav_header,
)
from tests.faults.calls import Fault, between

SAMPLES = bytes(range(200)) * 40
RATE_HZ = 8_000


def grown(project, about=None):
    take = GrowingTake(project, RATE_HZ, about or About(label="yes"))
    take.write(SAMPLES)
    return take


def test_a_take_that_was_never_closed_is_found_with_all_that_was_written(tmp_path):
    about = About(label="a/b", speaker="Zoë", sentence="One, two.", piece_s=1.5)
    take = grown(tmp_path, about)

    [found] = unkept_takes(tmp_path)

    assert found.path == take.path
    assert (found.about, found.rate_hz) == (about, RATE_HZ)
    assert found.length_s == len(SAMPLES) / 2 / RATE_HZ
    assert read_take(found.path) == (SAMPLES, RATE_HZ)
    take.close()


def test_a_closed_take_is_a_sound_for_every_other_program(tmp_path):
    take = grown(tmp_path)
    take.close()

    with wave.open(str(take.path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE_HZ)
        assert file.readframes(10**6) == SAMPLES


@pytest.mark.parametrize("about", [b"", b"{", b"[1]", b'{"label": 3, "piece_s": "x"}'])
def test_a_take_whose_card_is_damaged_is_still_offered(tmp_path, about):
    take = grown(tmp_path)
    take.close()
    take.path.with_suffix(".json").write_bytes(about)

    [found] = unkept_takes(tmp_path)

    assert found.about == About()


def test_half_a_sample_at_the_end_is_left_out(tmp_path):
    take = grown(tmp_path)
    take.write(b"\x01")
    take.close()

    assert read_take(take.path)[0] == SAMPLES


def test_slips_are_deleted_and_foreign_files_left_alone(tmp_path):
    GrowingTake(tmp_path, RATE_HZ, About()).close()
    foreign = tmp_path / "recordings" / "unkept" / "music.wav"
    foreign.write_bytes(b"RIFF" + bytes(100))

    assert unkept_takes(tmp_path) == []
    assert [path.name for path in foreign.parent.glob("*.wav")] == ["music.wav"]
    assert not list(foreign.parent.glob("*.json"))


def test_a_discarded_take_leaves_nothing(tmp_path):
    take = grown(tmp_path)
    take.close()
    discard(take.path)
    discard(take.path)

    assert list((tmp_path / "recordings" / "unkept").iterdir()) == []


def test_takes_are_numbered_and_never_written_over(tmp_path):
    paths = [keep(tmp_path, About(label="Yes", speaker="Al B."), SAMPLES, RATE_HZ) for _ in "abc"]
    paths[0].unlink()
    paths.append(keep(tmp_path, About(label="Yes", speaker="Al B."), SAMPLES, RATE_HZ))

    assert [path.name for path in paths] == [f"Yes_Al-B_{n}.wav" for n in (1, 2, 3, 4)]
    assert paths[3].read_bytes() == wav_header(len(SAMPLES), RATE_HZ) + SAMPLES
    assert paths[3].parent == tmp_path / "recordings" / "Yes"


def test_a_sentence_is_named_by_its_first_words_in_the_folder_of_its_speaker(tmp_path):
    about = About(sentence="Put the milk back into the fridge, please.", speaker="bob")

    path = keep(tmp_path, about, SAMPLES, RATE_HZ)

    assert path.relative_to(tmp_path / "recordings").as_posix() == (
        "bob/Put-the-milk-back-into-the_bob_1.wav"
    )


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "a/b\\c:d*e?", "x" * 200, "ü" * 200, "con", "LPT1", " . ", "unkept"],
)
def test_names_of_any_kind_become_files_inside_the_project(tmp_path, name):
    path = keep(tmp_path, About(label=name, speaker=name), SAMPLES, RATE_HZ)

    assert path.resolve().is_relative_to((tmp_path / "recordings").resolve())
    assert path.parent.parent == tmp_path / "recordings"
    assert path.parent.name not in ("unkept", "con", "LPT1", "..", ".")
    assert len(path.name.encode()) <= 255


def test_a_safe_name_has_neither_blanks_nor_underscores():
    assert safe_name("up_and  down", "x") == "up-and-down"
    assert safe_name("数字", "x") == "数字"
    assert safe_name("", "x") == "x"


@pytest.mark.parametrize("at", range(1, 20))
def test_a_full_disk_while_growing_is_said_and_what_was_written_stays(tmp_path, at):
    (tmp_path / "recordings" / "unkept").mkdir(parents=True)
    written, take, said = 0, None, None
    with between(Fault(at, "ENOSPC", lasting=True)):
        try:
            take = GrowingTake(tmp_path, RATE_HZ, About(label="yes"))
            for _ in range(20):
                take.write(SAMPLES)
                written += len(SAMPLES)
        except StorageError as error:
            said = error
        if take is not None:
            take.close()

    assert said is not None
    assert "full" in said.message
    found = unkept_takes(tmp_path)
    assert sum(one.length_s for one in found) >= written / 2 / RATE_HZ


@pytest.mark.parametrize("at", range(1, 12))
def test_a_full_disk_while_keeping_leaves_no_file_behind(tmp_path, at):
    said = None
    with between(Fault(at, "ENOSPC", lasting=True)):
        try:
            keep(tmp_path, About(label="yes"), SAMPLES, RATE_HZ)
        except StorageError as error:
            said = error

    left = [path.stat().st_size for path in (tmp_path / "recordings").rglob("*.wav*")]
    assert left == ([] if said else [len(SAMPLES) + 44])


def test_choices_are_kept_and_damaged_ones_count_as_not_made(home, monkeypatch):
    monkeypatch.setenv("DEEPDESK_HOME", str(home))
    assert habits.load() == Habits()
    mine = Habits(microphone="ALSA/x", speaker="Zoë", counts_down=False, length_s=2.0)
    habits.save(mine)
    assert habits.load() == mine
    (home / "recording.json").write_text(json.dumps({"speaker": 3, "in_a_row": True}))
    assert habits.load() == Habits(in_a_row=True)


def test_the_bundled_sentences_are_forty_different_short_ones():
    bundled = sentences.bundled_sentences()

    assert len(bundled) == 40
    assert all(10 < len(sentence) < 60 for sentence in bundled)


def test_a_list_of_sentences_is_kept_in_its_project(tmp_path):
    assert sentences.load(tmp_path) == sentences.bundled_sentences()
    sentences.save(tmp_path, ["One.", "Two."])
    assert sentences.load(tmp_path) == ["One.", "Two."]
    sentences.save(tmp_path, [])
    assert sentences.load(tmp_path) == sentences.bundled_sentences()
    (tmp_path / "recordings" / "sentences.json").write_bytes(b"\xff\x00")
    assert sentences.load(tmp_path) == sentences.bundled_sentences()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "\ufeffOne,  two.\n\n\tThree.\nOne, two.\n"),
        ("a.csv", 'id,Sentence\n1,"One, two."\n2,Three.\n'),
        ("a.tsv", "1\tOne, two.\n2\tThree.\n"),
        ("a.csv", "x;One, two.\ny;Three.\n"),
    ],
)
def test_sentences_are_read_from_texts_and_tables(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")

    assert sentences.sentences_in(tmp_path / name) == ["One, two.", "Three."]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\x00\x01\x02\x00", b"RIFF\x00\x00WAVE"])
def test_a_file_without_sentences_is_refused_in_plain_words(tmp_path, data):
    (tmp_path / "a.txt").write_bytes(data)

    with pytest.raises(DatasetError, match="has no sentences"):
        sentences.sentences_in(tmp_path / "a.txt")


def test_long_lines_and_endless_lists_are_cut():
    text = "\n".join([f"{n} " + "x" * 1000 for n in range(11_000)])

    found = sentences.sentences_of(text)

    assert (len(found), max(map(len, found))) == (10_000, 400)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_file_among_takes_is_not_waited_for(tmp_path):
    folder = tmp_path / "recordings" / "unkept"
    folder.mkdir(parents=True)
    os.mkfifo(folder / "pipe.wav")
    (folder / "folder.wav").mkdir()
    (folder / "loop.wav").symlink_to("loop.wav")
    (folder / "device.wav").symlink_to("/dev/zero")

    assert unkept_takes(tmp_path) == []
    with pytest.raises(BadSampleError):
        read_take(folder / "pipe.wav")


@pytest.mark.parametrize(
    "values",
    [
        {"label": "a\ud800", "piece_s": 1e308},
        {"label": "a\0\x1b", "piece_s": 0.01},
        {"label": "a", "piece_s": "5", "speaker": ["x"], "sentence": {}},
    ],
)
def test_a_card_of_a_take_that_says_nonsense_is_believed_where_it_can_be(tmp_path, values):
    folder = tmp_path / "recordings" / "unkept"
    folder.mkdir(parents=True)
    (folder / "a.wav").write_bytes(wav_header(0, RATE_HZ) + SAMPLES)
    (folder / "a.json").write_text(json.dumps(values))

    (take,) = unkept_takes(tmp_path)

    assert take.about == About(label="a")


def test_a_take_that_no_recording_can_be_is_not_read_into_memory(tmp_path):
    path = tmp_path / "a.wav"
    with path.open("wb") as file:
        file.write(wav_header(0, RATE_HZ))
        file.truncate(2 << 30)

    with pytest.raises(BadSampleError, match=r"Import it from .*a\.wav"):
        read_take(path)
