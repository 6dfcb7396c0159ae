"""Cutting long recordings: where, and what becomes of the samples of a project."""

import itertools

import numpy as np
import pytest
import soundfile

from deepdesk.core.errors import ConfigError, StorageError
from deepdesk.core.events import Result
from deepdesk.core.task import Found
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.data import cutting_work
from deepdesk.data.cutting import STEP_S, Cutting, cut, loudness_of
from deepdesk.data.cutting_work import cut_work, undo_cut
from deepdesk.project.folder import Project

RATE_HZ = 8_000


def calls(seconds=12.0, every_s=3.0, rate_hz=RATE_HZ):
    """Return a tone that pauses for 0.4 s at the end of each `every_s`."""
    times_s = np.arange(round(seconds * rate_hz)) / rate_hz
    tone = 0.4 * np.sin(2 * np.pi * 500 * times_s)
    return np.where(times_s % every_s > every_s - 0.4, 0.0, tone).astype(np.float32)


def written(path, samples, rate_hz=RATE_HZ, **options):
    soundfile.write(path, samples, rate_hz, **options)
    return path


def spans_of(samples, **settings):
    path_length_s = len(samples) / RATE_HZ
    step = round(STEP_S * RATE_HZ)
    powers = np.square(samples[: len(samples) // step * step].reshape(-1, step)).mean(1)
    return cut(10 * np.log10(powers + 1e-12), path_length_s, Cutting(**settings))


def test_regular_pieces_are_equally_long_and_overlap_as_asked():
    assert spans_of(calls(), at="regular", piece_s=5.0) == ((0, 5), (5, 10), (10, 12))
    assert spans_of(calls(), at="regular", piece_s=5.0, shortest_s=3.0) == ((0, 5), (5, 10))
    assert spans_of(calls(), at="regular", piece_s=4.0, overlap_s=1.0) == (
        (0, 4),
        (3, 7),
        (6, 10),
        (9, 12),
    )


def test_pieces_end_in_pauses_and_are_never_too_long():
    spans = spans_of(calls(24.0), piece_s=4.0)

    ends = [end_s for _, end_s in spans[:-1]]
    assert [round(end_s % 3.0, 2) > 2.6 or end_s % 3.0 < 0.05 for end_s in ends] == [True] * 7
    assert all(start == end for (_, end), (start, _) in itertools.pairwise(spans))
    assert max(end - start for start, end in spans) <= 4.0
    assert (spans[0][0], spans[-1][1]) == (0.0, 24.0)


@pytest.mark.parametrize("length_s", [0.0, 0.03, 0.5, 7.7, 100.0])
@pytest.mark.parametrize("at", ["pauses", "regular"])
@pytest.mark.parametrize("overlap_s", [0.0, 0.4, 1.0])
def test_pieces_cover_everything_but_a_short_rest(length_s, at, overlap_s):
    settings = Cutting(piece_s=2.0, at=at, overlap_s=overlap_s, shortest_s=0.3)
    loudness = np.random.default_rng(0).normal(-30, 9, round(length_s / STEP_S))

    spans = cut(loudness.astype(np.float32), length_s, settings)

    covered_s = 0.0
    for start_s, end_s in spans:
        assert start_s <= covered_s + 1e-9
        assert end_s - start_s + 1e-9 >= 0.3
        assert end_s - start_s <= 2.0 + 1e-9
        covered_s = end_s
    assert length_s - covered_s < 0.3 + 1e-9


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("overlap_s", {"piece_s": 2.0, "overlap_s": 1.5}),
        ("shortest_s", {"piece_s": 2.0, "shortest_s": 3.0}),
        ("piece_s", {"piece_s": 0.0}),
        ("at", {"at": "whenever"}),
    ],
)
def test_settings_that_do_not_go_together_say_which(key, values):
    with pytest.raises(ConfigError) as caught:
        cut(np.zeros(100, dtype=np.float32), 5.0, Cutting(**values))

    assert caught.value.key == key


def test_loudness_is_measured_in_steps(tmp_path):
    path = written(tmp_path / "a.wav", np.concatenate([calls(1.0, 9.0), np.zeros(4_000)]))

    loudness = loudness_of(path, StopToken())

    assert len(loudness) == 30
    assert loudness[5:15].mean() == pytest.approx(20 * np.log10(0.4 / np.sqrt(2)), abs=0.1)
    assert loudness[25] == pytest.approx(-120.0, abs=0.1)
    stop = StopToken()
    stop.stop()
    with pytest.raises(StoppedError):
        loudness_of(path, stop)


@pytest.fixture
def project(tmp_path):
    """Return a project with a long stereo recording of a class and a short one."""
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    stereo = np.stack([calls(), 0.5 * calls()], 1)
    written(sounds / "lecture.wav", stereo, subtype="PCM_24")
    written(sounds / "short.wav", calls(1.0))
    found = [
        Found(path=sounds / "lecture.wav", label="talk", split="test", origin="Anna"),
        Found(path=sounds / "short.wav", label="talk"),
    ]
    path = tmp_path / "p.deepdesk"
    with Project.create(path, name="p", task="audio_classification") as made, made.index() as index:
        index.add(found, source=str(sounds))
    return tmp_path / "p.deepdesk"


def report_of(work, stop=None):
    events = []
    try:
        work(events.append, stop or StopToken())
    except StoppedError:
        events.append("stopped")
    return next(event.value for event in events if isinstance(event, Result)), events


def samples_in(path):
    with Project.open(path) as project, project.index() as index:
        return index.samples(index.ids())


def test_pieces_take_the_place_of_a_recording_and_undo_brings_it_back(project):
    original = samples_in(project)[0]
    before = original.path.read_bytes()

    # What was removed is forgotten when a project is closed.
    opened = Project.open(project)
    report, _ = report_of(cut_work(project, [original.id], Cutting(piece_s=4.0)))

    short, *cut_pieces = samples_in(project)
    assert short.path.name == "short.wav"
    assert (report.cut, report.pieces, len(cut_pieces)) == (1, 4, 4)
    assert report.sentence == "Cut 1 recording into 4 pieces"
    for piece in cut_pieces:
        assert (piece.label, piece.split, piece.origin) == ("talk", "test", "Anna")
        assert piece.fixed_split
        assert piece.path.is_relative_to(project / "pieces")
        assert soundfile.info(piece.path).channels == 2
    assert original.path.read_bytes() == before
    joined = np.concatenate([soundfile.read(piece.path)[0] for piece in cut_pieces])
    np.testing.assert_allclose(joined, soundfile.read(original.path)[0], atol=2e-5)

    with opened.index() as index:
        undo_cut(index, report)
    assert [sample.path.name for sample in samples_in(project)] == ["lecture.wav", "short.wav"]
    again, _ = report_of(cut_work(project, [original.id], Cutting(piece_s=4.0)))
    assert again.pieces == 4
    opened.close()


def test_pieces_of_one_recording_stay_together_where_nobody_said_whose_they_are(project):
    short = samples_in(project)[1]

    report_of(cut_work(project, [short.id], Cutting(piece_s=0.5, shortest_s=0.2, at="regular")))

    cut_pieces = samples_in(project)[1:]
    assert len(cut_pieces) == 2
    assert {(piece.origin, piece.split) for piece in cut_pieces} == {("short", short.split)}
    assert not any(piece.fixed_split for piece in cut_pieces)


def test_silent_pieces_are_left_out_and_counted(project, tmp_path):
    samples = np.concatenate([calls(4.0, 9.0), np.zeros(8 * RATE_HZ)])
    written(tmp_path / "sounds" / "lecture.wav", samples)

    report, _ = report_of(cut_work(project, [1], Cutting(piece_s=4.0, at="regular")))

    assert (report.pieces, report.silent) == (1, 2)


def test_what_cannot_be_cut_stays_and_is_named(project, tmp_path):
    (tmp_path / "sounds" / "short.wav").write_bytes(b"no sound")
    with Project.open(project) as opened, opened.index() as index:
        index.set_target([1], "what was said")

    report, _ = report_of(cut_work(project, [1, 2], Cutting()))

    assert report.cut == 0
    assert [name for name, _ in report.refused] == ["lecture.wav", "short.wav"]
    assert "transcript" in report.refused[0][1]
    assert len(samples_in(project)) == 2


def test_too_many_pieces_are_refused_before_one_is_written(project, monkeypatch):
    monkeypatch.setattr(cutting_work, "MAX_PIECES", 3)

    report, _ = report_of(cut_work(project, [1], Cutting(piece_s=2.0)))

    assert "pieces" in report.refused[0][1]
    assert not list(project.glob("pieces/*/*"))


def test_stopping_keeps_what_is_cut_whole(project, monkeypatch):
    stop = StopToken()
    write = cutting_work.write_bytes

    def write_two(path, data):
        write(path, data)
        if len(list(path.parent.iterdir())) == 2:
            stop.stop()

    monkeypatch.setattr(cutting_work, "write_bytes", write_two)

    report, events = report_of(cut_work(project, [1], Cutting(piece_s=2.0)), stop)

    assert events[-1] == "stopped"
    assert (report.cut, report.pieces) == (0, 0)
    assert len(samples_in(project)) == 2


def test_recordings_that_last_longer_are_found(project):
    with Project.open(project) as opened, opened.index() as index:
        from deepdesk.data.sounds import sound_facts

        index.record_facts((s.id, sound_facts(s.path)) for s in index.samples(index.ids()))
        assert index.longer_than(5.0).tolist() == [1]
        assert index.longer_than(60.0).tolist() == []


def pieces_of(project):
    return sorted(path.name for path in (project / "pieces").rglob("*") if path.is_file())


def test_pieces_of_an_undone_cut_stay_for_a_redo_and_go_when_the_project_is_opened_anew(project):
    opened = Project.open(project)
    report, _ = report_of(cut_work(project, [1], Cutting(piece_s=4.0)))
    with opened.index() as index:
        undo_cut(index, report)
        names = [name for name in pieces_of(project) if name.endswith(".flac")]
        assert len(names) == 4
    kept = next((project / "pieces").iterdir()) / "notes of somebody.flac"
    kept.write_bytes(b"mine")
    opened.close()

    Project.open(project).close()

    assert pieces_of(project) == ["notes of somebody.flac"]
    kept.unlink()


def test_pieces_that_a_redo_brought_back_stay(project):
    opened = Project.open(project)
    report, _ = report_of(cut_work(project, [1], Cutting(piece_s=4.0)))
    with opened.index() as index:
        changes = undo_cut(index, report)
        for change in reversed(changes):
            index.undo(change)
    opened.close()

    Project.open(project).close()

    assert len(pieces_of(project)) == 4
    assert all(sample.path.exists() for sample in samples_in(project))


def test_a_mark_behind_a_link_deletes_nothing(project, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    piece = elsewhere / "song 00000.00-00004.00.flac"
    for path in (piece, elsewhere / ".undone"):
        path.write_bytes(b"x")
    (project / "pieces").mkdir()
    (project / "pieces" / "song-12345678").symlink_to(elsewhere, target_is_directory=True)

    Project.open(project).close()

    assert piece.exists()


def test_a_cut_that_fails_in_the_middle_leaves_no_piece(project, monkeypatch):
    write, count = cutting_work.write_bytes, []

    def full(path, data):
        count.append(path)
        if len(count) == 3:
            raise StorageError("The disk is full.")
        write(path, data)

    monkeypatch.setattr(cutting_work, "write_bytes", full)
    with pytest.raises(StorageError):
        report_of(cut_work(project, [1], Cutting(piece_s=4.0)))

    assert pieces_of(project) == []
    assert len(samples_in(project)) == 2
