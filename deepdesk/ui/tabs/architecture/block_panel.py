"""The right column: what the chosen block is for, its settings, and its share of the whole."""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from deepdesk.core.errors import ConfigError
from deepdesk.core.settings import settings_of
from deepdesk.nn.backbone_facts import BACKBONES
from deepdesk.nn.block import shape_text
from deepdesk.nn.graph import Node
from deepdesk.ui.forms import ConfigForm
from deepdesk.ui.tabs.architecture.drawing import Card, Drawing
from deepdesk.ui.tabs.architecture.words import overlay_share
from deepdesk.ui.theme import current, metrics, tokens
from deepdesk.ui.widgets.card import Divider
from deepdesk.ui.widgets.column import Column
from deepdesk.ui.widgets.labels import LINE_HEIGHT_PERCENT, Label, SectionLabel
from deepdesk.ui.widgets.score_bars import ShareBars, ShareRow, percent

CALM_MS = 350
ARROW = "\N{RIGHTWARDS ARROW}"
_SHARES = (("Parameters", "parameters"), ("Operations", "operations"), ("Memory", "memory"))
_FOLLOWS_DATA = "Follows the data; its size is set in Training."
_PAPERS = {"backbone": lambda node: BACKBONES[node.config.name].paper}


class Sentence(QLabel):
    """When to use a block, and a link that opens the paper, only when it is clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self._summary = self._paper = ""
        self.linkActivated.connect(lambda link: QDesktopServices.openUrl(QUrl(link)))
        current().changed.connect(self._write)

    def say(self, summary: str, paper: str) -> None:
        """Show a sentence; `paper` is an address or ""."""
        self._summary, self._paper = summary, paper
        self.setAccessibleName(f"{summary} Read the paper" if paper else summary)
        self.setToolTip(paper)
        self._write()

    def _write(self, _tokens: object = None) -> None:
        muted, accent = tokens().muted, tokens().accent
        link = (
            f' <a href="{escape(self._paper)}" style="color:{accent};text-decoration:none">'
            "Read the paper</a>"
            if self._paper
            else ""
        )
        self.setText(
            f'<div style="line-height:{LINE_HEIGHT_PERCENT}%;color:{muted}">'
            f"{escape(self._summary)}{link}</div>"
        )


class BlockPanel(Column):
    """Shows one block of a drawing.

    Signals:
        edited: (block id, its new config), a moment after the last key.
        left: None, when the form in which the keyboard was goes away.
    """

    edited = Signal(object)
    left = Signal(object)

    def __init__(self) -> None:
        super().__init__(edge="left", width_px=metrics.COLUMN_RIGHT)
        self.heading = SectionLabel("Block")
        self.sentence = Sentence()
        self.problem = Label(kind="small", tone="bad", wraps=True)
        self.hint = Label(kind="hint", wraps=True)
        self.form: ConfigForm | None = None
        self.shares = ShareBars()
        self.shapes = Label()
        self.formula = Label(kind="small", tone="muted", wraps=True)
        self._node: Node | None = None
        self._waiting: tuple[str, Any] | None = None
        self._calm = QTimer(self, singleShot=True, interval=CALM_MS)
        self._calm.timeout.connect(self.flush)
        self._slot = QVBoxLayout()
        self._facts = QWidget()
        self._lay_out()
        self.clear()

    def clear(self) -> None:
        """Show that no block is chosen."""
        self.flush()
        self._node = None
        self._drop_form()
        self.heading.setText("Block")
        self.sentence.say("Choose a block to see what it is for.", "")
        for widget in (self.problem, self.hint, self._facts):
            widget.hide()

    def show_block(self, drawing: Drawing, node_id: str) -> None:
        """Show a block; a form that already has its values is left alone."""
        card = drawing.card(node_id)
        if card is None:
            self.clear()
            return
        node = drawing.graph.node(node_id)
        if self._node is None or (self._node.id, self._node.block) != (node.id, node.block):
            self.flush()
            self._drop_form()
        self._node = node
        self.heading.setText(card.title)
        self.sentence.say(node.kind.summary, _PAPERS.get(node.block, _paper)(node))
        self._show_problem(card)
        self._show_form(drawing, node)
        self._show_facts(drawing, card, node)

    def flush(self) -> None:
        """Tell what was just written at once."""
        self._calm.stop()
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self.edited.emit(waiting)

    def _show_problem(self, card: Card) -> None:
        problem = card.problem
        self.problem.setText("" if problem is None else str(problem))
        self.problem.setVisible(problem is not None)

    def _show_form(self, drawing: Drawing, node: Node) -> None:
        kind = node.kind
        is_input = kind.family == "inputs"
        self.hint.setText(_FOLLOWS_DATA if is_input else "")
        self.hint.setVisible(is_input)
        if is_input or not settings_of(kind.config):
            return
        base = drawing.base_node(node.id)
        if self.form is None:
            self.form = ConfigForm(kind.config, value=node.config)
            self.form.changed.connect(lambda config: self._take(node.id, config))
            self._slot.addWidget(self.form)
            # A network of a file has nothing else to compare with than what it was.
            self.form.set_base(node.config)
        if base is not None and base.block == node.block:
            self.form.set_base(base.config)
        # What is being written stays as it is until it is told.
        if self._waiting is None and self._written() != node.config:
            self.form.set_value(node.config)
        self._hide_filled_in(drawing, node)

    def _hide_filled_in(self, drawing: Drawing, node: Node) -> None:
        """Take the number of outputs away where the data set fills it in."""
        setting = node.kind.outputs_setting
        if self.form is not None and setting:
            is_last = node.id in {sink.id for sink in drawing.graph.sinks}
            self.form.row(setting).setVisible(not is_last)

    def _written(self) -> Any:
        try:
            return None if self.form is None else self.form.value()
        except ConfigError:
            return None

    def _show_facts(self, drawing: Drawing, card: Card, node: Node) -> None:
        rows = []
        for name, overlay in _SHARES:
            share = overlay_share(card, overlay, drawing.total)
            figure = percent(share, 0) if drawing.total else "\N{EN DASH}"
            rows.append(ShareRow(name=name, figure=figure, share=share))
        self.shares.set_rows(rows)
        takes = " and ".join(shape_text(shape) for shape in card.in_shapes) or "data"
        gives = shape_text(card.out_shape) if card.out_shape else "nothing yet"
        self.shapes.setText(f"{takes} {ARROW} {gives}")
        self.formula.setText(node.kind.formula)
        self._facts.show()

    def _take(self, node_id: str, config: Any) -> None:
        self._waiting = (node_id, config)
        self._calm.start()

    def _drop_form(self) -> None:
        if self.form is not None:
            if self.form.isAncestorOf(QApplication.focusWidget() or self):
                self.left.emit(None)
            self._slot.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None

    def _lay_out(self) -> None:
        self.shapes.setWordWrap(True)
        facts = QVBoxLayout(self._facts)
        facts.setContentsMargins(0, metrics.XS, 0, 0)
        facts.setSpacing(metrics.S)
        facts.addWidget(Divider())
        facts.addSpacing(metrics.XS)
        parts: tuple[tuple[str, QWidget], ...] = (
            ("Share of this block", self.shares),
            (f"In {ARROW} out", self.shapes),
            ("What it computes", self.formula),
        )
        for heading, part in parts:
            facts.addWidget(SectionLabel(heading))
            facts.addWidget(part)
            facts.addSpacing(metrics.S)
        above: tuple[QWidget, ...] = (self.heading, self.sentence, self.problem, self.hint)
        for widget in above:
            self.add(widget)
        self.body.addLayout(self._slot)
        self.add(self._facts)
        self.body.addStretch(1)


def _paper(node: Node) -> str:
    return node.kind.paper
