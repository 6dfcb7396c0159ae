"""What writes to disk, each with an old state, a new one, and a way to tell which is there.

`python -m tests.faults.writers NAME FOLDER` writes the new state once and prints "done" or what
was refused; strace watches such a process.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from deepdesk.core.errors import DeepDeskError, StorageError
from deepdesk.core.task import Found
from deepdesk.project import preferences
from deepdesk.project.checkpoints import Checkpoints
from deepdesk.project.folder import Project
from deepdesk.project.metrics import MetricsLog
from deepdesk.project.preferences import Preferences
from deepdesk.project.runs import Runs
from deepdesk.project.safe_write import write_bytes

OLD, NEW = "old", "new"


class Writer:
    """Something that is saved.

    Attributes:
        in_python: Whether every call that writes is made from Python.
        is_steady: Whether what it wrote is on the disk for good when `write` returns.
    """

    in_python = True
    is_steady = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        """Write the old state."""

    def write(self) -> None:
        """Write the new state; it may be refused."""

    def state(self) -> str | None:
        """Return "old", "new" or None when it is neither."""


class Bytes(Writer):
    """One file that is replaced, as an exported file is."""

    def prepare(self) -> None:
        write_bytes(self.folder / "x", b"old" * 100)

    def write(self) -> None:
        write_bytes(self.folder / "x", b"new" * 200)

    def state(self) -> str | None:
        return {b"old" * 100: OLD, b"new" * 200: NEW}.get((self.folder / "x").read_bytes())


class SavedProject(Writer):
    """The file of a project."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.path = folder / "p.deepdesk"

    def prepare(self) -> None:
        Project.create(self.path, name=OLD, task="t").close()

    def write(self) -> None:
        with Project.open(self.path) as project:
            if project.read_only:
                raise StorageError(f"The disk of {self.path} is full.", "Free some space.")
            project.save(name=NEW)

    def state(self) -> str | None:
        with Project.open(self.path, read_only=True) as project:
            return project.file.name


class Commit(Writer):
    """A checkpoint after two others, with the best one marked."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.path = folder / "checkpoints"

    def prepare(self) -> None:
        for step in (1, 2):
            Checkpoints(self.path).commit(step, {"a": b"a" * 50, "b": b"b"}, meta={})
        Checkpoints(self.path).mark_best(1)

    def write(self) -> None:
        Checkpoints(self.path).commit(3, {"a": b"c" * 50, "b": b"d"}, meta={})

    def state(self) -> str | None:
        kept = Checkpoints(self.path)
        if kept.best() != 1 or not kept.valid(1) or not kept.valid(2):
            return None
        return {2: OLD, 3: NEW}.get(kept.latest_valid() or 0)


class CommitAgain(Commit):
    """A checkpoint of a step that has one."""

    def write(self) -> None:
        Checkpoints(self.path).commit(2, {"a": b"c" * 50, "b": b"d"}, meta={})

    def state(self) -> str | None:
        kept = Checkpoints(self.path)
        if not kept.valid(1) or not kept.valid(2):
            return None
        return {b"b": OLD, b"d": NEW}.get(kept.read(2, "b"))


class RunState(Writer):
    """The state of a run."""

    def prepare(self) -> None:
        Runs(self.folder / "runs").new("quick", {"epochs": 3}).update(title=OLD)

    def write(self) -> None:
        Runs(self.folder / "runs").get("001-quick").update(title=NEW)

    def state(self) -> str | None:
        run = Runs(self.folder / "runs").get("001-quick")
        return run.info().title if run.config() == {"epochs": 3} else None


class NewRun(Writer):
    """The folder of a new run; half of one is listed, but has no config."""

    is_steady = False

    def prepare(self) -> None:
        Runs(self.folder / "runs").new("quick", {"epochs": 3})

    def write(self) -> None:
        Runs(self.folder / "runs").new("best", {})

    def state(self) -> str | None:
        runs = Runs(self.folder / "runs")
        if runs.get("001-quick").config() != {"epochs": 3}:
            return None
        return NEW if len(runs.list()) == 2 else OLD


class FirstSave(Writer):
    """The first checkpoint of the first run, with the log that it speaks of."""

    def prepare(self) -> None:
        Project.create(self.folder / "p", name="x", task="t").close()

    def write(self) -> None:
        run = Runs(self.folder / "p.deepdesk" / "runs").new("quick", {"epochs": 3})
        try:
            run.metrics.append({"step": 1})
            offset = run.metrics.offset()
        finally:
            run.metrics.close()
        run.checkpoints.commit(1, {"weights": b"1"}, meta={"offset": offset})

    def state(self) -> str | None:
        runs = Runs(self.folder / "p.deepdesk" / "runs")
        # A run that was killed while it was made stays in the list; another is the newest then.
        names = [info.name for info in runs.list()]
        if not names or runs.get(names[0]).checkpoints.latest_valid() is None:
            return OLD
        run = runs.get(names[0])
        is_whole = run.config() == {"epochs": 3} and run.metrics.read() == [{"step": 1}]
        return NEW if is_whole else None


class Log(Writer):
    """A log of metrics that goes on."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.path = folder / "metrics.jsonl"

    def prepare(self) -> None:
        log = MetricsLog(self.path)
        log.append({"step": 1})
        log.close()

    def write(self) -> None:
        log = MetricsLog(self.path)
        try:
            log.append({"step": 2})
            log.flush()
        finally:
            log.close()

    def state(self) -> str | None:
        rows = MetricsLog(self.path).read()
        known = OLD if len(rows) == 1 else NEW
        return known if rows and rows[0] == {"step": 1} else None


class Preferred(Writer):
    """What a person prefers."""

    def prepare(self) -> None:
        self._here()
        preferences.save(Preferences(theme="light"))

    def write(self) -> None:
        self._here()
        preferences.save(Preferences(theme="dark"))

    def state(self) -> str | None:
        self._here()
        return {"light": OLD, "dark": NEW}.get(preferences.load().theme)

    def _here(self) -> None:
        os.environ["DEEPDESK_HOME"] = str(self.folder / "settings")


class Imported(Writer):
    """Files that are imported; whole batches count, and a stopped import may be repeated."""

    in_python = False
    # SQLite's log is replayed whole or not at all; the files of SQLite are its own affair.
    is_steady = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.path = folder / "p.deepdesk"

    def prepare(self) -> None:
        Project.create(self.path, name="x", task="t").close()
        self._add(0, 40)

    def write(self) -> None:
        self._add(40, 40)

    def state(self) -> str | None:
        with Project.open(self.path) as project, project.index() as index:
            index.check()
            return {40: OLD, 80: NEW}.get(index.count())

    def _add(self, first: int, count: int) -> None:
        rows = [
            Found(path=self.folder / f"{i}.png", label=f"c{i % 3}", target=[i])
            for i in range(first, first + count)
        ]
        with Project.open(self.path) as project:
            project.check_writable()
            with project.index() as index:
                index.add(rows, source=str(self.folder))


class Thumbnails(Writer):
    """The small pictures of a project, which may be lost but never stand in the way."""

    in_python = False
    is_steady = False

    def prepare(self) -> None:
        from PIL import Image

        Image.effect_noise((300, 300), 60.0).save(self.folder / "x.png")
        self._look()

    def write(self) -> None:
        self._look()

    def state(self) -> str | None:
        return NEW if self._look() else None

    def _look(self) -> bool:
        from deepdesk.data.thumbnails import thumbnail
        from deepdesk.tasks import task_of

        reader = task_of("image_classification").reader()
        pixels = thumbnail(self.folder / "cache", reader, self.folder / "x.png", 64)
        return bool(pixels.shape == (64, 64, 3))


class Exported(Writer):
    """The network of a project as a file for others."""

    def prepare(self) -> None:
        (self.folder / "network.json").write_text("old\n")

    def write(self) -> None:
        from deepdesk.export.graph_file import write_graph
        from deepdesk.nn.graph import Graph

        write_graph(self.folder / "network.json", Graph(name="new"))

    def state(self) -> str | None:
        from deepdesk.export.graph_file import read_graph

        if (self.folder / "network.json").read_text() == "old\n":
            return OLD
        read_graph(self.folder / "network.json")
        return NEW


WRITERS: tuple[type[Writer], ...] = (
    Bytes,
    SavedProject,
    Commit,
    CommitAgain,
    RunState,
    NewRun,
    FirstSave,
    Log,
    Preferred,
    Exported,
)
# Seen by strace alone.
DEEP_WRITERS: tuple[type[Writer], ...] = (Imported, Thumbnails)
BY_NAME = {writer.__name__: writer for writer in (*WRITERS, *DEEP_WRITERS)}


def main() -> int:
    """Write once; the marks let whoever watches know which calls are ours."""
    name, folder = sys.argv[1:]
    writer = BY_NAME[name](Path(folder))
    with tempfile.TemporaryDirectory() as scratch:
        # Once elsewhere: what is imported on the way is none of the calls that are tried.
        first = BY_NAME[name](Path(scratch))
        first.prepare()
        first.write()
    os.getpriority(os.PRIO_PROCESS, 0)
    try:
        writer.write()
        said = "done"
    except DeepDeskError as error:
        said = f"refused: {error}" if error.hint else f"refused without a remedy: {error}"
    os.getpriority(os.PRIO_PROCESS, 0)
    print(said)
    return 0


if __name__ == "__main__":
    sys.exit(main())
