"""Machines, ways and works of paper for the set-up window; and pictures of every state of it.

`python -m tests.ui.set_up_stage FOLDER [light|dark]` writes the pictures.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path

from deepdesk.core.errors import DeepDeskError, StorageError
from deepdesk.core.events import Ended, Progress, Result, Said
from deepdesk.launcher.choice import choices
from deepdesk.launcher.environments import Ready
from deepdesk.launcher.fetching import Fetch
from deepdesk.launcher.hardware import Gpu, Hardware
from deepdesk.ui.set_up.found import Asked, Files, Found
from deepdesk.ui.set_up.window import SetUpWindow, Works

CARD = Gpu(
    name="NVIDIA GeForce RTX 4090",
    maker="nvidia",
    compute=(8, 9),
    driver="581.42",
    memory_bytes=24564 << 20,
)
OLD_CARD = dataclasses.replace(
    CARD, name="NVIDIA GeForce GTX 1080 Ti", compute=(6, 1), memory_bytes=11 << 30
)
WITH_CARD = Hardware(system="linux", machine="x86_64", glibc="2.36", gpus=(CARD,))
WITHOUT = Hardware(system="linux", machine="x86_64", glibc="2.36")
SIZES = {"cu132": 3_282_000_000, "cu130": 3_140_000_000, "cu126": 2_950_000_000, "cpu": 412_000_000}
RUNTIME = Path("/home/ada/.local/share/deepdesk/runtime")
READY = Ready(name="a", fingerprint="1" * 64, version="0.1.0", backend="cu132", why="It fits.")
NO_NETWORK = DeepDeskError(
    "The servers that the packages come from cannot be reached.",
    "Check the connection to the internet, then try again: what was fetched is kept.",
)
CERTIFICATE = DeepDeskError(
    "Something between this computer and the servers opens encrypted connections: the certificate"
    " that it shows is not known here.",
    "A company's proxy or a virus scanner does that. Ask for its certificate, and put its file's"
    " path into the environment variable SSL_CERT_FILE; or use a folder of files that was fetched"
    " elsewhere.",
)
FULL = StorageError("The disk is full.", "Free some space, then try again.")


def found(hardware=WITH_CARD, *, occasion="first", ready=None, left=None, **changes):
    """Return what looking at a machine would have told."""
    ways = choices(hardware)
    fetches = tuple(
        Fetch(
            choice=choice,
            lock=None,
            total_bytes=SIZES[choice.backend],
            left_bytes=SIZES[choice.backend] if left is None else left,
            is_exact=True,
        )
        for choice in ways
    )
    known = {"runtime": RUNTIME, "free_bytes": 212_000_000_000, "version": "0.2.0"} | changes
    return Found(hardware=hardware, fetches=fetches, ready=ready, occasion=occasion, **known)


class PaperWorks:
    """Works that tell what a test wants, and write down what they were given."""

    def __init__(self, told=None, events=(), error=None, waits=False):
        self.told = found() if told is None else told
        self.events, self.error, self.waits = list(events), error, waits
        self.plans = []
        self.looks = 0

    def works(self):
        return Works(looking=self.looking, installing=self.installing, log=lambda: "uv said no")

    def looking(self):
        def work(emit, stop):
            self.looks += 1
            emit(Progress(what="Looking for graphics cards"))
            if isinstance(self.told, Exception):
                raise self.told
            emit(Result(value=self.told))

        return work

    def installing(self, plan):
        self.plans.append(plan)

        def work(emit, stop):
            for event in self.events:
                emit(event)
            while self.waits:
                stop.check()
                stop._stop.wait(0.01)
            if self.error is not None:
                raise self.error

        return work


def window_of(works, asked=None):
    """Return a window over works of paper."""
    return SetUpWindow(works.works(), asked or Asked())


def _fetching(window):
    clock = iter(range(0, 1000, 2))
    window.work._clock_s = lambda: next(clock)
    window.install(_plan(window))
    window.jobs.drop()
    total = SIZES["cu132"]
    for part in range(30):
        told = Progress(what="Fetching packages", done=int(total * (0.1 + part / 100)), total=total)
        window.work.show_progress(told)


def _plan(window):
    from deepdesk.ui.set_up.offer_page import Plan

    offer = window.offer
    return Plan(choices=offer.found.from_on(offer.fetch), wheels=None, is_repair=False)


def _installing(window):
    _fetching(window)
    window.work.show_progress(Progress(what="Installing DeepDesk"))


def _testing(window):
    _fetching(window)
    window.work.show_said(
        Said(
            text="NVIDIA graphics card (CUDA 13.2) did not pass its test: the driver is too old for"
            " it. NVIDIA graphics card (CUDA 13.0) is set up instead.",
            level="warning",
        )
    )
    window.work.show_progress(Progress(what="Testing what was installed"))


def _fallen_back(window):
    _fetching(window)
    passed = (
        ("cu132", "no kernel image is available for the card."),
        ("cu130", "no kernel image is available for the card."),
    )
    window._installed(dataclasses.replace(READY, backend="cpu", passed_over=passed))


def _trouble(error):
    def show(window):
        _fetching(window)
        window._show_trouble(Ended(error=error, report="error: Failed to fetch torch\n  caused by"))

    return show


def _all_choices(window):
    window.offer.choices.set_open(True)


def _files(window):
    files = Files(
        folder=Path("/media/ada/STICK/deepdesk-files"),
        count=81,
        total_bytes=412_000_000,
        builds=frozenset({"cpu"}),
    )
    window.offer.show_files(files)


def _bad_folder(window):
    window.offer.show_files(Files(folder=Path("/media/ada/STICK")))


STATES = {
    "1-looking": (found(), lambda window: window._show(window.looks)),
    "2-card": (found(), lambda window: None),
    "3-no-card": (found(WITHOUT), lambda window: None),
    "4-old-card": (found(dataclasses.replace(WITH_CARD, gpus=(OLD_CARD,))), lambda window: None),
    "5-choices": (found(), _all_choices),
    "6-files": (found(), _files),
    "7-bad-folder": (found(), _bad_folder),
    "8-full-disk": (found(free_bytes=2_000_000_000), lambda window: None),
    "9-update": (found(occasion="update", ready=READY, left=12_000_000), lambda window: None),
    "10-repair": (found(occasion="repair", ready=None, left=0), lambda window: None),
    "11-change": (found(occasion="change", ready=READY, left=0), _all_choices),
    "12-fetching": (found(), _fetching),
    "13-installing": (found(), _installing),
    "14-testing": (found(), _testing),
    "15-fallen-back": (found(), _fallen_back),
    "16-no-network": (found(), _trouble(NO_NETWORK)),
    "17-certificate": (found(), _trouble(CERTIFICATE)),
    "18-full": (found(), _trouble(FULL)),
    "19-details": (found(), lambda w: (_trouble(FULL)(w), w.trouble.fold.set_open(True))),
    "20-done": (found(), lambda w: (_fetching(w), w._installed(READY))),
}


def main(folder, mode="light", size="960x600"):
    """Write a picture of every state."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from deepdesk.ui import theme

    application = QApplication([])
    theme.apply(application, mode)
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, (told, arrange) in STATES.items():
        window = window_of(PaperWorks(told, waits=True))
        window.START_MS = 10**6
        window.resize(*(int(side) for side in size.split("x")))
        window.show()
        window._looked(told)
        arrange(window)
        window.jobs.drop()
        for _ in range(3):
            application.processEvents()
        window.grab().save(str(Path(folder) / f"{name}-{mode}.png"))
        window.hide()
        window.work.rest()
        window.deleteLater()


if __name__ == "__main__":
    main(*sys.argv[1:])
