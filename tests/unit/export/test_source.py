"""Networks as source: the same bits in a process without this package, readable, harmless."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
import torch
from hypothesis import HealthCheck, given, settings

from deepdesk.export.about import About, normalisation
from deepdesk.export.source import source_of
from deepdesk.nn import presets
from deepdesk.nn.backbone_facts import BACKBONES
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Contract, Edge, Graph, Node
from tests.unit.export.outside import around, contract_of, differing, variants, write_out
from tests.unit.nn.random_graphs import HEAVY, random_graphs

CLASSES = ("cat", "dog", "ship")
CONTRACT = Contract(inputs={"image": (3, 32, 32)}, outputs={"logits": (3,)})
ABOUT = About(title="Pets", classes=CLASSES, mean=(0.5, 0.4, 0.3), deviation=(0.2, 0.2, 0.1))
HOSTILE = (
    '"""\nimport os\n"""',
    "\nraise SystemExit",
    "a\r\nb",
    "\\",
    "'''",
    "x\u2028raise ValueError",
    "\u202etxet",
    "#" * 300,
    "\x00\x1b[31m",
    "名前 ✓",
    '\\"""',
)


@pytest.fixture(autouse=True)
def one_thread():
    """Work with one thread: the bits depend on their number, and others wait for theirs."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def source(graph=None, contract=CONTRACT, about=ABOUT):
    return source_of(graph or presets.residual(), contract, about)


def ruff(path, *command):
    return subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--isolated", "--line-length", "100", str(path)],
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_every_block_with_every_choice_gives_the_same_bits_outside(tmp_path):
    folder = tmp_path / "out"
    written = set()
    for block in BLOCKS:
        for number, values in enumerate(variants(block)):
            graph = None if block in {"input", *HEAVY} else around(block, values)
            if graph is not None:
                write_out(folder / f"{block}_{number}", graph, contract_of(graph))
                written.add(block)

    assert differing(folder) == []
    assert written == set(BLOCKS) - HEAVY - {"input"}


@pytest.mark.slow
def test_every_preset_gives_the_same_bits_outside(tmp_path):
    folder = tmp_path / "out"
    made = [presets.small_cnn(), presets.residual(), presets.residual(squeeze=True)]
    made += [presets.tiny_vit(layers=2), presets.small_cnn(side_px=256)]
    made += [presets.backbone(name, side_px=32) for name in BACKBONES]
    for number, graph in enumerate(made):
        side = graph.inputs[0].config.shape
        contract = Contract(inputs={"image": side}, outputs={"logits": (3,)})
        write_out(folder / f"preset_{number}", graph, contract)

    assert differing(folder) == []


@pytest.mark.slow
def test_a_backbone_of_timm_gives_the_same_bits_outside(tmp_path):
    pytest.importorskip("timm")
    folder = tmp_path / "out"
    graph = around("timm_backbone", {})
    text = write_out(folder / "timm", graph, contract_of(graph))

    assert differing(folder) == []
    assert "Needs torch and timm" in text


@pytest.mark.slow
def test_random_networks_give_the_same_bits_outside(tmp_path):
    folder = tmp_path / "out"
    count = 0

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(random_graphs())
    def write(drawn):
        nonlocal count
        count += 1
        write_out(folder / f"random_{count}", *drawn)

    write()

    assert differing(folder) == []


@pytest.mark.slow
def test_ids_that_are_words_of_python_and_branches_give_the_same_bits(tmp_path):
    from deepdesk.export.from_project import renamed

    nodes = [Node("lambda", "input", {"shape": (3, 8, 8)})]
    nodes += [Node(name, "convolution", {"channels": 3}) for name in ("class", "x", "torch", "nn")]
    edges = [Edge("lambda", "class"), Edge("class", "x"), Edge("class", "torch"), Edge("x", "nn")]
    nodes += [Node("def", "add"), Node("print", "global_pool"), Node("self", "classifier_head")]
    edges += [Edge("nn", "def"), Edge("torch", "def", 1), Edge("lambda", "def", 2)]
    edges += [Edge("def", "print"), Edge("print", "self")]
    graph = Graph("words", tuple(nodes), tuple(edges))
    folder = tmp_path / "out"
    write_out(folder / "words", graph, contract_of(graph))
    weights = folder / "words" / "network.safetensors"
    weights.write_bytes(renamed(weights.read_bytes(), graph))

    assert differing(folder) == []


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_text_of_a_graph_becomes_code(text):
    graph = presets.small_cnn()
    nodes = tuple(Node(n.id, n.block, n.settings, text[:200]) for n in graph.nodes)
    hostile = Graph(text[:200], nodes, graph.edges)
    about = About(title=text, classes=(text, "b", "c"), weights=text, origin=text)
    plain = About(title="Pets", classes=("a", "b", "c"), weights="a", origin="b")

    first, second = (source(g, about=a) for g, a in ((hostile, about), (graph, plain)))

    # Nothing but texts differs.
    trees = [ast.dump(without_texts(ast.parse(text))) for text in (first, second)]
    assert trees[0] == trees[1]
    assert classes_of(first) == (text, "b", "c")
    assert all(letter.isprintable() or letter == "\n" for letter in first)


def without_texts(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return tree


def classes_of(text):
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign) and statement.targets[0].id == "CLASSES":
            return ast.literal_eval(statement.value)
    return None


def test_the_forward_is_one_line_a_block_with_its_shape_and_label():
    graph = presets.residual()
    node = graph.node("stage_1")
    graph = graph.with_node(Node(node.id, node.block, node.settings, "First stage"))
    lines = source(graph).splitlines()

    assert "        x = self.stage_1(x)  # (N, 64, 16, 16) First stage" in lines
    assert sum("= self." in line and "# (N, " in line for line in lines) == len(graph.nodes) - 1


def test_the_header_says_what_goes_in_and_comes_out():
    doc = ast.get_docstring(ast.parse(source()))

    assert "float32, (N, 3, 32, 32)" in doc
    assert "mean (0.5, 0.4, 0.3)" in doc
    assert "3 classes" in doc
    assert classes_of(source()) == CLASSES


def test_only_what_is_used_is_written():
    text = source(presets.small_cnn())

    assert "convolution_block" in text
    assert "class ResidualBlock" not in text
    assert '"gelu"' not in text
    assert "def draw" not in text
    assert "deepdesk" not in text


def test_branches_that_no_call_took_are_left_out():
    plain, squeezed = (source(presets.residual(squeeze=on)) for on in (False, True))

    assert "class Squeeze" in squeezed
    assert "Squeeze" not in plain
    assert "_zeroed" not in plain
    assert 'if entry == "pool":' in plain


@pytest.mark.slow
@pytest.mark.parametrize("block", sorted({*BLOCKS} - HEAVY - {"input"}))
def test_the_source_is_tidy(block, tmp_path):
    graph = around(block, {})
    path = tmp_path / "network.py"
    path.write_text(source(graph, contract_of(graph)), encoding="utf-8")

    checked = ruff(path, "check", "--select", "E,F,W,I")
    assert checked.returncode == 0, checked.stdout
    formatted = ruff(path, "format", "--diff")
    assert formatted.returncode == 0, formatted.stdout


@pytest.mark.slow
def test_the_file_answers_on_the_command_line(tmp_path):
    import numpy as np
    import PIL.Image

    write_out(tmp_path / "pets", presets.small_cnn(), CONTRACT, ABOUT)
    picture = tmp_path / "a.png"
    PIL.Image.fromarray(np.full((40, 50, 3), 90, np.uint8)).save(picture)
    done = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "pets" / "network.py"), str(picture)],
        cwd=tmp_path, env={"PYTHONPATH": ""}, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    rows = done.stdout.splitlines()
    assert sorted(row.split()[1] for row in rows) == sorted(CLASSES)
    assert sum(float(row.split()[2].rstrip("%")) for row in rows) == pytest.approx(100, abs=0.3)


def test_the_normalisation_is_that_of_the_task():
    from deepdesk.core.task import DataFacts
    from deepdesk.tasks import task_of

    spec = task_of("image_classification")
    task = spec.load()(spec.config(), DataFacts(classes=CLASSES, typical_size=(32, 32)))

    assert normalisation(task) == ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
