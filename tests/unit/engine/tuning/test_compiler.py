"""Compiling is tried in a child that may hang or crash; neither is an error here."""

import json
import subprocess
import sys
import time

import psutil
import pytest
import torch

from deepdesk.core.work import StoppedError, StopToken
from deepdesk.engine.compute import Compute
from deepdesk.engine.tuning import compiler
from deepdesk.engine.tuning.compiler import Network, limit_of, tried
from deepdesk.nn.graph import Contract, Graph

NETWORK = Network(
    graph=Graph(name="toy", nodes=(), edges=()),
    contract=Contract(inputs={"image": (3, 8, 8)}, outputs={"logits": (2,)}),
    batch=4,
)
COMPUTE = Compute(device=torch.device("cpu"), compiled="on")
CHILDREN: list[subprocess.Popen] = []


@pytest.fixture
def child(monkeypatch, tmp_path):
    """Return a function that puts other source in the place of the child's."""
    monkeypatch.setenv("DEEPDESK_HOME", str(tmp_path))

    def put(source):
        def started():
            made = subprocess.Popen(
                [sys.executable, "-S", "-E", "-c", source],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            CHILDREN.append(made)
            return made

        monkeypatch.setattr(compiler, "_started", started)

    return put


ANSWER = {"start_s": 20.0, "plain_s": 0.3, "compiled_s": 0.2}
ECHO = f"import sys, json; assert json.load(sys.stdin)['batch'] == 4; print({json.dumps(ANSWER)!r})"
HANGS = "import time; time.sleep(60)"


def test_what_the_child_measured_is_the_verdict(child):
    child(ECHO)

    found = tried(NETWORK, COMPUTE, 30.0, StopToken())

    assert found.gain == pytest.approx(1.5)
    assert (found.start_s, found.why) == (20.0, "")


@pytest.mark.parametrize("source", ["import sys; sys.exit(3)", "print('no json')", "print('{}')"])
def test_a_child_that_fails_is_remembered_and_no_error(child, source):
    child(source)

    found = tried(NETWORK, COMPUTE, 30.0, StopToken())

    assert "does not work" in found.why
    assert compiler.known_fault("cpu") == found.why
    compiler.forget_fault("cpu")
    assert not compiler.known_fault("cpu")


def test_a_child_that_hangs_is_ended(child):
    child(HANGS)

    found = tried(NETWORK, COMPUTE, 0.0, StopToken())

    assert "took longer" in found.why
    assert not psutil.pid_exists(CHILDREN[-1].pid)


def test_stopping_ends_the_child(child):
    child(HANGS)
    stop = StopToken()
    stop.stop()
    begun_s = time.monotonic()

    with pytest.raises(StoppedError):
        tried(NETWORK, COMPUTE, 30.0, stop)

    assert not psutil.pid_exists(CHILDREN[-1].pid)
    assert time.monotonic() - begun_s < 5


@pytest.mark.parametrize(("run_s", "limit_s"), [(60, 0), (3600, 36), (100_000, 120)])
def test_trying_takes_at_most_a_hundredth_of_the_run(run_s, limit_s):
    assert limit_of(run_s) == limit_s


def test_without_a_compiler_nothing_is_tried(monkeypatch):
    monkeypatch.setattr(compiler.shutil, "which", lambda _name: None)
    monkeypatch.setattr(compiler, "find_spec", lambda _name: None)

    assert "C++ compiler" in compiler.missing("cpu")
    assert "Triton" in compiler.missing("cuda")


def test_the_same_network_has_the_same_text_whatever_it_is_called():
    other = Graph(name="other", nodes=(), edges=())

    texts = [compiler.settings_text(g, NETWORK.contract) for g in (NETWORK.graph, other)]

    assert texts[0] == texts[1]
