"""The zone in front: classes, corners, the alarm and how long it took."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from deepdesk.data.obstacles import USUAL_ZONE, ObstacleSettings, settings_to_json
from deepdesk.project.safe_write import write_json
from deepdesk.ui.tabs.inference.moving.frames import Seen, StageTimes
from deepdesk.ui.tabs.inference.obstacles.keeper import FILE
from deepdesk.ui.tabs.inference.obstacles.panel import CHOOSE
from tests.ui import drawn_stage as stage
from tests.ui.drawn_stage import BOXES, FakePainter
from tests.ui.inference_stage import ask, made, picture_file, settle

boxes_desk = stage.boxes_desk
boxes_tab = stage.boxes_tab
mask_desk = stage.mask_desk
mask_tab = stage.mask_tab
# The surest box, RBC, stands at x 2 of 12 and y 4 of 8.
AROUND_RBC = ((0.0, 0.4), (0.4, 0.4), (0.4, 0.9), (0.0, 0.9))


@pytest.fixture
def seen(qtbot, boxes_desk, boxes_tab, tmp_path):
    """Return the tab with boxes over one picture."""
    ask(qtbot, boxes_desk, boxes_tab, picture_file(tmp_path / "one.png"))
    return boxes_tab


def panel_of(tab):
    return tab.workspace.drawn.obstacles


def zone_of(tab):
    return tab.workspace.stage.overlay.layers.zone


def watch(tab, *names, zone=AROUND_RBC, **more):
    tab.drawn.keeper.change(
        ObstacleSettings(is_on=True, classes=frozenset(names), zone=zone, **more)
    )


def test_nothing_is_watched_for_until_a_person_asks(seen):
    panel_of(seen).set_open(True)

    assert zone_of(seen) is None
    assert not panel_of(seen).alarm.isVisible()

    panel_of(seen).on.click()

    assert zone_of(seen).corners == USUAL_ZONE
    assert panel_of(seen).alarm.text() == CHOOSE


def test_a_class_that_stands_in_the_zone_is_an_alarm_in_words_on_picture_and_panel(seen):
    watch(seen)
    panel_of(seen).set_open(True)
    panel_of(seen).classes.chip("RBC").click()

    assert zone_of(seen).words == "Obstacle in the zone: 2 RBC"
    assert panel_of(seen).alarm.text() == "Obstacle in the zone: 2 RBC"

    panel_of(seen).classes.chip("RBC").click()

    assert zone_of(seen).words == ""


def test_a_threshold_that_takes_the_box_away_ends_the_alarm(seen):
    watch(seen, "RBC")
    assert zone_of(seen).words

    seen.workspace.drawn.threshold.slider.setValue(95)

    assert zone_of(seen).words == ""
    assert panel_of(seen).alarm.text() == "The zone is free"


def test_the_reaction_to_a_new_picture_is_measured_and_an_old_one_is_none(
    qtbot, boxes_desk, seen, tmp_path
):
    watch(seen, "RBC")
    control = seen.drawn.obstacles
    assert control.watch.reactions_s == []

    ask(qtbot, boxes_desk, seen, picture_file(tmp_path / "two.png", (4, 5, 6)))

    assert len(control.watch.reactions_s) == 1
    # The network says that it took 6 ms; the alarm can be no earlier.
    assert 0.006 <= control.watch.worst_s < 5
    assert "1 alarm" not in panel_of(seen).times.text()
    assert panel_of(seen).times.text().startswith("Reaction ")

    seen.workspace.strip.setCurrentIndex(seen.workspace.strip.tiles.index(1))
    settle(qtbot, boxes_desk)

    assert zone_of(seen).words
    assert len(control.watch.reactions_s) == 1


def test_median_and_worst_are_told_from_the_second_alarm_on(qtbot, boxes_desk, seen, tmp_path):
    watch(seen, "RBC")
    for name in ("two", "three"):
        ask(qtbot, boxes_desk, seen, picture_file(tmp_path / f"{name}.png"))

    assert "(median)" in panel_of(seen).times.text()
    assert "(worst) over 2 alarms" in panel_of(seen).times.text()


def test_a_corner_is_dragged_and_kept_in_the_project(qtbot, boxes_desk, seen):
    watch(seen, "RBC")
    panel_of(seen).set_open(True)
    panel_of(seen).edit.click()
    overlay = seen.workspace.stage.overlay
    rect = overlay.picture_rect()

    def at(x, y):
        return QPointF(rect.left() + x * rect.width(), rect.top() + y * rect.height()).toPoint()

    QTest.mousePress(overlay, Qt.MouseButton.LeftButton, pos=at(0.4, 0.9))
    QTest.mouseMove(overlay, at(0.6, 0.8))
    QTest.mouseRelease(overlay, Qt.MouseButton.LeftButton, pos=at(0.6, 0.8))

    assert zone_of(seen).corners[2] == pytest.approx((0.6, 0.8), abs=0.01)
    assert zone_of(seen).corner == 2
    seen.drawn.keeper.flush()
    settle(qtbot, boxes_desk)
    kept = json.loads((boxes_desk.project.path / FILE).read_text())
    assert kept["zone"][2] == pytest.approx([0.6, 0.8], abs=0.01)


def test_corners_are_moved_added_and_taken_away_with_keys_and_double_clicks(seen):
    watch(seen, "RBC")
    panel_of(seen).set_open(True)
    panel_of(seen).edit.click()
    overlay = seen.workspace.stage.overlay
    QTest.keyClick(overlay, Qt.Key.Key_N)
    QTest.keyClick(overlay, Qt.Key.Key_Right)
    QTest.keyClick(overlay, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)

    assert zone_of(seen).corners[1] == pytest.approx((0.42, 0.402))

    rect = overlay.picture_rect()
    edge = QPointF(rect.left() + 0.2 * rect.width(), rect.top() + 0.95 * rect.height())
    QTest.mouseDClick(overlay, Qt.MouseButton.LeftButton, pos=edge.toPoint())

    assert len(zone_of(seen).corners) == 5
    assert zone_of(seen).corners[3] == pytest.approx((0.2, 0.95), abs=0.01)
    for _press in range(4):
        QTest.keyClick(overlay, Qt.Key.Key_Delete)
    assert len(zone_of(seen).corners) == 3
    assert seen.workspace.strip.tiles.rowCount() == 1


def test_arrows_walk_over_boxes_again_when_editing_ends(seen):
    watch(seen, "RBC")
    panel_of(seen).set_open(True)
    panel_of(seen).edit.click()
    panel_of(seen).edit.click()
    overlay = seen.workspace.stage.overlay
    QTest.keyClick(overlay, Qt.Key.Key_Right)

    assert overlay.layers.near == 0
    assert zone_of(seen).corners == AROUND_RBC


def test_what_was_kept_is_watched_for_when_the_project_opens_again(qtbot, boxes_desk):
    settings = ObstacleSettings(is_on=True, classes=frozenset({"WBC"}), zone=AROUND_RBC)
    write_json(boxes_desk.project.path / FILE, settings_to_json(settings))

    tab = made(qtbot, boxes_desk, FakePainter)
    settle(qtbot, boxes_desk)

    assert tab.drawn.keeper.settings == settings


def test_settings_that_are_damaged_are_told_and_replaced(qtbot, boxes_desk):
    (boxes_desk.project.path / FILE).write_text("{")

    tab = made(qtbot, boxes_desk, FakePainter)
    settle(qtbot, boxes_desk)

    assert "cannot be read" in str(boxes_desk.troubles[-1].error)
    watch(tab, "RBC")
    tab.drawn.keeper.flush()
    settle(qtbot, boxes_desk)
    assert json.loads((boxes_desk.project.path / FILE).read_text())["classes"] == ["RBC"]


def test_the_alarm_is_silent_unless_sound_was_asked_for(
    qtbot, boxes_desk, seen, tmp_path, monkeypatch
):
    heard = []
    monkeypatch.setattr(seen.drawn.obstacles.sound, "play", lambda: heard.append(1))
    watch(seen, "RBC")
    ask(qtbot, boxes_desk, seen, picture_file(tmp_path / "two.png"))
    assert not heard

    panel_of(seen).set_open(True)
    panel_of(seen).sound.click()
    ask(qtbot, boxes_desk, seen, picture_file(tmp_path / "three.png"))

    assert heard == [1]


def test_a_mask_must_cover_a_share_that_a_person_sets(qtbot, mask_desk, mask_tab, tmp_path):
    ask(qtbot, mask_desk, mask_tab, picture_file(tmp_path / "street.png"))
    # The car covers 6 of the 48 pixels of the lower half.
    watch(mask_tab, "car", zone=((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0)))
    panel_of(mask_tab).set_open(True)

    assert zone_of(mask_tab).words == "Obstacle in the zone: car, 12\u202f% of it"
    assert panel_of(mask_tab).share_row.isVisible()

    panel_of(mask_tab).share.setValue(13)

    assert zone_of(mask_tab).words == ""


def test_films_and_camera_share_the_settings(seen):
    watch(seen, "RBC")

    assert [one.watch.settings.classes for one in seen.drawn.moving] == [{"RBC"}, {"RBC"}]


def test_the_alarm_of_a_film_counts_from_the_arrival_of_its_picture(seen):
    watch(seen, "RBC")
    film, control = seen.moving.films.watching, seen.drawn.moving[0]
    times = StageTimes(decode_ms=1.0, prepare_ms=1.0, network_ms=1.0, read_ms=1.0)
    pixels = np.zeros((8, 12, 3), dtype=np.uint8)

    for number in range(2):
        came_s = time.perf_counter() - 0.05
        picture = Seen(
            pixels_HWC=pixels, answer=BOXES, at_s=0.1, number=number, came_s=came_s, times=times
        )
        seen.moving.film_page.view.show_seen(picture)
        film.seen.emit(picture)

    # The second picture shows the same obstacle: no new alarm.
    assert len(control.watch.reactions_s) == 1
    assert 0.05 <= control.watch.worst_s < 5
    assert seen.moving.film_page.view.layers.zone.words == "Obstacle in the zone: 2 RBC"
    assert seen.drawn.obstacles.watch.reactions_s == []
