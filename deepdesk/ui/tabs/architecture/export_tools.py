"""Out and in, from the Tools menu: source, JSON, and files that hold a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from deepdesk.core.errors import GraphError
from deepdesk.core.events import Ended, Result, Said
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.export.graph_file import read_graph, write_graph
from deepdesk.ui.tabs.architecture.background import WHERE, while_alive

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.nn.graph import Contract, Graph
    from deepdesk.project.folder import Project
    from deepdesk.ui.tabs.architecture.tab import ArchitectureTab

NETWORK_FILES = (".json", ".onnx")
OTHER_FILE = "Choose a file that was saved with Save as JSON."


def save_source(tab: ArchitectureTab) -> None:
    """Ask where, and write the network as PyTorch source with its trained weights beside it."""
    path = _ask_where(tab, "Save as PyTorch source", "py")
    if path is not None:
        work = _source_work(tab.desk.project, tab.desk.spec, tab.network.graph, path)
        tab.desk.start(work, WHERE)


def save_json(tab: ArchitectureTab) -> None:
    """Ask where, and write the network as JSON, which this program opens again."""
    path = _ask_where(tab, "Save as JSON", "json")
    if path is not None:
        tab.desk.start(_json_work(tab.network.graph, path), WHERE)


def open_file(tab: ArchitectureTab) -> None:
    """Ask for a JSON or ONNX file and take the network in it."""
    if tab.network.drawing is None:
        return
    kinds = "Networks (" + " ".join(f"*{suffix}" for suffix in NETWORK_FILES) + ")"
    chosen, _kind = QFileDialog.getOpenFileName(tab, "Open a network", "", kinds)
    if chosen:
        take_network(tab, Path(chosen))


def take_network(tab: ArchitectureTab, path: Path) -> None:
    """Take the network of a file, chosen or dropped; Undo brings the one before back."""
    drawing = tab.network.drawing
    if drawing is None:
        return

    def take(event: object) -> None:
        if isinstance(event, Result):
            text = f"Took the network in {path.name}"
            tab.network.change_graph(event.value, text, is_other=True)

    def finish(ended: Ended) -> None:
        if ended.error is not None and not ended.report:
            tab.desk.banner(ended.error, WHERE)

    work = reading_work(path, drawing.survey.contract)
    tab.desk.start(
        work,
        WHERE,
        on_event=while_alive(tab, take),
        on_ended=while_alive(tab, finish),
        lowered=True,
    )


def reading_work(path: Path, contract: Contract) -> Work:
    """Return work whose result is the checked `Graph` of a .json or .onnx file.

    Raises:
        GraphError: It holds no network, or operators that no block does; the file is named.
        DeepDeskError: It cannot be read, or is far too large.
    """

    def work(emit: EventSink, _stop: StopToken) -> None:
        if path.suffix.lower() != ".onnx":
            try:
                emit(Result(value=read_graph(path)))
            except GraphError as error:
                raise _of_file(path, error) from error
            return
        from deepdesk.export.onnx_graph import read_onnx

        found = read_onnx(path, shape=next(iter(contract.inputs.values())))
        emit(Result(value=found.graph))
        notes = " ".join(found.notes)
        emit(Said(text=f"Took the blocks of {path.name} without its weights. {notes}".strip()))

    return work


def _of_file(path: Path, error: GraphError) -> GraphError:
    """Return an error with the name of the file and something to do."""
    is_named = path.name in error.message
    message = error.message if is_named else f"{path.name} cannot be used: {error.message}"
    hint = error.hint or OTHER_FILE
    return GraphError(message, hint, node=error.node, code=error.code)


def _source_work(project: Project, spec: TaskSpec, graph: Graph, path: Path) -> Work:
    def work(emit: EventSink, stop: StopToken) -> None:
        from deepdesk.export.from_project import source_work

        source_work(project, spec, graph, path)(emit, stop)

    return work


def _json_work(graph: Graph, path: Path) -> Work:
    def work(emit: EventSink, _stop: StopToken) -> None:
        write_graph(path, graph)
        emit(Said(text=f"Saved the network as {path.name}"))

    return work


def _ask_where(tab: ArchitectureTab, title: str, suffix: str) -> Path | None:
    """Return a path for the shown network, None while there is none or nothing was chosen."""
    drawing = tab.network.drawing
    if drawing is None:
        return None
    tab.block.flush()
    name = f"{drawing.graph.name or 'network'}.{suffix}".replace("/", "-")
    start = str(tab.desk.project.exports / name)
    chosen, _kind = QFileDialog.getSaveFileName(tab, title, start, f"*.{suffix}")
    return Path(chosen).with_suffix(f".{suffix}") if chosen else None
