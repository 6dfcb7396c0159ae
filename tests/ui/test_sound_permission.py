"""Where the system has to be asked before a microphone opens, it is, and no is a plain sentence."""

from __future__ import annotations

import plistlib
import sys
import threading

import pytest
from PySide6.QtCore import Qt

from deepdesk.core.errors import DeviceError
from deepdesk.core.events import Result
from deepdesk.ui import sound_host, sound_permission
from deepdesk.ui.jobs import Job
from deepdesk.ui.sound_input import opened_microphone
from deepdesk.ui.sound_permission import DevicePermission, QtSystem, says_why
from tests.fake_portaudio import FakePortAudio

Status = Qt.PermissionStatus


class FakeSystem:
    """A system that asks the person, who answers when the test says so."""

    def __init__(self, status):
        self._status = status
        self.threads = []
        self.told = []

    def status(self):
        self.threads.append(threading.current_thread())
        return self._status

    def request(self, context, told):
        self.told.append(told)


@pytest.fixture
def host(monkeypatch):
    fake = FakePortAudio()
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    monkeypatch.setattr(sound_host.HOST, "_ask", None)
    return fake


def opening(system, patience_s=5.0):
    """Start a job that opens a microphone, and return it with what it tells."""
    permission = DevicePermission(system, patience_s=patience_s)
    sound_host.HOST.ask_with(permission.is_allowed)
    told = []

    def work(emit, _stop):
        opened_microphone(None, 0).close()
        emit(Result(value="open"))

    job = Job(work, "listen")
    job.batch.connect(told.extend)
    return job, told, permission


@pytest.mark.parametrize("answer", [Status.Granted, Status.Denied])
def test_a_person_is_asked_in_the_windows_thread_and_the_answer_counts(qtbot, host, answer):
    system = FakeSystem(Status.Undetermined)
    job, told, _permission = opening(system)
    job.start()
    qtbot.waitUntil(lambda: bool(system.told))
    assert job.is_running
    assert not host.listening

    with qtbot.waitSignal(job.ended):
        system.told[0](answer)

    assert system.threads == [threading.main_thread()]
    if answer == Status.Granted:
        assert [event.value for event in told[:-1]] == ["open"]
    else:
        assert str(told[-1].error) == str(sound_host.NOT_ALLOWED)


def test_who_was_refused_before_is_not_asked_again(qtbot, host):
    system = FakeSystem(Status.Denied)
    job, told, _permission = opening(system)

    with qtbot.waitSignal(job.ended):
        job.start()

    assert isinstance(told[-1].error, DeviceError)
    assert system.told == []


def test_a_person_who_is_away_leaves_the_system_to_decide(qtbot, host):
    job, told, _permission = opening(FakeSystem(Status.Undetermined), patience_s=0.01)

    with qtbot.waitSignal(job.ended):
        job.start()

    assert told[0].value == "open"


def test_on_this_system_qt_grants_it_at_once(qtbot):
    if sys.platform == "darwin":
        pytest.skip("there a person is asked")
    assert QtSystem().status() == Status.Granted


def test_only_a_bundle_that_says_why_it_listens_asks(qtbot, host, tmp_path, monkeypatch):
    programs = tmp_path / "MacOS"
    monkeypatch.setattr(sound_permission.sys, "platform", "darwin")
    monkeypatch.setattr(
        sound_permission.QCoreApplication, "applicationDirPath", lambda: str(programs)
    )
    assert sound_permission.ask_before_listening(None) is None

    (tmp_path / "Info.plist").write_bytes(b"not a list")
    assert not says_why(programs)
    (tmp_path / "Info.plist").write_bytes(plistlib.dumps({"CFBundleName": "x"}))
    assert not says_why(programs)
    (tmp_path / "Info.plist").write_bytes(plistlib.dumps({sound_permission.REASON: "To hear."}))
    permission = sound_permission.ask_before_listening(None)

    assert sound_host.HOST._ask == permission.is_allowed
