"""What tests of films share: films of plain colours, and sources that need no process."""

from __future__ import annotations

import io
import json
import time
from types import SimpleNamespace

import numpy as np

from deepdesk.core import payloads
from deepdesk.core.errors import DeviceError
from deepdesk.core.work import StopToken
from deepdesk.ui.video.film import FilmFacts, FilmFrame
from deepdesk.ui.video.writing import written_film


def plain(level, size=(48, 32)):
    """Return a picture of one grey, uint8, (H, W, 3)."""
    width, height = size
    return np.full((height, width, 3), level, np.uint8)


def film_file(path, levels, *, rate=10.0, size=(48, 32)):
    """Write a film with a picture of each grey."""
    stop = StopToken()
    with written_film(path, rate, stop) as writer:
        for level in levels:
            writer.write(plain(level, size), stop)
    return path


class PaperTap:
    """Pictures from memory, as fast as they are asked for; a length of 0 makes it a camera."""

    def __init__(self, levels, *, rate=10.0, length_s=None, passed=0, fails_at=None):
        self.levels = list(levels)
        self.at = 0
        self.is_open = True
        self.sought = []
        self._passed = passed
        self._fails_at = fails_at
        length_s = len(self.levels) / rate if length_s is None else length_s
        self.facts = FilmFacts(size=(48, 32), length_s=length_s, rate=rate)

    def next(self, stop, *, from_s=0.0, least_px=0):
        self.least_px = least_px
        stop.check()
        if self.at == self._fails_at:
            raise DeviceError("The camera is not connected any more.", "Connect it again.")
        passed = self._passed if self.at else 0
        while self.at < len(self.levels) and (self.at + 1) / self.facts.rate <= from_s:
            self.at += 1
            passed += 1
        if self.at >= len(self.levels):
            return None
        number, self.at = self.at, self.at + 1
        start_s = number / self.facts.rate
        return FilmFrame(
            pixels_HWC=plain(self.levels[number]),
            start_s=start_s,
            number=number,
            passed=passed,
            decode_ms=2.0,
        )

    def seek(self, to_s, stop):
        self.sought.append(to_s)
        self.at = int(to_s * self.facts.rate + 1e-6)

    def close(self):
        self.is_open = False


class PaperSource:
    """A source that opens a `PaperTap`, or refuses."""

    def __init__(self, *levels, error=None, **fields):
        self.name = "drive.mp4"
        self.taps = []
        self._levels, self._error, self._fields = levels, error, fields

    def opened(self, stop):
        if self._error is not None:
            raise self._error
        self.taps.append(PaperTap(self._levels, **self._fields))
        return self.taps[-1]


class Predictor:
    """Answers with the brightness of a picture, and takes as long as it is told."""

    classes = ("dark", "bright")

    def __init__(self, takes_s=0.0):
        self._takes_s = takes_s
        self.asked = []

    def answer(self, given, stop):
        level = int(given.pixels_HWC.mean())
        self.asked.append(level)
        if self._takes_s:
            time.sleep(self._takes_s)
        answer = payloads.Number(values={"level": (float(level), "")})
        yield SimpleNamespace(answer=answer, milliseconds=1.0, is_final=True)


class Networks:
    """Gives one network, as the real ones do."""

    def __init__(self, predictor=None):
        self.network = SimpleNamespace(predictor=predictor or Predictor(), step=1, is_cold=False)

    def newest(self, model, emit):
        return self.network


def cut_off(path, share=0.5):
    """Cut the end of a file off."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def message(head, body=b""):
    """Return bytes as a process for video sends them."""
    packed = json.dumps({**head, "bytes": len(body)}).encode()
    return io.BytesIO(len(packed).to_bytes(4, "little") + packed + body)
