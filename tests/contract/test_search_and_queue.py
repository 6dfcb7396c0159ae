"""Searching, queueing and going on from earlier runs, with real trainings of a tiny project."""

from __future__ import annotations

import json
import shutil

import pytest

from deepdesk.cli import main
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, EpochEnded, RunStarted, TrialEnded, TrialStarted
from deepdesk.core.work import StopToken, run
from deepdesk.engine.request import RunRequest, frozen_request, request_to_json
from deepdesk.engine.run import resume_work, train_work
from deepdesk.engine.search.space import Asked
from deepdesk.engine.search.work import continue_search_work, search_work
from deepdesk.project import queue as waiting
from deepdesk.project.folder import Project
from deepdesk.project.queue import QueuedRun
from deepdesk.project.searches import Dimension, trials_of
from deepdesk.tasks import task_of

KEY = "image_classification"
PER_CLASS = 8
CLASSES = ("0", "1", "2")
PLAIN = {"batch_size": 8, "threads": 1, "precision": "float32"}
RATE = Dimension(
    where="training", key="learning_rate", kind="float", low=0.001, high=1.0, is_log=True
)
pytestmark = pytest.mark.slow


def thinned(data, classes=CLASSES):
    for group in [path for path in data.iterdir() if path.is_dir()]:
        keeps = PER_CLASS if group.name in classes else 0
        for path in sorted(group.iterdir())[keeps:]:
            path.unlink()
        if not keeps:
            group.rmdir()
    return data


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a small project that nothing was trained in, and its data."""
    folder = tmp_path_factory.mktemp("made")
    data = thinned(task_of(KEY).sample(folder / "data"))
    path = folder / "small.deepdesk"
    assert main(["new", str(path), "--task", KEY, "--data", str(data)]) == 0
    return path, data


@pytest.fixture
def copied(made, tmp_path):
    """Return a function that copies the project; one copy is closed with the test."""
    projects = []

    def copy(name="copy"):
        target = tmp_path / f"{name}.deepdesk"
        shutil.copytree(made[0], target)
        projects.append(Project.open(target))
        return projects[-1]

    yield copy
    for project in projects:
        project.close()


def request(**training):
    return RunRequest(dial="quick", training={**PLAIN, "epochs": 3, **training})


def events_of(work, stop_when=lambda event: False):
    """Run work to its end, asking it to stop after the first event that fits."""
    told, stop = [], StopToken()

    def emit(event):
        told.append(event)
        if stop_when(event):
            stop.stop()

    run(work, emit, stop)
    return told


def shown(project, search):
    """Return what a search came to, without times and names."""
    return [
        (t.number, t.params, t.state, t.value, t.epochs) for t in trials_of(project.runs, search)
    ]


@pytest.mark.parametrize("method", ["bayesian", "halving"])
def test_a_search_stopped_in_the_middle_of_a_trial_ends_as_if_it_never_was(copied, method):
    spec = task_of(KEY)
    asked = Asked(base=request(), space=(RATE,), method=method, trials=5)
    whole = copied("whole")
    told = events_of(search_work(whole, spec, asked))
    assert told[-1] == Ended()
    search = whole.searches.get("001")
    assert len(trials_of(whole.runs, search)) == 5

    cut = copied("cut")
    trials = []

    def in_second_trial(event):
        trials.extend([event] if isinstance(event, TrialStarted) else [])
        return isinstance(event, EpochEnded) and len(trials) == 2

    first = events_of(search_work(cut, spec, asked), in_second_trial)
    assert first[-1].stopped
    assert cut.runs.list()[0].status == "stopped"
    rest = events_of(continue_search_work(cut, spec, "001"))

    assert rest[-1] == Ended()
    assert [e.number for e in rest if isinstance(e, TrialStarted)] == [1, 2, 3, 4]
    assert shown(cut, search) == shown(whole, search)
    again = events_of(continue_search_work(cut, spec, "001"))
    assert not [event for event in again if isinstance(event, RunStarted)]


def test_halving_keeps_what_it_lets_go_of_and_says_so(copied):
    project, spec = copied(), task_of(KEY)
    asked = Asked(base=request(epochs=4), space=(RATE,), method="halving", trials=6)

    told = events_of(search_work(project, spec, asked))

    ends = [event for event in told if isinstance(event, TrialEnded)]
    pruned = [event for event in ends if event.state == "pruned"]
    assert pruned
    info = project.runs.get(pruned[0].run).info()
    assert info.status == "stopped"
    assert "others were ahead" in info.note
    assert info.title.startswith("Search 1, trial ")
    assert project.runs.get(pruned[0].run).checkpoints.latest_valid() is not None


def test_trials_that_cannot_be_built_fail_one_by_one_and_then_the_search_says_why(copied):
    project, spec = copied(), task_of(KEY)
    wrong = Dimension(where="task", key="side_px", kind="choice", choices=(16, 17))
    asked = Asked(base=request(epochs=1), space=(wrong,), method="random", trials=12)

    told = events_of(search_work(project, spec, asked))

    trials = trials_of(project.runs, project.searches.get("001"))
    failed = [trial for trial in trials if trial.state == "failed"]
    assert failed
    assert all(trial.params["side_px"] == 17 for trial in failed)
    assert all(trial.params["side_px"] == 16 for trial in trials if trial.state == "done")
    assert [trial.number for trial in trials] == list(range(len(trials)))
    assert told[-1].error is None or len(trials) < 12


def test_a_search_in_the_terminal_prints_its_trials(copied, capsys):
    project = copied()
    project.close()
    call = ["search", str(project.path), "--preset", "quick", "--epochs", "1", "--trials", "2"]
    call += [part for key, value in PLAIN.items() for part in ("--set", f"{key}={value}")]

    assert main([*call, "--vary", "learning_rate=0.01..0.1", "--json"]) == 0

    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    trials = [row for row in rows if row["event"] == "trial"]
    assert [row["state"] for row in trials] == ["done", "done"]
    assert sum(row["is_best"] for row in trials) == 1
    assert main([*call, "--vary", "nonsense"]) == 1
    assert main([*call]) == 1


def test_the_queue_in_the_terminal_goes_on_past_a_run_that_fails(copied, capsys):
    project = copied()
    asked = [request(epochs=1), request(learning_rate=-1), request(epochs=2)]
    queue = tuple(
        QueuedRun(
            id=f"q{n}",
            title="Named" if n == 2 else "",
            request=request_to_json(frozen_request(one, project.file)),
        )
        for n, one in enumerate(asked)
    )
    waiting.save(project.path, queue)
    project.close()

    assert main(["queue", str(project.path)]) == 0
    assert capsys.readouterr().out.count("quick") == 3
    assert main(["queue", str(project.path), "--run"]) == 1

    with Project.open(project.path) as project:
        infos = project.runs.list()
        assert [(info.status, info.epochs) for info in infos] == [("finished", 2), ("finished", 1)]
        assert infos[0].title == "Named"
        assert waiting.load(project.path) == ()
        # As after a kill between the making of the last run and the write of the shorter queue.
        assert [info.queued for info in infos] == ["q2", "q0"]
        waiting.save(project.path, (queue[2],))
    assert main(["queue", str(project.path), "--run"]) == 0
    with Project.open(project.path, read_only=True) as project:
        assert len(project.runs.list()) == 2


def test_a_run_goes_on_with_more_data_and_another_class(copied, made, tmp_path, capsys):
    project, spec = copied(), task_of(KEY)
    assert events_of(train_work(project, spec, request()))[-1] == Ended()
    before = project.runs.get("001-quick").config()["facts"]["classes"]
    project.close()
    more = thinned(spec.sample(tmp_path / "more"), classes=("3", "4"))
    assert main(["import", str(project.path), str(more)]) == 0

    project = Project.open(project.path)
    with project:
        told = events_of(
            train_work(
                project,
                spec,
                RunRequest(
                    dial="quick", training={**PLAIN, "epochs": 2}, continue_from="001-quick"
                ),
            )
        )

        assert told[-1] == Ended()
        config = project.runs.get("002-quick").config()
        assert config["continue_from"] == "001-quick"
        assert config["facts"]["classes"] == [*before, "3", "4"]
        said = [event.text for event in told if hasattr(event, "text")]
        assert any("keep their weights from run 001-quick" in text for text in said)


def test_a_queued_request_does_not_follow_the_project_but_a_fresh_one_stays_fresh(copied):
    project, spec = copied(), task_of(KEY)
    frozen = frozen_request(request(epochs=1), project.file)
    project.save(start_from="404-gone")

    assert events_of(train_work(project, spec, frozen))[-1] == Ended()
    assert project.runs.get("001-quick").config()["continue_from"] == ""
    later = events_of(train_work(project, spec, request(epochs=1)))[-1]
    assert isinstance(later.error, DeepDeskError)


def test_answers_of_the_best_epoch_that_were_lost_are_asked_for_again_at_the_end(copied):
    project, spec = copied(), task_of(KEY)
    work = train_work(project, spec, request(epochs=1))
    assert events_of(work, lambda event: isinstance(event, EpochEnded))[-1].stopped
    path = project.runs.get("001-quick").path / "evaluation.json"
    before = json.loads(path.read_text())
    path.unlink()

    assert events_of(resume_work(project, spec, "001-quick"))[-1] == Ended()

    assert before["epoch"] == 1
    assert json.loads(path.read_text()) == before


def test_trials_in_processes_of_their_own_come_to_what_those_in_this_one_do(copied):
    spec = task_of(KEY)
    found = []
    for isolated in (False, True):
        project = copied(f"isolated-{isolated}")
        base = request(epochs=2, isolated=isolated)
        asked = Asked(base=base, space=(RATE,), method="halving", trials=2)
        assert events_of(search_work(project, spec, asked))[-1] == Ended()
        found.append(shown(project, project.searches.get("001")))
        titles = [info.title for info in project.runs.list()]
        assert titles == ["Search 1, trial 2", "Search 1, trial 1"]

    assert found[0] == found[1]
