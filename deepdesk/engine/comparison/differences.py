"""What two runs did differently: settings, network, data and versions, line by line."""

from __future__ import annotations

from dataclasses import dataclass

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.task import TaskSpec
from deepdesk.engine.comparison.facts import DATA, RunFacts, differing, label_of, words_of
from deepdesk.nn.comparing import Difference, differences
from deepdesk.nn.graph import Graph

_NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that is not the same.

    Attributes:
        about: "settings", "network", "data" or "versions".
        name: What it is called.
        first: In the first run, in words.
        second: In the second run.
    """

    about: str
    name: str
    first: str
    second: str


def differences_of(first: RunFacts, second: RunFacts, spec: TaskSpec) -> tuple[Line, ...]:
    """Return every difference of two runs of a task."""
    return (
        *_settings(first, second, spec),
        *_network(first, second),
        *_data(first, second),
        *_versions(first, second),
    )


def _settings(first: RunFacts, second: RunFacts, spec: TaskSpec) -> list[Line]:
    lines = []
    for key in differing((first, second)):
        if key == DATA:
            continue
        sides = (words_of(key, run.settings.get(key), spec) for run in (first, second))
        before, after = (side or _NONE for side in sides)
        lines.append(Line(about="settings", name=label_of(key, spec), first=before, second=after))
    return lines


def _network(first: RunFacts, second: RunFacts) -> list[Line]:
    if not first.graph or not second.graph or first.graph == second.graph:
        return []
    try:
        found = differences(Graph.from_json(first.graph), Graph.from_json(second.graph))
    except DeepDeskError:
        unread = "cannot be read"
        return [Line(about="network", name="Network", first=unread, second=unread)]
    return [line for difference in found for line in _block_lines(difference)]


def _block_lines(difference: Difference) -> list[Line]:
    name = difference.node.title
    whole = {"new": (_NONE, "added"), "gone": ("there", "removed")}.get(difference.state)
    if whole is not None:
        return [Line(about="network", name=name, first=whole[0], second=whole[1])]
    return [
        Line(
            about="network",
            name=f"{name}: {change.label.lower()}",
            first=_NONE if change.before is None else str(change.before),
            second=_NONE if change.after is None else str(change.after),
        )
        for change in difference.changes
    ]


def _data(first: RunFacts, second: RunFacts) -> list[Line]:
    sides = [str(run.settings.get(DATA, "")) for run in (first, second)]
    if not all(sides) or sides[0] == sides[1]:
        return []
    return [Line(about="data", name="Samples", first=sides[0][:8], second=sides[1][:8])]


def _versions(first: RunFacts, second: RunFacts) -> list[Line]:
    return [
        Line(
            about="versions",
            name=name,
            first=first.versions[name],
            second=second.versions[name],
        )
        for name in first.versions
        if second.versions.get(name, first.versions[name]) != first.versions[name]
    ]
