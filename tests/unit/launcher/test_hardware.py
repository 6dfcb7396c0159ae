"""The look at a machine with Linux: canned answers of tools, a made-up kernel."""

from __future__ import annotations

import sys
import time

import pytest

from deepdesk.launcher import machine, nvidia
from deepdesk.launcher.hardware import look
from deepdesk.launcher.machine import Answer
from tests.unit.launcher.made_up_machine import Tools, smi, surroundings

GB = 10**9
MIB = 1024**2
LISTED = """\
#\tA list of names
1002  Advanced Micro Devices, Inc. [AMD/ATI]
\t744c  Navi 31 [Radeon RX 7900 XT/7900 XTX/7900 GRE/7900M]
\t\t1002 0e3b  A board of this device
8086  Intel Corporation
\t56a0  DG2 [Arc A770]
"""


def put(root, path, text):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def put_card(root, address, vendor, device, *, driver="", minor=128, memory=0):
    folder = f"sys/bus/pci/devices/{address}"
    put(root, f"{folder}/vendor", vendor + "\n")
    put(root, f"{folder}/device", device + "\n")
    put(root, f"{folder}/class", "0x030000\n")
    (root / folder / f"drm/renderD{minor}").mkdir(parents=True)
    if memory:
        put(root, f"{folder}/mem_info_vram_total", f"{memory}\n")
    if driver:
        (root / folder / "driver").symlink_to(f"../../../../bus/pci/drivers/{driver}")


def put_node(root, number, target, minor):
    lines = f"cpu_cores_count 0\ngfx_target_version {target}\ndrm_render_minor {minor}\n"
    put(root, f"sys/class/kfd/kfd/topology/nodes/{number}/properties", lines)


def test_a_machine_without_a_card_has_none(tmp_path):
    found = look(surroundings(tmp_path))

    assert (found.system, found.machine, found.glibc) == ("linux", "x86_64", "2.36")
    assert (found.gpus, found.notes, found.kind) == ((), (), "")


def test_a_card_of_nvidia_is_read_off_its_tool(tmp_path):
    here = surroundings(tmp_path, smi("NVIDIA GeForce RTX 4090, 580.95.05, 8.9, 24564 MiB\n"))

    (card,) = look(here).gpus

    assert (card.name, card.maker, card.driver) == (
        "NVIDIA GeForce RTX 4090",
        "nvidia",
        "580.95.05",
    )
    assert (card.compute, card.memory_bytes) == ((8, 9), 24564 * MIB)


def test_cards_of_different_kinds_are_all_told(tmp_path):
    text = (
        "NVIDIA GeForce RTX 5090, 590.44, 12.0, 32607 MiB\n"
        "NVIDIA GeForce GTX 1080 Ti, 590.44, 6.1, 11264 MiB\n"
    )

    cards = look(surroundings(tmp_path, smi(text))).gpus

    assert [card.compute for card in cards] == [(12, 0), (6, 1)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0\0\xff",
        "name, driver_version\n",
        "a, b, c, d, e, f\n",
        "NVIDIA, version, 8.9, 1 MiB\n",
        ", 580.1, 8.9, 1 MiB\n",
        "NVIDIA GeForce RTX 4090\n" * 1000,
        "<b>NVIDIA</b>, 580.95, 8.9, 1 MiB\n",
        "NVIDIA \ufffd, 580.95, 8.9, 1 MiB\n",
        "NVIDIA, 5, 8.9, 1 MiB\n",
        "N" * 101 + ", 580.95, 8.9, 1 MiB\n",
    ],
)
def test_what_is_no_list_of_cards_makes_no_card(text):
    assert nvidia.read_cards(text) == []


def test_values_that_the_driver_does_not_tell_are_left_open():
    (card,) = nvidia.read_cards("NVIDIA Strange, 580.95, [N/A], [Not Supported]\n")

    assert (card.compute, card.memory_bytes) == (None, 0)


def test_a_driver_that_knows_no_capability_is_asked_again_without(tmp_path):
    class Old(Tools):
        def __call__(self, command, seconds):
            if any("compute_cap" in word for word in command):
                return Answer('Field "compute_cap" is not a valid field to query.\n', 2)
            return Answer("GeForce GTX 1060 6GB, 470.256.02, 6078 MiB\n", 0)

    (card,) = look(surroundings(tmp_path, Old())).gpus

    assert (card.compute, card.driver) == ((6, 1), "470.256.02")


def test_a_tool_that_hangs_is_asked_once_and_noted(tmp_path):
    tools = smi("no answer within 3 s", -2)

    found = look(surroundings(tmp_path, tools))

    assert len(tools.asked) == 1
    assert tools.asked[0][1] == nvidia.LIMIT_S
    assert "no answer within 3 seconds" in found.notes[0]


def test_a_command_that_hangs_is_left_behind_in_time():
    start_s = time.monotonic()

    answer = machine.ask([sys.executable, "-S", "-c", "import time; time.sleep(60)"], 0.05)

    assert answer.code == -2
    assert time.monotonic() - start_s < 5


def test_a_command_that_never_stops_talking_is_cut_short():
    answer = machine.ask([sys.executable, "-S", "-c", "while True: print('a, b, c')"], 20.0)

    assert (answer.code, len(answer.text)) == (-3, 100_000)


def test_a_command_that_is_killed_is_no_answer_of_its_own():
    answer = machine.ask([sys.executable, "-S", "-c", "import os; os.abort()"], 20.0)

    assert answer.code < -100 or answer.code > 0


def test_a_command_that_is_not_there_has_an_answer():
    assert machine.ask(["/nowhere/nvidia-smi"], 1.0).code == -1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Failed to initialize NVML: Driver/library version mismatch\n", "restart the computer"),
        ("NVIDIA-SMI has failed because it couldn't communicate\n", "couldn't communicate"),
        ("\x1b[31m\n", "does not answer"),
        ("", "it said nothing"),
    ],
)
def test_a_driver_that_fails_says_why(tmp_path, text, said):
    put_card(tmp_path, "0000:01:00.0", "0x10de", "0x2684")

    found = look(surroundings(tmp_path, smi(text, 9)))

    assert said in found.notes[0]
    assert found.notes[0].isprintable()
    assert [(card.maker, card.driver) for card in found.gpus] == [("nvidia", "")]


def test_linux_inside_windows_finds_the_tool_in_its_place(tmp_path):
    put(tmp_path, "proc/version", "Linux version 6.6.87.2-microsoft-standard-WSL2")
    card = "NVIDIA GeForce RTX 3060, 581.29, 8.6, 12288 MiB\n"

    found = look(surroundings(tmp_path, Tools(**{"wsl/lib": (card, 0)})))

    assert found.kind == "wsl"
    assert found.gpus[0].compute == (8, 6)


def test_a_jetson_is_known_by_its_board(tmp_path):
    put(tmp_path, "proc/device-tree/model", "NVIDIA Jetson AGX Orin Developer Kit\0")

    found = look(surroundings(tmp_path, machine="aarch64"))

    assert (found.machine, found.kind) == ("arm64", "jetson")


def test_a_card_of_amd_has_the_architecture_of_its_own_node(tmp_path):
    put(tmp_path, "usr/share/misc/pci.ids", LISTED)
    put_card(tmp_path, "0000:03:00.0", "0x1002", "0x744c", driver="amdgpu", memory=24 * GB)
    put_card(tmp_path, "0000:0f:00.0", "0x1002", "0x164e", driver="amdgpu", minor=129)
    put_node(tmp_path, 0, 0, 0)
    put_node(tmp_path, 1, 110000, 128)
    put_node(tmp_path, 2, 100306, 129)

    large, small = look(surroundings(tmp_path)).gpus

    assert (large.arch, small.arch) == ("gfx1100", "gfx1036")
    assert large.name == "AMD Radeon RX 7900 XT/7900 XTX/7900 GRE/7900M"
    assert (large.memory_bytes, small.name) == (24 * GB, "AMD card 164e")


def test_architectures_are_named_as_amd_names_them():
    from deepdesk.launcher.kernel_cards import gfx_name

    targets = [90010, 90402, 100300, 110501, 120001, 90500, 0]

    assert [gfx_name(target) for target in targets] == [
        *("gfx90a", "gfx942", "gfx1030", "gfx1151", "gfx1201", "gfx950", "")
    ]


def test_a_card_that_this_person_may_not_use_is_told_as_such(tmp_path):
    put_card(tmp_path, "0000:03:00.0", "0x1002", "0x744c", driver="amdgpu")
    put(tmp_path, "dev/kfd", "")

    (card,) = look(surroundings(tmp_path, may_use=lambda path: path.name != "kfd")).gpus

    assert not card.is_reachable


def test_a_card_of_intel_keeps_the_number_of_its_kind(tmp_path):
    put(tmp_path, "usr/share/hwdata/pci.ids", LISTED)
    put_card(tmp_path, "0000:03:00.0", "0x8086", "0x56a0", driver="xe")

    (card,) = look(surroundings(tmp_path)).gpus

    assert (card.name, card.arch, card.driver) == ("Intel Arc A770", "56a0", "xe")


@pytest.mark.parametrize("driver", ["", "nouveau", "vfio-pci"])
def test_a_driver_that_cannot_compute_counts_as_none(tmp_path, driver):
    put_card(tmp_path, "0000:01:00.0", "0x10de", "0x2684", driver=driver)

    (card,) = look(surroundings(tmp_path)).gpus

    assert (card.maker, card.driver) == ("nvidia", "")


def test_a_kernel_that_tells_nonsense_does_no_harm(tmp_path):
    put_card(tmp_path, "0000:03:00.0", "0x1002", "!", driver="amdgpu")
    put(tmp_path, "sys/bus/pci/devices/0000:03:00.0/mem_info_vram_total", "a lot")
    put(tmp_path, "sys/class/kfd/kfd/topology/nodes/1/properties", "\n \nx\n" * 50)
    put(tmp_path, "usr/share/misc/pci.ids", "\t\t\n" * 20)

    (card,) = look(surroundings(tmp_path)).gpus

    assert (card.memory_bytes, card.arch) == (0, "")


@pytest.mark.parametrize(
    ("name", "compute"),
    [
        ("NVIDIA GeForce RTX 5070 Ti Laptop GPU", (12, 0)),
        ("NVIDIA RTX PRO 6000 Blackwell Workstation Edition", (12, 0)),
        ("NVIDIA H100 80GB HBM3", (9, 0)),
        ("NVIDIA RTX 4000 Ada Generation", (8, 9)),
        ("NVIDIA A100-SXM4-40GB", (8, 0)),
        ("NVIDIA RTX A2000", (8, 6)),
        ("NVIDIA GeForce RTX 2080 Ti", (7, 5)),
        ("Quadro RTX 6000", (7, 5)),
        ("Tesla V100-PCIE-16GB", (7, 0)),
        ("GeForce MX150", (6, 1)),
        ("NVIDIA GeForce GT 1030", (6, 1)),
        ("NVIDIA GeForce GTX TITAN X", (5, 2)),
        ("NVIDIA TITAN Xp", (6, 1)),
        ("GeForce GTX 970M", (5, 2)),
        ("GeForce GTX 750 Ti", (5, 0)),
        ("GeForce GT 710", (3, 5)),
        ("Something new", None),
    ],
)
def test_names_of_cards_tell_their_age(name, compute):
    assert nvidia.compute_of(name) == compute


def test_a_system_that_nobody_knows_is_noted(tmp_path):
    found = look(surroundings(tmp_path, platform="freebsd14"))

    assert (found.system, found.notes) == ("freebsd14", ("freebsd14 is not known.",))


def test_a_look_never_raises(tmp_path):
    def fail(command, seconds):
        raise RuntimeError("odd")

    found = look(surroundings(tmp_path, fail))

    assert found.gpus == ()
    assert "odd" in found.notes[0]


def test_this_machine_can_be_looked_at():
    assert look().system in {"linux", "windows", "macos"}
