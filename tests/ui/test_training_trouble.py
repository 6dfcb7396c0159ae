"""What the tab shows of a run that went back, and of one that cannot be saved."""

import pytest

from deepdesk.core.events import Retreated, RunStarted, Saved, SaveFailed
from deepdesk.ui.tabs.training.history import RunHistory
from deepdesk.ui.tabs.training.saving_banner import SavingBanner
from tests.ui import training_stage as stage
from tests.ui.run_events import epoch_ended, started, stepped
from tests.ui.training_stage import begin, end, tell

project = stage.project
make_tab = stage.make_tab

WENT_BACK = Retreated(
    step=12, epoch=1.2, best_epoch=1, failed_step=25, block="norm_3", text="Numbers ..."
)
FULL = SaveFailed(text="The disk has 3 MB free, a checkpoint needs 45 MB.", hint="Delete old runs.")


def lived_through(steps):
    history = RunHistory()
    history.started(started())
    for step in range(1, steps + 1):
        history.stepped(stepped(step))
        if step % 10 == 0:
            history.epoch_ended(epoch_ended(step // 10))
    return history


def test_curves_end_where_the_run_went_back_to():
    history = lived_through(25)

    history.retreated(WENT_BACK)

    assert history.train["loss"].x.max() == 1.2
    assert list(history.validation["accuracy"].x) == [1.0]
    assert (history.step, history.best_epoch) == (12, 1)


def test_a_run_that_went_back_is_drawn_as_one_that_never_was_further():
    history = lived_through(25)
    history.retreated(WENT_BACK)
    for step in range(13, 21):
        history.stepped(stepped(step))
    history.epoch_ended(epoch_ended(2))
    straight = lived_through(20)

    for name, points in straight.train.items():
        assert list(history.train[name].x) == list(points.x)
    assert list(history.validation["loss"].x) == list(straight.validation["loss"].x)


def test_a_run_that_went_back_to_its_beginning_has_no_best_epoch():
    history = lived_through(12)

    history.retreated(Retreated(step=0, epoch=0, best_epoch=0, failed_step=9, block="", text=""))

    assert history.best_epoch is None
    assert not len(history.train["loss"])


@pytest.fixture
def banner(make_tab):
    tab = make_tab()
    return tab, tab.findChild(SavingBanner).banner


def test_the_tab_follows_a_run_back(desk, project, banner):
    tab, _banner = banner
    folder = begin(desk, tab, project, steps=15)

    tell(desk, WENT_BACK)

    assert tab.watch.history.train["loss"].x.max() == 1.2
    end(desk, folder)


@pytest.mark.parametrize("over", [Saved(step=3, seconds=0.1), started()])
def test_a_banner_says_that_nothing_can_be_saved_until_it_can(desk, banner, over):
    _tab, strip = banner
    assert strip.isHidden()

    tell(desk, FULL)
    assert not strip.isHidden()
    assert "needs 45 MB" in strip.sentence.text()
    assert "Training goes on" in strip.hint.text()

    tell(desk, over)
    assert strip.isHidden()
    assert isinstance(over, Saved | RunStarted)


def test_a_run_that_waits_for_the_disk_at_its_end_says_so(desk, banner):
    _tab, strip = banner

    tell(desk, SaveFailed(text=FULL.text, hint=FULL.hint, waits=True))

    assert "waits" in strip.hint.text()
