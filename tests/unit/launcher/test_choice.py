"""Which build each machine takes: every row of the table, and what a person is told."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from deepdesk.core.errors import DeepDeskError
from deepdesk.launcher.builds import BUILDS, OLD, build_of
from deepdesk.launcher.choice import choice_of, choices, refusal
from deepdesk.launcher.machine import Gpu, Hardware

ROOT = Path(__file__).resolve().parents[3]
GB = 10**9
LINUX_END = ["cpu", "cu132"]


def nvidia(compute, driver, name="NVIDIA Card", memory=8 * GB):
    return Gpu(name=name, maker="nvidia", compute=compute, driver=driver, memory_bytes=memory)


def amd(arch, **changes):
    given = {"name": "AMD Card", "maker": "amd", "driver": "amdgpu", "arch": arch}
    return Gpu(**(given | changes))


def intel(device, **changes):
    return Gpu(
        **({"name": "Intel Card", "maker": "intel", "driver": "xe", "arch": device} | changes)
    )


def linux(*gpus, **changes):
    given = {"system": "linux", "machine": "x86_64", "glibc": "2.36", "gpus": gpus}
    return Hardware(**(given | changes))


def windows(*gpus, **changes):
    return Hardware(**({"system": "windows", "machine": "x86_64", "gpus": gpus} | changes))


def mac(**changes):
    apple = Gpu(name="Apple M2", maker="apple")
    given = {"system": "macos", "machine": "arm64", "version": "15.2", "gpus": (apple,)}
    return Hardware(**(given | changes))


def order(hardware):
    return [choice.backend for choice in choices(hardware)]


@pytest.mark.parametrize(
    ("compute", "driver", "expected"),
    [
        ((7, 5), "580.65.06", ["cu132", "cu130", "cu126"]),
        ((8, 9), "580.95.05", ["cu132", "cu130", "cu126"]),
        ((8, 9), "595.44", ["cu132", "cu126"]),
        ((9, 0), "595.44", ["cu132", "cu126"]),
        ((12, 0), "595.44", ["cu132"]),
        ((10, 0), "580.65", ["cu132", "cu130"]),
        ((8, 6), "579.99", ["cu126"]),
        ((8, 6), "525.60.13", ["cu126"]),
        ((8, 6), "524.99", []),
        ((12, 0), "570.86", []),
        ((6, 1), "580.95", ["cu126"]),
        ((7, 0), "550.54", ["cu126"]),
        ((5, 0), "525.1", ["cu126"]),
        ((6, 1), "470.256.02", []),
        ((3, 5), "470.256.02", []),
        ((3, 5), "580.1", []),
        (None, "595.44", ["cu132", "cu126"]),
        (None, "550.54", ["cu126"]),
        ((8, 6), "", []),
        ((8, 6), "unknown", []),
    ],
)
def test_cards_of_nvidia_on_linux_take(compute, driver, expected):
    found = choices(linux(nvidia(compute, driver)))

    assert [choice.backend for choice in found if choice.gpu] == expected
    assert [choice.backend for choice in found if not choice.gpu] == LINUX_END


@pytest.mark.parametrize(
    ("compute", "driver", "expected"),
    [
        ((8, 9), "581.29", ["cu130", "cu126", "cpu"]),
        ((12, 0), "581.29", ["cu130", "cpu"]),
        ((6, 1), "581.29", ["cu126", "cpu"]),
        ((6, 1), "528.02", ["cu126", "cpu"]),
        ((6, 1), "527.41", ["cpu"]),
        ((5, 2), "581.29", ["cpu"]),
    ],
)
def test_cards_of_nvidia_on_windows_take(compute, driver, expected):
    assert order(windows(nvidia(compute, driver))) == expected


@pytest.mark.parametrize(
    ("arch", "is_known"),
    [
        *((f"gfx{known}", True) for known in ("1100", "90a", "1201", "1151")),
        *((f"gfx{unknown}", False) for unknown in ("1103", "1036", "900", "803")),
        ("", False),
    ],
)
def test_cards_of_amd_on_linux_take_rocm_where_it_knows_them(arch, is_known):
    assert order(linux(amd(arch))) == (["rocm7.2"] if is_known else []) + LINUX_END


def test_cards_of_amd_compute_on_linux_alone():
    assert order(windows(amd("gfx1100"))) == ["cpu"]
    assert order(linux(amd("gfx1100"), kind="wsl")) == LINUX_END
    assert order(linux(amd("gfx1100", driver=""))) == LINUX_END


@pytest.mark.parametrize(
    ("device", "is_known"),
    [
        *((known, True) for known in ("56a0", "e20b", "64a0", "7d55", "b080")),
        *((unknown, False) for unknown in ("a780", "46a6", "9a49", "", "no")),
    ],
)
def test_graphics_of_intel_take_their_build_where_it_knows_them(device, is_known):
    assert order(linux(intel(device))) == (["xpu"] if is_known else []) + LINUX_END
    assert order(windows(intel(device))) == (["xpu"] if is_known else []) + ["cpu"]


def test_macs_of_apple_take_metal_then_the_processor():
    assert order(mac()) == ["mps", "cpu"]
    assert [choice.device for choice in choices(mac())] == ["mps", "cpu"]


def test_a_jetson_computes_on_its_processor_and_says_why():
    found = choices(linux(nvidia((8, 7), "595.1"), machine="arm64", kind="jetson", glibc="2.39"))

    assert [choice.backend for choice in found] == LINUX_END
    assert "Jetson" in found[0].why


def test_a_server_of_arm_takes_the_usual_build():
    found = order(linux(nvidia((9, 0), "595.1"), machine="arm64", glibc="2.39"))

    assert found == ["cu132", *LINUX_END[:1], *LINUX_END[1:]]


def test_windows_on_arm_computes_by_emulation_and_says_so():
    (only,) = choices(windows(nvidia((8, 9), "581.29"), machine="arm64"))

    assert only.backend == "cpu"
    assert "emulation" in only.advice


def test_linux_inside_windows_takes_what_linux_takes():
    assert order(linux(nvidia((8, 6), "581.29"), kind="wsl"))[0] == "cu132"


def test_the_processor_without_the_index_of_pytorch_is_the_last_resort():
    last = choices(linux())[-1]

    assert (last.backend, last.device, last.gpu) == ("cu132", "cpu", None)
    assert "usual index" in last.why


def test_the_card_with_the_most_memory_is_taken_and_the_others_are_named():
    small = nvidia((8, 6), "595.1", "GeForce RTX 3050", 4 * GB)
    large = nvidia((8, 9), "595.1", "GeForce RTX 4090", 24 * GB)
    old = nvidia((6, 1), "595.1", "GeForce GTX 1080", 8 * GB)

    first = choices(linux(small, old, large, intel("a780", name="UHD 770")))[0]

    assert (first.gpu, first.backend) == (large, "cu132")
    assert "UHD 770 is not used." in first.advice
    assert "GTX 1080 is not used." in first.advice
    assert "RTX 3050" not in first.advice


def test_cards_of_two_makers_are_both_ways():
    found = choices(
        linux(nvidia((8, 9), "595.1", memory=8 * GB), amd("gfx1100", memory_bytes=24 * GB))
    )

    assert [choice.backend for choice in found] == [*("rocm7.2", "cu132", "cu126", "cpu", "cu132")]


@pytest.mark.parametrize(
    ("gpu", "said"),
    [
        (nvidia((8, 6), "470.1", "RTX 3060"), "470.1 of RTX 3060 is too old. Install NVIDIA's"),
        (nvidia((8, 6), "", "RTX 3060"), "RTX 3060 has no working driver."),
        (nvidia((12, 0), "570.1", "RTX 5090"), "580 or newer"),
        (nvidia((6, 1), "470.1", "GTX 1080"), "580, the last one for this card"),
        (nvidia((3, 5), "470.1", "GTX 780"), "GTX 780 is too old for PyTorch."),
        (amd("gfx1036", name="Radeon 610M"), "Radeon 610M (gfx1036) is not among the cards"),
        (amd("", name="Radeon"), "amdgpu shows no card"),
        (intel("a780", name="UHD"), "UHD is not among the graphics"),
    ],
)
def test_whoever_gets_the_processor_is_told_why(gpu, said):
    processor = next(choice for choice in choices(linux(gpu)) if choice.backend == "cpu")

    assert said in processor.why


def test_an_older_build_comes_with_the_advice_to_update():
    first = choices(linux(nvidia((8, 6), "550.54")))[0]

    assert (first.torch, first.backend) == (OLD[0], "cu126")
    assert "580 or newer" in first.advice


def test_an_old_card_is_told_that_this_is_its_last_build():
    assert "last PyTorch" in choices(linux(nvidia((6, 1), "580.1")))[0].advice


def test_a_card_that_may_not_be_used_comes_with_the_line_to_type():
    assert "usermod" in choices(linux(amd("gfx1100", is_reachable=False)))[0].advice


def test_what_could_not_be_asked_is_told_with_the_processor():
    hardware = linux(notes=("NVIDIA's driver gave no answer within 3 seconds.",))

    assert "gave no answer" in choices(hardware)[0].advice


@pytest.mark.parametrize(
    ("hardware", "said"),
    [
        (mac(machine="x86_64", gpus=()), "Intel processor"),
        (mac(version="13.7"), "this is 13.7"),
        (linux(glibc="2.31"), "version 2.31, and 2.34 is needed"),
        (linux(glibc=""), "another C library"),
        (linux(machine="arm64", glibc="2.36"), "2.39 is needed"),
        (linux(machine="i686"), "this processor (i686)"),
        (windows(machine="x86"), "this processor (x86)"),
        (Hardware(system="freebsd14", machine="x86_64"), "does not know this system"),
    ],
)
def test_where_nothing_works_the_reason_is_said(hardware, said):
    error = refusal(hardware)

    assert said in error.message
    assert error.hint
    assert choices(hardware) == ()


@pytest.mark.parametrize(
    "hardware", [linux(), windows(), mac(), mac(version=""), linux(glibc="2.34")]
)
def test_a_usual_machine_is_not_refused(hardware):
    assert refusal(hardware) is None
    assert not choices(hardware)[-1].gpu


def test_a_person_may_ask_for_any_build_of_the_system():
    hardware = linux(nvidia((3, 5), "470.1"))

    asked = choice_of(hardware, "cu130")

    assert (asked.backend, asked.gpu, asked.device) == ("cu130", hardware.gpus[0], "cuda")
    assert "tested before it is used" in asked.advice


def test_what_a_person_asks_for_is_the_fitting_one_where_there_is_one():
    hardware = linux(nvidia((8, 9), "595.1"))

    assert choice_of(hardware, "cu132") == choices(hardware)[0]


def test_a_build_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(DeepDeskError, match="Choose one of: mps, cpu"):
        choice_of(mac(), "cu132")


def test_nothing_is_chosen_where_nothing_works():
    with pytest.raises(DeepDeskError, match="Intel processor"):
        choice_of(mac(machine="x86_64"), "cpu")


def test_every_way_has_a_build_and_says_why():
    machines = [
        linux(nvidia((8, 9), "580.1"), amd("gfx1100"), intel("56a0")),
        windows(nvidia((8, 9), "580.1"), intel("56a0")),
        mac(),
    ]
    for hardware in machines:
        for choice in choices(hardware):
            assert build_of(hardware.system, choice.backend)
            assert choice.why.endswith(".")
            assert not re.search(r"[{}]", choice.why + choice.advice)


def test_the_builds_fit_what_the_project_asks_for_and_pins():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = (ROOT / "packaging" / "constraints.txt").read_text(encoding="utf-8").splitlines()

    assert {"torch>=2.14,<2.16", "torchvision>=0.29,<0.30"} <= set(project["dependencies"])
    for row in BUILDS:
        torch, vision = row.pins
        is_pinned = {f"torch=={torch}", f"torchvision=={vision}"} <= set(pinned)
        assert row.pins == OLD or is_pinned
