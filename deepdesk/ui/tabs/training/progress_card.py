"""The card at the top: which epoch, how fast, how long still."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtWidgets import QHBoxLayout

from deepdesk.core.events import Progress
from deepdesk.ui.metric_words import metric_text, metric_words
from deepdesk.ui.tabs.training.history import RunHistory
from deepdesk.ui.theme import metrics
from deepdesk.ui.time_words import left_text, length_text
from deepdesk.ui.widgets.bar import Bar
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.card import Card
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.labels import Label

_BAR_PX = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressWords:
    """What the card says: loud and quiet at the left, quiet and loud at the right.

    Attributes:
        can_go_on: Whether the run is offered to be resumed.
        share: Of the bar, 0 to 1.
        role: Token of the bar's colour.
    """

    loud: str
    quiet: str = ""
    facts: str = ""
    end: str = ""
    can_go_on: bool = False
    share: float = 0.0
    role: str = "accent"


class ProgressCard(Card):
    """Shows `ProgressWords`."""

    def __init__(self) -> None:
        super().__init__()
        self.set_margins(metrics.L, metrics.M)
        self.loud = Label(kind="strong")
        self.quiet = ElidedLabel(tone="muted")
        self.facts = ElidedLabel()
        self.end = Label(kind="strong")
        self.resume = LinkButton("Resume", tip="Goes on from its last checkpoint")
        self.resume.hide()
        self.bar = Bar(height_px=_BAR_PX, name="Progress of the run")
        row = QHBoxLayout()
        row.setSpacing(metrics.S)
        row.addWidget(self.loud)
        row.addWidget(self.quiet)
        row.addWidget(self.resume)
        row.addStretch(1)
        row.addWidget(self.facts)
        self._dot = Label("\N{MIDDLE DOT}", tone="muted")
        row.addWidget(self._dot)
        row.addWidget(self.end)
        self.body.addLayout(row)
        self.body.addWidget(self.bar)

    def show_words(self, words: ProgressWords) -> None:
        """Show these words."""
        for label, text in (
            (self.loud, words.loud),
            (self.quiet, words.quiet),
            (self.facts, words.facts),
            (self.end, words.end),
        ):
            if label.text() != text:
                label.setText(text)
        self._dot.setVisible(bool(words.facts and words.end))
        self.resume.setVisible(words.can_go_on)
        self.bar.set_role(words.role)
        self.bar.set_share(words.share)


def preparing_words(progress: Progress) -> ProgressWords:
    """Return what is said before the first step."""
    if not progress.total:
        return ProgressWords(loud=progress.what)
    return ProgressWords(
        loud=progress.what,
        quiet=f"{progress.done:,} of {progress.total:,}",
        share=progress.done / progress.total,
    )


def phase_words(
    history: RunHistory, phase: str, noun: tuple[str, str], now: datetime
) -> ProgressWords:
    """Return what is said while a run is under way."""
    total = history.epochs * history.steps_per_epoch
    epoch = min(history.epochs, int(history.epoch) + 1)
    share = history.step / total if total else 0.0
    loud = f"Epoch {epoch} of {history.epochs}"
    quiet = f"step {history.step:,} of {total:,}"
    if phase == "running":
        pace = history.samples_per_second
        facts = f"{pace:,.0f} {noun[1]}/s" if pace else ""
        end = left_text(history.seconds_left(), now)
        return ProgressWords(loud=loud, quiet=quiet, facts=facts, end=end, share=share)
    return ProgressWords(loud=loud, quiet=quiet, end=_HELD[phase], share=share, role="faint")


_HELD = {
    "paused": "Paused",
    "stopping": "Stopping, keeping the best weights",
    "idle": "",
}


def run_words(
    status: str, history: RunHistory, values: dict[str, float], saved: int | None = None
) -> ProgressWords:
    """Return what is said of a run that is over.

    Args:
        saved: With how many epochs the run would go on; None where it cannot.
    """
    done = int(history.epoch)
    share = history.epoch / history.epochs if history.epochs else 1.0
    loud, role = _ENDS.get(status, ("Stopped", "faint"))
    quiet = f"{done} of {history.epochs} epochs in {length_text(history.seconds)}"
    if status == "finished" and history.is_stopped_early:
        loud = f"Stopped early after {done} of {history.epochs} epochs"
        quiet = f"no gain for {history.patience}, {length_text(history.seconds)}"
    if history.best_epoch is not None:
        quiet += f", best after {history.best_epoch}"
    if status == "interrupted" and (saved or 0) < done:
        quiet += f", saved after {saved}" if saved else ", not saved"
    name = history.main_metric
    test, own = values.get(f"test_{name}"), values.get(name)
    label = metric_words(name).inline if name else ""
    facts = f"validation {label} {metric_text(name, own, history.units)}" if own is not None else ""
    end = f"test {metric_text(name, test, history.units)}" if test is not None else ""
    return ProgressWords(
        loud=loud,
        quiet=quiet,
        facts=facts,
        end=end,
        can_go_on=saved is not None,
        share=share,
        role=role,
    )


_ENDS = {
    "finished": ("Finished", "good"),
    "stopped": ("Stopped, best kept", "accent"),
    "interrupted": ("Interrupted", "warn"),
    "failed": ("Failed", "bad"),
}

Clock = Callable[[], datetime]
