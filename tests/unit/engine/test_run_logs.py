"""Logs for other programs, read back by readers of their own."""

from __future__ import annotations

import csv
import io
import struct

import pytest
import tensorboardX.event_file_writer  # noqa: F401, loaded here, so that no test waits for it

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import EpochEnded, Result, Retreated, RunEnded, RunStarted, Said, Stepped
from deepdesk.core.work import StopToken, run
from deepdesk.engine import run_logs
from deepdesk.engine.run_logs import RunLogs, export_work
from deepdesk.project.runs import Runs


@pytest.fixture
def folder(tmp_path):
    made = Runs(tmp_path / "runs").new("quick", {})
    yield made
    made.metrics.close()


def started(step=0):
    return RunStarted(
        run="001-quick", device="cpu", epochs=4, steps_per_epoch=10, samples=100, step=step
    )


def stepped(step, loss=None):
    return Stepped(
        step=step,
        epoch=step / 10,
        values={"loss": 1.0 / step if loss is None else loss, "learning_rate": 0.1},
        samples_per_second=500.0,
        memory_bytes=0,
        seconds=step * 2.0,
    )


def epoch_ended(epoch):
    return EpochEnded(
        epoch=epoch,
        step=10 * epoch,
        train={"loss": 1.0},
        validation={"accuracy": 0.2 * epoch, "loss": 0.5},
        is_best=True,
        details={"confusion": {"classes": ["a", "b"]}},
        seconds=epoch * 20.0,
    )


def tell(folder, logs, *events):
    """Tell events as the recorder does: into the run's log first."""
    kinds = {Stepped: "step", EpochEnded: "epoch"}
    for event in events:
        if type(event) in kinds:
            fields = {name: getattr(event, name) for name in event.__slots__}
            folder.metrics.append({"kind": kinds[type(event)], **fields})
        logs(event)


def rows_of(folder):
    text = (folder.path / "logs" / "metrics.csv").read_bytes().decode()
    assert text.count("\r\n") == text.count("\n")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def crc32c(data):
    """Return the Castagnoli checksum, bit by bit, straight from its polynomial."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _bit in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def fields_of(message):
    """Yield (number, value) of a protobuf message."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = varint()
        number, wire = key >> 3, key & 7
        if wire == 0:
            yield number, varint()
        elif wire == 2:
            size = varint()
            yield number, message[at : at + size]
            at += size
        else:
            size, form = {1: (8, "<d"), 5: (4, "<f")}[wire]
            yield number, struct.unpack(form, message[at : at + size])[0]
            at += size


def scalars_of(board):
    """Return (tag, step, value) of every scalar in the one event file of a folder."""
    (path,) = board.iterdir()
    data, found = path.read_bytes(), []
    assert path.name.startswith("events.out.tfevents.")
    while data:
        (size,) = struct.unpack("<Q", data[:8])
        body = data[12 : 12 + size]
        assert struct.unpack("<I", data[8:12])[0] == masked(data[:8])
        assert struct.unpack("<I", data[12 + size : 16 + size])[0] == masked(body)
        data = data[16 + size :]
        event = dict(fields_of(body))
        for _number, value in fields_of(event.get(5, b"")):
            scalar = dict(fields_of(value))
            found.append((scalar[1].decode(), event.get(2, 0), scalar[2]))
    return found


def test_every_point_is_a_row(folder):
    logs = RunLogs(folder, "csv", lambda event: None)

    tell(folder, logs, started(), stepped(5), stepped(10), epoch_ended(1), ended())

    rows = rows_of(folder)
    assert [(r["step"], r["split"], r["name"]) for r in rows[:3]] == [
        ("5", "train", "loss"),
        ("5", "train", "learning_rate"),
        ("5", "machine", "samples_per_second"),
    ]
    assert float(rows[0]["value"]) == 0.2
    assert [r["value"] for r in rows if r["name"] == "accuracy"] == ["0.2"]
    assert len(rows) == 3 + 3 + 2


def ended():
    return RunEnded(run="001-quick", status="finished", metrics={}, seconds=20.0)


def test_tensorboard_reads_the_same_points(folder):
    logs = RunLogs(folder, "both", lambda event: None)

    tell(folder, logs, started(), stepped(5), stepped(10), epoch_ended(1), ended())

    scalars = scalars_of(folder.path / "logs" / "tensorboard")
    rows = [(f"{r['split']}/{r['name']}", int(r["step"])) for r in rows_of(folder)]
    assert [(tag, step) for tag, step, _value in scalars] == rows
    for (_tag, _step, value), row in zip(scalars, rows_of(folder), strict=True):
        assert value == pytest.approx(float(row["value"]), rel=1e-6)


def test_a_resumed_run_goes_on_without_a_point_twice(folder):
    logs = RunLogs(folder, "both", lambda event: None)
    tell(folder, logs, started(), stepped(1), stepped(2))
    checkpoint = folder.metrics.offset()
    tell(folder, logs, stepped(3, loss=9.0), stepped(4, loss=9.0), ended())

    folder.metrics.truncate(checkpoint)
    again = RunLogs(folder, "both", lambda event: None)
    tell(folder, again, started(2), stepped(3), stepped(4), ended())

    losses = [(int(r["step"]), float(r["value"])) for r in rows_of(folder) if r["name"] == "loss"]
    assert losses == [(1, 1.0), (2, 0.5), (3, 1 / 3), (4, 0.25)]
    scalars = scalars_of(folder.path / "logs" / "tensorboard")
    told = [(step, value) for tag, step, value in scalars if tag == "train/loss"]
    assert told == [(step, pytest.approx(value)) for step, value in losses]


def test_a_run_that_went_back_takes_its_points_back(folder):
    logs = RunLogs(folder, "csv", lambda event: None)
    tell(folder, logs, started(), stepped(1))
    checkpoint = folder.metrics.offset()
    tell(folder, logs, stepped(2, loss=7.0))

    folder.metrics.truncate(checkpoint)
    back = Retreated(step=1, epoch=0.1, best_epoch=0, failed_step=3, block="", text="")
    tell(folder, logs, back, stepped(2, loss=0.5), ended())

    losses = [r["value"] for r in rows_of(folder) if r["name"] == "loss"]
    assert losses == ["1.0", "0.5"]


def test_without_the_setting_nothing_is_written(folder):
    seen = []
    logs = RunLogs(folder, "off", seen.append)

    tell(folder, logs, started(), stepped(1), ended())

    assert len(seen) == 3
    assert not (folder.path / "logs").exists()


def test_a_log_that_cannot_be_written_is_said_once_and_ends_nothing(folder, monkeypatch):
    def full(_folder, _began_s):
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(run_logs._FILES, "csv", full)
    seen = []
    logs = RunLogs(folder, "csv", seen.append)

    tell(folder, logs, started(), stepped(1), stepped(2), ended())

    said = [event for event in seen if isinstance(event, Said)]
    assert len(said) == 1
    assert said[0].level == "warning"
    assert len(seen) == 5


@pytest.mark.parametrize("kind", ["csv", "tensorboard"])
def test_a_run_that_is_over_is_written_afterwards(folder, tmp_path, kind):
    tell(folder, lambda event: None, stepped(5), epoch_ended(1))
    events = []

    run(export_work(folder, kind, tmp_path / "out"), events.append, StopToken())

    (path,) = [event.value for event in events if isinstance(event, Result)]
    if kind == "csv":
        rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))
        assert [r["name"] for r in rows][-2:] == ["accuracy", "loss"]
    else:
        assert scalars_of(path)[-1] == ("validation/loss", 10, 0.5)


def test_a_run_without_curves_says_so(folder, tmp_path):
    events = []

    run(export_work(folder, "csv", tmp_path / "out"), events.append, StopToken())

    assert isinstance(events[-1].error, DeepDeskError)
    assert "no curves" in str(events[-1].error)


def test_lines_that_are_not_legal_are_passed_over():
    assert list(run_logs.points_of({"step": "x"})) == []
    assert list(run_logs.points_of({"step": 1, "epoch": 1, "values": 3})) == []
    assert list(run_logs.points_of({"step": 1, "epoch": 1, "values": {"loss": None}})) == []
