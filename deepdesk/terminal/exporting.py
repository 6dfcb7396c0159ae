"""The verb that writes a network out."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from deepdesk.core.errors import DeepDeskError
from deepdesk.terminal.commands import newest_trained
from deepdesk.terminal.watch import Watch, say

if TYPE_CHECKING:
    from deepdesk.project.folder import Project

Arguments = argparse.Namespace


def export_command(arguments: Arguments) -> int:
    """Write the network of a run as PyTorch source with its weights, or as JSON."""
    from deepdesk.project.folder import Project

    target = arguments.to.absolute()
    kinds: dict[str, Callable[[Project, str, Path], dict[str, str]]] = {
        ".py": _write_source,
        ".json": _write_json,
    }
    if target.suffix.lower() not in kinds:
        raise DeepDeskError(
            f"{target.name} names no known kind of file.", "End it in .py or .json."
        )
    if not target.parent.is_dir():
        raise DeepDeskError(f"There is no folder {target.parent}.", "Make it first.")
    with Project.open(arguments.project, read_only=True) as project:
        run = arguments.run or newest_trained(project)
        row = kinds[target.suffix.lower()](project, run, target)
    say(arguments, row, "\n".join(value for key, value in row.items() if key != "run"))
    return 0


def _write_source(project: Project, run: str, target: Path) -> dict[str, str]:
    from deepdesk.export.from_project import run_source_work
    from deepdesk.tasks import task_of

    watch = Watch()
    watch.finish(run_source_work(project, task_of(project.file.task), run, target))
    (written,) = watch.results
    return {"source": str(written.source), "weights": str(written.weights), "run": run}


def _write_json(project: Project, run: str, target: Path) -> dict[str, str]:
    from deepdesk.export.graph_file import write_graph
    from deepdesk.nn.graph import Graph

    write_graph(target, Graph.from_json(project.runs.get(run).config().get("graph")))
    return {"network": str(target), "run": run}
