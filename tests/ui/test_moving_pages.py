"""Films and the camera in the Inference tab, driven as a person does."""

import csv
from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt

from deepdesk.core.errors import DeviceError
from deepdesk.core.payloads import Boxes, LabelScores, Mask, Number
from deepdesk.ui.payload_views import image_of
from deepdesk.ui.tabs.inference.models import Model
from deepdesk.ui.tabs.inference.moving import cameras, films
from deepdesk.ui.tabs.inference.moving.film_bar import place_text
from deepdesk.ui.tabs.inference.moving.frames import Seen, StageTimes
from deepdesk.ui.tabs.inference.moving.saving import SavingOrder, formats_for, saving_work
from deepdesk.ui.tabs.inference.moving.words_over import framed, shown_words, words_of
from deepdesk.ui.video.camera import CameraDevice
from tests.ui.film_stage import Networks, PaperSource, Predictor, film_file, plain
from tests.ui.inference_stage import add_run, desk, made, picture_file, settle  # noqa: F401

LEVELS = tuple(range(0, 240, 20))


class Stills:
    """Answers every picture with one class."""

    classes = ("cat", "dog")

    def answer(self, given, stop):
        answer = LabelScores(scores=(("cat", 0.8), ("dog", 0.2)))
        yield SimpleNamespace(answer=answer, milliseconds=1.0, is_final=True)


@pytest.fixture
def tab(qtbot, desk, monkeypatch):  # noqa: F811
    sources = []

    def source(*_where):
        sources.append(PaperSource(*LEVELS, rate=50.0))
        return sources[-1]

    monkeypatch.setattr(films, "FilmSource", source)
    monkeypatch.setattr(cameras, "CameraSource", source)
    monkeypatch.setattr(cameras.HOST, "devices", lambda stop: (CameraDevice(key="a", name="Eye"),))
    add_run(desk.project)
    tab = made(qtbot, desk, Stills)
    tab.sources = sources
    yield tab
    tab.moving.close()
    settle(qtbot, desk)


def seen_at(at_s):
    times = StageTimes(decode_ms=1.0, prepare_ms=1.0, network_ms=1.0, read_ms=1.0)
    return Seen(pixels_HWC=plain(1), answer=None, at_s=at_s, number=0, came_s=0.0, times=times)


def opened(qtbot, tab, tmp_path):
    path = tmp_path / "drive.mp4"
    path.write_bytes(b"film")
    tab.drop([path])
    watching = tab.moving.films.watching
    qtbot.waitUntil(lambda: watching.figures.answered >= 2)
    return watching


def test_a_dropped_video_plays_on_a_page_of_its_own(qtbot, tab, tmp_path):
    opened(qtbot, tab, tmp_path)

    page = tab.moving.film_page
    assert page.isVisible()
    assert tab.moving.film_column.isVisible()
    assert not tab.workspace.panel.isVisible()
    assert tab.workspace.top.pages.value() == "film"
    assert page.view.words.startswith("cat  80")


def test_a_picture_beside_a_video_is_still_asked_about(qtbot, desk, tab, tmp_path):  # noqa: F811
    film = tmp_path / "drive.mp4"
    film.write_bytes(b"film")

    tab.drop([film, picture_file(tmp_path / "a.png")])

    qtbot.waitUntil(lambda: len(tab.workspace.strip.tiles.entries) == 1)


def test_space_pauses_and_goes_on(qtbot, tab, tmp_path):
    watching = opened(qtbot, tab, tmp_path)
    bar = tab.moving.films.bar

    qtbot.keyClick(tab.moving.film_page, Qt.Key.Key_Space)
    assert not watching.is_playing
    assert bar.button.text() == "Play"
    qtbot.keyClick(tab.moving.film_page, Qt.Key.Key_Space)

    assert watching.is_playing
    assert bar.button.text() == "Pause"


def test_keys_step_from_picture_to_picture(qtbot, tab, tmp_path):
    watching = opened(qtbot, tab, tmp_path)
    page = tab.moving.film_page
    watching.seek(0.1)
    watching.pause()
    qtbot.waitUntil(lambda: abs(watching.at_s - 0.1) < 0.03)
    before_s = watching.at_s

    qtbot.keyClick(page, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: watching.at_s == pytest.approx(before_s + 0.02))
    qtbot.keyClick(page, Qt.Key.Key_Comma)

    qtbot.waitUntil(lambda: watching.at_s == pytest.approx(before_s))


def test_the_end_of_a_film_says_that_it_can_be_played_again(qtbot, tab, tmp_path):
    watching = opened(qtbot, tab, tmp_path)
    bar = tab.moving.films.bar

    qtbot.waitUntil(lambda: bar.button.text() == "Play")
    assert bar.slider.value() == bar.slider.maximum()
    qtbot.mouseClick(bar.button, Qt.MouseButton.LeftButton)

    qtbot.waitUntil(lambda: 0 < watching.at_s < 0.2)


def test_a_film_that_cannot_be_read_is_said_on_its_page(qtbot, desk, tab, tmp_path, monkeypatch):  # noqa: F811
    path = tmp_path / "broken.mp4"
    films_page = tab.moving.film_page
    path.write_bytes(b"x")
    broken = PaperSource(error=DeviceError("It is cut off.", "Copy it."))
    monkeypatch.setattr(films, "FilmSource", lambda _path: broken)

    tab.drop([path])
    settle(qtbot, desk)

    assert films_page.problem.isVisible()
    assert films_page.problem.sentence.text() == "It is cut off."
    assert not tab.moving.films.bar.save.isEnabled()


def test_figures_tell_what_was_measured(qtbot, tab, tmp_path):
    watching = opened(qtbot, tab, tmp_path)

    qtbot.waitUntil(lambda: watching.figures.figure("whole") is not None)
    watching.pause()
    panel = tab.moving.film_side.figures

    assert "pictures dropped" in panel.dropped.text()
    assert panel._cells["decode"][0].text() != "-"
    assert panel._cells["draw"][1].text() != "-"


def test_pictures_are_asked_for_as_large_as_they_are_seen(qtbot, tab, tmp_path):
    watching = opened(qtbot, tab, tmp_path)
    view = tab.moving.film_page.view

    qtbot.waitUntil(lambda: tab.sources[-1].taps[-1].least_px == view.seen_px())
    assert view.seen_px() >= max(640, view.width())
    watching._take_seen(replace(seen_at(0.5), size=(24, 16)))

    assert "asked about at 24 x 16" in tab.moving.film_page.title.text()


def test_a_hidden_film_waits(qtbot, tab, tmp_path):
    watching = opened(qtbot, tab, tmp_path)

    tab.workspace.show_page("one")

    assert not watching.is_playing


def test_the_camera_starts_and_stops_with_space(qtbot, tab):
    moving = tab.moving
    qtbot.mouseClick(tab.workspace.top.live, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: moving.cameras.bar.devices.count() == 2)

    qtbot.keyClick(moving.camera_page, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: moving.cameras.watching.figures.answered > 0)
    assert moving.cameras.bar.button.text() == "Stop"
    assert not moving.cameras.bar.devices.isEnabled()
    qtbot.keyClick(moving.camera_page, Qt.Key.Key_Space)

    qtbot.waitUntil(lambda: not moving.cameras.is_running)
    assert moving.cameras.bar.button.text() == "Start"
    assert all(not tap.is_open for source in tab.sources for tap in source.taps)


def test_the_mirror_takes_a_running_camera_with_it(qtbot, tab):
    moving = tab.moving
    qtbot.mouseClick(tab.workspace.top.live, Qt.MouseButton.LeftButton)
    qtbot.keyClick(moving.camera_page, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(tab.sources) == 1)

    moving.cameras.bar.mirror.click()

    qtbot.waitUntil(lambda: len(tab.sources) == 2)


def test_the_chosen_camera_and_its_mirror_are_there_the_next_time(qtbot, desk, tab):  # noqa: F811
    moving = tab.moving
    qtbot.mouseClick(tab.workspace.top.live, Qt.MouseButton.LeftButton)
    bar = moving.cameras.bar
    qtbot.waitUntil(lambda: bar.devices.count() == 2)
    bar.devices.setCurrentIndex(1)
    bar.devices.activated.emit(1)
    qtbot.mouseClick(bar.mirror, Qt.MouseButton.LeftButton)
    settle(qtbot, desk)

    again = made(qtbot, desk, Stills)
    qtbot.mouseClick(again.workspace.top.live, Qt.MouseButton.LeftButton)
    settle(qtbot, desk)

    kept = again.moving.cameras.bar
    assert kept.device == "a"
    assert kept.devices.currentText() == "Eye"
    assert kept.mirror.isChecked()
    again.moving.close()


def test_leaving_the_page_lets_the_camera_go(qtbot, tab):
    moving = tab.moving
    qtbot.mouseClick(tab.workspace.top.live, Qt.MouseButton.LeftButton)
    qtbot.keyClick(moving.camera_page, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: moving.cameras.is_running)

    tab.workspace.show_page("one")

    qtbot.waitUntil(lambda: not moving.cameras.is_running)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0:00.0"), (67.24, "1:07.2"), (3727.26, "1:02:07.3")]
)
def test_places_in_films_are_told_to_a_tenth(seconds, words):
    assert place_text(seconds) == words


def test_drawn_answers_can_be_saved_as_coco():
    assert ".json" in formats_for(Boxes)
    assert ".json" in formats_for(Mask)
    assert ".json" not in formats_for(Number)


def test_words_are_written_over_the_lower_edge_of_a_saved_picture(qapp):
    picture = image_of(plain(200, (320, 160)))

    made_ = framed(picture, Number(values={"steering": (-0.25, "")}))

    assert words_of(Number(values={"steering": (-0.25, "")})) == "steering -0.25"
    assert made_.copy(0, 0, 320, 80) == picture.convertToFormat(made_.format()).copy(0, 0, 320, 80)
    assert made_ != picture.convertToFormat(made_.format())


@pytest.mark.parametrize("margin", [0.0, 0.08])
def test_numbers_over_a_film_keep_their_length(margin):
    values = (-0.25, 0.0, 0.5, -0.0001, 0.12345, 1.0)
    margins = {"steering": margin} if margin else {}

    shown = {
        shown_words(Number(values={"steering": (value, "")}, margins=margins)) for value in values
    }

    assert len({len(words) for words in shown}) == 1
    assert "steering \N{MINUS SIGN}0.250" in shown
    assert "steering \N{FIGURE SPACE}0.000" in shown


@pytest.mark.slow
@pytest.mark.parametrize("name", ["out.csv", "out.avi", "out"])
def test_every_picture_of_a_film_is_saved_with_its_answer(qtbot, desk, tab, tmp_path, name):  # noqa: F811
    film = film_file(tmp_path / "film.avi", LEVELS)
    order = SavingOrder(
        film=film, target=tmp_path / name, model=Model(run="001-quick"), gives=LabelScores
    )
    said = []
    job = desk.start(saving_work(order, Networks()), "inference", on_event=said.append)
    qtbot.waitUntil(lambda: not job.is_running, timeout=20_000)

    assert said[-1].value.pictures == len(LEVELS)
    if name == "out.csv":
        rows = list(csv.reader((tmp_path / name).read_text("utf-8-sig").splitlines()))
        assert rows[0] == ["frame", "second", "name", "value", "unit"]
        assert [row[0] for row in rows[1:]] == [str(number) for number in range(len(LEVELS))]
        assert [
            abs(float(row[3]) - level) <= 3 for row, level in zip(rows[1:], LEVELS, strict=True)
        ]
    if name == "out":
        assert len(list((tmp_path / name).iterdir())) == len(LEVELS)


@pytest.mark.slow
def test_saving_that_is_stopped_leaves_nothing(qtbot, desk, tab, tmp_path):  # noqa: F811
    film = film_file(tmp_path / "film.avi", LEVELS)
    order = SavingOrder(
        film=film, target=tmp_path / "out.avi", model=Model(run="001-quick"), gives=LabelScores
    )
    told, ended = [], []
    job = desk.start(
        saving_work(order, Networks(Predictor(takes_s=0.05))),
        "inference",
        on_event=told.append,
        on_ended=ended.append,
    )
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    job.stop()
    qtbot.waitUntil(lambda: bool(ended), timeout=20_000)

    assert ended[0].stopped
    assert [path.name for path in tmp_path.glob("*out*")] == []


@pytest.mark.parametrize(
    ("typed", "ending", "saved"),
    [
        ("walk answered", ".csv", "walk answered.csv"),
        ("walk v1.2 answered", ".csv", "walk v1.2 answered.csv"),
        ("walk.AVI", ".mp4", "walk.AVI"),
        ("walk v1.2", "", "walk v1 2"),
        ("walk", "", "walk"),
    ],
)
def test_a_film_is_saved_as_what_was_chosen_whatever_dots_its_name_has(
    tmp_path, typed, ending, saved
):
    assert films.named_as(tmp_path / typed, ending, formats_for(Boxes)) == tmp_path / saved
