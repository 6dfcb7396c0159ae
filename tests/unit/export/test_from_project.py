"""Networks of projects and runs as files: the right weights beside the right source."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors.torch import load

from deepdesk.cli import main
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result, Said
from deepdesk.core.task import DataFacts, Found
from deepdesk.core.work import StopToken
from deepdesk.engine.answering import keep_answering
from deepdesk.engine.plan import RunPlan
from deepdesk.engine.settings import TrainingConfig
from deepdesk.engine.state import weights_to_bytes
from deepdesk.export.from_project import is_same_network, run_source_work, source_work
from deepdesk.export.graph_file import read_graph
from deepdesk.nn import presets
from deepdesk.nn.build import build
from deepdesk.nn.graph import Graph, Node
from deepdesk.project.folder import Project
from deepdesk.tasks import task_of

CLASSES = ("cat", "dog")
SPEC = task_of("image_classification")


@pytest.fixture
def project(tmp_path):
    with Project.create(tmp_path / "Pets", name="Pets", task=SPEC.key) as project:
        with project.index() as index:
            found = [
                Found(path=tmp_path / f"{name}.png", label=name, split="train") for name in CLASSES
            ]
            index.add(found, source=str(tmp_path))
        yield project


def small(side=64):
    return presets.small_cnn(side_px=side, width=4)


def trained(project, graph, *, seed=1, temperature=0.0, spec=SPEC):
    """Put a run with weights into the project; return its name."""
    facts = DataFacts(classes=CLASSES)
    task = spec.load()(spec.config(), facts)
    plan = RunPlan(
        task=spec.key,
        dial="quick",
        training=TrainingConfig(),
        config=spec.config(),
        architecture=graph.name,
        graph=graph.to_json(),
        facts=facts,
        device="cpu",
        precision="float32",
        threads=1,
    )
    run = project.runs.new("quick", plan.to_json())
    weights = weights_to_bytes(build(graph, task.contract(), seed=seed))
    run.checkpoints.commit(
        1, {"best.safetensors": weights, "weights.safetensors": weights}, meta={}
    )
    if temperature:
        (run.path / "answers.json").write_text(json.dumps({"temperature": temperature}))
    return run.path.name


def result(work):
    told = []
    work(told.append, StopToken())
    (found,) = [event.value for event in told if isinstance(event, Result)]
    return found, " ".join(event.text for event in told if isinstance(event, Said))


def test_the_newest_run_of_the_same_network_gives_the_weights(project, tmp_path):
    trained(project, small(), seed=1)
    name = trained(project, small(), seed=2, temperature=1.5)
    trained(project, presets.small_cnn(side_px=64, width=6))
    labelled = Graph("Mine", tuple(Node(n.id, n.block, n.settings, "x") for n in small().nodes))
    labelled = Graph("Mine", labelled.nodes, small().edges)

    found, said = result(source_work(project, SPEC, labelled, tmp_path / "a.py"))

    assert (found.run, found.weights) == (name, tmp_path / "a.safetensors")
    assert name in said
    contract = SPEC.load()(SPEC.config(), DataFacts(classes=CLASSES)).contract()
    wanted = build(small(), contract, seed=2).state_dict()
    kept = load(found.weights.read_bytes())
    assert all(torch.equal(kept[key], wanted[key]) for key in wanted)
    text = found.source.read_text()
    assert 'CLASSES = ("cat", "dog")' in text
    assert "TEMPERATURE = 1.5" in text
    assert f"run {name}" in text


def test_without_a_run_of_it_the_source_comes_alone(project, tmp_path):
    trained(project, presets.small_cnn(side_px=64, width=6))

    found, said = result(source_work(project, SPEC, small(), tmp_path / "a.py"))

    assert found.weights is None
    assert "without weights" in said
    assert not (tmp_path / "a.safetensors").exists()


def test_weights_of_another_network_are_not_written_over(project, tmp_path):
    trained(project, small())
    (tmp_path / "a.safetensors").write_bytes(b"mine")

    with pytest.raises(DeepDeskError, match="Choose another name"):
        source_work(project, SPEC, small(), tmp_path / "a.py")(lambda _e: None, StopToken())

    assert (tmp_path / "a.safetensors").read_bytes() == b"mine"
    assert not (tmp_path / "a.py").exists()


def test_a_run_without_weights_is_refused(project, tmp_path):
    project.runs.new("quick", {})

    with pytest.raises(DeepDeskError):
        run_source_work(project, SPEC, "001-quick", tmp_path / "a.py")(print, StopToken())


@pytest.mark.parametrize(
    ("key", "wished", "line"),
    [
        ("object_detection", {"least_score": 0.125}, "SHOW_FROM = (0.125, 0.125,)"),
        ("segmentation", {"mirror_answers": True}, "network(given.flip(3)).flip(3)"),
    ],
)
def test_answers_are_found_as_was_wished_after_training(project, tmp_path, key, wished, line):
    spec = task_of(key)
    facts = DataFacts(classes=CLASSES)
    graph = list(spec.load()(spec.config(), facts).architectures().values())[1]
    name = trained(project, graph, spec=spec)
    asked = run_source_work(project, spec, name, tmp_path / "a.py")
    assert line not in result(asked)[0].source.read_text()

    keep_answering(project.runs.get(name).path, spec, wished)

    assert line in result(asked)[0].source.read_text()


def test_networks_that_differ_in_words_alone_are_the_same():
    other = small().with_node(Node("pool", "global_pool", {"how": "maximum"}))

    assert is_same_network(small(), Graph("other", small().nodes[::-1], small().edges[::-1]))
    assert not is_same_network(small(), other)


def test_the_terminal_writes_source_and_json(project, tmp_path, capsys):
    name = trained(project, small())
    project.close()

    assert main(["export", str(project.path), "--to", str(tmp_path / "a.py"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "source": str(tmp_path / "a.py"),
        "weights": str(tmp_path / "a.safetensors"),
        "run": name,
    }
    assert "class Network(nn.Module)" in (tmp_path / "a.py").read_text()

    call = ["export", str(project.path), "--run", name, "--to", str(tmp_path / "a.json")]
    assert main(call) == 0
    assert is_same_network(read_graph(tmp_path / "a.json"), small())


@pytest.mark.parametrize(
    ("target", "said"), [("a.txt", "End it in .py"), ("nowhere/a.py", "no folder"), ("a.py", "run")]
)
def test_the_terminal_says_what_is_wrong(project, tmp_path, capsys, target, said):
    project.close()

    assert main(["export", str(project.path), "--to", str(tmp_path / target)]) == 1
    assert said in capsys.readouterr().err
