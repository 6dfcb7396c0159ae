"""What is wrong with a data set, each with its remedy, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from deepdesk.data.origin_words import across_words
from deepdesk.ui.tabs.dataset.finding import Finding
from deepdesk.ui.tabs.dataset.health_drawn import ACTS as DRAWN_ACTS
from deepdesk.ui.tabs.dataset.health_drawn import drawn_findings
from deepdesk.ui.tabs.dataset.overview import Overview

__all__ = ["ACTS", "Finding", "findings", "needs_look"]

IMBALANCE = 2.0


ACTS = (
    "fix_twins",
    "show_bad",
    "show_twins",
    "show_notes",
    "show_unlabelled",
    "show_untold",
    "draw_splits",
    "keep_origins",
    "balance",
    "cut_long",
    *DRAWN_ACTS,
)


def findings(
    overview: Overview,
    noun: tuple[str, str],
    *,
    can_balance: bool = False,
    is_balanced: bool = False,
    truth: str = "",
    origin_noun: tuple[str, str] = ("source", "sources"),
) -> list[Finding]:
    """Return what a person should look at, [] when all is well.

    Args:
        overview: Counts of the data set.
        noun: One sample and several, in words.
        can_balance: Whether training has a setting that evens classes out.
        is_balanced: Whether it is on.
        truth: Word for a truth that is a text; classes then count for nothing. "" for classes.
        origin_noun: Who or what samples come from, one and several.
    """
    if overview.total == 0:
        return []
    found = [*_unread(overview), *_twins(overview), *_origins(overview, origin_noun)]
    found += _untold(overview, noun, truth) if truth else _unlabelled(overview, noun)
    found += drawn_findings(overview, noun)
    remedy = ("", "good") if is_balanced else ("Balance" if can_balance else "", "warn")
    found += _long(overview, truth)
    found += _splits(overview, noun)
    if not truth and overview.drawn is None:
        found += _balance(overview, noun, remedy)
    return [*found, *_notes(overview, noun)]


def _count(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"


def _unread(overview: Overview) -> Iterator[Finding]:
    if overview.num_bad:
        text = f"{_count(overview.num_bad, 'file', 'files')} could not be read"
        yield Finding(text=text, remedy="Show", act="show_bad")


def _twins(overview: Overview) -> Iterator[Finding]:
    if overview.twins_across:
        text = f"{_count(overview.twins_across, 'near twin', 'near twins')} across splits"
        yield Finding(text=text, remedy="Fix", act="fix_twins")


def _origins(overview: Overview, noun: tuple[str, str]) -> Iterator[Finding]:
    text = across_words(overview.origins, noun)
    if text:
        # Two cannot fill three splits, and what the data itself says is not drawn anew.
        can_mend = len(overview.origins) > 2 and overview.origins_stuck < overview.origins_across
        remedy, act = ("Keep together", "keep_origins") if can_mend else ("", "")
        # Who teaches it his own voice has done nothing wrong.
        level = "note" if len(overview.origins) == 1 else "warn"
        yield Finding(text=text, remedy=remedy, act=act, level=level)


def _notes(overview: Overview, noun: tuple[str, str]) -> Iterator[Finding]:
    if overview.num_twins and not overview.twins_across:
        text = f"{_count(overview.num_twins, *noun)} with a twin on the same side"
        yield Finding(text=text, remedy="Show", act="show_twins", level="note")
    if overview.num_notes:
        text = f"{_count(overview.num_notes, *noun)} read with a remark"
        yield Finding(text=text, remedy="Show", act="show_notes", level="note")


def needs_look(found: Iterable[Finding]) -> bool:
    """Return whether something should be mended before training."""
    return any(finding.level in {"warn", "bad"} for finding in found)


def _long(overview: Overview, truth: str) -> Iterator[Finding]:
    if not overview.num_long:
        return
    recordings = _count(overview.num_long, "recording", "recordings")
    verb = "lasts" if overview.num_long == 1 else "last"
    if truth:
        # Nobody can tell which words of a text belong to which piece.
        text = (
            f"{recordings} {verb} longer than a minute, and a {truth} cannot be cut: cut them"
            " in another program and give each piece its own"
        )
        yield Finding(text=text)
        return
    text = f"{recordings} {verb} longer than a minute: most of it is never heard"
    yield Finding(text=text, remedy="Cut", act="cut_long")


def _unlabelled(overview: Overview, noun: tuple[str, str]) -> Iterator[Finding]:
    if overview.unlabelled and overview.classes and overview.drawn is None:
        verb = "has" if overview.unlabelled == 1 else "have"
        text = f"{_count(overview.unlabelled, *noun)} {verb} no class"
        yield Finding(text=text, remedy="Show", act="show_unlabelled")


def _untold(overview: Overview, noun: tuple[str, str], truth: str) -> Iterator[Finding]:
    if overview.without_target:
        verb = "has" if overview.without_target == 1 else "have"
        text = f"{_count(overview.without_target, *noun)} {verb} no {truth}"
        yield Finding(text=text, remedy="Show", act="show_untold")


def _splits(overview: Overview, noun: tuple[str, str]) -> Iterator[Finding]:
    words = {"train": "train on", "validation": "validate with"}
    for split, purpose in words.items():
        if overview.in_split(split) == 0:
            text = f"No {noun[1]} to {purpose}"
            yield Finding(text=text, remedy="Draw", act="draw_splits", level="bad")


def _balance(
    overview: Overview, noun: tuple[str, str], remedy: tuple[str, str]
) -> Iterator[Finding]:
    sizes = sorted((overview.of_class(row.id), row.name) for row in overview.classes)
    if len(sizes) < 2:
        return
    fewest, name = sizes[0]
    usual = sizes[len(sizes) // 2][0]
    word, level = remedy
    if fewest == 0:
        yield Finding(text=f"“{name}” has no {noun[1]}")
    elif usual / fewest >= IMBALANCE:
        evened = ", evened out in training" if level == "good" else ""
        text = f"“{name}” has {usual / fewest:.1f} \u00d7 fewer {noun[1]}{evened}"
        yield Finding(text=text, remedy=word, act="balance" if word else "", level=level)
