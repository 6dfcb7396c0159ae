"""What was forecast when a run began, kept in its folder, and how far off it was."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

from deepdesk.core.errors import DeepDeskError, GraphError, ProjectError, StorageError
from deepdesk.core.settings import to_json
from deepdesk.engine.forecast.calibration import load
from deepdesk.engine.forecast.forecast import Forecast, forecast
from deepdesk.engine.forecast.layout import Work
from deepdesk.engine.forecast.trial import known_seconds
from deepdesk.engine.settings import TrainingConfig
from deepdesk.nn.graph import Contract, Graph
from deepdesk.project.folder import Project
from deepdesk.project.runs import RunFolder
from deepdesk.project.safe_write import read_json, write_json

FILE = "forecast.json"
_LIMIT_BYTES = 64 << 10
_NEWEST = 20
# Settings that a forecast depends on.
_MATTERS = (
    "batch_size",
    "accumulation",
    "checkpointing",
    "precision",
    "threads",
    "device",
    "optimizer",
    "workers",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A forecast and what came of it.

    Attributes:
        run: Name of the run.
        predicted_s: Seconds of an epoch, as forecast.
        measured_s: Seconds of an epoch, as it was.
        predicted_bytes: Peak memory, as forecast.
        measured_bytes: Largest memory that was noted, 0 if none.
    """

    run: str
    predicted_s: float
    measured_s: float
    predicted_bytes: int
    measured_bytes: int

    @property
    def error_share(self) -> float:
        """Return how far off the time was, as a share of what was measured."""
        return abs(self.predicted_s - self.measured_s) / self.measured_s


def keep_forecast(run: RunFolder, work: Work, training: TrainingConfig, device: str) -> None:
    """Write what a run is forecast to take into its folder, once; never in the way of a run."""
    path = run.path / FILE
    if path.exists():
        return
    with contextlib.suppress(GraphError, StorageError):
        calibration = load(device)
        if calibration is not None:
            tried = known_seconds(work, training, device)
            write_json(path, _to_json(forecast(work, training, calibration, tried=tried)))


def _to_json(said: Forecast) -> dict[str, Any]:
    return {
        "seconds_per_epoch": said.seconds_per_epoch,
        "seconds_per_step": said.seconds_per_step,
        "peak_bytes": said.peak_bytes,
        "precision": said.precision,
        "threads": said.threads,
        "is_rough": said.is_rough,
    }


def last_outcome(
    project: Project, graph: Graph, contract: Contract, training: TrainingConfig
) -> Outcome | None:
    """Return how the newest run of the same network and settings came out, None without one.

    The graph is one that was fitted to the contract. Damaged files of a run are passed over.
    """
    wanted, usual = to_json(training), to_json(TrainingConfig())
    for info in project.runs.list()[:_NEWEST]:
        if not info.epochs_done:
            continue
        with contextlib.suppress(DeepDeskError, KeyError, TypeError, ValueError):
            run = project.runs.get(info.name)
            config = run.config()
            # Runs of earlier versions say nothing of settings that came later.
            used = {**usual, **config["training"]}
            same = all(_is_like(key, wanted[key], used[key]) for key in _MATTERS)
            if same and _is_same(Graph.from_json(config["graph"]).fitted(contract), graph):
                found = _outcome(run)
                if found is not None:
                    return found
    return None


def _is_like(key: str, wanted: Any, used: Any) -> bool:
    """Return whether a run with `used` counts; an automatic batch may have come out as any."""
    return wanted == used or (key == "batch_size" and wanted == 0)


def _is_same(one: Graph, other: Graph) -> bool:
    """Return whether blocks, connections and settings are the same, names and groups aside."""
    blocks = [[(n.id, n.block, n.config) for n in graph.nodes] for graph in (one, other)]
    return blocks[0] == blocks[1] and sorted(one.edges) == sorted(other.edges)


def _outcome(run: RunFolder) -> Outcome | None:
    try:
        said = read_json(run.path / FILE, limit_bytes=_LIMIT_BYTES)
    except ProjectError:
        return None
    rows = run.metrics.read()
    ends = [_number(row["seconds"]) for row in rows if row.get("kind") == "epoch"]
    used = [_number(row["memory_bytes"]) for row in rows if row.get("kind") == "step"]
    # The measuring at the end of an epoch counts to the next one's seconds.
    spent = (ends[-1] - ends[0]) / (len(ends) - 1) if len(ends) > 1 else ends[0] if ends else 0.0
    if spent <= 0:
        return None
    return Outcome(
        run=run.path.name,
        predicted_s=_number(said["seconds_per_epoch"]),
        measured_s=spent,
        predicted_bytes=int(_number(said["peak_bytes"])),
        measured_bytes=int(max(used, default=0.0)),
    )


def _number(value: Any) -> float:
    if type(value) not in {int, float} or not 0 <= value < 1e18:
        raise ValueError("number")
    return float(value)
