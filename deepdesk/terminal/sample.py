"""The sample project from end to end in a terminal, for machines without a display."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

Call = Callable[[Sequence[str]], int]


def run_sample(call: Call, folder: Path | None, *, is_json: bool) -> int:
    """Import, train, evaluate and ask the first task that has a sample.

    Args:
        call: Runs one command line and returns its exit status.
        folder: Where the project is made; a temporary folder if None.
        is_json: Print results as JSON.

    Returns:
        The exit status of the first command that failed, else 0.
    """
    from deepdesk.project.folder import Project
    from deepdesk.tasks import all_tasks

    spec = next(spec for spec in all_tasks().values() if spec.sample is not None)
    place = folder or Path(tempfile.mkdtemp(prefix="deepdesk-sample-"))
    assert spec.sample is not None
    data = spec.sample(place / "data")
    project = place / f"{spec.sample_name}.deepdesk"
    asked = next(path for path in sorted(data.rglob("*")) if path.suffix in spec.reader().suffixes)
    json_flag = ["--json"] if is_json else []
    status = call(["new", str(project), "--task", spec.key, "--data", str(data), *json_flag])
    if status:
        return status
    with Project.open(project) as opened:
        opened.save(task_settings=dict(spec.sample_settings))
    for command in (
        ["train", str(project)],
        ["evaluate", str(project)],
        ["predict", str(project), str(asked)],
    ):
        status = call([*command, *json_flag])
        if status:
            return status
    return 0
