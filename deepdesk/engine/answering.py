"""How a trained run finds its answers, where a person wants it otherwise than it was trained.

What is wished is kept in the folder of the run, beside its settings, which stay as they were.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdesk.core.errors import ConfigError
from deepdesk.core.settings import from_json, to_json
from deepdesk.core.task import TaskSpec
from deepdesk.project.safe_write import read_json, write_json

if TYPE_CHECKING:
    from deepdesk.engine.plan import RunPlan

ANSWERING_FILE = "answering.json"  # in the folder of a run
_LIMIT_BYTES = 1 << 20


def kept_answering(run: Path, spec: TaskSpec) -> dict[str, Any]:
    """Return the settings that were changed for a run in this folder, {} for none.

    Raises:
        StorageError: The file is there and cannot be read.
    """
    path = run / ANSWERING_FILE
    if spec.answering is None or not path.exists():
        return {}
    kept = read_json(path, limit_bytes=_LIMIT_BYTES)
    return checked_answering(spec, kept if isinstance(kept, dict) else {})


def keep_answering(run: Path, spec: TaskSpec, changes: Mapping[str, Any]) -> None:
    """Keep changed settings in the folder of a run.

    Raises:
        ConfigError: One of them is about more than answers, or not legal.
        StorageError: The folder cannot be written.
    """
    write_json(run / ANSWERING_FILE, checked_answering(spec, changes))


def checked_answering(spec: TaskSpec, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return changed settings once they are known to be legal, and about answers alone.

    Raises:
        ConfigError: One is not.
    """
    names = spec.answering.settings if spec.answering is not None else ()
    for key in changes:
        if key not in names:
            known = f"What can be changed: {', '.join(names)}." if names else ""
            raise ConfigError(key, f"{key} cannot be changed after training.", known)
    from_json(spec.config, changes)
    return dict(changes)


def answering_plan(
    plan: RunPlan,
    spec: TaskSpec,
    changes: Mapping[str, Any],
    targets: Callable[[], Iterable[Any]],
) -> RunPlan:
    """Return the plan of a run with other settings of its answers.

    Args:
        plan: As it was trained.
        spec: The task's card.
        changes: Values by name, of `spec.answering` alone.
        targets: Gives the targets that the run was trained on; asked only where it matters.

    Raises:
        ConfigError: A setting is about more than answers, or not legal.
        DatasetError: A list of words cannot be read.
    """
    changes = checked_answering(spec, changes)
    if not changes or spec.answering is None:
        return plan
    config = from_json(spec.config, {**to_json(plan.config), **changes})
    learned = dict(plan.facts.learned)
    if spec.survey is not None and config != plan.config and spec.answering.learned:
        found = spec.survey(config, targets())
        learned |= {key: found[key] for key in spec.answering.learned if key in found}
    facts = dataclasses.replace(plan.facts, learned=learned)
    return dataclasses.replace(plan, config=config, facts=facts)
