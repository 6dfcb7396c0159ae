"""Who said what: kept with samples, edited with undo, and never on both sides of a draw."""

import contextlib
import json
import sqlite3

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdesk.core.errors import ConfigError
from deepdesk.core.task import Found
from deepdesk.data.drawing import draw_new
from deepdesk.project.index import DamagedIndexError, Filter, SampleIndex, schema
from deepdesk.project.index.changes import Change
from deepdesk.project.index.splitting import Drawn, draw
from tests.unit.project.samples import dump

SPEAKERS = ("ada", "bo", "cy", "dan", "eve", "flo")
FRACTIONS = (0.7, 0.15, 0.15)


def spoken(root, speakers=SPEAKERS, *, classes=3, takes=4, text=False, prefix=""):
    """Return every speaker saying every class several times; the files need not exist."""
    return [
        Found(
            path=root / f"{prefix}{label}_{speaker}_{take}.wav",
            label=str(label),
            origin=speaker,
            target=f"Number {label} by {speaker}" if text else None,
        )
        for label in range(classes)
        for speaker in speakers
        for take in range(takes)
    ]


@pytest.fixture
def index(tmp_path):
    with SampleIndex(tmp_path / "index.sqlite") as index:
        index.add(spoken(tmp_path, text=True), source=str(tmp_path))
        yield index


def sides(index):
    """Return the splits of each origin."""
    found = {}
    for sample in index.samples(index.ids()):
        found.setdefault(sample.origin, set()).add(sample.split)
    return found


def test_samples_know_who_they_come_from_and_what_is_said(index):
    sample = index.sample(1)
    assert (sample.origin, sample.target) == ("ada", "Number 0 by ada")


def test_origins_are_counted_by_split(index):
    index.set_split([1, 2], "test")
    rows = index.origins()
    assert [row.name for row in rows] == list(SPEAKERS)
    assert (rows[0].train, rows[0].validation, rows[0].test) == (10, 0, 2)
    assert rows[0].is_across
    assert not rows[1].is_across
    assert index.origins_across_splits() == 1


def test_origins_stand_in_natural_order_and_blank_ones_are_none(tmp_path):
    with SampleIndex(tmp_path / "index.sqlite") as index:
        names = ("s10", "s9", "  ", "s9 ")
        rows = [Found(path=tmp_path / f"{i}.wav", origin=n) for i, n in enumerate(names)]
        index.add(rows, source=str(tmp_path))
        assert [(row.name, row.count) for row in index.origins()] == [("s9", 2), ("s10", 1)]
        assert index.ids(Filter(origin="")).tolist() == [3]


def test_filters_find_by_origin_and_by_missing_target(index):
    assert index.count(Filter(origin="bo")) == 12
    assert index.count(Filter(origin="bo", split="test")) == 0
    assert index.count(Filter(origin="nobody")) == 0
    assert index.count(Filter(without_target=True)) == 0
    index.set_target([3, 4], None)
    assert index.ids(Filter(without_target=True)).tolist() == [3, 4]


def test_the_search_looks_into_texts_but_not_into_checksums_or_escapes(index):
    assert index.count(Filter(text="number 2 BY")) == 24
    index.set_target([5], 'Größe "drei" \\ 100%')
    for text in ("grösse", "GRÖSSE", '"drei"', "\\ 1", "0%"):
        wanted = text if "ö" not in text.lower() else text.replace("ss", "ß").replace("SS", "ß")
        assert index.ids(Filter(text=wanted)).tolist() == [5], text
    stored = index._db.value("SELECT json FROM targets WHERE id = 5")
    assert index.count(Filter(text=stored[-8:])) == 0
    assert index.count(Filter(text="u00f6")) == 0


def test_targets_that_are_no_text_are_not_searched(index):
    index.set_target([5], {"text": "elephant"})
    assert index.count(Filter(text="elephant")) == 0


@pytest.mark.parametrize(
    ("pattern", "takes"),
    [
        ("*_[0-1].wav", "01"),
        ("_[0-1].wav", "01"),
        ("*_2.WAV", "2"),
        ("_?.wav", "0123"),
        ("*_2", ""),
    ],
)
def test_patterns_find_takes_by_their_names(index, pattern, takes):
    found = {s.path.stem[-1] for s in index.samples(index.ids(Filter(text=pattern)))}
    assert found == set(takes)


def test_a_bracket_in_a_name_is_still_found(tmp_path):
    with SampleIndex(tmp_path / "index.sqlite") as index:
        index.add([Found(path=tmp_path / "take[1].wav")], source=str(tmp_path))
        assert index.count(Filter(text="take[1]")) == 1


@pytest.mark.parametrize(
    "edit",
    [
        lambda index: index.set_target([1, 2, 3, 40], "another text"),
        lambda index: index.set_target([2, 9], None),
        lambda index: index.set_origin([1, 13, 70], "new speaker"),
        lambda index: index.set_origin([1, 13, 70], None),
    ],
)
def test_every_edit_comes_back_exactly_also_through_removal(tmp_path, index, edit):
    path = tmp_path / "index.sqlite"
    before = dump(path)
    change = edit(index)
    after = dump(path)
    assert after != before
    removal = index.remove([2, 13])
    index.undo(removal)
    redo = index.undo(Change.from_json(json.loads(json.dumps(change.to_json()))))
    assert dump(path) == before
    assert redo.count == change.count
    index.undo(redo)
    assert dump(path) == after


def test_edits_are_noticed_by_whoever_keeps_what_was_read(index):
    for edit in (lambda: index.set_target([1], "x"), lambda: index.set_origin([1], "zoe")):
        revision, found = index.revision(), index.ids(Filter(text="ada"))
        edit()
        assert index.revision() > revision
        assert len(index.ids(Filter(text="ada"))) <= len(found)
    assert index.origins()[-1].name == "zoe"


def test_a_changed_text_changes_the_fingerprint(index):
    before = index.fingerprint()
    change = index.set_target([1], "x")
    assert index.fingerprint() != before
    index.undo(change)
    assert index.fingerprint() == before


@pytest.mark.parametrize("target", [float("nan"), {1, 2}, "a" * 2_000_000])
def test_a_target_that_cannot_be_kept_is_refused(index, target):
    with pytest.raises(ConfigError):
        index.set_target([1], target)
    assert index.sample(1).target == "Number 0 by ada"


def test_importing_again_fills_in_what_was_not_known_and_changes_nothing_else(tmp_path):
    with SampleIndex(tmp_path / "index.sqlite") as index:
        files = [tmp_path / f"{i}.wav" for i in range(3)]
        index.add([Found(path=f, label="a") for f in files], source=str(tmp_path))
        index.set_target([1], "mended by hand")
        revision = index.revision()
        again = [Found(path=f, label="b", target="heard", origin="ada") for f in files]
        assert index.add(again, source=str(tmp_path)) == 0
        found = [(s.label, s.target, s.origin) for s in index.samples([1, 2, 3])]
        assert found == [("a", t, "ada") for t in ("mended by hand", "heard", "heard")]
        assert index.revision() > revision


def old_format(path):
    """Make the file one of the first format, as an earlier version left it."""
    connection = sqlite3.connect(path)
    for table in ("sample_origins", "origins"):
        connection.execute(f"DROP TABLE {table}")
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def test_a_file_of_an_earlier_version_gets_the_tables_when_it_is_opened(tmp_path):
    path = tmp_path / "index.sqlite"
    with SampleIndex(path) as index:
        index.add(spoken(tmp_path), source=str(tmp_path))
    old_format(path)
    with SampleIndex(path) as index:
        assert index.origins() == ()
        index.set_origin([1], "ada")
        index.check()
        assert index._db.value("PRAGMA user_version") == schema.FORMAT


def test_a_file_of_an_earlier_version_that_may_not_be_changed_opens_as_well(tmp_path):
    path = tmp_path / "index.sqlite"
    with SampleIndex(path) as index:
        index.add(spoken(tmp_path), source=str(tmp_path))
    old_format(path)
    whole = path.read_bytes()
    with SampleIndex(path, read_only=True) as index:
        assert index.origins() == ()
        assert index.sample(1).origin is None
        assert index.count(Filter(origin="ada")) == 0
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE sample_origins SET origin_id = 'x'",
        "UPDATE sample_origins SET origin_id = 99",
        "UPDATE origins SET name = x'ff' WHERE id = 1",
        "DELETE FROM origins",
    ],
)
def test_hostile_origins_work_or_are_refused(tmp_path, sql):
    path = tmp_path / "index.sqlite"
    with SampleIndex(path) as index:
        index.add(spoken(tmp_path), source=str(tmp_path))
        index._db.run(sql)
    with contextlib.suppress(DamagedIndexError), SampleIndex(path) as index:
        index.samples(index.ids())
        index.origins()
        index.draw_splits(FRACTIONS, 1, keep_origins=True)


def test_a_draw_that_keeps_origins_puts_each_of_them_on_one_side(index):
    change = index.draw_splits(FRACTIONS, 1, keep_origins=True)
    assert all(len(found) == 1 for found in sides(index).values())
    assert index.split_counts() == {"train": 48, "validation": 12, "test": 12}
    assert index.origins_across_splits() == 0
    index.undo(change)
    assert index.split_counts()["train"] == 72


def test_another_seed_draws_other_speakers_also_where_sizes_differ_a_little(tmp_path):
    with SampleIndex(tmp_path / "index.sqlite") as index:
        rows = [f for n, s in enumerate(SPEAKERS) for f in spoken(tmp_path, (s,), takes=16 + n)]
        index.add(rows, source=str(tmp_path))
        tested = set()
        for seed in range(12):
            index.draw_splits(FRACTIONS, seed, keep_origins=True)
            tested |= {row.name for row in index.origins() if row.test}
    assert len(tested) > 3


def test_twins_and_origins_hang_together(index):
    # The first sample of ada is also the first one of bo: both speakers are one group.
    index.set_twins([("exact", [1, 5])])
    for seed in range(5):
        index.draw_splits(FRACTIONS, seed, keep_origins=True)
        found = sides(index)
        assert found["ada"] == found["bo"]
        assert index.twins_across_splits() == 0


@given(
    sizes=st.lists(st.integers(1, 40), min_size=3, max_size=12),
    seed=st.integers(0, 99),
)
@settings(deadline=None)
def test_three_groups_and_more_leave_no_wanted_split_empty(sizes, seed):
    chance = np.random.default_rng(seed)
    units = np.repeat(np.arange(len(sizes)), sizes)
    samples = Drawn(
        strata=chance.integers(0, 3, len(units)),
        keys=chance.integers(0, 2**63, len(units)).astype(np.uint64),
        units=units,
        given=np.full(len(units), -1),
        are_few=True,
    )
    drawn = draw(samples, FRACTIONS)
    assert all(len(set(drawn[units == unit])) == 1 for unit in range(len(sizes)))
    if min(sizes) > 1:
        assert set(drawn) == {0, 1, 2}


def test_keeping_together_is_usual_where_three_say_each_class(tmp_path):
    with SampleIndex(tmp_path / "a.sqlite") as index:
        index.add(spoken(tmp_path, SPEAKERS[:2]), source=str(tmp_path))
        assert not index.keeps_origins()
        index.add(spoken(tmp_path, SPEAKERS[2:3]), source=str(tmp_path))
        assert index.keeps_origins()
    with SampleIndex(tmp_path / "b.sqlite") as index:
        # Who speaks is what is to be told: a class comes from one origin each.
        rows = [
            Found(path=tmp_path / f"{s}{n}.wav", label=s, origin=s)
            for s in SPEAKERS
            for n in range(9)
        ]
        index.add(rows, source=str(tmp_path))
        assert not index.keeps_origins()


def test_an_import_keeps_speakers_together_and_sends_known_ones_home(tmp_path, index):
    draw_new(index, 0, {None})
    before = sides(index)
    assert all(len(found) == 1 for found in before.values())
    known = int(index.ids()[-1])
    index.add(spoken(tmp_path, (*SPEAKERS, "new"), prefix="more_"), source=str(tmp_path))
    draw_new(index, known, {None})
    after = sides(index)
    assert {name: after[name] for name in SPEAKERS} == before
    assert len(after["new"]) == 1


def test_an_import_into_parted_splits_draws_as_before(tmp_path, index):
    index.draw_splits(FRACTIONS, 1)
    known = int(index.ids()[-1])
    index.add(spoken(tmp_path, prefix="more_"), source=str(tmp_path))
    draw_new(index, known, {None})
    assert index.split_counts()["test"] > 12
    assert index.origins_across_splits() > 0


def test_a_source_that_gives_a_test_split_gets_whole_speakers_for_validation(tmp_path):
    with SampleIndex(tmp_path / "index.sqlite") as index:
        rows = [
            Found(path=f.path, label=f.label, origin=f.origin, split=split)
            for f, split in zip(
                spoken(tmp_path, [*SPEAKERS, "guy"]),
                [
                    "test" if "guy" in f.path.name else "train"
                    for f in spoken(tmp_path, [*SPEAKERS, "guy"])
                ],
                strict=True,
            )
        ]
        index.add(rows, source=str(tmp_path))
        draw_new(index, 0, {"train", "test"})
        assert index.origins_across_splits() == 0
        assert index.split_counts()["validation"] == 12


def test_what_the_source_parted_is_told_apart(tmp_path):
    with SampleIndex(tmp_path / "index.sqlite") as index:
        rows = [
            Found(path=tmp_path / f"{n}.wav", origin="ada", split=("train", "test")[n % 2])
            for n in range(4)
        ]
        index.add(rows, source=str(tmp_path))
        assert index.origins_across_splits() == index.origins_stuck() == 1


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE samples SET folder = 9e999 WHERE id = 1",
        "UPDATE samples SET folder = '' WHERE id = 1",
        "UPDATE samples SET split = 9e999 WHERE id = 1",
        "UPDATE samples SET split = '' WHERE id = 1",
        "INSERT OR REPLACE INTO targets (id, json) VALUES (1, x'fffe')",
        "UPDATE sample_origins SET origin_id = x'fffe' WHERE id = 1",
    ],
)
def test_numbers_that_are_none_are_damage_and_no_error_of_ours(tmp_path, sql):
    path = tmp_path / "index.sqlite"
    with SampleIndex(path) as index:
        index.add(spoken(tmp_path), source=str(tmp_path))
        index._db.run("PRAGMA ignore_check_constraints = 1")
        index._db.run(sql)
    with SampleIndex(path) as index:
        for call in (
            lambda: index.training_rows("train"),
            lambda: index.draw_splits(FRACTIONS, 1, keep_origins=True),
            lambda: index.set_target([1], "said"),
            lambda: index.set_origin([1], "zed"),
        ):
            with contextlib.suppress(DamagedIndexError):
                call()
