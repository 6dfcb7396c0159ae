"""Files with one bit turned over, or cut short: noticed, or harmless, never a crash."""

from __future__ import annotations

import random

import pytest

from deepdesk.core.errors import BadSampleError, DeepDeskError, ProjectError
from deepdesk.core.task import Facts, Found
from deepdesk.project.checkpoints import Checkpoints
from deepdesk.project.folder import Project
from deepdesk.project.index import Filter, SampleIndex
from deepdesk.project.runs import Runs
from deepdesk.project.safe_write import read_json, write_json
from tests.faults.flips import flipped as flipped_in
from tests.faults.flips import make_corpus, truncated

FILES = {"weights": bytes(range(256)), "state": b'{"epoch": 3}'}


def flipped(data: bytes, bit: int) -> bytes:
    """Return `data` with one bit turned over."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def refusal_of(act) -> DeepDeskError | None:
    """Return how `act` was refused, which must come with a remedy, or None."""
    refusal = None
    try:
        act()
    except DeepDeskError as error:
        refusal = error
    assert refusal is None or refusal.hint
    return refusal


@pytest.mark.slow
def test_every_flipped_bit_of_a_checkpoint_is_noticed(tmp_path):
    kept = Checkpoints(tmp_path)
    folder = kept.commit(2, FILES, meta={"loss": 0.25})
    silent = []
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        for bit in range(0, len(whole) * 8, 11):
            path.write_bytes(flipped(whole, bit))
            if kept.valid(2) and kept.meta(2) != {"loss": 0.25}:
                silent.append((path.name, bit))
            if kept.valid(2) and path.name in FILES:
                silent.append((path.name, bit))
        path.write_bytes(whole)

    assert silent == []
    assert kept.valid(2)


@pytest.mark.slow
def test_every_length_of_a_checkpoint_but_the_whole_is_noticed(tmp_path):
    kept = Checkpoints(tmp_path)
    folder = kept.commit(2, FILES, meta={})
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        # The marker's last byte is a newline that JSON can do without.
        for length in range(0, len(whole) - 1, 7):
            path.write_bytes(whole[:length])
            assert not kept.valid(2), (path.name, length)
        path.write_bytes(whole)


@pytest.mark.slow
def test_a_project_file_with_a_flipped_bit_opens_or_is_refused_with_a_remedy(tmp_path):
    with Project.create(tmp_path / "p", name="Cats", task="image_classification") as project:
        project.save(sources=("/data/cats",), graph={"nodes": [1, 2.5]}, task_settings={"a": 1})
    path = tmp_path / "p.deepdesk" / "project.json"
    whole = path.read_bytes()
    for bit in range(0, len(whole) * 8, 5):
        path.write_bytes(flipped(whole, bit))
        refusal_of(lambda: Project.open(tmp_path / "p.deepdesk", read_only=True).close())
        assert path.read_bytes() == flipped(whole, bit)


@pytest.mark.slow
def test_a_run_file_with_a_flipped_bit_never_hides_the_other_runs(tmp_path):
    runs = Runs(tmp_path)
    first = runs.new("quick", {})
    first.update(epochs=3, metrics={"accuracy": 0.5}, status="finished", seconds=1.5)
    runs.new("best", {})
    path = first.path / "run.json"
    whole = path.read_bytes()
    for bit in range(0, len(whole) * 8, 5):
        path.write_bytes(flipped(whole, bit))
        assert [info.name for info in runs.list()] == ["002-best", "001-quick"]


def look(path):
    """Read everything an index can tell, and change something."""
    with SampleIndex(path) as index:
        for wanted in (Filter(), Filter(problem="any"), Filter(text="1"), Filter(split="test")):
            index.page(wanted, 0, 50)
            index.ids(wanted)
        index.classes()
        index.counts()
        index.problem_counts()
        index.training_rows("train")
        index.fingerprint()
        index.typical_size()
        index.twins_across_splits()
        index.draw_splits((0.5, 0.25, 0.25), 3)
        index.undo(index.set_class(list(range(1, 20)), None))
        index.undo(index.remove([1, 2]))
        index.origins()
        index.undo(index.set_target([1, 2], "new"))
        index.undo(index.set_origin([1, 2], "new"))
        index.draw_splits((0.5, 0.25, 0.25), 3, keep_origins=True)
        index.add([Found(path=path.parent / "new.png", label="new")], source=str(path.parent))


@pytest.mark.slow
def test_an_index_with_a_flipped_bit_works_or_is_refused_with_a_remedy(tmp_path):
    path = tmp_path / "index.sqlite"
    with SampleIndex(path) as index:
        index.add(
            (
                Found(path=tmp_path / f"{i}.png", label=f"c{i % 3}", target=[i], origin=f"o{i % 5}")
                for i in range(40)
            ),
            source=str(tmp_path),
        )
        index.record_facts(
            (i, Facts(size=(i, i), detail="", digest=f"{i:064x}")) for i in range(1, 30)
        )
        index.record_facts([(31, BadSampleError("empty", "It is empty."))])
        index.set_twins([("exact", [1, 2])])
    whole = path.read_bytes()
    chance = random.Random(3)
    refused = 0
    for _ in range(60):
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        path.write_bytes(flipped(whole, chance.randrange(len(whole) * 8)))
        refused += refusal_of(lambda: look(path)) is not None

    assert refused > 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE samples SET split = 7",
        "UPDATE samples SET state = 'x'",
        "UPDATE samples SET class_id = 'x'",
        "UPDATE samples SET folder = 99",
        "UPDATE samples SET name = x'00ff' WHERE id = 1",
        "UPDATE samples SET id = 9223372036854775807 WHERE id = 1",
        "UPDATE targets SET json = '['",
        "UPDATE targets SET json = 3",
        "UPDATE facts SET size_json = '{}'",
        "UPDATE facts SET size_json = '[99999999999999999999999]'",
        "UPDATE facts SET digest = 'zz'",
        "UPDATE classes SET name = x'ff', position = 'x' WHERE id = 1",
        "UPDATE folders SET path = x'ff'",
        "UPDATE sources SET root = x'ff'",
        "UPDATE counters SET value = 'x'",
        "UPDATE counters SET value = 9223372036854775807",
        "DELETE FROM counters",
        "INSERT INTO twins VALUES (1, 1, 9), (2, 1, 9)",
        "INSERT INTO twins VALUES ('x', 'y', 'z')",
        "INSERT INTO origins VALUES (1, x'ff'), (2, 'b')",
        "INSERT INTO sample_origins VALUES (1, 'x'), (2, 9), (3, -1)",
    ],
)
def test_an_index_with_hostile_values_works_or_is_refused_with_a_remedy(tmp_path, sql):
    path = tmp_path / "index.sqlite"
    with SampleIndex(path) as index:
        index.add(
            (Found(path=tmp_path / f"{i}.png", label=f"c{i % 3}", target=[i]) for i in range(30)),
            source=str(tmp_path),
        )
        index.record_facts(
            (i, Facts(size=(i, i), detail="", digest=f"{i:064x}")) for i in range(1, 30)
        )
        index._db.run(sql)

    refusal_of(lambda: look(path))


def test_a_report_of_a_flip_says_what_to_do(tmp_path):
    Project.create(tmp_path / "p", name="Cats", task="t").close()
    path = tmp_path / "p.deepdesk" / "project.json"
    write_json(path, {**read_json(path), "format": 99})

    with pytest.raises(ProjectError, match="format 99") as caught:
        Project.open(tmp_path / "p.deepdesk")
    assert caught.value.hint == "Update DeepDesk to open it."


@pytest.mark.slow
def test_no_flipped_bit_in_any_file_of_a_project_is_believed(swift):
    found = flipped_in(make_corpus(swift), count=1_500, seed=1)

    assert found.failures == []
    assert found.notes["noticed"] > 1_000


@pytest.mark.slow
def test_no_file_of_a_project_that_was_cut_short_is_believed(swift):
    found = truncated(make_corpus(swift), per_large=30, seed=1, stride=17)

    assert found.failures == []
    assert found.notes["noticed"] > 100
