"""What holds on every machine there could be, however strange."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from deepdesk.launcher import nvidia
from deepdesk.launcher.builds import build_of
from deepdesk.launcher.choice import choices, refusal
from deepdesk.launcher.kernel_cards import listed_name
from deepdesk.launcher.machine import Gpu, Hardware
from deepdesk.launcher.windows_cards import card_of

WORDS = st.text(max_size=12)
DRIVERS = st.sampled_from(
    ["", "\u00b2", "470.1", "528.02", "550.54", "580.65", "595.44", "amdgpu", "xe"]
)
COMPUTES = st.one_of(st.none(), st.tuples(st.integers(0, 15), st.integers(0, 9)))
GPUS = st.builds(
    Gpu,
    name=WORDS,
    maker=st.sampled_from(["nvidia", "amd", "intel", "apple"]),
    compute=COMPUTES,
    driver=st.one_of(DRIVERS, WORDS),
    memory_bytes=st.integers(0, 10**12),
    arch=st.one_of(st.sampled_from(["gfx1100", "gfx906", "56a0", "a780", ""]), WORDS),
    is_reachable=st.booleans(),
)
MACHINES = st.builds(
    Hardware,
    system=st.sampled_from(["linux", "windows", "macos", "haiku"]),
    machine=st.sampled_from(["x86_64", "arm64", "riscv64"]),
    version=st.sampled_from(["", "13.7", "14.0", "26.1"]),
    glibc=st.sampled_from(["", "2.31", "2.34", "2.41", "x", "\u00b2.1"]),
    kind=st.sampled_from(["", "wsl", "jetson"]),
    gpus=st.lists(GPUS, max_size=4).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(MACHINES)
def test_there_is_a_way_that_always_works_or_a_reason(hardware):
    found = choices(hardware)

    assert bool(found) == (refusal(hardware) is None)
    if found:
        assert found[-1].gpu is None
        assert found[-1].device == "cpu"


@settings(max_examples=60, deadline=None)
@given(MACHINES)
def test_every_way_is_a_build_of_that_system_and_no_way_comes_twice(hardware):
    found = choices(hardware)

    assert all(build_of(hardware.system, choice.backend) for choice in found)
    assert len({(choice.backend, choice.device) for choice in found}) == len(found)
    assert all(choice.gpu in (None, *hardware.gpus) for choice in found)


@settings(max_examples=60, deadline=None)
@given(MACHINES)
def test_a_card_is_either_used_or_its_owner_is_told(hardware):
    found = choices(hardware)
    told = " ".join(f"{choice.why} {choice.advice}" for choice in found)
    used = {choice.gpu.maker for choice in found if choice.gpu}

    for gpu in hardware.gpus if found and hardware.system != "macos" else ():
        assert gpu.maker in used or gpu.name in told or gpu.maker == "apple"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_no_text_of_a_tool_breaks_its_reader(text):
    for card in nvidia.read_cards(text):
        assert card.maker == "nvidia"
    assert isinstance(listed_name(iter(text.splitlines(keepends=True)), "1002", "744c"), str)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["DriverDesc", "DriverVersion", "MatchingDeviceId"]), WORDS))
def test_no_entry_of_a_registry_breaks_its_reader(entry):
    assert card_of(entry) is None or card_of(entry).maker
    assert card_of({**entry, "MatchingDeviceId": "pci\\ven_10de&dev_2684"}).maker == "nvidia"
