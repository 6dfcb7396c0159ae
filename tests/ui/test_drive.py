"""A recorded drive: played in its order, measured, and moved sideways on a model of the road."""

import json
import math
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from deepdesk.core.errors import DatasetError
from deepdesk.core.events import Result
from deepdesk.core.payloads import Image, Number
from deepdesk.core.task import Found
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.data.steering import Road, departure_m, turn_rad
from deepdesk.project.folder import Project
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.inference.drive.drive import pace_words, points_both_ways
from deepdesk.ui.tabs.inference.drive.recording import (
    DriveSource,
    Measured,
    Stop,
    measuring_work,
    steering_of,
)
from deepdesk.ui.tabs.inference.drive.side import DriveSide
from deepdesk.ui.tabs.inference.drive.summary import errors_of, shift_facts, way_words
from deepdesk.ui.tabs.inference.models import Model
from deepdesk.ui.tabs.inference.moving.frames import Seen
from deepdesk.ui.tabs.inference.moving.remote import Remote
from deepdesk.ui.tabs.inference.moving.work import watching_work
from tests.ui.film_stage import Networks, plain
from tests.ui.inference_stage import add_run, made, picture_file, settle

COUNT = 12


class Wheel:
    """Steers by where the bright half of a picture is; says 0.5 where all is equal."""

    classes = ()

    def answer(self, given, stop):
        pixels = given.pixels_HWC.astype(float)
        middle = pixels.shape[1] // 2
        tilt = (pixels[:, middle:].mean() - pixels[:, :middle].mean()) / 255.0
        answer = Number(values={"steering": (0.5 + tilt, "")})
        yield SimpleNamespace(answer=answer, milliseconds=1.0, is_final=True)


class Reader:
    """Reads pictures whose names are their brightness; "bad" cannot be read."""

    def payload(self, path):
        from deepdesk.core.errors import BadSampleError

        if path.stem == "bad":
            raise BadSampleError("broken", "It cannot be read.")
        return Image(pixels_HWC=plain(int(path.stem)), name=path.name)


def stops(tmp_path, *names, truth=0.25):
    return tuple(
        Stop(path=tmp_path / f"{name}.png", truth={"throttle": 1.0, "steering": truth})
        for name in names
    )


def test_the_number_that_steers_is_found_by_its_name(tmp_path):
    assert steering_of(stops(tmp_path, "1")) == "steering"
    assert steering_of([Stop(path=tmp_path, truth={"angle [°]": 1.0})]) == "angle [°]"
    with pytest.raises(DatasetError):
        steering_of([Stop(path=tmp_path, truth={})])


def test_a_drive_plays_in_its_order_and_passes_over_what_cannot_be_read(tmp_path):
    stop = StopToken()
    tap = DriveSource(stops(tmp_path, "10", "bad", "30", "40"), Reader()).opened(stop)

    frames = []
    while (frame := tap.next(stop)) is not None:
        frames.append(frame)

    assert [frame.number for frame in frames] == [0, 2, 3]
    assert [frame.passed for frame in frames] == [0, 1, 0]
    tap.seek(0.25, stop)
    assert tap.next(stop).number == 2
    assert tap.facts.length_s == pytest.approx(0.4)


def timed(tmp_path):
    """Return a drive with times of its own."""
    return tuple(
        Stop(path=tmp_path / f"{10 * at}.png", truth={"steering": 0.0, "time": time})
        for at, time in enumerate((7.0, 7.2, 7.25, 8.0), start=1)
    )


def test_a_drive_with_times_plays_as_it_was_recorded(tmp_path):
    stop = StopToken()
    tap = DriveSource(timed(tmp_path), Reader()).opened(stop)

    frames = [tap.next(stop) for _number in range(4)]

    assert [frame.start_s for frame in frames] == pytest.approx([0.0, 0.2, 0.25, 1.0])
    assert tap.facts.rate == pytest.approx(3.0)
    assert pace_words(tap.facts) == "3 a second, as recorded"
    tap.seek(0.6, stop)
    assert tap.next(stop).number == 2
    tap.seek(0.0, stop)
    assert [tap.next(stop, from_s=0.21).number, tap.next(stop, from_s=5.0).number] == [1, 3]


def test_steps_back_in_a_drive_with_times_go_from_picture_to_picture(tmp_path):
    stop = StopToken()
    remote = Remote(is_playing=False)
    emitted = []
    remote.seek(1.0)

    def emit(event):
        if isinstance(event.value, Seen):
            emitted.append(event.value.number)
            remote.seen()
            if len(emitted) < 4:
                remote.step(-1)
            else:
                stop.stop()

    source = DriveSource(timed(tmp_path), Reader())
    with pytest.raises(StoppedError):
        watching_work(source, Networks(Wheel()), Model(run="1"), remote)(emit, stop)

    assert emitted == [3, 2, 1, 0]


def test_a_split_without_pictures_is_said():
    with pytest.raises(DatasetError, match="no picture"):
        DriveSource((), Reader()).opened(StopToken())


def test_every_picture_is_asked_about_as_it_is_and_moved_both_ways(tmp_path):
    told = []

    measuring_work(
        stops(tmp_path, "10", "bad", "30"), Reader(), Networks(Wheel()), Model(run="1"), 5
    )(told.append, StopToken())

    found = [one for event in told if isinstance(event, Result) for one in event.value]
    assert [one.number for one in found] == [0, 1, 2]
    assert found[0].plain == found[0].right == found[0].left == {"steering": 0.5}
    assert found[1].plain == {}
    assert found[2].size == (48, 32)


def measured(*pairs, size=(320, 160)):
    return {
        number: Measured(
            number=number,
            plain={"steering": 0.0},
            right={"steering": right},
            left={"steering": left},
            size=size,
        )
        for number, (right, left) in enumerate(pairs)
    }


def test_errors_are_those_of_answers_that_have_a_truth(tmp_path):
    found = errors_of(stops(tmp_path, "1", "2", truth=0.3), measured((0, 0), (0, 0)), "steering")

    assert (found.count, found.rmse, found.mean) == (2, pytest.approx(0.3), pytest.approx(0.3))
    assert errors_of(stops(tmp_path, "1"), {}, "steering") is None


def test_a_network_that_does_not_react_leaves_on_a_straight_line():
    road = Road()
    facts = shift_facts(road, measured((0.0, 0.0)), "steering", 20)

    assert facts.corrected_m == pytest.approx(facts.straight_m)
    assert facts.straight_m == pytest.approx(road.room_m / math.sin(turn_rad(road, 320, 20)))
    assert facts.stays == 0.0


def test_a_network_that_steers_back_stays_in_its_lane():
    facts = shift_facts(Road(), measured((0.3, -0.3), (0.2, -0.2)), "steering", 20)

    assert facts.correction == pytest.approx(0.25)
    assert facts.stays == 1.0
    assert math.isinf(facts.corrected_m)


def test_a_network_that_steers_the_wrong_way_leaves_sooner():
    road = Road()
    facts = shift_facts(road, measured((-0.1, 0.1)), "steering", 20)

    turned = turn_rad(road, 320, 20)
    assert facts.correction == pytest.approx(-0.1)
    assert facts.corrected_m == pytest.approx(departure_m(road, turned, math.radians(2.5)))
    assert facts.corrected_m < facts.straight_m


def test_metres_are_told_with_their_seconds():
    assert way_words(Road(speed_kmh=36.0), 20.0) == "20.0\u202fm, 2.0\u202fs"
    assert way_words(Road(), math.inf) == "stays in its lane"


@pytest.fixture
def tab(qtbot, tmp_path):
    project = Project.create(tmp_path / "p.deepdesk", name="p", task="image_regression")
    found = [
        Found(
            path=picture_file(tmp_path / "drive" / f"{number:02}.png", (20 * number, 9, 9)),
            split="test",
            target={"steering": number / COUNT - 0.5},
        )
        for number in range(COUNT)
    ]
    with project.index() as index:
        index.add(found, source=str(tmp_path))
    add_run(project)
    desk = Desk()
    desk.show_project(project)
    tab = made(qtbot, desk, Wheel)
    tab.desk_of_test = desk
    yield tab
    tab.moving.close()
    settle(qtbot, desk)
    desk.close_project()
    desk.deleteLater()


def opened(qtbot, tab):
    drive = tab.moving.drive
    qtbot.mouseClick(tab.workspace.top.pages.chip("drive"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(drive.measured) == COUNT)
    qtbot.waitUntil(lambda: drive.page.needles.human is not None)
    return drive


def test_the_page_shows_the_first_picture_and_measures_the_drive(qtbot, tab):
    drive = opened(qtbot, tab)

    assert drive.page.isVisible()
    assert tab.workspace.top.pages.chip("drive").text() == "In order"
    assert drive.page.needles.human == -0.5
    assert drive.page.needles.network == 0.5
    assert drive.side._cells["error"].text() == "1"
    assert drive.side._cells["rmse"].text() != "-"
    truths = np.arange(COUNT) / COUNT - 0.5
    rmse = float(np.sqrt(np.mean((0.5 - truths) ** 2)))
    assert drive.side._cells["rmse"].text() == f"{rmse:.4g}"


def test_a_click_in_the_plot_goes_to_that_picture(qtbot, tab):
    drive = opened(qtbot, tab)

    drive.page.plot.sought.emit(7)

    qtbot.waitUntil(lambda: drive.page.needles.human == pytest.approx(7 / COUNT - 0.5))


def test_playing_moves_needles_and_cursor(qtbot, tab):
    drive = opened(qtbot, tab)

    qtbot.keyClick(drive.page.moving, Qt.Key.Key_Space)

    qtbot.waitUntil(lambda: drive.page.needles.human > -0.4)
    assert drive.page.plot._cursor.value() > 0


def test_a_faster_drive_is_over_sooner_and_the_speed_is_kept(qtbot, tab):
    drive = opened(qtbot, tab)
    speeds = drive.page.speeds
    speeds.setFocus()
    qtbot.keyClick(speeds, Qt.Key.Key_Down)
    qtbot.keyClick(speeds, Qt.Key.Key_Down)
    assert speeds.currentText() == "4x"
    assert drive.watching.remote.speed == 4.0
    assert "its times are not known" in drive.page.moving.title.text()

    start_s = time.perf_counter()
    qtbot.keyClick(drive.page.moving, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: drive.page.bar.slider.value() >= 1_050)

    assert time.perf_counter() - start_s < 1.1
    drive.watching.watch(drive.watching.source)
    assert drive.watching.remote.speed == 4.0


def test_another_shift_is_measured_anew(qtbot, tab):
    drive = opened(qtbot, tab)
    drive._pause.setInterval(0)
    editor = drive.side.form.row("shift_px").editor
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, "3")
    qtbot.keyClick(editor, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: drive._measured_px == 3 and len(drive.measured) == COUNT)


def test_a_split_without_numbers_says_so(qtbot, tab):
    drive = opened(qtbot, tab)

    qtbot.mouseClick(drive.page.splits.chip("train"), Qt.MouseButton.LeftButton)

    qtbot.waitUntil(drive.page.moving.problem.isVisible)
    assert "number" in drive.page.moving.problem.sentence.text()


def test_settings_of_the_road_read_as_json():
    from deepdesk.core.settings import from_json, to_json

    road = Road(speed_kmh=50.0)

    assert from_json(Road, json.loads(json.dumps(to_json(road)))) == road


@pytest.mark.parametrize(
    ("values", "steers"), [((-0.4, 0.0, 0.3), True), ((0.0, 2.0, 9.5), False), ((), False)]
)
def test_only_numbers_on_both_sides_of_zero_steer(values, steers):
    stops = tuple(Stop(path=Path(f"{at}.png"), truth={"a": v}) for at, v in enumerate(values))
    assert points_both_ways(stops, "a") is steers


def test_where_a_car_would_go_is_left_out_for_numbers_that_do_not_steer(qtbot):
    side = DriveSide()
    qtbot.addWidget(side)
    side.set_steers(steers=False)
    assert side.sideways.isHidden()
    side.show_errors(None, 4, 4)
    assert side.progress.text() == "All 4 pictures"
    side.set_steers(steers=True)
    assert not side.sideways.isHidden()
