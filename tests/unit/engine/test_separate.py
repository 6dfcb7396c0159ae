"""Where a run is trained follows from its settings."""

import json
from pathlib import Path

import pytest

from deepdesk.core.task import Dial
from deepdesk.core.work import StopToken
from deepdesk.engine import separate
from deepdesk.engine.request import RunRequest, request_to_json
from deepdesk.engine.search import work
from deepdesk.project.folder import Project
from deepdesk.project.searches import Dimension
from deepdesk.tasks import task_of

TASK = "image_classification"


@pytest.fixture
def project(tmp_path):
    """Return an open project without data."""
    with Project.create(tmp_path / "a.deepdesk", name="a", task=TASK) as opened:
        yield opened


@pytest.fixture
def started(monkeypatch):
    """Return the command lines that are started instead of processes, with their requests."""
    lines = []

    def child_work(command, *, variables):
        def work(_emit, _stop):
            at = command.index("--request") + 1 if "--request" in command else 0
            request = json.loads(Path(command[at]).read_text()) if at else None
            lines.append((command, variables, request))

        return work

    monkeypatch.setattr(separate, "child_work", child_work)
    return lines


def trained(project, asked):
    """Do the work that is chosen for what is asked."""
    separate.work_where_wanted(project, task_of(TASK), asked)(lambda _event: None, StopToken())


def test_an_isolated_run_is_trained_by_the_terminals_command_and_lent_the_project(project, started):
    trained(project, RunRequest(dial="quick", training={"isolated": True, "epochs": 3}))

    ((command, variables, request),) = started
    assert command[1:4] == ["-m", "deepdesk", "train"]
    assert command[-1] == "--listen"
    assert list(variables) == ["DEEPDESK_LENDER"]
    assert (request["dial"], request["training"]["epochs"]) == ("quick", 3)


def test_several_workers_are_started_by_the_elastic_launcher(project, started):
    project.save(training_settings={"workers": 4})
    trained(project, RunRequest())

    ((command, _variables, _request),) = started
    assert command[1:3] == ["-m", "torch.distributed.run"]
    assert command[command.index("--nproc-per-node") + 1] == "4"


def test_a_run_goes_on_where_it_was_started(project, started):
    run = project.runs.new("quick", {"training": {"isolated": True}})
    trained(project, run.path.name)

    ((command, _variables, _request),) = started
    assert command[3:] == ["resume", str(project.path), run.path.name, "--listen"]


def test_what_a_request_says_counts_more_than_the_project_and_the_dial(project):
    spec = task_of(TASK)
    project.save(training_settings={"epochs": 7, "workers": 2})
    dial = spec.dials["quick"]
    settings = separate.wanted_of_request(
        spec, project.file, RunRequest(dial="quick", training={"workers": 3})
    )

    assert isinstance(dial, Dial)
    assert settings == {**dial.training, "epochs": 7, "workers": 3}


@pytest.mark.parametrize(("given", "workers"), [(1, 1), (2, 2), (0, 1), ("2", 1), (True, 1)])
def test_a_number_of_workers_that_is_none_means_one(given, workers):
    assert separate.workers_of({"workers": given}) == workers


def test_a_process_of_its_own_is_told_which_trial_it_trains_and_what_waited(project, started):
    trial = {"id": "001", "number": 2, "params": {"learning_rate": 0.1}}
    asked = RunRequest(dial="quick", training={"isolated": True}, search=trial, queued="q1f")

    trained(project, asked)

    ((_command, _variables, request),) = started
    assert RunRequest(**request) == asked


def test_trials_of_a_search_are_trained_where_their_settings_say(project, started):
    space = (Dimension(where="training", key="epochs", kind="choice", choices=(1, 2)),)
    base = RunRequest(dial="quick", training={"isolated": True})
    told = project.searches.new(
        base=request_to_json(base),
        space=space,
        method="random",
        trials=1,
        seconds=0.0,
        seed=1,
        metric="accuracy",
        is_higher_better=True,
    )
    search = work._Search(project, task_of(TASK), told)

    search._work_of({"epochs": 2}, 0, None)(lambda _event: None, StopToken())

    ((command, _variables, request),) = started
    assert command[3] == "train"
    assert request["training"]["epochs"] == 2
    assert request["search"] == {"id": "001", "number": 0, "params": {"epochs": 2}}
