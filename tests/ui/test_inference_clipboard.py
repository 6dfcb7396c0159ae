"""What a clipboard, a browser and a drag hand over to the Inference tab."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage

from deepdesk.ui.tabs.inference.given import GivenBytes
from deepdesk.ui.tabs.inference.mime import GivenImage, offer_of
from tests.ui import inference_stage as stage
from tests.ui.inference_stage import (
    picture_file,
    settle,
)

desk = stage.desk
tab = stage.tab
NOUN = ("picture", "pictures")


def test_pasting_asks_about_the_picture_in_the_clipboard(qtbot, desk, tab):
    image = QImage(7, 5, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(image)

    tab.activateWindow()
    qtbot.waitUntil(tab.isActiveWindow)
    qtbot.keyClick(tab, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(tab.workspace.strip.tiles.entries) == 1)
    settle(qtbot, desk)

    given = tab.workspace.panel.entry.answered.given
    assert given.pixels_HWC.shape == (5, 7, 3)
    assert given.pixels_HWC[0, 0].tolist() == [255, 0, 0]


def test_copied_files_and_paths_are_asked_about(qtbot, desk, tab, tmp_path):
    path = picture_file(tmp_path / "with space.png")
    urls, text = QMimeData(), QMimeData()
    urls.setUrls([QUrl.fromLocalFile(str(path))])
    text.setText(f'"{path}"\n')

    assert offer_of(urls, NOUN).paths == (path,)
    assert offer_of(text, NOUN).paths == (path,)


def test_a_picture_from_a_browser_is_taken_as_it_is():
    data = b"\x89PNG..."
    plain, url, html = QMimeData(), QMimeData(), QMimeData()
    plain.setData("image/png", data)
    plain.setUrls([QUrl("https://example.org/cat.png")])
    code = base64.b64encode(data).decode()
    url.setUrls([QUrl(f"data:image/png;base64,{code}")])
    html.setHtml(f'<img alt="x" src="data:image/png;base64,{code}">')

    for mime in (plain, url, html):
        (given,) = offer_of(mime, NOUN).pictures
        assert isinstance(given, GivenBytes)
        assert given.data == data


def test_lines_of_an_image_in_memory_are_read_without_their_padding():
    image = QImage(3, 2, QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.blue)

    pixels = GivenImage(image, "x").read(None).pixels_HWC

    assert pixels.shape == (2, 3, 3)
    assert np.unique(pixels.reshape(-1, 3), axis=0).tolist() == [[0, 0, 255]]


@pytest.mark.parametrize("address", ["https://example.org/cat.png", "ftp://example.org/a"])
def test_an_address_alone_is_refused_and_nothing_is_fetched(qtbot, desk, tab, address):
    mime = QMimeData()
    mime.setText(address)

    tab.asking.hand(mime)

    assert "nothing is downloaded" in desk.troubles[-1].error.message
    assert desk.troubles[-1].error.hint
    assert not tab.workspace.strip.tiles.entries


def test_an_empty_clipboard_says_what_to_do(desk, tab):
    tab.asking.hand(QMimeData())

    assert "no picture" in desk.troubles[-1].error.message


def test_the_stage_takes_a_drop_and_wears_no_outline_after(qtbot, desk, tab, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(picture_file(tmp_path / "a.png")))])
    stage = tab.workspace.stage
    stage.set_over(True)

    stage.dropEvent(
        QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    settle(qtbot, desk)

    assert not stage.is_over
    assert tab.workspace.panel.answer.text() == "cat"
