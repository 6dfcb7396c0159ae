"""Devices are tried in a process of their own; whatever becomes of it is a sentence."""

from __future__ import annotations

import json
import sys

import pytest

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.engine import device_check
from deepdesk.engine.device_check import DeviceCheck, checking, checks_of, unused_cards
from deepdesk.launcher.machine import Gpu, Hardware

CARD = {"key": "cuda", "name": "NVIDIA RTX 4090", "detail": "24 GB"}
CPU = {"key": "cpu", "name": "CPU", "detail": "2 threads"}


def lines(*said):
    return [json.dumps(each) for each in said]


def test_what_works_comes_first_and_what_does_not_says_why():
    told = lines(
        {"begun": True, **CARD},
        {"begun": False, **CARD, "why": "This PyTorch has no code for it.", "seconds": 1.0},
        {"begun": True, **CPU},
        {"begun": False, **CPU, "why": "", "seconds": 0.1},
    )

    checks = checks_of(told, "")

    assert [check.words() for check in checks] == [
        "Processor, 2 threads: works",
        "NVIDIA RTX 4090, 24 GB: This PyTorch has no code for it.",
    ]


def test_a_device_that_takes_the_process_with_it_is_named():
    (check,) = checks_of(lines({"begun": True, **CARD}), "the driver or PyTorch crashed")

    assert not check.works
    assert "did not come back (the driver or PyTorch crashed)" in check.why


def test_garbage_between_the_lines_is_passed_over():
    told = ["a library says hello", "{", "[1]", '{"begun": 3}', "null"]

    assert checks_of([*told, *lines({"begun": False, **CPU, "why": "", "seconds": 1})], "")[0].works


@pytest.fixture
def child(monkeypatch):
    """Return a function that puts a script in the place of the process."""

    def put(script):
        monkeypatch.setattr(
            device_check, "child_command", lambda _name: [sys.executable, "-S", "-c", script]
        )
        monkeypatch.setattr(device_check, "unused_cards", lambda _found: ())

    return put


def test_what_the_process_says_is_the_result(child):
    child(f"print({json.dumps({'begun': False, **CPU, 'why': '', 'seconds': 0.5})!r})")
    told = []

    checking(told.append, StopToken())

    assert told == [
        Result(
            value=(DeviceCheck(key="cpu", name="CPU", detail="2 threads", works=True, seconds=0.5),)
        )
    ]


def test_a_process_that_says_nothing_is_told_with_its_last_words(child):
    child("raise OSError('libtorch is gone')")

    with pytest.raises(DeepDeskError, match="libtorch is gone"):
        checking(lambda _event: None, StopToken())


def test_a_process_that_hangs_is_ended(child, monkeypatch):
    monkeypatch.setattr(device_check, "LIMIT_S", 0.2)
    child("import time; time.sleep(60)")

    with pytest.raises(DeepDeskError, match="took too long"):
        checking(lambda _event: None, StopToken())


def test_a_stop_ends_the_process(child):
    child("import time; time.sleep(60)")
    stop = StopToken()
    stop.stop()

    with pytest.raises(StoppedError):
        checking(lambda _event: None, stop)


def test_a_card_that_torch_does_not_see_is_named_with_the_reason(monkeypatch):
    hardware = Hardware(
        system="linux",
        machine="x86_64",
        glibc="2.36",
        gpus=(Gpu(name="NVIDIA GTX 680", maker="nvidia", compute=(3, 0), driver="470.1"),),
    )
    monkeypatch.setattr("deepdesk.launcher.hardware.look", lambda: hardware)

    (card,) = unused_cards([DeviceCheck(key="cpu", name="CPU", works=True)])

    assert (card.name, card.works) == ("NVIDIA GTX 680", False)
    assert card.why
    assert unused_cards([DeviceCheck(key="cuda", name="A card", works=True)]) == ()


@pytest.mark.slow
def test_the_processor_of_this_machine_works():
    told = []

    checking(told.append, StopToken())

    assert any(check.key == "cpu" and check.works for check in told[-1].value)
