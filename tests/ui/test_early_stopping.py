"""Where a run stops without a gain: the line in the plots, and the words when it did."""

from __future__ import annotations

import dataclasses

import pytest

from deepdesk.core.events import EpochEnded, RunStarted
from deepdesk.project.runs import RunInfo
from deepdesk.ui.plots.curve_plot import CurvePlot
from deepdesk.ui.tabs.training.history import RunHistory, history_of
from deepdesk.ui.tabs.training.progress_card import run_words
from deepdesk.ui.tabs.training.run_words import status_line


def history(accuracies, *, patience=5, epochs=30, best=None):
    """Return a run that reached these values, epoch by epoch."""
    told = RunHistory()
    told.started(
        RunStarted(
            run="001",
            device="cpu",
            epochs=epochs,
            steps_per_epoch=10,
            samples=100,
            plot_metrics=("accuracy",),
            patience=patience,
        )
    )
    top = -1.0
    for epoch, value in enumerate(accuracies, start=1):
        is_best = value > top or epoch == best
        top = max(top, value)
        told.epoch_ended(
            EpochEnded(
                epoch=epoch,
                step=10 * epoch,
                train={},
                validation={"accuracy": value},
                is_best=is_best,
            )
        )
    return told


def test_the_line_stands_where_patience_ends_and_moves_with_a_better_epoch():
    told = history([0.1, 0.2, 0.2])
    assert (told.stops_at, told.stop_words) == (7, "stops at 7 without a gain")

    assert history([0.1, 0.2, 0.2, 0.3]).stops_at == 9


def test_as_good_with_a_lower_loss_is_the_best_but_no_gain():
    told = history([0.1, 0.2, 0.2], best=3)

    assert told.best_epoch == 3
    assert told.stops_at == 7


@pytest.mark.parametrize(
    ("patience", "epochs", "accuracies"),
    [(0, 30, [0.1]), (5, 30, []), (5, 6, [0.1]), (29, 30, [0.1])],
)
def test_there_is_no_line_where_the_run_does_not_stop_early(patience, epochs, accuracies):
    told = history(accuracies, patience=patience, epochs=epochs)

    assert told.stops_at is None
    assert told.stop_words == ""


def test_a_run_that_stopped_early_says_so():
    told = history([0.1, 0.3, 0.2, 0.2, 0.3], patience=3)

    words = run_words("finished", told, {})

    assert words.loud == "Stopped early after 5 of 30 epochs"
    assert words.quiet.startswith("no gain for 3")
    assert words.quiet.endswith("best after 2")
    assert told.stop_words == "stopped without a gain"


def test_a_run_that_a_person_stopped_is_not_called_early():
    assert run_words("stopped", history([0.1, 0.3]), {}).loud == "Stopped, best kept"


def test_a_run_that_goes_on_knows_the_gain_of_its_log():
    past = history([0.1, 0.2, 0.2])
    live = history([])

    live.continue_from(past)
    live.epoch_ended(
        EpochEnded(epoch=4, step=40, train={}, validation={"accuracy": 0.2}, is_best=True)
    )

    assert live.stops_at == 7


def test_a_log_tells_the_gain_too():
    lines = [
        {"kind": "epoch", "epoch": e, "step": e, "train": {}, "validation": {"a": v}, "is_best": b}
        for e, v, b in ((1, 0.1, True), (2, 0.4, True), (3, 0.3, False))
    ]

    assert history_of("001", 30, lines).gain_epoch == 2


def test_the_row_of_a_run_says_after_how_many_epochs_it_stopped(tmp_path):
    info = RunInfo(name="001", path=tmp_path, status="finished", epochs=30, epochs_done=14)

    early = dataclasses.replace(info, without_gain=5)

    assert status_line(early) == "stopped early after 14 of 30"
    assert "early" not in status_line(info)


def test_the_plot_draws_the_line_and_takes_it_away(qtbot):
    plot = CurvePlot()
    qtbot.addWidget(plot)
    plot.set_span(30)
    plot.show()

    plot.mark_stop(24, "stops at 24 without a gain")
    plot.redraw()

    mark = plot._canvas.stop
    assert mark.is_shown
    assert (mark.at, mark.words) == (24, "stops at 24 without a gain")
    plot.mark_stop(None)
    assert not mark.is_shown
