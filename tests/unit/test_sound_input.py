"""The microphone, over a PortAudio of paper."""

import sys

import numpy as np
import pytest

from deepdesk.core.errors import DeviceError
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.ui import sound_input
from deepdesk.ui.sound_input import input_devices, opened_microphone
from deepdesk.ui.sound_output import opened_output
from tests.fake_portaudio import FakeDevice, FakePortAudio, loudspeaker


@pytest.fixture
def fake(monkeypatch):
    fake = FakePortAudio()
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    return fake


def listen(key=None, rate_hz=16_000):
    """Read until the microphone goes away."""
    microphone = opened_microphone(key, rate_hz)
    blocks = []
    try:
        while True:
            blocks.append(microphone.read(StopToken()))
    except DeviceError as error:
        return blocks, microphone, error
    finally:
        microphone.close()


def test_all_samples_come_in_order_in_blocks_of_40_ms_at_most(fake):
    samples = np.sin(np.arange(40_001)).astype(np.float32)
    fake.hear(samples)
    fake.unplug()

    blocks, microphone, error = listen()

    assert np.array_equal(np.concatenate(blocks), samples)
    assert max(map(len, blocks)) <= 640
    assert (microphone.lost, str(error)) == (0, "The microphone went away. Connect it again.")
    assert not fake.open_streams


def test_channels_are_mixed_where_a_device_has_no_single_one(fake):
    fake.devices[0].inputs = 2
    check = fake.check_input_settings

    def only_two(**settings):
        if settings["channels"] == 1:
            raise fake.PortAudioError("Invalid number of channels")
        check(**settings)

    fake.check_input_settings = only_two
    fake.hear(np.array([[0.5, 0.0], [1.0, 0.5]]))
    fake.unplug()

    blocks, _, _ = listen()

    assert np.concatenate(blocks).tolist() == [0.25, 0.75]


def test_what_nobody_reads_for_long_is_lost_and_counted(fake, monkeypatch):
    monkeypatch.setattr(sound_input, "RING_S", 1.0)
    fake.hear(np.arange(40_000) / 40_000)
    fake.unplug()

    blocks, microphone, _ = listen()

    heard = np.concatenate(blocks)
    assert microphone.lost == 1
    assert heard[-1] == pytest.approx(39_999 / 40_000)
    assert np.allclose(np.diff(heard), 1 / 40_000, atol=1e-6)


def test_samples_that_the_device_lost_are_counted(fake):
    fake.hear(np.ones(320), lost=True)
    fake.unplug()

    assert listen()[1].lost == 1


def test_a_device_that_falls_silent_without_a_word_is_gone(fake, monkeypatch):
    monkeypatch.setattr(sound_input, "SILENT_S", 0.0)
    monkeypatch.setattr(sound_input, "LOOK_S", 0.0)
    fake.hear(np.ones(320))
    fake.unplug(quietly=True)

    assert listen()[2].message == "The microphone went away."


def test_numbers_that_are_none_become_silence(fake):
    fake.hear([np.nan, np.inf, -np.inf, 7.0])
    fake.unplug()

    assert np.concatenate(listen()[0]).tolist() == [0.0, 1.0, -1.0, 1.0]


def test_a_stop_is_obeyed_while_waiting(fake):
    microphone = opened_microphone(None, 16_000)
    stop = StopToken()
    stop.stop()

    with pytest.raises(StoppedError):
        microphone.read(stop)
    microphone.close()
    microphone.close()
    assert fake.streams[0].calls == ["start", "abort", "close"]


@pytest.mark.parametrize(("wanted", "got"), [(16_000, 44_100), (48_000, 48_000), (0, 44_100)])
def test_a_rate_that_the_device_does_not_take_becomes_its_own(fake, wanted, got):
    fake.devices[0].rates, fake.devices[0].rate_hz = (44_100, 48_000), 44_100.0

    microphone = opened_microphone(None, wanted)

    assert microphone.rate_hz == got
    microphone.close()


def test_devices_are_listed_with_keys_that_find_them_again(fake):
    fake.devices[1:] = [FakeDevice(name="Headset", rate_hz=16_000), loudspeaker()]
    fake.devices += [FakeDevice(name="Headset"), FakeDevice(name="dmix")]

    found = input_devices()

    assert [device.name for device in found] == ["Microphone of paper", "Headset", "Headset 2"]
    assert len({device.key for device in found}) == 3
    microphone = opened_microphone(found[2].key, 48_000)
    assert fake.streams[-1].device is fake.devices[3]
    microphone.close()


def test_only_one_of_the_interfaces_of_windows_is_shown(monkeypatch):
    devices = [FakeDevice(name="Mic (long na"), FakeDevice(name="Mic (long name)", hostapi=1)]
    fake = FakePortAudio(devices, hostapis=("MME", "Windows WASAPI"))
    monkeypatch.setitem(sys.modules, "sounddevice", fake)

    assert [device.name for device in input_devices()] == ["Mic (long name)"]


def test_a_microphone_plugged_in_later_is_found_but_never_while_one_is_open(fake):
    microphone = opened_microphone(None, 16_000)
    fake.devices.append(FakeDevice(name="Headset"))
    assert len(input_devices()) == 1
    microphone.close()

    assert [device.name for device in input_devices()][-1] == "Headset"
    assert fake.restarts == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"is_busy": True}, "The microphone could not be opened."),
        ({"is_plugged": False}, "The microphone could not be opened."),
        ({"inputs": 0}, "No microphone was found."),
    ],
)
def test_what_keeps_a_microphone_closed_is_said_plainly(fake, change, said):
    for name, value in change.items():
        setattr(fake.devices[0], name, value)

    with pytest.raises(DeviceError) as error:
        opened_microphone(None, 16_000)

    assert error.value.message == said
    assert error.value.hint


def test_a_microphone_that_is_gone_is_looked_for_anew_and_then_named(fake):
    with pytest.raises(DeviceError, match="That microphone is not connected"):
        opened_microphone("ALSA/Headset", 16_000)
    fake.devices.append(FakeDevice(name="Headset"))

    opened_microphone("ALSA/Headset", 16_000).close()


def test_devices_are_not_looked_for_anew_while_a_sound_plays(fake):
    output = opened_output(16_000)
    input_devices()
    assert fake.restarts == 0

    output.close(at_once=True)
    input_devices()

    assert fake.restarts == 1
