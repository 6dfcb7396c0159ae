"""Where sounds begin and end, cutting, and taking takes into the index."""

import numpy as np
import pytest

from deepdesk.data.keeping import keep_take
from deepdesk.data.sound_edges import (
    as_16_bits,
    equal_pieces,
    from_16_bits,
    peaks_of,
    sound_edges,
)
from deepdesk.project.folder import Project
from deepdesk.project.index import Filter
from deepdesk.project.recordings import About

RATE_HZ = 8_000


def tone(start_s, end_s, length_s, noise=1e-3):
    samples_T = np.random.default_rng(5).normal(0.0, noise, round(length_s * RATE_HZ))
    at = np.arange(round(start_s * RATE_HZ), round(end_s * RATE_HZ))
    samples_T[at] += 0.5 * np.sin(at)
    return samples_T.astype(np.float32)


@pytest.fixture
def project(tmp_path):
    with Project.create(tmp_path / "p", name="P", task="audio_classification") as project:
        yield project


def splits_of(index):
    return [sample.split for sample in index.samples(index.ids(Filter()))]


def test_edges_lie_a_tenth_of_a_second_around_the_sound():
    assert sound_edges(tone(0.7, 1.5, 3.0), RATE_HZ) == pytest.approx((0.6, 1.6), abs=0.011)
    assert sound_edges(tone(0.0, 3.0, 3.0), RATE_HZ) == (0.0, 3.0)


def test_where_nothing_stands_out_the_whole_is_kept():
    noise = tone(0.0, 0.0, 2.0, noise=0.1)

    assert sound_edges(noise, RATE_HZ) == (0.0, 2.0)
    assert sound_edges(np.zeros(RATE_HZ, np.float32), RATE_HZ) == (0.0, 1.0)
    assert sound_edges(np.zeros(0, np.float32), RATE_HZ) == (0.0, 0.0)


def test_pieces_are_equal_and_a_short_rest_is_left_out():
    sound = np.arange(10, dtype=np.float32)

    assert [len(piece) for piece in equal_pieces(sound, 1, 4.0)] == [4, 4, 2]
    assert [len(piece) for piece in equal_pieces(sound[:9], 1, 4.0)] == [4, 4]
    assert [len(piece) for piece in equal_pieces(sound[:1], 1, 4.0)] == [1]


def test_16_bits_come_back_within_half_a_step():
    samples_T = np.linspace(-1, 1, 999, dtype=np.float32)

    assert np.abs(from_16_bits(as_16_bits(samples_T)) - samples_T).max() <= 0.5 / 32767 + 1e-7


def test_peaks_are_the_extremes_of_stretches():
    samples_T = np.random.default_rng(2).normal(size=1000).astype(np.float32)

    peaks = peaks_of(samples_T, 10)

    expected = [(part.min(), part.max()) for part in samples_T.reshape(10, 100)]
    assert peaks == [(float(low), float(high)) for low, high in expected]
    assert peaks_of(samples_T[:0], 10) == []


def test_takes_one_by_one_fill_all_splits_of_their_class(project):
    with project.index() as index:
        for _ in range(20):
            keep_take(index, project.path, About(label="yes"), (tone(0, 0.1, 0.2), RATE_HZ))

        # 0.7, 0.15 and 0.15 of 20.
        assert index.split_counts() == {"train": 14, "validation": 3, "test": 3}
        assert splits_of(index)[:5] == ["train", "train", "validation", "train", "test"]


def test_a_speaker_stays_on_one_side_where_all_others_do(project):
    def take(speaker):
        about = About(label="yes", speaker=speaker)
        return keep_take(index, project.path, about, (tone(0, 0.1, 0.2), RATE_HZ))

    with project.index() as index:
        for speaker, split in (("anna", "train"), ("bob", "test"), ("cleo", "train")):
            ids = [int(take(speaker).ids[0]) for _ in "ab"]
            index.set_split(np.array(ids), split)
        for speaker in ("anna", "bob", "cleo", "dora"):
            for _ in range(4):
                take(speaker)

        sides = {(sample.origin, sample.split) for sample in index.samples(index.ids(Filter()))}
        assert sides == {("anna", "train"), ("bob", "test"), ("cleo", "train"), ("dora", "train")}


def test_a_sentence_becomes_the_target_and_the_speaker_the_origin(project):
    about = About(sentence="Two plus nine is eleven.", speaker="anna")
    with project.index() as index:
        kept = keep_take(index, project.path, about, (tone(0, 0.1, 0.2), RATE_HZ))

        sample = index.sample(int(kept.ids[0]))
        assert (sample.target, sample.origin, sample.label) == (about.sentence, "anna", None)


def test_taking_away_leaves_the_index_as_it_was(project):
    with project.index() as index:
        index.add_class("no")
        about = About(label="room", piece_s=0.5)
        kept = keep_take(index, project.path, about, (tone(0, 3, 3.0), RATE_HZ))
        assert len(kept.ids) == 6

        kept.taking_away(index)

        assert index.count() == 0
        assert [row.name for row in index.classes()] == ["no"]
    assert all(path.exists() for path in kept.paths)
