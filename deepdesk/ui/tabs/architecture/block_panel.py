"""The right column: what the chosen block is for, its settings, and its share of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from deepdesk.core.errors import ConfigError
from deepdesk.core.settings import settings_of
from deepdesk.nn.backbone_facts import BACKBONES
from deepdesk.nn.block import shape_text
from deepdesk.nn.graph import Group, Node
from deepdesk.nn.nearest import nearest_config
from deepdesk.nn.timm_facts import TIMM_BACKBONES
from deepdesk.ui.forms import ConfigForm
from deepdesk.ui.tabs.architecture.drawing import Card, Drawing
from deepdesk.ui.tabs.architecture.panel_parts import NameRow, RemedyButtons
from deepdesk.ui.tabs.architecture.words import blocks_text, overlay_share
from deepdesk.ui.theme import current, metrics, tokens
from deepdesk.ui.widgets.card import Divider
from deepdesk.ui.widgets.column import Column
from deepdesk.ui.widgets.labels import LINE_HEIGHT_PERCENT, Label, SectionLabel
from deepdesk.ui.widgets.score_bars import ShareBars, ShareRow, percent

CALM_MS = 350
MOST_TITLES = 4
ARROW = "\N{RIGHTWARDS ARROW}"
_SHARES = (("Parameters", "parameters"), ("Operations", "operations"), ("Memory", "memory"))
_FOLLOWS_DATA = "Follows the data; its size is set in Training."
_PAPERS = {
    "backbone": lambda node: BACKBONES[nearest_config(node).name].paper,
    "backbone_stage": lambda node: BACKBONES[nearest_config(node).name].paper,
    "timm_backbone": lambda node: TIMM_BACKBONES[nearest_config(node).name].paper,
}


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
        named: (block or group id, its new name).
        remedy_asked: (block id, number of the remedy).
        left: None, when the form in which the keyboard was goes away.
    """

    edited = Signal(object)
    named = Signal(object)
    remedy_asked = Signal(object)
    left = Signal(object)

    def __init__(self) -> None:
        super().__init__(edge="left", width_px=metrics.COLUMN_RIGHT)
        self.heading = SectionLabel("Block")
        self.sentence = Sentence()
        self.problem = Label(kind="small", tone="bad", wraps=True)
        self.remedies = RemedyButtons()
        self.remedies.asked.connect(self._ask_remedy)
        self.hint = Label(kind="hint", wraps=True)
        self.name = NameRow()
        self.name.named.connect(self.named.emit)
        self.form: ConfigForm | None = None
        self.shares = ShareBars()
        self.shapes = Label()
        self.formula = Label(kind="small", tone="muted", wraps=True)
        self._node: Node | None = None
        self._at_fault = ""
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
        for widget in (self.problem, self.remedies, self.hint, self.name, self._facts):
            widget.hide()

    def show_block(self, drawing: Drawing, node_id: str) -> None:
        """Show a block; a form that already has its values is left alone."""
        card = drawing.card(node_id)
        if card is None:
            self.clear()
            self._show_problem(drawing, None)
            return
        node = drawing.graph.node(node_id)
        if self._node is None or (self._node.id, self._node.block) != (node.id, node.block):
            self.flush()
            self._drop_form()
        self._node = node
        self.heading.setText(card.title)
        self.sentence.say(node.kind.summary, _PAPERS.get(node.block, _paper)(node))
        self._show_problem(drawing, card)
        self.name.show_name(node.id, node.label, node.kind.title_of(node.settings))
        self.name.show()
        self._show_form(drawing, node)
        self._show_facts(drawing, card, node)

    def show_several(self, drawing: Drawing, ids: Sequence[str], label: str = "") -> None:
        """Show several blocks together: how many, which, and their part of the whole.

        Args:
            label: Of the group that they are, if they are one.
        """
        cards = [card for card in map(drawing.card, ids) if card is not None]
        self.clear()
        self.heading.setText(label or blocks_text(len(cards)))
        self.sentence.say(_listed(cards), "")
        faults = [card for card in cards if card.problem]
        self.problem.setText(f"{blocks_text(len(faults))} cannot work." if faults else "")
        self.problem.setVisible(bool(faults))
        self._show_shares(drawing, cards)
        flow = [card for card in drawing.cards if card in cards]
        self._show_ends(flow[:1], flow[-1:])
        self._say_formula("")
        self._facts.show()

    def show_group(self, drawing: Drawing, group: Group) -> None:
        """Show a group: its name, its blocks, and their part of the whole."""
        self.show_several(drawing, group.nodes, group.label)
        self.name.show_name(group.id, group.label, "Group")
        self.name.show()

    def flush(self) -> None:
        """Tell what was just written at once."""
        self._calm.stop()
        self.name.flush()
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self.edited.emit(waiting)

    def _show_problem(self, drawing: Drawing, card: Card | None) -> None:
        """Say what is wrong with a block, else what is wrong with the network as a whole."""
        own = None if card is None else card.problem
        problem = own or next((p for p in drawing.problems if not p.node), None)
        self._at_fault = "" if problem is None else problem.node
        self.problem.setText("" if problem is None else str(problem))
        self.problem.setVisible(problem is not None)
        offered = drawing.remedies.get(self._at_fault, ()) if problem is not None else ()
        titles = tuple(remedy.title for remedy in offered)
        self.remedies.show_titles(titles or (card.remedies if card is not None else ()))

    def _ask_remedy(self, number: int) -> None:
        self.remedy_asked.emit((self._at_fault, number))

    def _show_form(self, drawing: Drawing, node: Node) -> None:
        kind = node.kind
        is_input = kind.family == "inputs"
        self.hint.setText(_FOLLOWS_DATA if is_input else "")
        self.hint.setVisible(is_input)
        if is_input or not settings_of(kind.config):
            return
        base = drawing.base_node(node.id)
        if self.form is None:
            self.form = ConfigForm(kind.config, value=nearest_config(node))
            self.form.changed.connect(lambda config: self._take(node.id, config))
            self._slot.addWidget(self.form)
            # A network of a file has nothing else to compare with than what it was.
            self.form.set_base(nearest_config(node))
        if base is not None and base.block == node.block:
            self.form.set_base(nearest_config(base))
        # What is being written stays as it is until it is told.
        if self._waiting is None and self._written() != nearest_config(node):
            self.form.set_value(nearest_config(node))
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
        self._show_shares(drawing, [card])
        self._show_ends([card], [card])
        self._say_formula(node.kind.formula)
        self._facts.show()

    def _show_ends(self, first: Sequence[Card], last: Sequence[Card]) -> None:
        takes = [shape_text(shape) for card in first for shape in card.in_shapes]
        gives = [shape_text(card.out_shape) for card in last if card.out_shape]
        ends = (" and ".join(takes) or "data", " and ".join(gives) or "nothing yet")
        self.shapes.setText(f"{ends[0]} {ARROW} {ends[1]}")

    def _say_formula(self, formula: str) -> None:
        self.formula.setText(formula)
        for widget in (self.formula, self._formula_heading):
            widget.setVisible(bool(formula))

    def _show_shares(self, drawing: Drawing, cards: Sequence[Card]) -> None:
        rows = []
        has_time = drawing.total is not None and drawing.total.seconds > 0
        for name, overlay in (("Time", "time"), *_SHARES) if has_time else _SHARES:
            share = min(1.0, sum(overlay_share(card, overlay, drawing.total) for card in cards))
            figure = percent(share, 0) if drawing.total else "\N{EN DASH}"
            rows.append(ShareRow(name=name, figure=figure, share=share))
        self.shares.set_rows(rows)

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
            ("Share of the whole", self.shares),
            (f"In {ARROW} out", self.shapes),
            ("What it computes", self.formula),
        )
        for heading, part in parts:
            label = SectionLabel(heading)
            facts.addWidget(label)
            facts.addWidget(part)
            self._formula_heading = label
            facts.addSpacing(metrics.S)
        above: tuple[QWidget, ...] = (
            *(self.heading, self.sentence, self.problem, self.remedies, self.hint, self.name),
        )
        for widget in above:
            self.add(widget)
        self.body.addLayout(self._slot)
        self.add(self._facts)
        self.body.addStretch(1)


def _paper(node: Node) -> str:
    return node.kind.paper


def _listed(cards: Sequence[Card]) -> str:
    """Return the titles of some blocks, the first few by name."""
    titles = list(dict.fromkeys(card.title for card in cards))
    rest = len(titles) - MOST_TITLES
    if rest <= 0:
        return ", ".join(titles)
    return f"{', '.join(titles[:MOST_TITLES])} and {rest} more"
