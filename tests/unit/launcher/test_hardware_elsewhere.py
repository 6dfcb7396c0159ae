"""The look at machines with Windows and macOS: a made-up registry, canned answers of tools."""

from __future__ import annotations

import contextlib
import ctypes
import sys

from deepdesk.launcher import self_test, windows_cards
from deepdesk.launcher.hardware import look
from tests.unit.launcher.made_up_machine import Tools, smi, surroundings

GB = 10**9


def entry(name, vendor, device="2182", **changes):
    return {
        "DriverDesc": name,
        "DriverVersion": "32.0.15.8097",
        "MatchingDeviceId": f"pci\\ven_{vendor}&dev_{device}&subsys_1234",
        "HardwareInformation.qwMemorySize": 6 * GB,
    } | changes


def on_windows(tmp_path, entries, tools=None, **changes):
    given = {"platform": "win32", "machine": "AMD64", "libc": ("", "")}
    given["environment"] = {"SYSTEMROOT": r"C:\Windows", "PROGRAMFILES": r"D:\Programs"}
    given["registry"] = lambda: entries
    return surroundings(tmp_path, tools, **(given | changes))


def test_windows_looks_where_the_tool_may_be(tmp_path):
    tools = Tools()

    look(on_windows(tmp_path, [], tools))

    assert [command[0] for command, _seconds in tools.asked] == [
        r"C:\Windows\System32\nvidia-smi.exe",
        r"D:\Programs\NVIDIA Corporation\NVSMI\nvidia-smi.exe",
    ]


def test_windows_knows_a_card_whose_tool_is_missing(tmp_path):
    (card,) = look(on_windows(tmp_path, [entry("NVIDIA GeForce GTX 1650", "10DE")])).gpus

    assert (card.compute, card.driver, card.memory_bytes) == ((7, 5), "580.97", 6 * GB)


def test_windows_tells_cards_of_other_makers_beside_the_tool(tmp_path):
    tools = smi("NVIDIA GeForce RTX 4070 Laptop GPU, 581.29, 8.9, 8188 MiB\n")
    entries = [entry("NVIDIA GeForce RTX 4070 Laptop GPU", "10de"), entry("UHD", "8086", "a780")]

    cards = look(on_windows(tmp_path, [*entries, entries[1], entry("Basic", "1414")], tools)).gpus

    assert [card.maker for card in cards] == ["nvidia", "intel"]


def test_a_registry_that_tells_nonsense_does_no_harm(tmp_path):
    entries = [{}, {"MatchingDeviceId": 5}, entry("", "10de", DriverVersion=None)]
    entries[2]["HardwareInformation.qwMemorySize"] = b"\x00\x10"

    (card,) = look(on_windows(tmp_path, entries)).gpus

    assert (card.driver, card.memory_bytes, card.compute) == ("", 0, None)


def test_a_registry_that_cannot_be_read_does_no_harm(tmp_path):
    def refuse():
        raise PermissionError

    assert look(on_windows(tmp_path, [], registry=refuse)).gpus == ()


def test_windows_on_arm_is_known_behind_its_emulation(tmp_path):
    environment = {"PROCESSOR_ARCHITEW6432": "ARM64"}

    assert look(on_windows(tmp_path, [], environment=environment)).machine == "arm64"


def test_windows_numbers_of_drivers_become_the_makers_own():
    numbers = {"32.0.15.8097": "580.97", "27.21.14.5671": "456.71", "": "", "1": "", "x": ""}

    assert {text: windows_cards.nvidia_version(text) for text in numbers} == numbers


def on_a_mac(tmp_path, machine, **answers):
    return surroundings(tmp_path, Tools(**answers), platform="darwin", machine=machine)


def test_a_mac_of_apple_has_its_own_graphics(tmp_path):
    found = look(
        on_a_mac(
            tmp_path,
            "arm64",
            productVersion=("15.2\n", 0),
            memsize=(f"{32 * GB}\n", 0),
            brand_string=("Apple M2 Pro\n", 0),
        )
    )

    assert (found.system, found.version, found.machine) == ("macos", "15.2", "arm64")
    assert (found.gpus[0].name, found.gpus[0].memory_bytes) == ("Apple M2 Pro", 32 * GB)


def test_a_mac_of_apple_is_known_behind_its_translation(tmp_path):
    found = look(on_a_mac(tmp_path, "x86_64", **{"hw.optional.arm64": ("1\n", 0)}))

    assert found.machine == "arm64"
    assert found.gpus[0].maker == "apple"


def test_a_mac_of_intel_has_no_graphics_for_us(tmp_path):
    found = look(on_a_mac(tmp_path, "x86_64", productVersion=("13.7\n", 0)))

    assert (found.machine, found.gpus) == ("x86_64", ())


class Registry:
    """As much of Windows's registry as is read, from a dictionary of paths."""

    HKEY_LOCAL_MACHINE = "HKLM"

    def __init__(self, keys):
        self.keys = keys

    def OpenKey(self, root, path):
        if path not in self.keys:
            raise FileNotFoundError(path)
        return contextlib.nullcontext(self.keys[path])

    def QueryInfoKey(self, key):
        return 0, len(key), 0

    def EnumValue(self, key, index):
        name = sorted(key)[index]
        return name, key[name], 1

    def QueryValueEx(self, key, name):
        if name not in key:
            raise FileNotFoundError(name)
        return key[name], 1


def test_the_registry_is_read_for_the_cards_that_are_in_the_machine(monkeypatch):
    card = r"System\CurrentControlSet\Control\Video\{1}\0000"
    gone = r"System\CurrentControlSet\Control\Video\{2}\0000"
    keys = {
        windows_cards.PRESENT: {
            "MaxObjectNumber": 3,
            r"\Device\Video0": rf"\Registry\Machine\{card}",
            r"\Device\Video1": rf"\REGISTRY\MACHINE\{gone}",
        },
        card: {"DriverDesc": "Intel(R) Arc(TM) A770", "MatchingDeviceId": r"PCI\VEN_8086&DEV_56A0"},
    }
    monkeypatch.setitem(sys.modules, "winreg", Registry(keys))
    monkeypatch.setattr(sys, "platform", "win32")

    entries = windows_cards.read_registry()

    assert entries == [keys[card], {}]
    assert windows_cards.card_of(entries[0]).arch == "56a0"
    assert windows_cards.card_of(entries[1]) is None


def test_cards_that_tell_nothing_of_themselves_are_looked_up_among_all(monkeypatch):
    card = {"DriverDesc": "NVIDIA RTX A2000", "MatchingDeviceId": r"PCI\VEN_10DE&DEV_2531"}
    keys = {windows_cards.PRESENT: {}, rf"{windows_cards.EVER}\0001": card}
    monkeypatch.setitem(sys.modules, "winreg", Registry(keys))
    monkeypatch.setattr(sys, "platform", "win32")

    assert [entry for entry in windows_cards.read_registry() if entry] == [card]


def test_the_library_that_windows_lacks_is_named(monkeypatch):
    def load(name):
        if name == "msvcp140.dll":
            raise OSError(name)

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "WinDLL", load, raising=False)

    assert self_test.missing_library() == "msvcp140.dll"


def test_elsewhere_no_library_of_windows_is_missing(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")

    assert (self_test.missing_library(), windows_cards.read_registry()) == ("", ())
