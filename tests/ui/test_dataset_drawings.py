"""The Dataset tab of tasks that learn from what is drawn on pictures."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QDropEvent, QImage, QPainter

from deepdesk.data.drawn_small import SmallDrawing
from deepdesk.project.index import ClassRow, Filter
from deepdesk.ui.tabs.dataset.class_model import lines_of
from deepdesk.ui.tabs.dataset.drawings import filter_of
from deepdesk.ui.tabs.dataset.drawn_paint import paint_drawing
from deepdesk.ui.tabs.dataset.drawn_words import drawn_words
from deepdesk.ui.tabs.dataset.grid import SAMPLES_MIME
from deepdesk.ui.tabs.dataset.health import ACTS, findings
from deepdesk.ui.tabs.dataset.menus import class_menu, sample_menu
from deepdesk.ui.tabs.dataset.overview import DrawnCounts, Overview
from deepdesk.ui.theme import colour, tokens
from deepdesk.ui.theme.tokens import CLASS_COLOURS
from tests.ui import dataset_stage as stage
from tests.ui.dataset_stage import KEY, press, settle
from tests.ui.drawn_samples import TARGETS, box, drawn_project, masked_project, target

open_tab = stage.open_tab
NOUN = ("picture", "pictures")


@pytest.fixture
def tab(tmp_path, open_tab):
    project = drawn_project(tmp_path)
    yield open_tab(project)
    project.close()


@pytest.fixture
def space(tab):
    return tab.workspace


def lines(space):
    return [(line.name, line.count) for line in lines_of(space.overview)]


def pick_class(qtbot, tab, name):
    view = tab.workspace.left.classes.list
    model = view.model()
    row = next(r for r in range(model.rowCount()) if model.index(r).data() == name)
    spot = view.visualRect(model.index(row)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    settle(qtbot, tab)


def words_under(space):
    pages, words_of = space.browser.pages, space.grid.look.words_of
    return [words_of(pages.sample(row)).replace("\u00a0", " ") for row in range(pages.count)]


def test_classes_are_listed_with_their_shapes_and_pictures(space):
    assert lines(space) == [("car", 4), ("dog", 2), ("Not labelled yet", 1)]
    assert lines_of(space.overview)[0].words == "car: 4 shapes in 3 pictures"


def test_classes_of_masks_are_listed_with_their_pictures():
    row = ClassRow(id=1, name="road", position=0, count=0, pictures=12)
    line = lines_of(Overview(classes=(row,), drawn=DrawnCounts()))[0]
    assert (line.count, line.words) == (12, "road: in 12 pictures")


def test_a_click_on_a_class_shows_where_it_is_drawn(qtbot, tab, space):
    pick_class(qtbot, tab, "dog")
    assert words_under(space) == ["2 car, 1 dog", "1 dog"]
    assert space.middle.bar.chips.chip("all").text() == "All 2"
    pick_class(qtbot, tab, "Not labelled yet")
    assert words_under(space) == ["not labelled yet"]


def test_words_under_tiles_say_what_is_drawn(space):
    assert words_under(space) == [
        "2 car, 1 dog",
        "1 car",
        "1 dog",
        "1 car",
        "nothing on it",
        "not labelled yet",
    ]


def test_words_name_the_first_classes_and_count_the_others():
    names = [f"c{at}" for at in range(6)]
    words = drawn_words(target(*(box(name) for name in names)), names, most=2)
    assert words.replace("\u00a0", " ") == "1 c0, 1 c1, 4 more"


def test_tiles_show_drawings_once_they_are_ready(qtbot, tab, space):
    overlays = space.drawings.overlays
    sample = space.browser.pages.sample(0)
    qtbot.waitUntil(lambda: overlays.tile(sample, 128) is not None)
    image = overlays.tile(sample, 128).toImage()
    inks = {image.pixelColor(x, y).name() for x in range(128) for y in range(128)}
    assert tokens().class_colour(0).lower() in inks
    assert tokens().class_colour(1).lower() in inks


def test_a_tile_is_drawn_anew_after_its_drawing_changed(qtbot, tab, space):
    overlays = space.drawings.overlays
    sample = space.browser.pages.sample(1)
    qtbot.waitUntil(lambda: overlays.tile(sample, 128) is not None)
    before = overlays.tile(sample, 128).toImage()
    space.edits.make("", lambda index: [index.set_target([sample.id], target(box("dog", 40.0)))])
    settle(qtbot, tab)
    changed = space.browser.pages.sample(1)
    qtbot.waitUntil(lambda: overlays.tile(changed, 128).toImage() != before)


def test_colours_follow_the_order_of_classes_and_nothing_is_drawn_for_no_target(qtbot, space):
    overlays = space.drawings.overlays
    assert overlays.tile(space.browser.pages.sample(5), 128) is None
    assert space.drawings.names() == ("car", "dog")


def test_the_sample_at_the_right_shows_its_drawing(qtbot, tab, space):
    preview = space.right.sample.preview
    ink = QColor(tokens().class_colour(0))

    def has_ink():
        image = preview.grab().toImage()
        places = ((x, y) for x in range(image.width()) for y in range(image.height()))
        return any(image.pixelColor(x, y) == ink for x, y in places)

    qtbot.waitUntil(has_ink, timeout=5_000)


def test_masks_are_painted_over_their_half(qtbot, tmp_path, open_tab):
    project = masked_project(tmp_path)
    tab = open_tab(project)
    overlays, sample = tab.workspace.drawings.overlays, tab.workspace.browser.pages.sample(0)
    qtbot.waitUntil(lambda: overlays.tile(sample, 128) is not None)
    image = overlays.tile(sample, 128).toImage()
    assert image.pixelColor(30, 64).alpha() > 90
    assert image.pixelColor(100, 64).alpha() == 0
    assert words_under(tab.workspace) == ["road"]
    project.close()


def test_classes_beyond_ten_are_dashed():
    def inks(position):
        names = [f"c{at}" for at in range(12)]
        image = QImage(60, 60, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(colour("surface", 0.0))
        painter = QPainter(image)
        small = SmallDrawing(aspect=1.0, boxes=((names[position], 0.2, 0.2, 0.8, 0.8),))
        paint_drawing(painter, QRectF(0, 0, 60, 60), small, names)
        painter.end()
        return {image.pixel(x, 12) for x in range(20, 40)}

    assert CLASS_COLOURS[1] == tokens().class_colour(11)
    assert len(inks(1)) == 1
    assert len(inks(11)) > 1


def test_nothing_of_the_tab_gives_a_picture_one_class(qtbot, tab, space):
    panel = space.right.sample
    assert not panel.label.isVisible()
    assert not panel.keys.isVisible()
    words = [action.text() for action in _menu(space).actions()]
    assert not any("class" in word for word in words)
    before = lines(space)
    press(qtbot, tab, KEY.Key_1)
    assert lines(space) == before


def _menu(space):
    current, selected = space.browser.current, space.browser.selected
    return sample_menu(space, space.commands, space.overview, selected, current)


def test_pictures_cannot_be_dropped_on_a_class(space):
    view = space.left.classes.list
    mime = QMimeData()
    mime.setData(SAMPLES_MIME, b"1")
    spot = QPointF(view.visualRect(view.model().index(0)).center())
    event = QDropEvent(
        spot,
        Qt.DropAction.MoveAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    dropped = []
    view.dropped.connect(dropped.append)
    view.dropEvent(event)
    assert not event.isAccepted()
    assert not dropped


def test_deleting_a_class_takes_its_shapes_and_undo_brings_them_back(qtbot, desk, tab, space):
    pick_class(qtbot, tab, "dog")
    press_delete(qtbot, tab)
    assert lines(space) == [("car", 4), ("Not labelled yet", 1)]
    assert desk.undo.undoText() == "Deleted “dog” and what was drawn of it"
    desk.undo.undo()
    settle(qtbot, tab)
    assert lines(space) == [("car", 4), ("dog", 2), ("Not labelled yet", 1)]


def press_delete(qtbot, tab):
    qtbot.keyClick(tab.workspace.left.classes.list, KEY.Key_Delete)
    settle(qtbot, tab)


def test_the_menu_of_a_class_says_what_goes_with_it(space):
    menu = class_menu(
        space.left.classes.list, space.commands, space.overview, lines_of(space.overview)[:1]
    )
    assert any("with what is drawn of it" in action.text() for action in menu.actions())


def test_health_says_what_to_look_at_and_shows_it(qtbot, tab, space):
    found = {finding.act: finding.text for finding in findings(space.overview, NOUN)}
    assert found["show_undrawn"] == "1 picture is not labelled yet"
    assert found["show_outside"].startswith("1 picture has shapes that reach out")
    assert found["show_tiny"].startswith("1 picture has boxes of less than 4 px")
    for act, words in (
        ("show_undrawn", ["not labelled yet"]),
        ("show_outside", ["1 dog"]),
        ("show_tiny", ["1 car"]),
    ):
        space._act(act)
        settle(qtbot, tab)
        assert words_under(space) == words
    assert set(found) - {""} <= set(ACTS)


def test_few_shapes_are_told_by_class():
    rows = tuple(
        ClassRow(id=at, name=name, position=at, count=0, shapes=shapes, pictures=1)
        for at, (name, shapes) in enumerate((("car", 200), ("dog", 3)))
    )
    counts = {(None, "train"): 5, (None, "validation"): 5}
    overview = Overview(classes=rows, counts=counts, drawn=DrawnCounts())
    texts = [finding.text for finding in findings(overview, NOUN)]
    assert texts == ["“dog” has 3 shapes: too few to learn it from"]


def test_a_drawing_of_another_size_is_told():
    counts = {(None, "train"): 5, (None, "validation"): 5}
    overview = Overview(counts=counts, drawn=DrawnCounts(misfit=2))
    finding = findings(overview, NOUN)[0]
    assert finding.text == "2 pictures are drawn on pictures of another size than the file"
    assert finding.level == "warn"


def test_a_chip_shows_what_is_not_labelled_and_goes_with_the_last(qtbot, tab, space):
    chip = space.middle.bar.chips.chip("undrawn")
    assert chip.isVisibleTo(space)
    assert chip.text() == "Not labelled 1"
    space.edits.make("", lambda index: [index.set_target([6], target(box("car")))])
    settle(qtbot, tab)
    assert not chip.isVisibleTo(space)


def test_the_filter_of_a_class_is_one_of_what_is_drawn():
    asked = Filter(class_id=3, split="train", text="a")
    assert filter_of(asked, is_drawn=True) == Filter(drawn_class=3, split="train", text="a")
    assert filter_of(asked, is_drawn=False) == asked
    assert filter_of(Filter(unlabelled=True), is_drawn=True) == Filter(drawing="none")


@pytest.fixture
def opened(monkeypatch, space):
    """Return the ids of the samples that were opened to be drawn on."""
    ids = []
    monkeypatch.setattr(space, "open_labelling", ids.append)
    return ids


def test_enter_and_a_double_click_open_a_picture_to_be_drawn_on(qtbot, tab, space, opened):
    press(qtbot, tab, KEY.Key_Return)
    assert opened == [1]
    spot = space.grid.geometry_now.rect(2, 0).center()
    qtbot.mouseClick(space.grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(spot))
    qtbot.mouseDClick(space.grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(spot))
    settle(qtbot, tab)
    assert opened == [1, 3]


def test_targets_of_the_stage_are_what_the_index_gives_back(desk, space):
    with desk.project.index() as index:
        assert [s.target for s in index.samples(index.ids())] == list(TARGETS)


def test_the_sample_at_the_right_says_what_is_drawn_on_it(qtbot, tab, space):
    label = space.right.sample.drawn
    assert label.text().replace("\u00a0", " ") == "2 car, 1 dog"
    space.grid.picked.click(5, Qt.KeyboardModifier.NoModifier)
    settle(qtbot, tab)
    assert label.text() == "not labelled yet"
    space.grid.picked.pick_all()
    settle(qtbot, tab)
    assert not label.isVisible()


def test_a_file_of_classes_that_is_gone_is_told(qtbot, tmp_path, open_tab):
    project = masked_project(tmp_path)
    (tmp_path / "masks" / "0.png").unlink()
    tab = open_tab(project)
    label = tab.workspace.right.sample.drawn
    qtbot.waitUntil(lambda: label.text().startswith("Its file of classes cannot be shown"))
    project.close()
