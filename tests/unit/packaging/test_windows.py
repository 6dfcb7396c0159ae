"""The Windows installer as it is described to makensis, and what is read of a finished one."""

from __future__ import annotations

import io
import os
import re
import shutil
import stat
import struct
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "packaging")]

from installers import authenticode, windows, windows_contents  # noqa: E402
from installers.building import Release  # noqa: E402

from deepdesk.launcher import windows as system  # noqa: E402
from deepdesk.launcher.asked import asked_of  # noqa: E402
from deepdesk.launcher.processes import MISLEADING  # noqa: E402

RELEASE = Release("1.2.0rc1", "ab" * 32, "2026-11-21T21:00:00+00:00")
LAUNCHER = (windows.SCRIPTS / "launcher.nsi").read_text(encoding="utf-8")
SET_UP = (windows.SCRIPTS / "setup.nsi").read_text(encoding="utf-8")
CONSOLE = (windows.SCRIPTS / windows.CONSOLE).read_text(encoding="ascii")


@pytest.fixture
def payload(tmp_path):
    folder = tmp_path / "payload"
    for name in ("uv.exe", "locks/window.txt", "licences/uv/MIT", "licences/b.txt", "release.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")
    return folder


@pytest.fixture
def compiled(monkeypatch):
    """Catch what makensis would be called with, and let it make a program."""
    calls = {}

    def make(name, values):
        calls[name] = dict(values)
        Path(values["TARGET"]).write_bytes(name.encode())

    def pictures_into(folder):
        return folder / "deepdesk.ico", folder / "side.bmp"

    monkeypatch.setattr(windows, "compile_script", make)
    monkeypatch.setattr(windows, "pictures_into", pictures_into)
    return calls


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("0.1.0", "0.1.0.0"), ("1.2.3.4.5", "1.2.3.4"), ("2.0rc1", "2.0.0.0"), ("x", "0.0.0.0")],
)
def test_windows_gets_four_numbers_of_any_version(version, numbers):
    assert windows.numbers_of(version) == numbers


def test_exactly_the_files_of_the_payload_are_laid_down_and_taken_away(payload):
    files = windows.listed(payload)
    lay_down, take_away = windows.file_macros(payload, files).split("!macroend")[:2]

    laid = re.findall(r'File "(.+)"', lay_down)
    taken = re.findall(r'Delete "\$INSTDIR\\(.+)"', take_away)
    assert [Path(path) for path in laid] == [payload / file for file in files]
    assert [name.replace("\\", "/") for name in taken] == [str(file) for file in files]


def test_folders_go_after_what_was_in_them_and_never_with_what_is_not_ours(payload):
    take_away = windows.file_macros(payload, windows.listed(payload)).split("!macroend")[1]

    removed = re.findall(r'RMDir "(.+)"', take_away)
    assert removed == [r"$INSTDIR\locks", r"$INSTDIR\licences\uv", r"$INSTDIR\licences"]
    assert "RMDir /r" not in take_away


def test_the_release_is_told_last_so_that_half_a_payload_has_none(payload):
    assert windows.listed(payload)[-1] == PurePosixPath("release.json")


@pytest.mark.parametrize("name", ["$WINDIR.txt", 'a"b', "a\nb", "ü", "`id`"])
def test_a_name_that_means_something_to_makensis_is_refused(payload, name, capsys):
    (payload / name).touch()

    with pytest.raises(SystemExit):
        windows.listed(payload)

    assert "cannot go into the Windows installer" in capsys.readouterr().err


def test_the_program_carries_the_fingerprint_of_its_own_release(payload, compiled, tmp_path):
    windows.set_up_of(payload, RELEASE, tmp_path / "setup.exe")

    assert compiled["launcher.nsi"]["FINGERPRINT"] == RELEASE.fingerprint
    assert Path(compiled["launcher.nsi"]["TARGET"]) == payload / "DeepDesk.exe"
    assert compiled["setup.nsi"]["VERSION"] == "1.2.0rc1"
    assert compiled["setup.nsi"]["NUMBERS"] == "1.2.0.0"


def test_the_console_script_has_the_line_ends_of_windows(payload, compiled, tmp_path):
    windows.set_up_of(payload, RELEASE, tmp_path / "setup.exe")

    written = (payload / windows.CONSOLE).read_bytes()
    assert written.count(b"\r\n") == written.count(b"\n") > 10


def test_every_value_that_a_script_uses_is_defined(payload, compiled, tmp_path, monkeypatch):
    monkeypatch.setenv(authenticode.CERTIFICATE, "/no/certificate.pfx")
    monkeypatch.setattr(windows, "sign", lambda program: None)
    windows.set_up_of(payload, RELEASE, tmp_path / "setup.exe")

    ours = {"VERSION", "NUMBERS", "LICENCE", "FILES", "KIB", "ICON", "BITMAP", "TARGET"}
    ours |= {"APPLICATION_ID", "LONGEST", "SIGN", "FINGERPRINT", "PYTHON"}
    for name, text in {"launcher.nsi": LAUNCHER, "setup.nsi": SET_UP}.items():
        code = "\n".join(line for line in text.splitlines() if not line.startswith(";"))
        used = set(re.findall(r"\$\{([A-Z_]+)\}", code)) & ours
        assert used == set(compiled[name])


def test_the_icon_holds_every_size():
    pictures = {}
    for size in (16, 48, 256):
        buffer = io.BytesIO()
        Image.new("RGBA", (size, size)).save(buffer, "PNG")
        pictures[size] = buffer.getvalue()

    icon = Image.open(io.BytesIO(windows.ico_of(pictures)))

    assert icon.info["sizes"] == {(16, 16), (48, 48), (256, 256)}


def test_the_mark_is_drawn_for_the_last_page(tmp_path):
    with Image.open(windows.side_picture(tmp_path / "side.bmp")) as picture:
        assert (picture.size, picture.mode) == (windows.SIDE_PICTURE, "RGB")
        assert len(picture.getcolors(1 << 20)) > 2


def test_the_start_leaves_to_the_set_up_what_the_set_up_answers(tmp_path):
    listed = re.findall(r'!insertmacro LOOK_FOR "(.+)"', LAUNCHER)

    for option in ("--set-up", "--repair", "--rollback", "--status", "--remove", "--terminal"):
        assert option in listed
        assert asked_of([option, "x"]).arguments == ("x",)
    assert {"--wheels", "--backend", "--"} <= set(listed)


def test_nothing_of_the_surroundings_leads_python_astray():
    for name in MISLEADING:
        assert f'!insertmacro SET "{name}" "p 0"' in LAUNCHER
        assert f"\nset {name}=\n" in CONSOLE
    for name in ("PYTHONSAFEPATH", "PYTHONNOUSERSITE"):
        assert f"""!insertmacro SET "{name}" 't "1"'""" in LAUNCHER
        assert f"\nset {name}=1\n" in CONSOLE


def test_the_folder_of_wheels_is_understood_in_every_way_that_it_can_be_named():
    listed = re.findall(r"!insertmacro LOOK_FOR_WHEELS '(.+?)' '(.+)'", LAUNCHER)

    for arguments in ('--wheels "C:\\a b" x', '--wheels="C:\\a b" x', '"--wheels=C:\\a b" x'):
        found = [start for start, _end in listed if start in f" {arguments}"]
        assert f" {arguments}".split(found[0])[1] == 'C:\\a b" x'
    assert {(" --wheels ", " "), (" --wheels=", " ")} == set(listed[3:])
    assert 'if "%WORD%"=="--wheels"' in CONSOLE
    assert 'if "%WORD:~0,9%"=="--wheels="' in CONSOLE


def test_a_folder_of_archives_that_is_not_there_is_no_place_to_fetch_from():
    found = LAUNCHER.index('GetFullPathName $0 "$0\\python"\n  ${If} $0 != ""\n  ${AndIf}')

    assert found < LAUNCHER.index('"UV_PYTHON_INSTALL_MIRROR"')


def test_the_console_script_fetches_the_same_python():
    assert f"python install --no-config --no-bin {windows.PYTHON}\n" in CONSOLE
    assert "UV_PYTHON_INSTALL_REGISTRY=0" in CONSOLE
    assert '!insertmacro SET_UNLESS_SET "UV_PYTHON_INSTALL_REGISTRY" "0"' in LAUNCHER


def test_both_ask_for_the_same_libraries_of_microsofts():
    major, minor = system._CPP_NEEDED
    assert f"$0 = {major}\n  ${{AndIf}} $1 >= {minor}" in SET_UP
    assert f"{major}.{minor} or newer" in SET_UP
    assert system._CPP_KEY in SET_UP


def test_the_uninstaller_deletes_no_folder_through_a_link():
    removed = re.findall(r"^\s+RMDir /r (.+)", SET_UP, re.MULTILINE)

    assert removed == [r'"\\?\$0"']
    assert SET_UP.index("Call un.CutLinks") < SET_UP.index("  RMDir /r")


def test_without_a_certificate_nothing_is_signed(tmp_path, monkeypatch):
    monkeypatch.delenv(authenticode.CERTIFICATE, raising=False)
    program = tmp_path / "a.exe"
    program.write_bytes(b"as it is")

    authenticode.sign(program)

    assert program.read_bytes() == b"as it is"


def signing_program(folder, status):
    """Put an osslsigncode into `folder` that notes its arguments and copies."""
    script = folder / "osslsigncode"
    script.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > {folder}/arguments\n'
        f'eval "out=\\${{$#}}"\nprintf signed > "$out"\nexit {status}\n',
        encoding="utf-8",
    )
    script.chmod(stat.S_IRWXU)


@pytest.mark.parametrize(("status", "left"), [(0, b"signed"), (1, b"plain")])
def test_a_program_is_signed_in_its_place_or_left_as_it_was(tmp_path, monkeypatch, status, left):
    signing_program(tmp_path, status)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv(authenticode.CERTIFICATE, "/certificate.pfx")
    monkeypatch.setenv(authenticode.PASSWORD, "/password")
    monkeypatch.delenv(authenticode.TIMESTAMP, raising=False)
    program = tmp_path / "a b.exe"
    program.write_bytes(b"plain")

    if status:
        with pytest.raises(RuntimeError, match="could not be signed"):
            authenticode.sign(program)
    else:
        authenticode.sign(program)

    arguments = (tmp_path / "arguments").read_text(encoding="utf-8").splitlines()
    assert program.read_bytes() == left
    assert sorted(path.name for path in tmp_path.glob("a b*")) == ["a b.exe"]
    assert arguments[:3] == ["sign", "-pkcs12", "/certificate.pfx"]
    assert "-readpass" in arguments
    assert "-ts" not in arguments


def test_the_machine_of_a_program_is_read(tmp_path):
    program = tmp_path / "a.exe"
    head = bytearray(4096)
    head[:2] = b"MZ"
    struct.pack_into("<I", head, 0x3C, 128)
    head[128:134] = b"PE\0\0" + struct.pack("<H", windows_contents.X64)
    program.write_bytes(head)

    assert windows_contents.machine_of(program) == windows_contents.X64


@pytest.mark.parametrize("data", [b"", b"MZ", b"\x7fELF" + bytes(5000), b"MZ" + b"\xff" * 5000])
def test_what_is_no_program_is_said_to_be_none(tmp_path, data):
    path = tmp_path / "a.exe"
    path.write_bytes(data)

    with pytest.raises(ValueError, match="no Windows program"):
        windows_contents.machine_of(path)


WITHOUT_CONSOLE = """
import ctypes, runpy, sys, types
box = lambda *arguments: sys.stdout.write(arguments[1])
ctypes.windll = types.SimpleNamespace(user32=types.SimpleNamespace(MessageBoxW=box))
sys.stderr = None
runpy.run_path(sys.argv[1], run_name="__main__")
"""


@pytest.mark.parametrize("wheel", [b"", None], ids=["a broken wheel", "no wheel"])
def test_without_a_console_what_is_wrong_stands_in_a_box(tmp_path, wheel):
    launcher = ROOT / "packaging" / "installers" / "payload" / "launcher.py"
    script = shutil.copy(launcher, tmp_path)
    if wheel is not None:
        (tmp_path / "deepdesk-1.0-py3-none-any.whl").write_bytes(wheel)
    command = [sys.executable, "-I", "-S", "-c", WITHOUT_CONSOLE, script]

    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 1
    assert done.stdout.endswith("Install DeepDesk again.")
