"""The runs that wait: editing is by id, the file is whole or refused."""

from __future__ import annotations

import json

import pytest

from deepdesk.core.errors import ProjectError
from deepdesk.project import queue as waiting
from deepdesk.project.queue import QueuedRun, load, save
from deepdesk.project.runs import Runs

REQUEST = {
    "dial": "quick",
    "training": {"epochs": 2},
    "task": {},
    "architecture": "Tiny",
    "graph": None,
    "continue_from": "",
    "is_fresh": True,
}


def entry(name, title=""):
    return QueuedRun(id=name, title=title, request=dict(REQUEST))


def names(queue):
    return [one.id for one in queue]


def test_a_kept_queue_is_read_back_as_it_was(tmp_path):
    queue = (entry("q1", "First"), entry("q2"))

    save(tmp_path, queue)

    assert load(tmp_path) == queue


def test_a_project_without_the_file_has_an_empty_queue(tmp_path):
    assert load(tmp_path) == ()
    save(tmp_path, ())
    assert not (tmp_path / "queue.json").exists()


def test_runs_are_moved_renamed_and_taken_out_by_their_ids():
    queue = (entry("q1"), entry("q2"), entry("q3"))

    assert names(waiting.moved(queue, "q3", 0)) == ["q3", "q1", "q2"]
    assert names(waiting.moved(queue, "q1", 9)) == ["q2", "q3", "q1"]
    assert names(waiting.without(queue, "q2")) == ["q1", "q3"]
    assert waiting.renamed(queue, "q2", " Small\tone ")[1].title == "Small one"
    assert waiting.place_of(queue, "q3") == 2


def test_an_id_is_never_given_again_because_the_run_keeps_it(tmp_path):
    ids = {waiting.new_id() for _ in range(100)}

    assert len(ids) == 100
    queue = tuple(entry(name) for name in ids)
    save(tmp_path, queue)
    assert load(tmp_path) == queue


def test_a_run_whose_folder_was_made_before_a_kill_does_not_wait_any_more(tmp_path):
    runs = Runs(tmp_path / "runs")
    runs.new("quick", {}).update(queued="q2")
    runs.new("quick", {})
    (runs.new("quick", {}).path / "run.json").write_text('{"queued": ["q3"]}')

    left = waiting.unbegun((entry("q1"), entry("q2"), entry("q3")), runs)

    assert names(left) == ["q1", "q3"]


def test_a_step_for_a_run_that_has_left_changes_nothing():
    queue = (entry("q1"),)

    for step in (
        waiting.moved(queue, "gone", 0),
        waiting.without(queue, "gone"),
        waiting.renamed(queue, "gone", "x"),
    ):
        assert step == queue


def kept(tmp_path, change):
    save(tmp_path, (entry("q1"), entry("q2")))
    path = tmp_path / "queue.json"
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))


HOSTILE = {
    "another format": lambda v: v.update(format=9),
    "an unknown key": lambda v: v.update(more=1),
    "no list": lambda v: v.update(runs={}),
    "no run": lambda v: v["runs"].append(3),
    "an id twice": lambda v: v["runs"][0].update(id="q2"),
    "an id that is a path": lambda v: v["runs"][0].update(id="../../x"),
    "a title with control characters": lambda v: v["runs"][0].update(title="a\x1b[2J"),
    "a title without end": lambda v: v["runs"][0].update(title="a" * 5_000),
    "a request with more keys": lambda v: v["runs"][0]["request"].update(run="rm"),
    "settings that are no object": lambda v: v["runs"][0]["request"].update(training=[1]),
    "a graph that is a text": lambda v: v["runs"][0]["request"].update(graph="x"),
    "freshness that is a number": lambda v: v["runs"][0]["request"].update(is_fresh=1),
    "too many runs": lambda v: v.update(runs=v["runs"] * 500),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_file_from_anybody_is_refused_with_a_remedy(tmp_path, change):
    kept(tmp_path, change)

    with pytest.raises(ProjectError) as told:
        load(tmp_path)

    assert told.value.hint


def test_more_runs_than_can_wait_are_refused_and_the_file_stays(tmp_path):
    save(tmp_path, (entry("q1"),))

    with pytest.raises(ProjectError):
        save(tmp_path, tuple(entry(f"q{n}") for n in range(waiting.MOST_WAITING + 1)))

    assert names(load(tmp_path)) == ["q1"]
