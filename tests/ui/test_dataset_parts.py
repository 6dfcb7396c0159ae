"""The parts of the Dataset tab that need no window."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from deepdesk.project.index import ClassRow
from deepdesk.ui.tabs.dataset.class_model import ClassModel, lines_of
from deepdesk.ui.tabs.dataset.geometry import Geometry
from deepdesk.ui.tabs.dataset.health import findings, needs_look
from deepdesk.ui.tabs.dataset.overview import Overview
from deepdesk.ui.tabs.dataset.pages import KEPT_PAGES, PAGE_ROWS, Pages
from deepdesk.ui.tabs.dataset.picked import Picked
from deepdesk.ui.tabs.dataset.plain import plain_entry
from deepdesk.ui.tabs.dataset.selection import RowRanges
from deepdesk.ui.tabs.dataset.split_bar import handle_at, moved, parts_of
from deepdesk.ui.tabs.dataset.split_panel import SplitPanel, how_drawn, percents
from deepdesk.ui.theme import apply
from deepdesk.ui.theme.tokens import DARK, LIGHT
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.plain_tip import plain_tip

NOUN = ("leaf", "leaves")
NO, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


def overview_of(sizes: dict[str, int], **facts) -> Overview:
    rows = tuple(
        ClassRow(id=at, name=name, position=at, count=count)
        for at, (name, count) in enumerate(sizes.items())
    )
    counts = {}
    for row in rows:
        counts[row.id, "validation"] = min(1, row.count)
        counts[row.id, "train"] = max(0, row.count - 1)
    return Overview(classes=rows, counts=counts | facts.pop("more", {}), **facts)


@pytest.mark.parametrize("seed", range(20))
def test_ranges_behave_like_a_set(seed):
    generator = np.random.default_rng(seed)
    ranges, plain = RowRanges(), set()
    for _ in range(60):
        first, last = (int(n) for n in generator.integers(0, 40, 2))
        if generator.random() < 0.5:
            ranges, plain = (
                ranges.united(RowRanges.of(first, last)),
                plain | set(range(min(first, last), max(first, last) + 1)),
            )
        else:
            ranges, plain = ranges.toggled(first), plain ^ {first}

    assert set(ranges) == plain
    assert len(ranges) == len(plain)
    assert all((row in ranges) == (row in plain) for row in range(45))
    assert set(ranges.cut(17)) == {row for row in plain if row < 17}
    assert ranges.pick(np.arange(45) * 10).tolist() == [row * 10 for row in sorted(plain)]


def test_all_of_a_million_rows_is_one_range():
    everything = RowRanges.all_of(10**6)

    assert everything.ranges == ((0, 10**6),)
    assert len(everything) == 10**6


def test_pages_ask_once_and_keep_only_a_few():
    asked = []
    pages = Pages(asked.append)
    pages.reset(PAGE_ROWS * 100)

    assert pages.sample(5) is None
    assert pages.sample(6) is None
    for page in range(50):
        pages.put(page, [f"{page}:{at}" for at in range(PAGE_ROWS)])

    assert asked == [0]
    assert pages.sample(49 * PAGE_ROWS + 3) == "49:3"
    assert pages.sample(0) is None
    assert asked == [0, 0]
    assert sum(pages.sample(page * PAGE_ROWS) is not None for page in range(50)) == KEPT_PAGES


def test_a_stale_page_is_shown_until_the_new_one_is_here():
    asked = []
    pages = Pages(asked.append)
    pages.reset(3)
    pages.put(0, ["old"] * 3)

    pages.expire(3)

    assert pages.sample(1) == "old"
    assert asked == [0]
    pages.put(0, ["new"] * 3)
    assert pages.sample(1) == "new"


def test_tiles_fill_the_width_and_are_found_under_the_pointer():
    geometry = Geometry(width_px=712, count=10**6, wanted_px=90)

    assert geometry.columns == 7
    for row in (0, 6, 7, 999_999):
        rect = geometry.rect(row, 5_000)
        assert geometry.row_at(rect.center(), 5_000) == row
    right = geometry.rect(6, 0).right()
    assert 712 - 4 - geometry.columns < right <= 712 - 4
    assert geometry.row_at(QPoint(geometry.rect(0, 0).right() + 5, 20), 0) == -1


def test_rows_in_sight_cover_the_viewport_and_no_more_than_a_line_beyond():
    geometry = Geometry(width_px=712, count=1000, wanted_px=90)

    seen = geometry.visible(1_234, 600)

    tops = [geometry.rect(row, 1_234) for row in seen]
    assert all(rect.bottom() >= -geometry.line_px and rect.top() <= 600 for rect in tops)
    assert geometry.rect(seen.stop, 1_234).top() > 600
    assert geometry.rect(seen.start - 1, 1_234).bottom() < 0


def test_clicks_and_keys_select_as_file_managers_do(qtbot):
    picked = Picked()
    picked.reset(20)

    picked.click(3, NO)
    picked.move(2, SHIFT)
    assert list(picked.rows) == [3, 4, 5]
    picked.click(9, CTRL)
    assert list(picked.rows) == [3, 4, 5, 9]
    picked.click(9, CTRL)
    assert list(picked.rows) == [3, 4, 5]
    picked.move(-100, NO)
    assert (picked.current, list(picked.rows)) == (0, [0])
    with qtbot.waitSignal(picked.changed) as told:
        picked.pick_all()
    assert told.args == [RowRanges.all_of(20)]


def test_after_rows_left_the_next_one_is_selected(qtbot):
    picked = Picked()
    picked.reset(10)
    picked.click(4, NO)

    picked.resize(9)
    assert list(picked.rows) == [4]
    picked.resize(2)
    assert list(picked.rows) == [1]
    picked.resize(0)
    assert (picked.current, len(picked.rows)) == (-1, 0)


@pytest.mark.parametrize("counts", [[7, 1, 1], [1, 1, 1], [0, 0, 5], [700_001, 150_000, 149_999]])
def test_percents_add_up_and_are_within_one_of_the_truth(counts):
    shares = percents(counts)

    assert sum(shares) == 100
    assert all(
        abs(share - 100 * n / sum(counts)) < 1 for share, n in zip(shares, counts, strict=True)
    )


def test_no_samples_show_the_usual_split():
    assert percents([0, 0, 0]) == (70, 15, 15)


def test_handles_stop_at_each_other_and_at_the_ends():
    assert moved((70, 15, 15), 0, 80) == (80, 5, 15)
    assert moved((70, 15, 15), 0, 99) == (85, 0, 15)
    assert moved((70, 15, 15), 1, 10) == (70, 0, 30)
    assert moved((70, 15, 15), 0, -5) == (1, 84, 15)
    assert moved((70, 15, 15), 1, 200) == (70, 30, 0)


def test_parts_of_the_bar_fill_it_and_handles_lie_between_them():
    parts = parts_of((70, 30, 0), 200)

    assert [rect.width() for _split, rect in parts] == [134, 60, 6]
    assert handle_at((70, 30, 0), 200, 135) == 0
    assert handle_at((70, 30, 0), 200, 196) == 1
    assert handle_at((70, 30, 0), 200, 40) == -1


def test_a_healthy_data_set_has_nothing_to_mend():
    assert findings(overview_of({"oak": 20, "elm": 25}), NOUN) == []


def test_each_problem_comes_with_its_remedy():
    overview = overview_of(
        {"oak": 24, "elm": 25, "ash": 10},
        num_bad=3,
        twins_across=12,
        more={(None, "train"): 1},
    )

    found = {f.text: (f.remedy, f.act) for f in findings(overview, NOUN, can_balance=True)}

    assert found == {
        "3 files could not be read": ("Show", "show_bad"),
        "12 near twins across splits": ("Fix", "fix_twins"),
        "1 leaf has no class": ("Show", "show_unlabelled"),
        "“ash” has 2.4 \u00d7 fewer leaves": ("Balance", "balance"),
    }


def test_balance_is_only_offered_where_training_can():
    overview = overview_of({"oak": 24, "elm": 25, "ash": 10})

    (plain,) = findings(overview, NOUN)
    (evened,) = findings(overview, NOUN, can_balance=True, is_balanced=True)

    assert (plain.remedy, plain.level) == ("", "warn")
    assert evened.level == "good"
    assert needs_look([plain])
    assert not needs_look([evened])


def test_missing_splits_are_serious():
    rows = (ClassRow(id=1, name="oak", position=0, count=5),)
    overview = Overview(classes=rows, counts={(1, "test"): 5})

    found = findings(overview, NOUN)

    assert [(f.text, f.level) for f in found] == [
        ("No leaves to train on", "bad"),
        ("No leaves to validate with", "bad"),
    ]


def test_samples_without_a_class_get_a_line_of_their_own(qtbot):
    lines = lines_of(overview_of({"oak": 6, "elm": 3}, more={(None, "train"): 2}))

    assert [(line.name, line.count, line.position) for line in lines] == [
        ("oak", 6, 0),
        ("elm", 3, 1),
        ("No class", 2, -1),
    ]
    assert lines[1].share == pytest.approx(lines[0].share / 2)


def test_renaming_a_line_only_asks(qtbot):
    model = ClassModel()
    model.show(overview_of({"oak": 6, "elm": 3}))

    with qtbot.waitSignal(model.rename_asked) as asked:
        assert model.setData(model.index(1), "  beech ")

    assert asked.args == [(1, "beech")]
    assert model.data(model.index(1)) == "elm"
    assert not model.setData(model.index(1), "elm")
    assert not model.setData(model.index(1), "   ")


def test_names_from_outside_are_shown_as_they_are():
    name = "<img src='file:///etc/passwd'> Q&A"

    assert "<img" not in plain_tip(name)
    assert plain_tip("oak\n6") == "oak\n6"
    assert plain_entry("Q&A\tx") == "Q&&A x"


def test_the_seed_wears_the_accent_of_the_theme_in_use(qtbot):
    app = QApplication.instance()
    apply(app, "light")
    panel = SplitPanel()
    qtbot.addWidget(panel)

    apply(app, "dark")
    in_dark = panel.sentence.text().lower()
    apply(app, "light")
    in_light = panel.sentence.text().lower()

    assert DARK.text_colour("accent").lower() in in_dark
    assert LIGHT.text_colour("accent").lower() in in_light


def test_a_cut_name_with_tags_is_told_as_it_is(qtbot):
    label = ElidedLabel('<img src="http://elsewhere/a.png"> and a name that is far too long')
    qtbot.addWidget(label)

    label.resize(60, 20)
    label.grab()

    assert label.is_cut()
    assert "<img" not in label.toolTip()
    assert "&lt;img" in label.toolTip()


COUNTS = {(0, "train"): 6, (0, "validation"): 2, (0, "test"): 2}


@pytest.mark.parametrize(
    ("fixed", "said"),
    [
        ({}, "Even in every class, seed 1. Near"),
        ({"test": 2}, "Test comes from your folders or table; the rest is even"),
        ({"validation": 2, "test": 2}, "Validation and test come from"),
        ({"test": 1}, "Some splits come from"),
        ({"train": 6, "validation": 2, "test": 2}, "The splits come from your folders"),
    ],
)
def test_splits_that_came_with_the_data_are_told_as_such(fixed, said):
    assert how_drawn(Overview(counts=COUNTS, fixed=fixed), "seed 1").startswith(said)
