"""A look into networks that hear: waves, spectrograms the right way up, and samples as pictures."""

from __future__ import annotations

import numpy as np
import pytest

from deepdesk.insight.pictures import MOST_NUMBERS, seen_of
from deepdesk.insight.sounds import as_wave, pitches_in, sample_picture, upright, waves_in
from deepdesk.nn.graph import Edge, Graph, Node
from deepdesk.nn.presets import small_cnn
from deepdesk.nn.sound_presets import small_sound_cnn

RATE_HZ = 8_000


def tone(hz=1_000.0, samples=4_000):
    return (np.sin(2 * np.pi * hz * np.arange(samples) / RATE_HZ) * 20_000).astype(np.int16)


def test_all_after_a_spectrogram_are_maps_of_pitch_and_what_is_before_is_a_wave():
    graph = small_sound_cnn(samples=8_000, rate_hz=RATE_HZ)

    assert waves_in(graph) == {"sound"}
    assert pitches_in(graph) == {node.id for node in graph.nodes} - {"sound"}


def test_networks_for_pictures_have_neither():
    graph = small_cnn(side_px=32)

    assert not waves_in(graph)
    assert not pitches_in(graph)


def test_a_branch_beside_a_spectrogram_is_no_map_of_pitch():
    nodes = (
        Node("sound", "input", {"shape": (8_000,)}),
        Node("map", "spectrogram"),
        Node("numbers", "linear", {"features": 4}),
    )
    graph = Graph("two", nodes, (Edge("sound", "map"), Edge("sound", "numbers")))

    assert pitches_in(graph) == {"map"}


def test_maps_are_turned_so_that_high_pitches_are_on_top():
    values = np.zeros((1, 4, 3), np.float32)
    values[0, 3] = 1.0  # the highest band

    seen = upright(seen_of(values))

    assert seen.kind == "pitches"
    assert seen.pictures[0, 0].tolist() == [255, 255, 255]
    assert not seen.pictures[0, 1:].any()
    numbers = seen_of(np.ones(5, np.float32))
    assert upright(numbers) is numbers


@pytest.mark.parametrize("length", [3, MOST_NUMBERS, 8_000])
def test_a_wave_shows_the_farthest_of_each_stretch(length):
    values = np.random.default_rng(1).uniform(-1, 1, length).astype(np.float32)
    values[length // 2] = -2.0

    seen = as_wave(values)

    assert seen.kind == "wave"
    assert len(seen.numbers) == min(length, MOST_NUMBERS)
    assert seen.numbers.min() == -2.0
    assert np.isin(seen.numbers, values).all()


def test_a_sound_is_shown_as_pitch_over_time_without_the_room_behind_it():
    rows = np.zeros((3, 8_000), np.int16)
    rows[2, :4_000] = tone()

    picture = sample_picture({"sound": rows, "length": np.zeros((3, 1), np.int32)}, 2, RATE_HZ)

    brightness = picture.astype(int).sum(2)
    loudest = brightness.argmax(0)
    assert picture.shape[2] == 3
    assert np.ptp(loudest[4:-4]) <= 2  # one line from edge to edge: no silence at its end
    assert 0 < loudest.mean() < len(picture) / 2


def test_a_picture_is_shown_as_it_is_and_silence_not_at_all():
    pictures = np.full((2, 3, 8, 8), 200, np.uint8)

    assert (sample_picture({"image": pictures}, 1, 0) == 200).all()
    assert sample_picture({"sound": np.zeros((2, 100), np.int16)}, 0, RATE_HZ) is None
    assert sample_picture({"sound": np.ones((2, 100), np.int16)}, 0, 0) is None
