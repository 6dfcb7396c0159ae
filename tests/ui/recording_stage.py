"""What the tests of recording share: a machine of paper, a project of sounds, and the page."""

import sys

import numpy as np
import pytest

from deepdesk.project.folder import Project
from deepdesk.project.index import Filter
from deepdesk.ui import sound_input
from tests.fake_portaudio import FakePortAudio

RATE_HZ = 48_000


def voice(seconds=0.6, *, quiet_s=0.5, rate_hz=RATE_HZ, level=0.4):
    """Return a tone with silence on both sides; a little noise, as no microphone is silent."""
    generator = np.random.default_rng(3)
    quiet, loud = round(quiet_s * rate_hz), round(seconds * rate_hz)
    samples = generator.normal(0.0, 1e-4, 2 * quiet + loud)
    samples[quiet : quiet + loud] += level * np.sin(np.arange(loud) * 2 * np.pi * 300 / rate_hz)
    return samples.astype(np.float32)


@pytest.fixture
def machine(monkeypatch):
    """A machine whose microphone may be silent for as long as the test takes to speak."""
    fake = FakePortAudio()
    monkeypatch.setattr(sound_input, "SILENT_S", 600.0)
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    return fake


class RecordingStage:
    """Drives the page as a person does."""

    def __init__(self, qtbot, machine, open_tab, project):
        self.qtbot, self.machine, self.project = qtbot, machine, project
        self._open_tab = open_tab
        self.open()

    def open(self):
        """Open the tab anew, as a start of the program does."""
        self.tab = self._open_tab(self.project)
        self.space = self.tab.workspace
        self.door = self.space.recording

    def enter(self, *, listens=True):
        """Press Record and wait until the microphone is open."""
        self.door.button.click()
        self.page.recorder.second.setInterval(0)
        self.settle()
        if listens:
            self.wait(lambda: self.page.recorder.is_open)
        return self.page

    @property
    def page(self):
        """The page."""
        return self.door.page

    @property
    def take(self):
        """The take to decide about."""
        return self.page.sitting.take

    def wait(self, is_so):
        """Let the window run until something is so."""
        self.qtbot.waitUntil(is_so)

    def settle(self):
        """Wait until all questions are answered."""
        self.wait(lambda: not (self.space.worker.is_waiting or self.space.intake.is_checking))

    def choose_class(self, name):
        """Type a class and press Enter."""
        edit = self.page.subject.combo.lineEdit()
        edit.setFocus()
        edit.selectAll()
        self.qtbot.keyClicks(edit, name)

    def begin(self):
        """Press Record, wait until the take is under way."""
        self.page.buttons.record.click()
        self.wait_for_take()

    def wait_for_take(self):
        """Wait until what is said now is part of a take: its file grows."""
        self.wait(lambda: self.page.recorder.is_recording and len(self.unkept()) == 1)

    def say(self, samples):
        """Speak, and wait until all of it is heard."""
        heard = []
        self.page.recorder.heard.connect(heard.append)
        self.machine.hear(samples)
        self.wait(lambda: sum(len(one.samples_T) for one in heard) >= len(samples))
        self.page.recorder.heard.disconnect(heard.append)

    def record(self, samples=None):
        """Record a take and wait for it."""
        self.begin()
        self.say(voice() if samples is None else samples)
        self.page.buttons.record.click()
        self.wait(lambda: self.take is not None)
        return self.take

    def keep(self):
        """Press Keep and wait until it is in the project."""
        self.page.buttons.keep.click()
        self.wait(lambda: self.take is None)
        self.settle()

    def samples(self):
        """Return all samples of the project."""
        with self.project.index() as index:
            return index.samples(index.ids(Filter()))

    def unkept(self):
        """Return the growing files that are there."""
        return sorted((self.project.path / "recordings" / "unkept").glob("*.wav"))


@pytest.fixture
def make_stage(qtbot, machine, open_tab, tmp_path):
    """Return a function that opens a new project of a task in the tab."""
    projects = []

    def make(task="audio_classification", *, classes=("no", "yes")):
        project = Project.create(tmp_path / "voices", name="Voices", task=task)
        projects.append(project)
        with project.index() as index:
            for name in classes:
                index.add_class(name)
        return RecordingStage(qtbot, machine, open_tab, project)

    yield make
    for project in projects:
        project.close()
