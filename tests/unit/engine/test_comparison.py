"""Two runs side by side: what was different, and whether one is better."""

from __future__ import annotations

import dataclasses
import json

import pytest

from deepdesk.core.settings import to_json
from deepdesk.engine.comparison.differences import differences_of
from deepdesk.engine.comparison.facts import RunFacts, differing, facts_of, siblings
from deepdesk.engine.comparison.verdict import paired_answers, spread, verdicts
from deepdesk.engine.settings import TrainingConfig
from deepdesk.nn.presets import small_cnn
from deepdesk.project.runs import RunInfo, Runs
from deepdesk.tasks import all_tasks

SPEC = all_tasks()["image_classification"]
NAMES = ("A", "B")


def facts(tmp_path, name, *, accuracy=0.8, metric="accuracy", graph=None, **settings):
    path = tmp_path / name
    path.mkdir(exist_ok=True)
    values = {**to_json(TrainingConfig()), **settings}
    info = RunInfo(
        name=name,
        path=path,
        status="finished",
        metrics={metric: accuracy},
        main_metric=metric,
    )
    return RunFacts(
        info=info,
        settings={f"training.{k}": v for k, v in values.items()},
        graph=graph or {},
        versions={"torch": "2.15.0"},
    )


def answered(run, right, *, ids=None, truth="cat"):
    """Keep answers of a run: `right` is a list of truth values."""
    columns = {
        "ids": list(ids or range(len(right))),
        "truth": [truth] * len(right),
        "answer": [truth if is_right else "dog" for is_right in right],
        "score": [0.9] * len(right),
        "right": list(right),
    }
    (run.info.path / "evaluation.json").write_text(json.dumps({"predictions": columns}))
    return dataclasses.replace(
        run, info=dataclasses.replace(run.info, metrics={"accuracy": sum(right) / len(right)})
    )


def test_a_clear_difference_is_named_with_its_interval(tmp_path):
    first = answered(facts(tmp_path, "001"), [True] * 90 + [False] * 10)
    second = answered(facts(tmp_path, "002"), [True] * 70 + [False] * 30)

    (said,) = verdicts(first, second)

    assert said.basis == "samples"
    assert said.metric == "accuracy"
    assert said.better == 0
    assert said.words(NAMES).startswith("A is better by 20.0 points (")
    assert "100 validation samples" in said.ground


def test_the_better_one_is_named_also_when_it_is_the_second(tmp_path):
    first = answered(facts(tmp_path, "001"), [True] * 70 + [False] * 30)
    second = answered(facts(tmp_path, "002"), [True] * 90 + [False] * 10)

    said = verdicts(first, second)[0].words(NAMES)

    low, high = said.partition("(")[2].rstrip(")").split(" to ")
    assert said.startswith("B is better by 20.0 points")
    assert 0 < float(low) < 20 < float(high)


def test_a_difference_within_the_noise_is_called_that(tmp_path):
    first = answered(facts(tmp_path, "001"), [True] * 81 + [False] * 19)
    second = answered(facts(tmp_path, "002"), [True] * 79 + [False] * 2 + [True] + [False] * 18)

    said = verdicts(first, second)[0]

    assert said.better is None
    assert said.words(NAMES).startswith("No difference beyond noise (-")


def test_only_samples_that_both_answered_with_one_truth_count(tmp_path):
    first = answered(facts(tmp_path, "001"), [True] * 4, ids=[1, 2, 3, 4])
    second = answered(facts(tmp_path, "002"), [False] * 3, ids=[3, 4, 5])

    paired = paired_answers(first, second)
    assert (paired.count, paired.only_first) == (2, 2)

    other = answered(facts(tmp_path, "003"), [True] * 4, ids=[1, 2, 3, 4], truth="bird")
    assert paired_answers(first, other) is None


def test_where_the_main_metric_is_not_the_share_of_right_answers_that_is_said(tmp_path):
    first = answered(facts(tmp_path, "001", metric="macro_f1"), [True] * 90 + [False] * 10)
    second = answered(facts(tmp_path, "002", metric="macro_f1"), [True] * 70 + [False] * 30)

    assert verdicts(first, second)[0].metric == "right answers"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"predictions": {"ids": [1]}}'])
def test_answers_that_cannot_be_read_give_no_figure(tmp_path, text):
    first, second = facts(tmp_path, "001"), facts(tmp_path, "002")
    (first.info.path / "evaluation.json").write_text(text)

    (said,) = verdicts(first, second)

    assert said.interval is None
    assert said.words(NAMES) == "Cannot be said."
    assert "Repeat both runs" in said.ground


def test_repeated_seeds_say_more_and_come_first(tmp_path):
    one = [facts(tmp_path, f"00{n}", accuracy=0.8 + n / 100, seed=n) for n in (1, 2, 3)]
    two = [
        facts(tmp_path, f"01{n}", accuracy=0.6 + n / 100, seed=n, batch_size=64) for n in (1, 2, 3)
    ]

    (said,) = verdicts(one[0], two[0], (siblings(one[0], one), siblings(two[0], two)))

    assert said.basis == "seeds"
    assert said.better == 0
    assert said.interval.value == pytest.approx(0.2)


def test_less_is_better_for_a_loss(tmp_path):
    one = [facts(tmp_path, f"00{n}", accuracy=0.5 + n / 100, metric="loss", seed=n) for n in (1, 2)]
    two = [
        facts(tmp_path, f"01{n}", accuracy=1.5 + n / 100, metric="loss", seed=n, batch_size=64)
        for n in (1, 2)
    ]

    (said,) = verdicts(one[0], two[0], (one, two))

    assert said.words(NAMES).startswith("A is better by 1.0 (")


def test_runs_of_one_kind_are_not_told_apart_by_their_seeds(tmp_path):
    runs = [facts(tmp_path, f"00{n}", accuracy=0.8 + n / 100, seed=n) for n in (1, 2, 3)]
    group = siblings(runs[0], runs)

    (said,) = verdicts(runs[0], runs[1], (group, group))

    assert said.basis == ""
    assert spread(runs).count == 3


def test_siblings_differ_in_nothing_but_the_seed(tmp_path):
    run = facts(tmp_path, "001", seed=1)
    others = [
        facts(tmp_path, "002", seed=2, logs="csv"),
        facts(tmp_path, "003", seed=2),
        facts(tmp_path, "004", seed=3, batch_size=64),
    ]

    assert [r.name for r in siblings(run, [run, *others])] == ["001", "002"]


def test_settings_that_differ_are_told_in_words(tmp_path):
    first = facts(tmp_path, "001", patience=0, batch_size=64, logs="off")
    second = facts(tmp_path, "002", patience=5, batch_size=64, logs="csv")

    lines = differences_of(first, second, SPEC)

    assert [(line.name, line.first, line.second) for line in lines] == [("Stop early", "off", "5")]


def test_a_setting_that_an_earlier_version_did_not_have_is_no_difference(tmp_path):
    first, second = facts(tmp_path, "001"), facts(tmp_path, "002", learning_rate=0.1)
    older = {k: v for k, v in first.settings.items() if k != "training.momentum"}

    assert differing([dataclasses.replace(first, settings=older), second]) == [
        "training.learning_rate"
    ]


def test_blocks_that_differ_are_told_with_their_settings(tmp_path):
    graph = small_cnn()
    block = next(node for node in graph.nodes if "channels" in node.settings)
    other = graph.with_node(block.with_settings(channels=12))
    runs = [
        facts(tmp_path, f"00{n}", graph=g.to_json()) for n, g in enumerate((graph, other), start=1)
    ]

    lines = differences_of(*runs, SPEC)

    assert [line.about for line in lines] == ["network"]
    assert lines[0].second == "12"


def test_other_data_and_versions_are_told(tmp_path):
    first, second = facts(tmp_path, "001"), facts(tmp_path, "002")
    sides = [
        dataclasses.replace(
            run, settings={**run.settings, "dataset": text}, versions={"torch": version}
        )
        for run, text, version in ((first, "aaaa", "2.14.0"), (second, "bbbb", "2.15.0"))
    ]

    lines = differences_of(*sides, SPEC)

    assert [(line.about, line.first, line.second) for line in lines] == [
        ("data", "aaaa", "bbbb"),
        ("versions", "2.14.0", "2.15.0"),
    ]


def test_a_folder_is_read_as_far_as_it_is_whole(tmp_path):
    config = {"training": {"seed": 7}, "config": {"mirror": True}, "architecture": "Tiny"}
    run = Runs(tmp_path / "runs").new("quick", config)

    found = facts_of(run)

    assert found.seed == 7
    assert found.settings["task.mirror"] is True
    assert found.settings["network"] == "Tiny"
    (run.path / "config.json").write_text("{")
    assert facts_of(run).kind == ""
