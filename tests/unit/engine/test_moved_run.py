"""A run that goes on on another machine says that its last bits may differ, and why."""

import pytest
import torch

from deepdesk.core.events import Said
from deepdesk.core.task import DataFacts
from deepdesk.engine import run as run_module
from deepdesk.engine.plan import RunPlan, made_by, versions
from deepdesk.engine.settings import TrainingConfig


@pytest.fixture
def plan():
    return RunPlan(
        task="toy",
        dial="quick",
        training=TrainingConfig(seed=7),
        config=None,
        architecture="",
        graph={},
        facts=DataFacts(classes=("a", "b")),
        device="cpu",
        precision="float32",
        threads=1,
        dataset="abc",
    )


def said(plan, saved):
    events = []
    run_module._say_differences(plan, saved, events.append)
    assert all(isinstance(event, Said) and event.level == "warning" for event in events)
    return " ".join(event.text for event in events)


def test_the_same_machine_needs_no_words(plan):
    assert said(plan, versions("cpu")) == ""


def test_another_torch_and_processor_are_named_with_what_they_were(plan):
    words = said(plan, {**versions("cpu"), "torch": "2.1", "processor instructions": "AVX9"})

    assert f"torch (2.1 then, {torch.__version__} now)" in words
    assert "processor instructions (AVX9 then" in words
    assert "last bits of the run may differ" in words


def test_facts_that_an_older_version_did_not_keep_are_no_difference(plan):
    assert said(plan, {"torch": torch.__version__}) == ""
    assert said(plan, None) == ""


def test_fewer_cores_than_threads_are_said_and_change_nothing(plan, monkeypatch):
    monkeypatch.setattr(run_module, "usable_cores", lambda: 0)

    assert "same bits, but slower" in said(plan, versions("cpu"))


def test_a_checkpoint_keeps_what_its_bits_depend_on(plan):
    kept = made_by(plan)

    assert (kept["seed"], kept["threads"], kept["dataset"]) == (7, 1, "abc")
    assert kept["versions"]["processor instructions"] == torch.backends.cpu.get_cpu_capability()
    assert {"torch", "python", "device", "cudnn", "exact repetition"} <= kept["versions"].keys()
