"""The tasks: one folder each. The folder is the registration; nothing else lists them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.task import TaskSpec

ENTRY_POINT_GROUP = "deepdesk.tasks"


@cache
def all_tasks() -> Mapping[str, TaskSpec]:
    """Return every task, keyed by folder name; ours first in their order, then those of others.

    Raises:
        TypeError: A folder has no SPEC, or its key is not the folder name.
    """
    found: dict[str, TaskSpec] = {}
    for module in pkgutil.iter_modules(__path__):
        spec = getattr(importlib.import_module(f"{__name__}.{module.name}"), "SPEC", None)
        if not isinstance(spec, TaskSpec) or spec.key != module.name:
            raise TypeError(f"deepdesk/tasks/{module.name} must define SPEC with that key")
        found[spec.key] = spec
    found = dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))
    for entry in entry_points(group=ENTRY_POINT_GROUP):
        spec = entry.load()
        if not isinstance(spec, TaskSpec) or spec.key in found:
            raise TypeError(f"The task {entry.name} of {entry.value} is no TaskSpec with a new key")
        found[spec.key] = spec
    return MappingProxyType(found)


def task_of(key: str) -> TaskSpec:
    """Return the card of a task.

    Raises:
        DeepDeskError: This installation has no such task.
    """
    tasks = all_tasks()
    if key not in tasks:
        known = ", ".join(sorted(tasks))
        raise DeepDeskError(f"There is no task {key!r} here.", f"Known are: {known}.")
    return tasks[key]
