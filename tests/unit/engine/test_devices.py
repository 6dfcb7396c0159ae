"""What a machine has, and why it was taken."""

import pytest
import torch

from deepdesk.core.errors import DeviceError
from deepdesk.engine.devices import detect, device_for, physical_cores, used_memory_bytes


def test_the_processor_is_always_there_and_says_why():
    cpu = detect()[-1]

    assert cpu.key == "cpu"
    assert cpu.why.endswith(".")
    assert cpu.memory_bytes > 2**28


def test_automatic_takes_the_first():
    assert device_for("auto") == detect()[0]


def test_a_missing_device_is_refused_with_what_there_is():
    if torch.xpu.is_available():
        pytest.skip("this machine has an Intel GPU")

    with pytest.raises(DeviceError, match="cpu"):
        device_for("xpu")


def test_cores_and_memory_are_measured():
    assert physical_cores() >= 1
    assert used_memory_bytes(torch.device("cpu")) > 2**20
