"""What keys do on the canvas, as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from deepdesk.ui.tabs.architecture.connecting import Connect
from deepdesk.ui.tabs.architecture.gestures import ChooseRemedy
from deepdesk.ui.tabs.architecture.layout import neighbour
from deepdesk.ui.tabs.architecture.marks import WAYS
from deepdesk.ui.tabs.architecture.selection import Selection, next_along

if TYPE_CHECKING:
    from deepdesk.ui.tabs.architecture.canvas import Canvas

Act = Callable[["Canvas"], None]
_NONE = Qt.KeyboardModifier.NoModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_ALT = Qt.KeyboardModifier.AltModifier
_HELD = _CTRL | _SHIFT | _ALT | Qt.KeyboardModifier.MetaModifier
_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def press(canvas: Canvas, event: QKeyEvent) -> bool:
    """Do what a key is for; return whether it is for anything."""
    act = KEYS.get((Qt.Key(event.key()), event.modifiers() & _HELD))
    if act is not None:
        act(canvas)
        return True
    is_typed = not event.modifiers() & (_HELD & ~_SHIFT) and event.text().isprintable()
    if is_typed and event.text().strip() and (canvas.selected or canvas.selected_edges):
        canvas.ask_insert(None, event.text())
        return True
    return False


def onward(canvas: Canvas, way: tuple[int, int]) -> str:
    """Return the card that an arrow leads to: along the flow first, else what is nearest."""
    assert canvas.picture is not None
    places, here = canvas.picture.layout.places, canvas.selected
    fed = next_along(canvas.picture.shown, here, way[1]) if way[1] else ()
    if not fed:
        return neighbour(places, here, way)
    at = places[here]
    return min(
        fed,
        key=lambda i: (
            abs(places[i].column - at.column),
            abs(places[i].row - at.row),
            abs(places[i].x - at.x),
        ),
    )


def _go(canvas: Canvas, *, way: tuple[int, int]) -> None:
    canvas.select(onward(canvas, way))


def _extend(canvas: Canvas, *, way: tuple[int, int]) -> None:
    assert canvas.picture is not None
    there = onward(canvas, way)
    if there:
        canvas.take(canvas.chosen_now.extended(canvas.picture.shown, there))
        canvas.ensureVisible(canvas.picture.cards[there].area, 20, 20)


def _connect(canvas: Canvas, *, way: tuple[int, int]) -> None:
    if canvas.selected:
        gesture = Connect(canvas, canvas.selected)
        canvas.begin(gesture)
        gesture.step(way)


def _end(canvas: Canvas, *, position: int, extends: bool) -> None:
    assert canvas.picture is not None
    there = list(canvas.picture.cards)[position]
    if extends:
        canvas.take(canvas.chosen_now.extended(canvas.picture.shown, there))
    else:
        canvas.select(there)


def _all(canvas: Canvas) -> None:
    assert canvas.picture is not None
    canvas.take(canvas.chosen_now.with_cards(canvas.picture.cards))


def _less(canvas: Canvas) -> None:
    """Leave only the focus selected, and then nothing."""
    before = canvas.chosen_now
    is_several = len(before.cards) > 1 or (before.links and before.focus)
    canvas.take(before.with_cards({before.focus}) if is_several and before.focus else Selection())


def _delete(canvas: Canvas) -> None:
    if canvas.selection or canvas.selected_edges:
        canvas.delete_asked.emit(None)


def _enter(canvas: Canvas) -> None:
    assert canvas.picture is not None
    if canvas.selected in canvas.picture.shown.members:
        canvas.group_toggled.emit((canvas.selected, True))
    else:
        canvas.ask_insert(None)


def _close_group(canvas: Canvas) -> None:
    """Close the open group that the focus is in."""
    assert canvas.picture is not None
    for group in canvas.picture.shown.open_groups:
        if canvas.selected in group.nodes:
            canvas.group_toggled.emit((group.id, False))
            return


def _remedies(canvas: Canvas) -> None:
    """Go into the bubble of the focus, else into the first one."""
    assert canvas.picture is not None
    members = canvas.picture.shown.members
    bubbles = [(n, b) for n, b in enumerate(canvas.picture.bubbles) if b.remedies]
    own = {canvas.selected, *members.get(canvas.selected, ())}
    bubbles.sort(key=lambda pair: pair[1].node_id not in own)
    if bubbles:
        canvas.ensureVisible(bubbles[0][1], 20, 20)
        canvas.begin(ChooseRemedy(canvas, bubbles[0][0]))


def _table() -> dict[tuple[Qt.Key, Qt.KeyboardModifier], Act]:
    table: dict[tuple[Qt.Key, Qt.KeyboardModifier], Act] = {
        (Qt.Key.Key_A, _CTRL): _all,
        (Qt.Key.Key_Escape, _NONE): _less,
        (Qt.Key.Key_Delete, _NONE): _delete,
        (Qt.Key.Key_Backspace, _NONE): _delete,
        (Qt.Key.Key_Tab, _NONE): lambda canvas: canvas.ask_insert(None),
        (Qt.Key.Key_F4, _NONE): _remedies,
    }
    for key in _ENTERS:
        table |= {(key, _NONE): _enter, (key, _ALT): _remedies, (key, _CTRL): _close_group}
    for key, way in WAYS.items():
        table |= {
            (key, _NONE): partial(_go, way=way),
            (key, _SHIFT): partial(_extend, way=way),
            (key, _CTRL): partial(_connect, way=way),
        }
    for key, position in ((Qt.Key.Key_Home, 0), (Qt.Key.Key_End, -1)):
        table[key, _NONE] = partial(_end, position=position, extends=False)
        table[key, _SHIFT] = partial(_end, position=position, extends=True)
    return table


KEYS: Mapping[tuple[Qt.Key, Qt.KeyboardModifier], Act] = _table()
