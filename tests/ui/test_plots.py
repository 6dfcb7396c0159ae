"""Curves that stay cheap, and plots and matrices that tell what they show."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from deepdesk.core.work import StopToken, run
from deepdesk.ui.plots.confusion import Confusion, confusion_of
from deepdesk.ui.plots.confusion_matrix import ConfusionMatrix, Pair
from deepdesk.ui.plots.curve_plot import CurvePlot
from deepdesk.ui.plots.curves import Curve, Curves, nice_range, round_step
from deepdesk.ui.plots.figures import tick_text, value_text
from deepdesk.ui.plots.plot_menu import PlotMenu, csv_work
from deepdesk.ui.plots.pyramid import CurveBuffer


def filled(x, y, *, piece=None):
    buffer = CurveBuffer()
    for start in range(0, len(x), piece or len(x)):
        end = start + (piece or len(x))
        buffer.extend(x[start:end], y[start:end])
    return buffer


@pytest.mark.parametrize("count", [0, 1, 3, 999, 4_001, 20_011])
@pytest.mark.parametrize("piece", [1_000, 4_097, None])
def test_view_is_a_part_of_the_curve_with_its_extremes(count, piece):
    rng = np.random.default_rng(count)
    x, y = np.arange(count, dtype=float), rng.normal(size=count)
    buffer = filled(x, y, piece=piece) if count else CurveBuffer()

    for low, high in ((-1, count), (count / 3, count / 2), (17, 4_500.5)):
        inside = (x >= low) & (x <= high)
        seen_x, seen_y = buffer.view(low, high, max_points=400)
        assert len(seen_x) <= 400
        assert np.array_equal(y[seen_x.astype(int)], seen_y)
        assert np.all(np.diff(seen_x) >= 0)
        if inside.any():
            assert seen_y.min() <= y[inside].min()
            assert seen_y.max() >= y[inside].max()


def test_every_block_of_the_pyramid_holds_the_extremes_of_its_points():
    rng = np.random.default_rng(1)
    x, y = np.arange(5_003, dtype=float), rng.normal(size=5_003)
    buffer = filled(x, y, piece=7)

    assert buffer._levels
    for power, level in enumerate(buffer._levels, start=4):
        size = 1 << power
        blocks = y[: len(y) // size * size].reshape(-1, size)
        assert level.count == len(blocks)
        pairs = level.y[: 2 * level.count].reshape(-1, 2)
        assert np.array_equal(pairs.min(axis=1), blocks.min(axis=1))
        assert np.array_equal(pairs.max(axis=1), blocks.max(axis=1))
        assert np.array_equal(y[level.x[: 2 * level.count].astype(int)], pairs.reshape(-1))


@pytest.mark.parametrize("count", [15, 16, 17, 1_000])
def test_points_one_by_one_make_the_same_pyramid_as_all_at_once(count):
    rng = np.random.default_rng(3)
    x, y = np.arange(count, dtype=float), rng.normal(size=count)
    one_by_one = CurveBuffer()

    for at, value in zip(x.tolist(), y.tolist(), strict=True):
        one_by_one.append(at, value)

    for mine, other in zip(
        one_by_one.view(max_points=10), filled(x, y).view(max_points=10), strict=True
    ):
        assert np.array_equal(mine, other)
    assert np.array_equal(one_by_one.smooth_view(0, 9, 5)[1], filled(x, y).smooth_view(0, 9, 5)[1])


def test_a_resumed_run_replaces_what_it_tells_again():
    buffer = filled(np.arange(1_000.0), np.zeros(1_000))

    buffer.extend(np.arange(600.0, 800.0), np.ones(200))

    assert len(buffer) == 800
    assert np.array_equal(buffer.y, np.r_[np.zeros(600), np.ones(200)])
    assert buffer.view(max_points=100)[1].max() == 1
    assert buffer.smooth_view(0, 590, 5)[1].max() == 0


def test_x_that_goes_back_within_one_piece_is_replaced_too():
    x = np.array([1.0, 2.0, 3.0, 2.0, 3.0, 4.0])

    buffer = filled(x, np.arange(6.0))

    assert buffer.x.tolist() == [1, 2, 3, 4]
    assert buffer.y.tolist() == [0, 3, 4, 5]


def test_points_that_are_not_finite_are_passed_over():
    buffer = filled(np.array([1.0, 2.0, np.nan, 4.0]), np.array([5.0, np.inf, 1.0, 6.0]))

    assert buffer.x.tolist() == [1, 4]


def test_smoothing_is_the_centred_mean():
    rng = np.random.default_rng(2)
    y = rng.normal(size=300)
    buffer = filled(np.arange(300.0), y)

    x, smooth = buffer.smooth_view(-1, 301, 11)

    for at, value in zip(x.astype(int), smooth, strict=True):
        reach = min(5, at, 299 - at)
        assert value == pytest.approx(y[at - reach : at + reach + 1].mean())


def test_nearest_point_is_found():
    buffer = filled(np.array([0.0, 1.0, 4.0]), np.zeros(3))

    assert [buffer.nearest(x) for x in (-9, 0.4, 0.6, 2.4, 2.6, 99)] == [0, 0, 1, 1, 2, 2]
    assert CurveBuffer().nearest(1.0) is None


def test_bounds_are_round_and_hold_the_values():
    assert nice_range(0.31, 2.33) == pytest.approx((0, 2.5))
    assert nice_range(0.62, 0.97, is_share=True) == pytest.approx((0.6, 1.0))
    assert nice_range(3.0, 3.0)[0] < 3.0 < nice_range(3.0, 3.0)[1]
    assert [round_step(s) for s in (0.011, 0.3, 2.2, 7)] == pytest.approx([0.02, 0.5, 2.5, 10])
    assert [round_step(s, is_whole=True) for s in (0.3, 2.2)] == [1, 5]


def test_numbers_wear_their_units():
    assert value_text(0.8092, "%") == "80.9\N{NARROW NO-BREAK SPACE}%"
    assert value_text(1.36e9, "B") == "1.36\N{NARROW NO-BREAK SPACE}GB"
    assert value_text(1380.4) == "1,380"
    assert tick_text(0.2, "%", 0.2) == "20\N{NARROW NO-BREAK SPACE}%"
    assert tick_text(0.6, "", 0.2) == "0.6"


@pytest.fixture
def plot(qtbot):
    plot = CurvePlot()
    plot.set_subject("Loss", "", "Loss will be drawn here.")
    plot.resize(400, 260)
    qtbot.addWidget(plot)
    return plot


def give(plot, key="train", role="train", count=100, group=""):
    curve = Curve(label=key, role=role, group=group)
    curve.points.extend(np.linspace(0, 10, count), np.linspace(2, 1, count))
    plot.add_curve(f"{group}/{key}", curve)
    return curve


def drawn(plot, key="/train"):
    return plot._canvas.lines.points_of(key)


def test_a_hidden_plot_draws_nothing_until_it_is_shown(qtbot, plot):
    give(plot)
    plot.redraw()
    assert drawn(plot) == 0

    plot.show()

    qtbot.waitUntil(lambda: drawn(plot) == 100)


def test_a_long_run_is_drawn_from_few_points(qtbot, plot):
    give(plot, count=50_000)
    plot.show()

    qtbot.waitUntil(lambda: 0 < drawn(plot) <= 4_000)


def test_many_changes_make_one_drawing(qtbot, plot, monkeypatch):
    plot.show()
    qtbot.waitUntil(lambda: not plot._is_stale)
    drawings = []
    draw = plot._canvas.draw
    monkeypatch.setattr(plot._canvas, "draw", lambda *a, **k: (drawings.append(1), draw(*a, **k)))

    for number in range(50):
        give(plot, key=f"curve{number}")

    qtbot.waitUntil(lambda: bool(drawings))
    assert len(drawings) == 1


def test_an_empty_plot_says_what_will_be_here(qtbot, plot):
    plot.show()
    qtbot.waitUntil(lambda: not plot._is_stale)
    assert plot._empty.isVisible()

    give(plot)

    qtbot.waitUntil(plot._empty.isHidden)


def test_hover_tells_the_values_of_all_curves(qtbot, plot):
    give(plot)
    give(plot, key="validation", role="validation", count=11)
    plot.show()
    qtbot.waitUntil(lambda: drawn(plot) > 0)

    plot._canvas.hovered.emit(4.9)

    assert plot._hover.isVisible()
    assert "train" in plot._hover.words
    assert "validation" in plot._hover.words
    assert "1.5" in plot._hover.words
    plot._canvas.hovered.emit(None)
    assert plot._hover.isHidden()


def test_double_click_shows_everything_again(qtbot, plot):
    give(plot)
    plot.show()
    qtbot.waitUntil(lambda: drawn(plot) > 0)
    plot._canvas.box.setRange(xRange=(2, 3), yRange=(1, 2), padding=0)
    plot._canvas.zoomed.emit(None)
    assert plot.is_zoomed

    plot._canvas.box.reset_asked.emit(None)

    qtbot.waitUntil(lambda: plot._canvas.box.viewRange()[0] == [0, 10])
    assert not plot.is_zoomed


def test_values_are_saved_as_csv(tmp_path, plot):
    curve = give(plot, count=4)
    give(plot, count=2, group="001 quick")
    work = csv_work(plot.curves, tmp_path / "loss.csv")
    curve.points.append(11.0, 0.0)  # comes after the person asked
    events = []

    run(work, events.append, StopToken())

    rows = list(csv.reader(io.StringIO((tmp_path / "loss.csv").read_text())))
    assert events[-1].error is None
    assert rows[0] == ["run", "curve", "epoch", "value"]
    assert len(rows) == 1 + 4 + 2
    assert rows[-1] == ["001 quick", "train", "10.0", "1.0"]


def test_menu_switches_the_logarithmic_scale(qtbot, plot):
    give(plot)
    menu = PlotMenu(plot)
    toggle = next(action for action in menu.actions() if action.text().startswith("Log"))

    toggle.trigger()

    assert plot.curves.is_log
    assert plot.curves.drawn("/train", 0, 10)[1] == pytest.approx(
        np.log10(plot.curves["/train"].points.y)
    )


@pytest.mark.parametrize(("height", "is_at_the_top"), [(0.95, False), (0.05, True)])
def test_the_word_at_the_best_epoch_stands_away_from_the_curves(qtbot, plot, height, is_at_the_top):
    plot.set_subject("Accuracy", "%", "")
    plot.show()
    qtbot.waitExposed(plot)
    points = filled(np.arange(1.0, 9.0), np.full(8, height))
    plot.add_curve("v", Curve(label="validation", role="validation", points=points))
    plot.mark_best(8)
    plot.redraw()

    (bottom, top) = plot._canvas.box.viewRange()[1]
    assert plot._canvas.best.word.pos().y() == (top if is_at_the_top else bottom)


def test_the_lines_across_lie_below_the_curves(plot):
    canvas = plot._canvas

    assert all(axis.zValue() < canvas.box.zValue() for axis in canvas._axes.values())


def test_curves_of_nothing_have_no_values():
    assert Curves().is_empty
    assert Curves().values_at(1.0) == []


def confusion(size):
    counts = np.eye(size, dtype=np.int64) * 10
    counts[size - 1, 0] = 7
    return Confusion(tuple(f"c{k}" for k in range(size)), counts)


def test_a_cell_speaks_in_words():
    found = Confusion(("cat", "dog"), np.array([[8, 12], [1, 9]]))

    assert found.sentence(0, 1) == "cat called dog, 12 times"
    assert found.sentence(1, 0) == "dog called cat, 1 time"
    assert found.sentence(1, 1) == "dog named right, 9 of 10"
    assert found.worst(5) == [(0, 1, 12), (1, 0, 1)]


@pytest.mark.parametrize("size", [2, 10, 137, 1_000])
def test_no_mistake_is_lost_however_many_classes(size):
    cells = confusion(size).cells(60)

    places = np.argwhere((cells.rows == size - 1) & (cells.columns == 0))
    assert len(places) == 1
    assert len(cells.strength) <= 60
    assert cells.strength[tuple(places[0])] == pytest.approx(7 / 17)


@pytest.mark.parametrize(
    "details",
    [
        {},
        {"confusion": 3},
        {"confusion": {"classes": ["a"], "counts": [[1, 2]]}},
        {"confusion": {"classes": ["a"], "counts": [["x"]]}},
        {"confusion": {"classes": [], "counts": []}},
    ],
)
def test_details_that_are_no_confusion_are_none(details):
    assert confusion_of(details) is None


@pytest.fixture
def matrix(qtbot):
    matrix = ConfusionMatrix()
    matrix.resize(300, 300)
    matrix.show_confusion(confusion(4))
    qtbot.addWidget(matrix)
    matrix.show()
    return matrix


def test_a_click_opens_the_pair_of_the_cell(qtbot, matrix):
    with qtbot.waitSignal(matrix.picked) as told:
        qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.place_of(3, 0))

    assert told.args == [Pair(3, 0)]


def test_the_mouse_and_the_arrow_keys_tell_the_cell(qtbot, matrix):
    told = []
    matrix.hovered.connect(told.append)

    qtbot.mouseMove(matrix, matrix.place_of(1, 2))
    qtbot.keyClick(matrix, Qt.Key.Key_Right)
    qtbot.keyClick(matrix, Qt.Key.Key_Up)
    with qtbot.waitSignal(matrix.picked) as picked:
        qtbot.keyClick(matrix, Qt.Key.Key_Return)

    assert told == [Pair(1, 2), Pair(1, 3), Pair(0, 3)]
    assert picked.args == [Pair(0, 3)]


def test_outside_of_the_cells_nothing_is_picked(qtbot, matrix):
    with qtbot.assertNotEmitted(matrix.picked):
        qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=QPoint(299, 299))


@pytest.mark.parametrize("size", [3, 10, 120, 1_000])
def test_a_matrix_of_any_size_can_be_painted(matrix, size):
    matrix.show_confusion(confusion(size))

    picture = matrix.grab().toImage()

    at = matrix.place_of(0, 0)
    assert picture.pixelColor(at) != picture.pixelColor(299, 299)
