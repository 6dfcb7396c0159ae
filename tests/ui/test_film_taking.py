"""Pictures of a film that become samples: which, how, and what stays when it is stopped."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from deepdesk.core.errors import ConfigError, DatasetError
from deepdesk.core.events import Result
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.data.film_intake import Picture, take_in, undo_taking
from deepdesk.data.film_taking import Taking, change_of, changes_of, grey_of, taken
from deepdesk.project.folder import Project
from deepdesk.project.index import Filter
from deepdesk.project.undone_pieces import drop_undone
from deepdesk.ui.tabs.dataset.film_dialog import FilmDialog
from deepdesk.ui.tabs.dataset.film_work import FilmOutline, outline_work, taking_work
from deepdesk.ui.video.film import FilmFacts
from tests.ui.dataset_stage import open_tab, settle
from tests.ui.film_stage import film_file, plain

__all__ = ["open_tab"]
LEVELS = (0, 0, 0, 60, 60, 62, 200, 200, 200, 200)


def greys(levels):
    return np.stack([grey_of(plain(level, (4, 3))) for level in levels])


@pytest.fixture
def project(tmp_path):
    project = Project.create(tmp_path / "p.deepdesk", name="p", task="image_classification")
    yield project
    project.close()


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "drive.mp4"
    path.write_bytes(b"film")
    return path


def pictures(levels, every=1):
    return [Picture(number=i * every, pixels_HWC=plain(v)) for i, v in enumerate(levels)]


def test_the_first_and_every_so_many_after_it_are_taken():
    assert taken(greys(LEVELS), Taking(every=4)).tolist() == [0, 4, 8]
    assert taken(greys(LEVELS), Taking(every=1)).tolist() == list(range(10))


def test_pictures_that_changed_since_the_last_one_are_taken():
    # 60 of 255 is 23.5 %, 62 from 60 less than 1 %, 200 from 60 is 55 %.
    assert taken(greys(LEVELS), Taking(how="changes", change=20.0)).tolist() == [0, 3, 6]
    assert taken(greys(LEVELS), Taking(how="changes", change=30.0)).tolist() == [0, 6]
    assert taken(greys(LEVELS), Taking(how="changes", change=0.5)).tolist() == [0, 3, 5, 6]


def test_slow_changes_add_up_to_one():
    assert taken(greys(range(0, 100, 5)), Taking(how="changes", change=10.0)).tolist() == [
        0,
        6,
        12,
        18,
    ]


def test_from_black_to_white_is_all_the_change_there_is():
    black, white = greys((0, 255))

    assert change_of(black, white) == pytest.approx(100.0)
    assert changes_of(greys((0, 255, 255))).tolist() == pytest.approx([0.0, 100.0, 0.0])


def test_grey_is_as_bright_as_eyes_find_colours():
    red = np.zeros((1, 1, 3), np.uint8)
    red[..., 0] = 255

    assert grey_of(red).tolist() == [[76]]


@pytest.mark.parametrize("settings", [Taking(every=0), Taking(how="changes", change=0.0)])
def test_settings_that_are_not_legal_are_refused(settings):
    with pytest.raises(ConfigError):
        taken(greys((1, 2)), settings)


def test_pictures_become_samples_whose_origin_is_the_film(project, film):
    report = take_in(project.path, film, pictures(range(0, 200, 10), every=5), StopToken())

    with project.index() as index:
        samples = index.samples(report.added.tolist())
    assert len(samples) == 20
    assert {sample.origin for sample in samples} == {"drive"}
    assert samples[3].path.name == "drive 000015.jpg"
    assert samples[3].path.is_relative_to(project.path / "pieces")
    assert report.sentence == "Took 20 pictures of drive.mp4"


def test_a_film_is_split_in_its_order(project, film):
    report = take_in(project.path, film, pictures(range(20)), StopToken())

    with project.index() as index:
        splits = [sample.split for sample in index.samples(report.added.tolist())]
    assert splits == sorted(splits, key=("train", "validation", "test").index)
    assert set(splits) == {"train", "validation", "test"}


def test_a_second_film_leaves_the_splits_of_the_first_alone(project, film, tmp_path):
    first = take_in(project.path, film, pictures(range(20)), StopToken())
    with project.index() as index:
        before = [sample.split for sample in index.samples(first.added.tolist())]
    other = tmp_path / "other.mp4"
    other.write_bytes(b"another film")

    take_in(project.path, other, pictures(range(40, 60)), StopToken())

    with project.index() as index:
        assert [sample.split for sample in index.samples(first.added.tolist())] == before


def test_taking_a_film_again_adds_only_what_is_new(project, film):
    take_in(project.path, film, pictures(range(5), every=2), StopToken())

    report = take_in(project.path, film, pictures(range(5)), StopToken())

    # 0, 2 and 4 were there.
    assert len(report.added) == 2
    assert report.sentence == "Took 2 pictures of drive.mp4, 3 were there already"


def test_stopping_leaves_no_file_and_no_sample(project, film):
    stop = StopToken()

    def some():
        yield from pictures(range(3))
        stop.stop()
        yield from pictures(range(3, 6))

    with pytest.raises(StoppedError):
        take_in(project.path, film, some(), stop)

    with project.index() as index:
        assert len(index.ids(Filter())) == 0
    assert not list((project.path / "pieces").iterdir())


def test_a_film_that_breaks_off_leaves_what_was_taken_before(project, film):
    before = take_in(project.path, film, pictures(range(2)), StopToken())

    def some():
        yield from pictures(range(4))
        raise DatasetError("The rest cannot be read.")

    with pytest.raises(DatasetError):
        take_in(project.path, film, some(), StopToken())

    names = sorted(path.name for path in before.folder.iterdir())
    assert names == ["drive 000000.jpg", "drive 000001.jpg"]


def test_a_film_of_which_nothing_can_be_read_is_said(project, film):
    with pytest.raises(DatasetError, match=r"No picture of drive\.mp4"):
        take_in(project.path, film, [], StopToken())


def test_undo_takes_them_out_and_redo_brings_them_back(project, film):
    report = take_in(project.path, film, pictures(range(5)), StopToken())

    with project.index() as index:
        changes = undo_taking(index, report)
        assert len(index.ids(Filter())) == 0
        assert len(list(report.folder.glob("*.jpg"))) == 5
        for change in reversed(changes):
            index.undo(change)
        assert len(index.ids(Filter())) == 5


def test_files_of_a_film_that_was_undone_go_when_nothing_needs_them(project, film):
    report = take_in(project.path, film, pictures(range(5)), StopToken())
    with project.index() as index:
        undo_taking(index, report)
    (report.folder / "my notes.jpg").write_bytes(b"mine")

    with project.index() as index:
        for_good = index.names_in(report.folder)
        drop_undone(project.path, index)

    left = sorted(path.name for path in report.folder.iterdir())
    assert left == sorted([*for_good, "my notes.jpg"])


def outline(levels=LEVELS):
    greys_THW = greys(levels)
    return FilmOutline(
        facts=FilmFacts(size=(48, 32), length_s=1.0, rate=10.0),
        starts_T=np.arange(len(levels)) / 10.0,
        greys_THW=greys_THW,
        changes_T=changes_of(greys_THW),
    )


@pytest.fixture
def dialog(qtbot, monkeypatch, film):
    from deepdesk.ui.tabs.dataset import film_dialog

    def at_once(_film):
        return lambda emit, _stop: emit(Result(value=outline()))

    monkeypatch.setattr(film_dialog, "outline_work", at_once)
    dialog = FilmDialog(None, film)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(dialog.primary.isEnabled)
    yield dialog
    dialog.close_work()


def test_the_dialog_says_how_many_pictures_there_would_be(qtbot, dialog):
    assert dialog.words.text().startswith("1 of 10 pictures in 1")
    assert dialog.words.text().endswith("48 x 32 pixels")
    assert dialog.form.row("every").isVisible()
    assert not dialog.form.row("change").isVisible()

    qtbot.keyClick(dialog.form.row("how").editor, Qt.Key.Key_Down)

    qtbot.waitUntil(lambda: dialog.words.text().startswith("3 of 10"))
    assert dialog.form.row("change").isVisible()
    assert not dialog.form.row("every").isVisible()


def test_taking_is_asked_with_the_settings_that_are_seen(qtbot, dialog):
    asked = []
    dialog.take_asked.connect(lambda *given: asked.append(given))

    dialog.primary.click()

    assert asked[0][1] == Taking()
    assert dialog.other.text() == "Stop"


@pytest.mark.slow
def test_a_film_is_looked_through_and_taken_from_end_to_end(project, tmp_path):
    film = film_file(tmp_path / "drive.avi", LEVELS)
    stop, told = StopToken(), []

    outline_work(film)(told.append, stop)
    found = told[-1].value
    taking_work(project.path, film, found, Taking(how="changes", change=20.0))(told.append, stop)

    report = told[-1].value
    assert len(found.starts_T) == len(LEVELS)
    assert [path.name for path in sorted(report.folder.iterdir())] == [
        "drive 000000.jpg",
        "drive 000003.jpg",
        "drive 000006.jpg",
    ]


@pytest.mark.slow
def test_a_film_dropped_in_the_dataset_tab_becomes_samples(qtbot, open_tab, project, tmp_path):
    tab = open_tab(project)
    film = film_file(tmp_path / "drive.avi", LEVELS * 3)

    tab.drop([film])
    door = tab.workspace.films
    qtbot.waitUntil(
        lambda: door.dialog is not None and door.dialog.primary.isEnabled(), timeout=20_000
    )
    door.dialog.primary.click()
    qtbot.waitUntil(lambda: tab.workspace.overview.total == 3, timeout=20_000)
    settle(qtbot, tab)
    tab.workspace._desk.undo.undo()
    qtbot.waitUntil(lambda: tab.workspace.overview.total == 0, timeout=20_000)
    settle(qtbot, tab)
