"""The test of an environment, with a PyTorch that is made up and one that is real."""

from __future__ import annotations

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from deepdesk.launcher import self_test
from deepdesk.launcher.self_test import examined, has_code


class Numbers(list):
    """As much of a tensor as the test of boxes needs."""

    def tolist(self):
        return list(self)


def made_up(**changes):
    """Return a loader of modules in which all is well, but for what is changed."""
    card = SimpleNamespace(name="NVIDIA Card", major=8, minor=6)
    cuda = SimpleNamespace(
        is_available=lambda: True,
        get_arch_list=lambda: ["sm_75", "sm_80", "compute_120"],
        device_count=lambda: 1,
        get_device_properties=lambda index: card,
    )
    torch = SimpleNamespace(
        __version__="2.15.0",
        tensor=lambda values: values,
        get_num_threads=lambda: 4,
        version=SimpleNamespace(hip=None),
        cuda=cuda,
        xpu=SimpleNamespace(is_available=lambda: False),
        backends=SimpleNamespace(mps=SimpleNamespace(is_available=lambda: False)),
    )
    modules = {
        "torch": torch,
        "torchvision": SimpleNamespace(__version__="0.29.2"),
        "torchvision.ops": SimpleNamespace(nms=lambda boxes, scores, least: Numbers([0, 2])),
        "numpy": SimpleNamespace(__version__="2.4.6"),
    }
    modules |= {name: SimpleNamespace() for _part, name in self_test.MODULES if "." in name}
    modules |= changes

    def load(name):
        module = modules[name]
        if isinstance(module, Exception):
            raise module
        return module

    return load


@pytest.fixture(name="computes", autouse=True)
def _computes(monkeypatch):
    """Let every device compute the same, without a real PyTorch."""
    results = {"cpu": [1.0, 2.0]}
    monkeypatch.setattr(
        self_test, "convolved", lambda torch, device: results.get(device, [1.0, 2.001])
    )
    return results


def test_an_environment_that_works_says_what_is_in_it():
    found = examined("cu132", "cuda", made_up())

    assert found["ok"]
    assert (found["torch"], found["torchvision"], found["numpy"]) == ("2.15.0", "0.29.2", "2.4.6")
    assert (found["name"], found["capability"], found["error"]) == ("NVIDIA Card", "8.6", 0.001)


@pytest.mark.parametrize(
    ("module", "part"),
    [
        ("torch", "torch"),
        ("torchvision", "torchvision"),
        ("torchvision.ops", "torchvision"),
        ("numpy", "numpy"),
        ("PySide6.QtWidgets", "qt"),
    ],
)
def test_a_module_that_does_not_load_is_named_with_the_reason(module, part):
    error = ImportError("libEGL.so.1: cannot open shared object file\nand more")

    found = examined("cpu", "cpu", made_up(**{module: error}))

    assert (found["ok"], found["part"]) == (False, part)
    assert found["reason"] == (
        f"{module} does not load: ImportError: libEGL.so.1: cannot open shared object file"
    )


def test_an_error_without_words_is_named():
    assert examined("cpu", "cpu", made_up(torch=OSError()))["reason"].endswith("OSError")


def test_what_windows_lacks_is_said_with_where_to_get_it(monkeypatch):
    monkeypatch.setattr(self_test, "missing_library", lambda: "msvcp140.dll")
    error = OSError("[WinError 1114] A dynamic link library (DLL) initialization routine failed")

    found = examined("cu130", "cuda", made_up(torch=error))

    assert found["part"] == "system"
    assert found["reason"].startswith("Windows lacks msvcp140.dll: install Microsoft's Visual C++")


def test_boxes_that_come_out_wrong_are_a_broken_torchvision():
    wrong = SimpleNamespace(nms=lambda boxes, scores, least: Numbers([0, 1, 2]))

    found = examined("cpu", "cpu", made_up(**{"torchvision.ops": wrong}))

    assert (found["ok"], found["part"]) == (False, "torchvision")


def test_an_operator_that_is_missing_is_a_broken_torchvision():
    def nms(boxes, scores, least):
        raise RuntimeError("operator torchvision::nms does not exist")

    found = examined("cpu", "cpu", made_up(**{"torchvision.ops": SimpleNamespace(nms=nms)}))

    assert "torchvision::nms does not exist" in found["reason"]


@pytest.mark.parametrize(
    ("backend", "device", "said"),
    [("xpu", "xpu", "graphics of Intel"), ("mps", "mps", "graphics of Apple")],
)
def test_a_device_that_is_not_there_is_said(backend, device, said):
    found = examined(backend, device, made_up())

    assert (found["ok"], found["part"]) == (False, "device")
    assert said in found["reason"]


def test_a_card_that_pytorch_cannot_reach_is_said():
    load = made_up()
    load("torch").cuda.is_available = lambda: False

    assert "finds no graphics card" in examined("cu132", "cuda", load)["reason"]


def test_a_card_that_the_build_has_no_code_for_is_named():
    load = made_up()
    load("torch").cuda.get_arch_list = lambda: ["sm_90", "sm_120"]

    found = examined("cu132", "cuda", load)

    assert found["reason"] == "This PyTorch has no code for NVIDIA Card (8.6)."


def test_the_first_card_that_the_build_knows_is_the_one_that_computes(computes):
    cards = [
        SimpleNamespace(name="Old", major=6, minor=1),
        SimpleNamespace(name="New", major=8, minor=9),
    ]
    load = made_up()
    load("torch").cuda.device_count = lambda: 2
    load("torch").cuda.get_device_properties = cards.__getitem__
    computes["cuda:0"] = [9.0, 9.0]

    found = examined("cu132", "cuda", load)

    assert (found["ok"], found["name"], found["index"]) == (True, "New", 1)


@pytest.mark.parametrize(("known", "is_ok"), [("gfx1100", True), ("gfx1030", False)])
def test_a_card_of_amd_is_known_by_its_architecture(known, is_ok):
    card = SimpleNamespace(name="AMD Card", major=11, minor=0, gcnArchName="gfx1100:sramecc-")
    load = made_up()
    load("torch").version.hip = "7.2"
    load("torch").cuda.get_arch_list = lambda: [known]
    load("torch").cuda.get_device_properties = lambda index: card

    assert examined("rocm7.2", "cuda", load)["ok"] == is_ok


@pytest.mark.parametrize("values", [[1.0, 2.3], [float("nan"), 2.0], [1.0, float("inf")]])
def test_a_card_that_computes_wrongly_is_refused(computes, values):
    computes["cuda:0"] = values

    found = examined("cu132", "cuda", made_up())

    assert "computes wrongly" in found["reason"]


def test_a_card_that_fails_is_refused(monkeypatch):
    def convolved(torch, device):
        raise RuntimeError("CUDA error: no kernel image is available")

    monkeypatch.setattr(self_test, "convolved", convolved)

    found = examined("cu132", "cuda", made_up())

    assert "no kernel image is available" in found["reason"]


@pytest.mark.parametrize(
    ("known", "compute", "fits"),
    [
        (["sm_86"], (8, 6), True),
        (["sm_86"], (8, 9), True),
        (["sm_86"], (8, 0), False),
        (["sm_86"], (9, 0), False),
        (["compute_90"], (12, 0), True),
        (["compute_90"], (8, 9), False),
        (["sm_90a"], (9, 0), True),
        (["sm_100a"], (10, 3), False),
        (["sm_100f"], (10, 3), True),
        (["sm_120"], (12, 1), True),
        (["gfx1100", "", "sm_"], (8, 6), False),
        ([], (8, 6), False),
    ],
)
def test_code_fits_cards_as_nvidia_says(known, compute, fits):
    assert has_code(known, compute) == fits


def test_the_answer_is_one_line_of_json_and_the_status_says_it_too(capsys, monkeypatch):
    monkeypatch.setattr(self_test, "examined", lambda backend, device: {"ok": device == "cpu"})

    statuses = [self_test.main(given) for given in (["cu132", "cpu"], ["cu132"], [])]

    lines = [line for line in capsys.readouterr().out.splitlines() if line]
    assert (statuses, lines) == ([0, 1, 0], ['{"ok": true}', '{"ok": false}', '{"ok": true}'])


@pytest.mark.slow
def test_this_environment_works():
    done = subprocess.run(
        [sys.executable, "-m", "deepdesk.launcher.self_test", "cpu"],
        capture_output=True,
        text=True,
    )

    found = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, found["ok"], found["device"]) == (0, True, "cpu"), done.stderr
