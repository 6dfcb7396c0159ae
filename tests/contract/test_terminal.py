"""The whole way in the terminal, once per task: import, train, measure, ask, resume."""

import json
import shutil

import pytest

from deepdesk.cli import main
from deepdesk.core.learnt import learnt_from
from deepdesk.engine.forecast import outlook
from deepdesk.nn.editing import inserted_after, new_node
from deepdesk.nn.graph import Graph
from deepdesk.project.folder import Project
from deepdesk.tasks import all_tasks, task_of
from tests.unit.engine.forecast.stage import machine

PER_CLASS = 12


@pytest.fixture(scope="module", params=sorted(all_tasks()))
def trained(request, tmp_path_factory):
    """Return (task key, project folder, data folder) after two quick epochs."""
    key = request.param
    folder = tmp_path_factory.mktemp(key)
    data = task_of(key).sample(folder / "data")
    for group in [path for path in data.iterdir() if path.is_dir()]:
        for path in sorted(group.iterdir())[PER_CLASS:]:
            path.unlink()
    project = folder / "small.deepdesk"
    assert main(["new", str(project), "--task", key, "--data", str(data)]) == 0
    call = ["train", str(project), "--preset", "quick", "--epochs", "2"]
    assert main([*call, "--set", "batch_size=16"]) == 0
    return key, project, data


def rows_of(capsys, call, status=0):
    """Return the JSON lines that a call prints."""
    capsys.readouterr()
    assert main([*call, "--json"]) == status
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_run_is_listed_with_its_metrics(trained, capsys):
    _key, project, _data = trained

    (run,) = rows_of(capsys, ["runs", str(project)])

    assert run["name"] == "001-quick"
    assert run["status"] == "finished"
    assert run["main_metric"] in run["metrics"]
    assert f"test_{run['main_metric']}" in run["metrics"]


def test_a_forecast_says_time_memory_and_disk(trained, capsys, monkeypatch):
    _key, project, _data = trained
    # Nothing is timed here, so that it is said at once: the machine is made up.
    monkeypatch.setattr(outlook, "calibrate", lambda _device, _stop: machine())
    monkeypatch.setattr(outlook, "around_seconds", lambda *_asked: None)
    monkeypatch.setattr(outlook, "try_blocks", lambda *_asked: {})
    call = ["forecast", str(project), "--preset", "quick"]

    (short,) = rows_of(capsys, [*call, "--epochs", "2"])
    (long,) = rows_of(capsys, [*call, "--epochs", "20"])

    assert min(short["seconds"], short["peak_bytes"], short["disk_bytes"]) > 0
    assert short["free_bytes"] > 0
    assert 5 * short["seconds"] < long["seconds"] < 20 * short["seconds"]


def test_evaluation_repeats_the_test_metrics_of_the_run(trained, capsys):
    _key, project, _data = trained
    (run,) = rows_of(capsys, ["runs", str(project)])

    (report,) = rows_of(capsys, ["evaluate", str(project)])

    assert report["samples"] > 0
    main_metric = run["main_metric"]
    # The run may have measured in bfloat16; this is float32.
    assert report["metrics"][main_metric] == pytest.approx(
        run["metrics"][f"test_{main_metric}"], abs=0.1
    )


def test_evaluation_on_data_from_elsewhere_matches_classes_by_name(trained, capsys, tmp_path):
    key, project, data = trained
    other = tmp_path / "other"
    folders = sorted(path for path in data.iterdir() if path.is_dir())
    # Where folders are no classes they belong together.
    some = folders[1:3] if learnt_from(task_of(key).gives) == "class" else []
    for group in some:
        shutil.copytree(group, other / group.name)

    # A table of texts lies at the top, beside one folder with all that it names.
    source = other if some else data

    (report,) = rows_of(capsys, ["evaluate", str(project), "--data", str(source)])

    with Project.open(project) as opened, opened.index() as index:
        files = index.files_of(index.ids())
    all_there = sum(path.is_file() for path in files)
    assert report["samples"] == (PER_CLASS * len(some) if some else all_there)


def test_answers_are_one_object_an_input_and_errors_do_not_stop_them(trained, capsys, tmp_path):
    key, project, data = trained
    good = next(p for p in sorted(data.rglob("*")) if p.suffix in task_of(key).reader().suffixes)
    bad = tmp_path / f"bad{good.suffix}"
    bad.write_bytes(b"not what it says")

    rows = rows_of(capsys, ["predict", str(project), str(bad), str(good)])

    assert rows[0]["file"] == str(bad)
    assert rows[0]["error"]
    # An empty list is an answer: nothing of what is known is to be seen.
    assert rows[1]["prediction"] is not None
    assert "error" not in rows[1]
    assert rows[1]["ms"] > 0


def test_training_tells_every_event_and_the_end_last(trained, capsys):
    _key, project, _data = trained

    rows = rows_of(
        capsys,
        ["train", str(project), "--preset", "quick", "--epochs", "1", "--from", "001-quick"],
    )

    names = [row["event"] for row in rows]
    assert "run_started" in names
    assert "stepped" in names
    assert names[-1] == "ended"
    assert rows[-1]["status"] == "finished"


def test_a_changed_network_goes_on_from_the_weights_of_a_run(trained, capsys, tmp_path):
    _key, project, _data = trained
    copy = shutil.copytree(project, tmp_path / "copy.deepdesk")
    with Project.open(copy) as opened:
        graph = Graph.from_json(opened.runs.get("001-quick").config()["graph"])
        last = graph.sinks[0].id
        before = graph.sources[last][0]
        wider = inserted_after(graph, new_node(graph, "activation"), before)
        opened.save(graph=wider.to_json(), start_from="001-quick")

    rows = rows_of(capsys, ["train", str(copy), "--preset", "quick", "--epochs", "1"])

    said = [row["text"] for row in rows if row["event"] == "said"]
    assert any("keep their weights from run 001-quick" in text for text in said)
    assert rows[-1]["status"] == "finished"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "epochs=0"], "1 to"),
        (["--set", "no_such=1"], "batch_size"),
        (["--set", "epochs"], "KEY=VALUE"),
        (["--preset", "perfect"], "balanced"),
        (["--network", "Skynet"], "There is"),
        (["--device", "abacus"], "cpu"),
        (["--from", "999-none"], "999-none"),
    ],
)
def test_a_setting_that_cannot_work_is_said_and_no_run_is_left(trained, capsys, arguments, said):
    _key, project, _data = trained
    before = len(rows_of(capsys, ["runs", str(project)]))

    assert main(["train", str(project), *arguments]) == 1

    assert said in capsys.readouterr().err
    assert len(rows_of(capsys, ["runs", str(project)])) == before


def test_nothing_is_left_to_resume(trained, capsys):
    _key, project, _data = trained

    assert main(["resume", str(project)]) == 1
    assert "no unfinished run" in capsys.readouterr().err
