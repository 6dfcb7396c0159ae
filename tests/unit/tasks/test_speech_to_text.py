"""Speech to text: what the network hears, what is left out, and text that grows."""

import dataclasses

import numpy as np
import pytest
import soundfile
import torch
from torch import nn

from deepdesk.core.chance import Draws
from deepdesk.core.errors import BadSampleError
from deepdesk.core.payloads import Audio, Text, Timeline
from deepdesk.core.task import DataFacts, Truth
from deepdesk.core.work import StopToken
from deepdesk.data.sound_files import recording_facts
from deepdesk.nn.graph import Graph
from deepdesk.nn.shapes import shapes_of
from deepdesk.tasks.speech_to_text import SPEC, Config
from deepdesk.tasks.speech_to_text.data import automatic_longest_s, begun
from deepdesk.tasks.speech_to_text.sample import write_synthetic_morse
from deepdesk.tasks.speech_to_text.task import SpeechToText

RATE_HZ = 8_000
FACTS = DataFacts(
    classes=(), typical_size=(8_000, RATE_HZ), learned={"units": [" ", "a", "b", "c"]}
)
PLAIN = {"speed": False, "loudness": False, "noise": False, "tone": False}


def task_with(**settings):
    return SpeechToText(Config(**{"longest_s": 2.0, **settings}), FACTS)


def tone(seconds, level=0.2):
    times_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (level * np.sin(2 * np.pi * 300 * times_s)).astype(np.float32)


def quiet(seconds):
    return np.zeros(round(seconds * RATE_HZ), dtype=np.float32)


def audio(samples_T, rate_hz=RATE_HZ):
    return Audio(samples_TC=samples_T[:, None], sample_rate_hz=rate_hz)


class Counting(nn.Module):
    """Writes "ab" for whatever is loud, and counts how often it is asked."""

    def __init__(self, task):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.shape = task.contract().outputs["letters"]
        self.asked = 0

    def forward(self, sounds_NT):
        self.asked += len(sounds_NT)
        scores = torch.zeros(len(sounds_NT), *self.shape)
        scores[:, :, 0] = 9.0
        scores[:, 1, 2] = scores[:, 3, 3] = 18.0 * (sounds_NT.abs().amax() > 0.05)
        return scores


@pytest.mark.parametrize(
    ("size", "longest_s"),
    [((), 4.0), ((8_000, 8_000), 3.0), ((104_000, 16_000), 20.0), ((9_600_000, 48_000), 20.0)],
)
def test_the_longest_sound_follows_from_the_typical_one(size, longest_s):
    assert automatic_longest_s(size) == longest_s


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 44_100])
@pytest.mark.parametrize("longest_s", [1.0, 4.0, 30.0])
def test_every_network_gives_as_many_frames_as_the_task_reads(rate_hz, longest_s):
    task = task_with(rate_hz=rate_hz, longest_s=longest_s)

    for graph in task.architectures().values():
        fitted = Graph.from_json(graph.to_json()).fitted(task.contract())
        assert shapes_of(fitted, task.contract())
    assert 0.030 < longest_s / task.frames < 0.035


def test_a_sound_begins_at_the_first_sample_and_its_end_is_known(tmp_path):
    soundfile.write(
        tmp_path / "a.wav", np.concatenate([quiet(0.5), tone(0.8), quiet(0.5)]), RATE_HZ
    )

    row = task_with().decode(tmp_path / "a.wav", Truth(target="ab"))

    assert row["sound"].shape == (16_000,)
    assert row["length"][0] == pytest.approx(0.8 * RATE_HZ, abs=0.08 * RATE_HZ)
    assert not row["sound"][row["length"][0] :].any()
    assert row["sound"][: row["length"][0]].any()


@pytest.mark.parametrize(
    ("seconds", "target", "words"),
    [
        (2.5, "ab", "lasts 2.5 s"),
        (20.0, "ab", "lasts 20.0 s"),
        (0.5, "abc " * 20, "79 characters, and the sound lasts 0.5"),
        (0.5, "a" * 10_000, "10,000 characters"),
        (0.5, "\U0001f389" * 100, "100 characters"),
    ],
    ids=("long", "very long", "too much said", "ten thousand", "emoji"),
)
def test_what_does_not_fit_is_left_out_with_the_reason(tmp_path, seconds, target, words):
    soundfile.write(tmp_path / "a.wav", tone(seconds), RATE_HZ)

    with pytest.raises(BadSampleError, match=words) as caught:
        task_with().decode(tmp_path / "a.wav", Truth(target=target))
    assert caught.value.code == "too_long"


@pytest.mark.parametrize("target", ["", "?!", "\U0001f389", "\u05e9\u05dc\u05d5\u05dd", "a", None])
def test_unusual_transcripts_are_no_trouble(tmp_path, target):
    soundfile.write(tmp_path / "a.wav", tone(0.5), RATE_HZ)
    task = task_with()

    row = task.decode(tmp_path / "a.wav", Truth(target=target))
    batch = {name: torch.from_numpy(values)[None] for name, values in row.items()}
    extras = task.extras(np.array([-1]), [target])
    batch |= {name: torch.from_numpy(values) for name, values in extras.items()}
    batch = task.prepare(batch, None)
    outputs = torch.randn(1, *task.contract().outputs["letters"])

    assert torch.isfinite(task.losses(outputs, batch)["ctc"])
    (answer,) = task.answers(outputs, batch)
    assert answer.truth == task.style.tidy(target)


def test_a_vocabulary_of_one_letter_or_none_makes_a_network():
    for units in ([" ", "a"], []):
        facts = dataclasses.replace(FACTS, learned={"units": units})
        task = SpeechToText(Config(longest_s=1.0), facts)

        assert task.contract().outputs["letters"][1] == len(units) + 1


def test_speed_moves_the_end_and_cuts_nothing_off():
    spoken = [np.pad(tone(seconds), (0, 16_000))[:16_000] for seconds in (1.9, 1.0)]
    sounds = torch.from_numpy(np.stack(spoken))
    lengths = torch.tensor([15_200, 8_000])
    moved, ends = begun(sounds, lengths, Draws(1, 0, np.arange(2)), speed=0.12, rate_hz=RATE_HZ)

    assert (ends <= 16_000).all()
    for row, end in zip(moved, ends.tolist(), strict=True):
        loud = row.abs().nonzero()[:, 0]
        assert -40 < end - int(loud[-1]) < 0.5 * RATE_HZ + 40
        assert int(loud[0]) <= 0.2 * RATE_HZ + 40
    assert float(ends[1]) != 8_000


def test_training_hears_that_nothing_is_said_behind_half_of_the_sounds():
    """A network that never heard a pause behind a word writes a letter there."""
    sounds = torch.from_numpy(np.pad(tone(0.5), (0, 12_000))[None]).expand(400, -1)
    lengths = torch.full((400,), 4_000)

    moved, ends = begun(sounds, lengths, Draws(1, 0, np.arange(400)), speed=0.0, rate_hz=RATE_HZ)

    last = torch.tensor([int(row.abs().nonzero()[-1, 0]) for row in moved])
    behind_s = (ends - last).float() / RATE_HZ
    assert 0.4 < (behind_s > 0.01).float().mean() < 0.6
    assert 0.4 < behind_s.max() < 0.51


def test_without_augmentation_a_sound_stays_as_it_is():
    task = task_with(**PLAIN)
    batch = task._batch(tone(1.0))

    prepared = task.prepare(batch, None)

    assert torch.equal(prepared["sound"], batch["sound"].float() / 32768)
    assert int(prepared["frames"][0]) == -(-task.frames // 2)


def test_a_short_sound_has_one_text():
    task = task_with()
    model = Counting(task)

    assert list(task.predict(model, audio(tone(1.0)), StopToken())) == [Text(text="ab")]


def test_a_long_sound_has_a_text_that_grows_at_its_pauses():
    task = task_with()
    talk = np.concatenate([tone(1.0), quiet(1.0), tone(1.0), quiet(1.0), tone(1.0)])

    texts = list(task.predict(Counting(task), audio(talk), StopToken()))

    assert [answer.text for answer in texts] == ["ab", "ab ab", "ab ab ab"]
    assert [answer.is_final for answer in texts] == [False, False, True]


def test_a_recording_has_a_timeline_of_sentences(tmp_path):
    talk = np.concatenate([quiet(0.5), tone(1.0), quiet(1.0), tone(1.5), quiet(3.0)])
    soundfile.write(tmp_path / "long.wav", talk, RATE_HZ)
    task = task_with()

    lines = list(task.predict(Counting(task), recording_facts(tmp_path / "long.wav"), StopToken()))

    assert all(isinstance(line, Timeline) for line in lines)
    assert lines[-1].is_final
    assert not lines[0].is_final
    assert lines[-1].length_s == pytest.approx(7.0)
    assert [span.label for span in lines[-1].spans] == ["ab", "ab"]
    assert [span.start_s for span in lines[-1].spans] == pytest.approx([0.3, 2.3], abs=0.05)
    assert all(0 <= span.score <= 1 for span in lines[-1].spans)


def streamed(task, model, talk, rate_hz=RATE_HZ):
    stream = task.stream(model)
    step = rate_hz // 25
    said = [stream.take(audio(talk[at : at + step], rate_hz)) for at in range(0, len(talk), step)]
    return [answer for answer in (*said, stream.finish()) if answer is not None]


@pytest.mark.parametrize("rate_hz", [8_000, 44_100])
def test_text_grows_while_somebody_speaks_and_is_final_at_a_pause(rate_hz):
    task = task_with()
    talk = np.concatenate([quiet(0.5), tone(1.0), quiet(1.0), tone(1.0)])
    if rate_hz != RATE_HZ:
        talk = np.interp(
            np.arange(len(talk) * rate_hz // RATE_HZ) * RATE_HZ / rate_hz,
            np.arange(len(talk)),
            talk,
        ).astype(np.float32)

    said = streamed(task, Counting(task), talk, rate_hz)

    finals = [place for place, answer in enumerate(said) if answer.is_final]
    assert [said[place].text for place in finals] == ["ab", "ab"]
    assert 0 < finals[0] < finals[1] - 1
    assert finals[1] == len(said) - 1
    assert all("ab".startswith(answer.text) for answer in said)


def test_speaking_without_end_is_cut_and_looked_at_now_and_then_only():
    task = task_with()
    model = Counting(task)

    said = streamed(task, model, tone(7.0))

    assert sum(answer.is_final for answer in said) >= 3
    assert model.asked <= 7 / 0.2 + 7


def test_silence_says_nothing():
    task = task_with()

    assert streamed(task, Counting(task), quiet(3.0)) == []


def test_other_things_are_refused():
    task = task_with()

    with pytest.raises(TypeError, match="takes an Audio"):
        list(task.predict(Counting(task), Text(text="a"), StopToken()))
    with pytest.raises(TypeError, match="takes an Audio"):
        task.stream(Counting(task)).take(Text(text="a"))


def test_the_list_of_words_reaches_the_answers():
    learned = SPEC.survey(Config(word_list="only", words="ca"), ["abc"])
    task = SpeechToText(
        Config(longest_s=2.0, word_list="only", words="ca"),
        dataclasses.replace(FACTS, learned=learned),
    )
    model = Counting(task)

    assert task.transcribed(model, tone(1.0)).text in ("", "ca")


def test_the_sample_is_the_same_each_time_and_says_what_it_is(tmp_path):
    first, second = (write_synthetic_morse(tmp_path / name, 4) for name in ("one", "two"))
    found = list(SPEC.reader().discover(first))

    assert SPEC.sample_name == "Synthetic Morse code"
    assert len(found) == 4
    assert all(sample.target and sample.origin is None for sample in found)
    for path in sorted(first.rglob("*.*")):
        assert path.read_bytes() == (second / path.relative_to(first)).read_bytes()
