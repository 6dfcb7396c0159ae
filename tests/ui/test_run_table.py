"""The table of all runs: grouped by seed, filtered, sorted, two compared."""

from __future__ import annotations

import csv
import json
import time

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt

from deepdesk.core.settings import to_json
from deepdesk.core.work import StopToken, run
from deepdesk.engine.comparison.facts import RunFacts
from deepdesk.engine.settings import TrainingConfig
from deepdesk.project.runs import RunInfo
from deepdesk.tasks import all_tasks
from deepdesk.ui.tabs.training.queue_control import QueueControl
from deepdesk.ui.tabs.training.table.feature import RunTable
from deepdesk.ui.tabs.training.table.listing import Listing
from deepdesk.ui.tabs.training.table.page import RunTablePage
from deepdesk.ui.tabs.training.table.rows import contents_of
from deepdesk.ui.tabs.training.table.works import of_one_seed, saving
from tests.ui import training_stage as stage
from tests.ui.run_events import log_lines

SPEC = all_tasks()["image_classification"]
project, make_tab = stage.project, stage.make_tab


def facts(number, accuracy, *, tmp_path, seed=1, status="finished", **settings):
    training = {**to_json(TrainingConfig()), "seed": seed, **settings}
    name = f"{number:03d}-quick"
    metrics = {} if accuracy is None else {"accuracy": accuracy, "loss": 1 - accuracy}
    info = RunInfo(
        name=name,
        path=tmp_path / name,
        title=name,
        status=status,
        metrics=metrics,
        main_metric="accuracy",
        seconds=60.0 * number,
        epochs=4,
        epochs_done=4,
        step=40,
    )
    return RunFacts(info=info, settings={f"training.{k}": v for k, v in training.items()})


@pytest.fixture
def runs(tmp_path):
    """Return five runs, newest first: three seeds of one kind, and two others."""
    return [
        facts(5, 0.95, tmp_path=tmp_path, batch_size=64, learning_rate=0.1),
        facts(4, 0.70, tmp_path=tmp_path, batch_size=32, status="stopped"),
        facts(3, 0.84, tmp_path=tmp_path, seed=3),
        facts(2, 0.82, tmp_path=tmp_path, seed=2),
        facts(1, 0.80, tmp_path=tmp_path, seed=1),
    ]


@pytest.fixture
def listing(runs):
    listing = Listing()
    listing.take(contents_of(runs, SPEC))
    return listing


def names(listing):
    return [row.key.split("-")[0] for row in listing.shown]


def test_runs_that_differ_in_the_seed_are_one_row_with_mean_and_spread(listing):
    group = listing.shown[-1]

    assert len(listing.shown) == 3
    assert group.texts["run"] == "003 quick and 2 more seeds"
    assert group.texts["metric.accuracy"].endswith("± 2")
    assert group.values["metric.accuracy"] == pytest.approx(0.82)
    assert group.texts["training.seed"] == "1, 2, 3"


def test_a_group_unfolds_to_its_runs(listing):
    listing.fold(listing.shown[-1])

    assert [row.texts["training.seed"] for row in listing.shown[-3:]] == ["3", "2", "1"]
    listing.fold(listing.shown[2])
    assert len(listing.shown) == 3


def test_only_settings_that_tell_runs_apart_are_columns(listing):
    settings = [column.key for column in listing.columns if column.is_setting]

    assert settings == ["training.batch_size", "training.learning_rate", "training.seed"]
    listing.want("training.momentum", is_on=True)
    assert "training.momentum" in [column.key for column in listing.columns]


def test_columns_follow_the_filter(listing):
    listing.search("batch_size = 128")

    assert [c.key for c in listing.columns if c.is_setting] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("accuracy > 0.9", ["005"]),
        ("accuracy>90%", ["005"]),
        ("accuracy >= 0.7 batch_size = 32", ["004"]),
        ("batch_size != 128", ["005", "004"]),
        ("status = stopped", ["004"]),
        ("stopped", ["004"]),
        ('"005 quick"', ["005"]),
        ("seed = 2", ["group 5f"]),
        ("time > 250", ["005"]),
        ("accuracy > 0.99", []),
        ("", ["005", "004", "group"]),
    ],
)
def test_a_filter_finds_runs(listing, text, found):
    listing.search(text)

    assert len(listing.shown) == len(found)
    for row, start in zip(listing.shown, found, strict=True):
        assert row.key.startswith(start[:5])


def test_a_name_that_is_no_column_is_said(listing):
    listing.search("accurracy > 0.5")

    assert listing.unknown == ("accurracy",)
    assert not listing.shown


def test_sorting_leaves_runs_without_a_value_at_the_end(runs, tmp_path):
    listing = Listing()
    listing.take(contents_of([facts(6, None, tmp_path=tmp_path, momentum=0.5), *runs], SPEC))

    for descending, first in ((True, "005"), (False, "004")):
        listing.sort("metric.accuracy", descending=descending)
        assert listing.shown[0].key.startswith(first)
        assert listing.shown[-1].key.startswith("006")


def test_a_thousand_runs_are_filtered_and_sorted_within_a_frame(tmp_path):
    many = [
        facts(n, n / 1000, tmp_path=tmp_path, batch_size=n % 7 + 1, learning_rate=n / 1e4 + 1e-4)
        for n in range(999, -1, -1)
    ]
    page = Listing()
    page.take(contents_of(many, SPEC))

    start_s = time.thread_time()
    page.search("accuracy > 0.5 batch_size = 3")
    page.sort("metric.accuracy", descending=True)
    spent_s = time.thread_time() - start_s

    assert page.shown[0].values["metric.accuracy"] > 0.99
    assert spent_s < 0.2


def test_the_table_is_saved_run_by_run(listing, tmp_path):
    work = saving(tuple(listing.shown), tuple(listing.columns), tmp_path / "runs.csv")

    run(work, lambda event: None, StopToken())

    text = (tmp_path / "runs.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 5
    assert [float(row["Accuracy"]) for row in rows] == [0.95, 0.7, 0.84, 0.82, 0.8]


def test_a_group_is_never_set_against_one_of_its_own_runs_as_the_same_run(listing):
    group = listing.shown[-1]

    first, second = of_one_seed(group, group.inside[0])

    assert first.name != second.name


def test_rows_are_compared_by_runs_of_one_seed(listing):
    group, other = listing.shown[-1], listing.shown[0]

    assert [run.name for run in of_one_seed(group, other)] == ["001-quick", "005-quick"]


@pytest.fixture
def page(qtbot, runs):
    page = RunTablePage()
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    page.show_contents(contents_of(runs, SPEC))
    return page


def select(page, *places):
    flags = QItemSelectionModel.SelectionFlag
    for place in places:
        page.view.selectionModel().select(page.model.index(place, 0), flags.Select | flags.Rows)


def test_a_click_on_a_head_sorts_and_the_selection_stays(qtbot, page):
    select(page, 0)
    head = page.view.horizontalHeader()
    section = [c.key for c in page.model.listing.columns].index("metric.accuracy")
    at = QPoint(head.sectionViewportPosition(section) + 5, 8)

    qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=at)

    assert page.model.listing.by == "metric.accuracy"
    assert not page.model.listing.is_descending
    assert [row.first.name for row in page.rows()] == ["005-quick"]


def test_the_arrow_keys_unfold_a_group(qtbot, page):
    page.view.setFocus()
    page.view.setCurrentIndex(page.model.index(2, 0))

    qtbot.keyClick(page.view, Qt.Key.Key_Right)
    assert page.model.rowCount() == 6
    qtbot.keyClick(page.view, Qt.Key.Key_Left)
    assert page.model.rowCount() == 3


def test_typing_filters_and_says_how_many(qtbot, page):
    qtbot.keyClicks(page.search, "accuracy > 0.9")

    qtbot.waitUntil(lambda: page.model.rowCount() == 1)
    assert page.count.text().startswith("1 of 5 runs")


def test_enter_draws_the_curves_of_a_run(qtbot, page):
    page.view.setFocus()
    page.view.setCurrentIndex(page.model.index(0, 0))

    with qtbot.waitSignal(page.curves_asked) as asked:
        page.view.activated.emit(page.model.index(0, 0))

    assert asked.args[0][0].first.name == "005-quick"


def keep(opened, *, seed, right, samples=200, **settings):
    """Leave the folder of a finished run with its answers."""
    training = {**to_json(TrainingConfig()), "seed": seed, **settings}
    config = {"training": training, "config": {}, "architecture": "Tiny", "graph": {}}
    folder = opened.runs.new("quick", {**config, "dataset": "abc"})
    for line in log_lines(3):
        folder.metrics.append(line)
    folder.metrics.close()
    truth = ["cat"] * samples
    answer = ["cat" if n < right else "dog" for n in range(samples)]
    columns = {"ids": list(range(samples)), "truth": truth, "answer": answer}
    (folder.path / "evaluation.json").write_text(json.dumps({"predictions": columns}))
    folder.update(
        status="finished",
        epochs=4,
        epochs_done=3,
        metrics={"accuracy": right / samples},
        main_metric="accuracy",
        seconds=60.0,
        step=30,
    )
    return folder.path.name


@pytest.fixture
def table(qtbot, desk, project, make_tab):
    """Return the table over a project with three runs."""
    keep(project, seed=1, right=150)
    keep(project, seed=2, right=152)
    keep(project, seed=1, right=180, batch_size=64)
    tab = make_tab()
    table = tab.findChild(RunTable)
    qtbot.mouseClick(table.link, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: table.page.model.rowCount() == 2)
    table.tab = tab
    return table


def test_two_rows_are_judged_by_runs_of_one_seed_with_an_interval(qtbot, table):
    select(table.page, 0, 1)

    qtbot.waitUntil(table.page.panel.isVisible)
    words = table.page.panel.words
    assert words.startswith("003 quick is better by 15.0 points (")


def test_the_curves_of_selected_runs_are_drawn_over_each_other(qtbot, table):
    select(table.page, 0, 1)

    qtbot.mouseClick(table.page.draw, Qt.MouseButton.LeftButton)

    assert table.tab.runs.list.run == "003-quick"
    assert set(table.tab.runs.list.behind) == {"001-quick", "002-quick"}
    assert table.page.isHidden()


def test_a_run_is_repeated_with_seeds_it_does_not_have(qtbot, table):
    row = table.page.model.listing.shown[1]
    queue = table.tab.findChild(QueueControl)
    queue.is_held = True

    table.repeat(row, 2)

    seeds = [entry.request["training"]["seed"] for entry in queue.queue]
    assert seeds == [3, 4]
    assert queue.queue[0].title == "002 quick, seed 3"
