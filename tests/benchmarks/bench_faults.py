"""Everything that can go wrong with disk, process and power, in numbers.

Prints a table with a row per kind of fault. `DEEPDESK_FAULTS_SHARE=0.1` takes a tenth of the
rounds, `DEEPDESK_FAULTS_ONLY=kills,flips` only these rows, for a look in between.
"""

from __future__ import annotations

import contextlib
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.faults import going_back, reading, tracing
from tests.faults.calls import CODES
from tests.faults.cutting import cut_at_every_call
from tests.faults.failing import failing_calls
from tests.faults.flips import flipped, make_corpus, truncated
from tests.faults.found import Found
from tests.faults.killing import Bench, after_steps, at_any_time, make_project
from tests.faults.leaving import leave_often
from tests.faults.power import power_cuts
from tests.faults.sharing import races, vanishing
from tests.faults.writers import DEEP_WRITERS, WRITERS
from tests.faults.zygote import Zygote

SEED = 20_260
KILLS_AT_ANY_TIME = 200
KILLS_IN_EPOCHS = 100
POWER_CUTS = 20_000
FLIPS = 20_000
MEMORY_FULL = 200
NOT_FINITE = 200
BROKEN_READERS = 500
LEAVINGS = 48
RACES = 200
VANISHINGS = 30
SHARE = float(os.environ.get("DEEPDESK_FAULTS_SHARE", "1"))
ONLY = set(filter(None, os.environ.get("DEEPDESK_FAULTS_ONLY", "").split(",")))


def part(count: int) -> int:
    """Return how many rounds to take of `count`."""
    return max(1, round(count * SHARE))


@contextlib.contextmanager
def place(*, in_memory: bool = True) -> Iterator[Path]:
    """Give an empty folder, in memory where flushing is not what is tried."""
    shared = Path("/dev/shm")
    where = str(shared) if in_memory and shared.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="deepdesk-faults-", dir=where) as folder:
        os.environ["DEEPDESK_HOME"] = str(Path(folder) / "home")
        yield Path(folder)


def kills_at_any_time() -> Found:
    """T1: kill -9 at random instants of training, half of them inside a save; then resume."""
    return _killed_runs(part(KILLS_AT_ANY_TIME), often=False)


def kills_in_each_epoch() -> Found:
    """T2: three kills and more in each epoch."""
    return _killed_runs(part(KILLS_IN_EPOCHS), often=True)


def _killed_runs(kills: int, *, often: bool) -> Found:
    found = Found(notes={"runs": 0, "kills_per_epoch": 0.0})
    with place(in_memory=False) as folder, Zygote() as zygote:
        epochs = 2 if often else 4
        bench = Bench(zygote, folder, per_class=16, epochs=epochs, checkpoint_s=0.0)
        seed = SEED
        while found.rounds < kills:
            seed += 1
            chance = random.Random(seed)
            most = bench.steps_per_epoch // 5 if often else 0
            kill = after_steps(chance, most) if often else at_any_time(chance, bench.run_s)
            try:
                steps = bench.killed_run(f"seed-{seed}", kill, min(12, kills - found.rounds))
            except (AssertionError, TimeoutError) as error:
                found.failures.append(f"seed {seed}: {error}")
                steps = [0]
            found.rounds += len(steps)
            found.notes["runs"] = seed - SEED
        found.notes["kills_per_epoch"] = round(found.rounds / (seed - SEED) / epochs, 2)
        found.notes["forked"] = zygote.forks
    return found


def kills_at_every_call() -> Found:
    """T3: a kill at every call of every save, seen from Python and by strace."""
    with place() as folder:
        found = cut_at_every_call(folder)
    found.notes["by_strace"] = 0
    with place() as folder:
        for writer_of in (*WRITERS, *DEEP_WRITERS) if tracing.is_here() else ():
            traced = tracing.killed(writer_of, folder, every=part_step())
            found.notes["by_strace"] = _count(found, "by_strace") + traced.rounds
            found.add(traced)
    return found


def part_step() -> int:
    """Return how far apart the system calls are that are tried."""
    return max(1, round(1 / SHARE))


def _count(found: Found, name: str) -> int:
    value = found.notes[name]
    assert isinstance(value, int)
    return value


def cuts_of_power() -> Found:
    """T4: power cuts with what was not flushed lost in part."""
    found = Found()
    for writer_of in WRITERS:
        with place() as folder:
            count = part(POWER_CUTS // len(WRITERS))
            found.add(power_cuts(writer_of, folder, count=count, seed=SEED))
    return found


def full_disks() -> Found:
    """T5: no space at the call number k, once and from then on, for every k."""
    return _refused(("ENOSPC",))


def failing_disks() -> Found:
    """T6: the other errors a disk can give, at every call."""
    return _refused(CODES[1:])


def _refused(codes: tuple[str, ...]) -> Found:
    found = Found(notes={"by_strace": 0})
    with place() as folder:
        for writer_of in WRITERS:
            for lasting in (False, True):
                where = folder / f"{writer_of.__name__}-{lasting}"
                where.mkdir()
                found.add(failing_calls(writer_of, where, codes, lasting=lasting))
        for writer_of in (*WRITERS, *DEEP_WRITERS) if tracing.is_here() else ():
            traced = tracing.refused(writer_of, folder, codes, every=part_step())
            found.notes["by_strace"] = _count(found, "by_strace") + traced.rounds
            found.add(traced)
    return found


def flips() -> Found:
    """T7: one bit turned over in any file of a project."""
    with place() as folder:
        return flipped(make_corpus(folder), count=part(FLIPS), seed=SEED)


def cuts() -> Found:
    """T8: every file cut short at every length."""
    with place() as folder:
        corpus = make_corpus(folder)
        return truncated(corpus, per_large=1_000, seed=SEED, stride=part_step())


def memory_full() -> Found:
    """T14: the memory of the device is full at a random step."""
    return going_back.memory_full(part(MEMORY_FULL), SEED)


def broken_readers() -> Found:
    """T15: a worker that decodes raises or hangs."""
    with place() as folder:
        return reading.broken_readers(folder, count=part(BROKEN_READERS), seed=SEED)


def leaving() -> Found:
    """T18: the window is closed or asked to end while it trains, imports, exports or saves."""
    from deepdesk.tasks import task_of

    with place(in_memory=False) as folder:
        with Zygote() as zygote:
            project = make_project(zygote, folder, per_class=16)
        data = task_of("image_classification").sample(folder / "more")
        return leave_often(project, data, count=part(LEAVINGS), seed=SEED)


def sharing() -> Found:
    """T19: programs race for one project, and a project goes away in the middle of a run."""
    with place() as folder:
        found = races(folder, count=part(RACES), seed=SEED)
    with place(in_memory=False) as folder, Zygote() as zygote:
        bench = Bench(zygote, folder, per_class=16, epochs=2, checkpoint_s=0.0)
        gone = vanishing(bench, folder, count=part(VANISHINGS), seed=SEED)
    found.notes["vanished"] = gone.rounds
    found.add(gone)
    return found


def not_finite() -> Found:
    """T16: a number of a run becomes infinite or none at a random step."""
    return going_back.not_finite(part(NOT_FINITE), SEED)


ROWS: dict[str, Callable[[], Found]] = {
    "T1 kills": kills_at_any_time,
    "T2 kills_in_each_epoch": kills_in_each_epoch,
    "T3 kills_at_every_call": kills_at_every_call,
    "T4 power_cuts": cuts_of_power,
    "T5 full_disk": full_disks,
    "T6 failing_disk": failing_disks,
    "T7 flips": flips,
    "T8 cuts": cuts,
    "T14 memory_full": memory_full,
    "T15 broken_readers": broken_readers,
    "T16 not_finite": not_finite,
    "T18 leaving": leaving,
    "T19 sharing": sharing,
}


def main() -> dict[str, object]:
    """Return a row per kind of fault: rounds, failures, seconds, and the first failures."""
    rows: dict[str, object] = {}
    for name, rounds in ROWS.items():
        if ONLY and name.split()[1] not in ONLY and name.split()[0] not in ONLY:
            continue
        sys.stderr.write(f"{name}...\n")
        row = rounds().row()
        sys.stderr.write(f"{name}: {row['failures']} failures in {row['rounds']}\n")
        rows[name] = row
    return rows
