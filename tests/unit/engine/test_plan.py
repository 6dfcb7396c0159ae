"""A saved plan may come from anybody: what is not legal is one sentence."""

import pytest

from deepdesk.core.errors import ConfigError
from deepdesk.core.task import DataFacts
from deepdesk.engine.plan import MAX_THREADS, RunPlan, plan_from_json
from deepdesk.engine.settings import TrainingConfig
from deepdesk.tasks.image_classification import SPEC, Config


@pytest.fixture
def plan():
    return RunPlan(
        task=SPEC.key,
        dial="quick",
        training=TrainingConfig(epochs=3),
        config=Config(),
        architecture="Some",
        graph={"nodes": []},
        facts=DataFacts(classes=("a", "b"), typical_size=(8, 8), learned={"letters": [" ", "é"]}),
        device="cpu",
        precision="float32",
        threads=1,
    )


def test_a_saved_plan_comes_back_equal(plan):
    assert plan_from_json(SPEC, plan.to_json()) == plan


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("format", 99),
        ("task", "another"),
        ("facts", {}),
        ("facts", {"classes": [1, 2], "typical_size": []}),
        ("facts", {"classes": ["a"], "typical_size": ["wide"]}),
        ("facts", {"classes": ["a"], "typical_size": [], "learned": ["a"]}),
        ("facts", {"classes": ["a"], "typical_size": [], "learned": {"a": "b" * (5 << 20)}}),
        ("graph", None),
        ("training", []),
        ("training", {"epochs": "many"}),
        ("config", {"unheard": 1}),
        ("device", ["cpu"]),
        ("threads", True),
        ("precision", "int1"),
    ],
)
def test_what_is_not_legal_in_a_saved_plan_is_refused_in_a_sentence(plan, key, value):
    with pytest.raises(ConfigError):
        plan_from_json(SPEC, {**plan.to_json(), key: value})


def test_a_plan_that_asks_for_a_billion_threads_gets_the_most_that_is_legal(plan):
    assert plan_from_json(SPEC, {**plan.to_json(), "threads": 10**9}).threads == MAX_THREADS


def test_a_plan_of_an_earlier_version_has_learned_nothing_from_targets(plan):
    saved = plan.to_json()
    del saved["facts"]["learned"]
    assert plan_from_json(SPEC, saved).facts.learned == {}
