"""The disk is full at the first call that writes, at the second, and so on until none is left."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from deepdesk.core.errors import StorageError
from deepdesk.core.task import Found
from deepdesk.project import preferences
from deepdesk.project.checkpoints import Checkpoints
from deepdesk.project.folder import Project
from deepdesk.project.index import SampleIndex
from deepdesk.project.metrics import MetricsLog
from deepdesk.project.preferences import Preferences
from deepdesk.project.runs import Runs
from deepdesk.project.safe_write import write_bytes


class _File:
    """A file whose writes count; the one that fails has written half."""

    def __init__(self, file, fault):
        self._file = file
        self._fault = fault

    def write(self, data):
        if self._fault.is_now():
            self._file.write(data[: len(data) // 2])
            raise self._fault.error
        return self._file.write(data)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._file.close()

    def __getattr__(self, name):
        return getattr(self._file, name)


class Fault:
    """Lets the call number `at` of all that write, flush, move or make folders fail."""

    def __init__(self, monkeypatch, at, code=errno.ENOSPC):
        self.left = at
        self.error = OSError(code, os.strerror(code))
        self._patch = monkeypatch
        for owner, name in ((os, "fsync"), (os, "replace"), (os, "mkdir")):
            self._watch(owner, name)
        self._watch_files()

    @property
    def happened(self):
        return self.left <= 0

    def is_now(self):
        self.left -= 1
        return self.left == 0

    def _watch(self, owner, name):
        real = getattr(owner, name)

        def watched(*arguments, **options):
            if self.is_now():
                raise self.error
            return real(*arguments, **options)

        self._patch.setattr(owner, name, watched)

    def _watch_files(self):
        real = Path.open

        def watched(path, mode="r", *arguments, **options):
            if mode.strip("b") == "r":
                return real(path, mode, *arguments, **options)
            if self.is_now():
                raise self.error
            return _File(real(path, mode, *arguments, **options), self)

        self._patch.setattr(Path, "open", watched)


class Bytes:
    """One file that is replaced."""

    def __init__(self, folder):
        self.path = folder / "x"
        write_bytes(self.path, b"old" * 100)

    def write(self):
        write_bytes(self.path, b"new" * 200)

    def state(self):
        return {b"old" * 100: "old", b"new" * 200: "new"}.get(self.path.read_bytes())


class SavedProject:
    """The file of a project."""

    def __init__(self, folder):
        self.path = folder / "p.deepdesk"
        Project.create(self.path, name="old", task="t").close()

    def write(self):
        with Project.open(self.path) as project:
            if project.read_only:
                raise StorageError(f"The disk of {self.path} is full.", "Free some space.")
            project.save(name="new")

    def state(self):
        with Project.open(self.path, read_only=True) as project:
            return project.file.name


class Commit:
    """A checkpoint after two others, with the best one marked."""

    def __init__(self, folder):
        self.path = folder / "checkpoints"
        for step in (1, 2):
            Checkpoints(self.path).commit(step, {"a": b"a" * 50, "b": b"b"}, meta={})
        Checkpoints(self.path).mark_best(1)

    def write(self):
        Checkpoints(self.path).commit(3, {"a": b"c" * 50, "b": b"d"}, meta={})

    def state(self):
        kept = Checkpoints(self.path)
        assert kept.best() == 1
        assert kept.valid(1)
        assert kept.valid(2)
        return {2: "old", 3: "new"}.get(kept.latest_valid())


class CommitAgain(Commit):
    """A checkpoint of a step that has one."""

    def write(self):
        Checkpoints(self.path).commit(2, {"a": b"c" * 50, "b": b"d"}, meta={})

    def state(self):
        kept = Checkpoints(self.path)
        assert kept.valid(1)
        assert kept.valid(2)
        return {b"b": "old", b"d": "new"}.get(kept.read(2, "b"))


class RunState:
    """The state of a run."""

    def __init__(self, folder):
        self.runs = Runs(folder / "runs")
        self.runs.new("quick", {}).update(title="old")

    def write(self):
        self.runs.get("001-quick").update(title="new")

    def state(self):
        return self.runs.list()[0].title


class NewRun:
    """The folder of a new run; half of one is listed, but has no config."""

    def __init__(self, folder):
        self.runs = Runs(folder / "runs")
        self.runs.new("quick", {})

    def write(self):
        self.runs.new("best", {})

    def state(self):
        assert self.runs.get("001-quick").config() == {}
        return "new" if len(self.runs.list()) == 2 else "old"


class Log:
    """A log of metrics that goes on."""

    def __init__(self, folder):
        self.path = folder / "metrics.jsonl"
        log = MetricsLog(self.path)
        log.append({"step": 1})
        log.close()

    def write(self):
        log = MetricsLog(self.path)
        try:
            log.append({"step": 2})
            log.flush()
        finally:
            log.close()

    def state(self):
        rows = MetricsLog(self.path).read()
        return {1: "old", 2: "new"}[len(rows)] if rows[0] == {"step": 1} else None


class Preferred:
    """What a person prefers."""

    def __init__(self, folder):
        preferences.save(Preferences(theme="light"))

    def write(self):
        preferences.save(Preferences(theme="dark"))

    def state(self):
        return {"light": "old", "dark": "new"}.get(preferences.load().theme)


WRITERS = (Bytes, SavedProject, Commit, CommitAgain, RunState, NewRun, Log, Preferred)
CODES = (errno.ENOSPC, errno.EIO)


@pytest.mark.slow
@pytest.mark.parametrize("code", CODES, ids=errno.errorcode.get)
@pytest.mark.parametrize("writer_of", WRITERS)
def test_a_failing_write_leaves_the_old_or_the_new(tmp_path, monkeypatch, writer_of, code):
    monkeypatch.setenv("DEEPDESK_HOME", str(tmp_path / "settings"))
    for at in range(1, 200):
        folder = tmp_path / str(at)
        folder.mkdir()
        writer = writer_of(folder)
        with monkeypatch.context() as patch:
            fault = Fault(patch, at, code)
            error = None
            try:
                writer.write()
            except StorageError as caught:
                error = caught

        assert error is not None or writer.state() == "new", at
        assert writer.state() in ("old", "new"), at
        assert not list(folder.rglob("*.tmp-*")), at
        if error is not None:
            assert error.hint
            assert str(tmp_path) in error.message
        if not fault.happened:
            break

    assert writer.state() == "new"
    assert 1 < at < 199


def test_a_full_disk_is_named_with_the_bytes_needed(tmp_path, monkeypatch):
    Fault(monkeypatch, 2)

    with pytest.raises(StorageError, match=r"disk of .* is full: 1,000 bytes are needed"):
        write_bytes(tmp_path / "x", b"x" * 1000)


def test_an_index_on_a_full_disk_keeps_what_it_had(tmp_path):
    rows = [Found(path=tmp_path / f"{i}.png", label="a") for i in range(20_000)]
    with SampleIndex(tmp_path / "index.sqlite") as index:
        index.add(rows[:100], source=str(tmp_path))
        pages = index._db.value("PRAGMA page_count")
        index._db.run(f"PRAGMA max_page_count = {pages + 20}")

        with pytest.raises(StorageError, match="full"):
            index.add(rows, source=str(tmp_path))

        assert index.count() == 100
        index._db.run("PRAGMA max_page_count = 100000")
        assert index.add(rows, source=str(tmp_path)) == 19_900
