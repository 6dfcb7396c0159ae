"""The look: contrasts, fonts, icons, and following light and dark."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor, QFontInfo, QFontMetricsF, QPalette
from PySide6.QtWidgets import QLabel, QPushButton

from deepdesk.ui import theme
from deepdesk.ui.theme import fonts, icons, metrics
from deepdesk.ui.theme.palette import palette_of
from deepdesk.ui.theme.sheet import mixed, sheet_of
from deepdesk.ui.theme.tokens import CLASS_COLOURS, DARK, LIGHT, ROLES, contrast, has_pattern

ROOT = Path(__file__).resolve().parents[2]
GROUNDS = ("bg", "surface", "raised", "accent_soft")
WORDS = ("text", "muted", "accent", "validation", "good", "warn", "bad")
ICON_CALLS = {"icon", "bind", "pixmap", "IconButton", "set_icon", "IconPicture"}


@pytest.fixture(autouse=True)
def plain_look(qapp):
    theme.apply(qapp, "light")
    yield
    theme.apply(qapp, "light")


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("role", WORDS)
def test_words_reach_a_contrast_of_four_and_a_half(scheme, ground, role):
    assert contrast(scheme.text_colour(role), scheme.colour(ground)) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_on_the_accent_can_be_read(scheme):
    assert contrast(scheme.on_accent, scheme.accent) >= 4.5


def test_contrast_of_black_and_white_is_the_definitions_21():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_colours_that_look_md_names_are_those():
    assert (LIGHT.bg, LIGHT.accent, LIGHT.validation) == ("#F5F6F8", "#3554E8", "#E0590B")
    assert (DARK.surface, DARK.good, DARK.faint) == ("#1A1D24", "#42C583", "#6B7586")
    assert CLASS_COLOURS[0] == "#0072B2"
    assert len(CLASS_COLOURS) == 10


def test_eleventh_class_has_the_first_colour_with_a_pattern():
    assert LIGHT.class_colour(10) == LIGHT.class_colour(0)
    assert not has_pattern(9)
    assert has_pattern(10)


def test_no_colour_is_written_outside_the_tokens():
    allowed = {"tokens.py"}
    files = [path for path in (ROOT / "deepdesk/ui").rglob("*.py") if path.name not in allowed]
    found = [
        f"{path.relative_to(ROOT)}: {node.value}"
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and len(node.value) in (4, 7)
        and node.value.startswith("#")
        and all(letter in "0123456789abcdefABCDEF" for letter in node.value[1:])
    ]

    assert found == []


def test_every_word_of_the_style_sheet_was_filled_in():
    for scheme in (LIGHT, DARK):
        sheet = sheet_of(scheme)
        assert not [mark for mark in ("@", "$", "%", "&marks", "&check") if mark in sheet]
        assert sheet.count("{") == sheet.count("}")


def test_pictures_in_the_style_sheet_exist():
    for scheme in (LIGHT, DARK):
        pictures = [part.split('"')[1] for part in sheet_of(scheme).split("url(")[1:]]
        assert pictures
        assert all(Path(picture).is_file() for picture in pictures)


def test_mixed_lies_between_its_two_colours():
    assert mixed("#000000", "#FFFFFF", 0.0) == "#000000"
    assert mixed("#000000", "#FFFFFF", 1.0) == "#FFFFFF"
    assert mixed("#102030", "#304050", 0.5) == "#203040"


def test_palette_takes_its_colours_from_the_tokens():
    palette = palette_of(DARK)

    assert palette.color(QPalette.ColorRole.Window) == QColor(DARK.bg)
    off = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    assert off == QColor(DARK.faint)


def test_changed_brings_the_new_tokens(qapp, qtbot):
    with qtbot.waitSignal(theme.current().changed) as caught:
        theme.apply(qapp, "dark")

    assert caught.args == [DARK]
    assert theme.tokens() is DARK
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK.bg)


def test_unknown_mode_is_refused(qapp):
    with pytest.raises(ValueError, match="sepia"):
        theme.apply(qapp, "sepia")


def test_system_mode_follows_the_system(qapp, monkeypatch):
    scheme = [Qt.ColorScheme.Light]
    monkeypatch.setattr(
        sys.modules["deepdesk.ui.theme.apply"],
        "_system_tokens",
        lambda _app: DARK if scheme[0] == Qt.ColorScheme.Dark else LIGHT,
    )
    theme.apply(qapp, "system")
    assert theme.tokens() is LIGHT

    scheme[0] = Qt.ColorScheme.Dark
    qapp.styleHints().colorSchemeChanged.emit(scheme[0])
    assert theme.tokens() is DARK


def test_chosen_mode_does_not_follow_the_system(qapp):
    theme.apply(qapp, "light")

    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)

    assert theme.tokens() is LIGHT


def test_shipped_font_is_used_with_figures_of_equal_width(qapp):
    made = fonts.font(13, fonts.SEMIBOLD)
    figures = QFontMetricsF(made)

    assert QFontInfo(made).family() == "Inter"
    assert QFontInfo(made).weight() == fonts.SEMIBOLD
    assert figures.horizontalAdvance("1111") == pytest.approx(figures.horizontalAdvance("0080"))


def test_style_sheet_keeps_figures_of_equal_width(qtbot):
    label = QLabel("1")
    label.setProperty("kind", "figure")
    qtbot.addWidget(label)
    label.ensurePolished()
    figures = QFontMetricsF(label.font())

    assert label.font().weight() == fonts.SEMIBOLD
    assert figures.horizontalAdvance("111") == pytest.approx(figures.horizontalAdvance("000"))


def test_larger_text_makes_controls_higher(qapp, qtbot):
    button = QPushButton("Train")
    qtbot.addWidget(button)
    usual = button.sizeHint().height()

    theme.apply(qapp, "light", text_scale=1.5)

    assert button.sizeHint().height() == round(usual * 1.5)
    assert fonts.font().pointSizeF() == pytest.approx(fonts.points(13))
    theme.apply(qapp, "light")
    assert metrics.scale() == 1.0


def test_controls_are_as_high_as_the_look_says(qtbot):
    heights = {}
    for kind in ("", "primary", "small"):
        button = QPushButton("Train")
        button.setProperty("kind", kind)
        qtbot.addWidget(button)
        heights[kind] = button.sizeHint().height()

    assert heights == {"": 32, "primary": 32, "small": 26}


def test_icon_is_drawn_in_the_colour_of_its_role(qapp):
    picture = icons.pixmap("check", "good", 32, 2.0).toImage()
    inked = [
        picture.pixelColor(x, y)
        for x in range(picture.width())
        for y in range(picture.height())
        if picture.pixelColor(x, y).alpha() == 255
    ]

    assert picture.width() == 64
    assert inked
    assert {colour.name().upper() for colour in inked} == {LIGHT.good_text}


def test_bound_icon_follows_the_theme(qapp, qtbot):
    action = QAction("Undo")
    icons.bind(action, "undo", "text")
    light = action.icon().pixmap(16, 16).toImage()

    theme.apply(qapp, "dark")

    assert action.icon().pixmap(16, 16).toImage() != light


def test_missing_icon_becomes_a_dot(qapp):
    assert not icons.has_icon("no-such-drawing")
    assert not icons.icon("no-such-drawing").isNull()


def test_every_icon_that_is_asked_for_has_a_drawing():
    asked = {
        (name, str(path.relative_to(ROOT)))
        for path in (ROOT / "deepdesk/ui").rglob("*.py")
        for name in _icon_names(ast.parse(path.read_text(encoding="utf-8")))
    }

    assert asked
    assert [(name, where) for name, where in sorted(asked) if not icons.has_icon(name)] == []


def _icon_names(tree):
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        given = [keyword.value for keyword in node.keywords if keyword.arg == "icon"]
        if called in ICON_CALLS:
            given += node.args[1:2] if called == "bind" else node.args[:1]
        for value in given:
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
                yield value.value


def test_theme_and_widgets_import_neither_numpy_nor_plots():
    widgets = sorted(path.stem for path in (ROOT / "deepdesk/ui/widgets").glob("[a-z]*.py"))
    lines = [f"import deepdesk.ui.widgets.{name}" for name in widgets]
    code = "; ".join(["import sys", "import deepdesk.ui.theme, deepdesk.ui.forms", *lines])
    code += "; print([m for m in ('numpy', 'pyqtgraph', 'torch', 'PIL') if m in sys.modules])"

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )

    assert done.stdout.strip() == "[]"


def test_roles_are_the_colours_of_the_tokens():
    assert {"bg", "accent_soft", "good_text"} <= set(ROLES)
    assert "shadow" not in ROLES
    assert theme.colour("accent", 0.5).alphaF() == pytest.approx(0.5, abs=0.01)
    assert theme.text_colour("warn").name().upper() == LIGHT.warn_text
