"""The macOS bundle, as far as it can be made and looked at without a Mac."""

from __future__ import annotations

import importlib.util
import io
import plistlib
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "packaging")]

from installers import icns, macos, macos_signing  # noqa: E402
from installers.building import Release  # noqa: E402

RELEASE = Release("1.2.0rc1", "ab" * 32, "2026-11-21T21:00:00+00:00")
START = ROOT / "packaging" / "installers" / "macos" / "start.sh"


@pytest.fixture
def info():
    return plistlib.loads(macos.info(RELEASE))


def pictures_in(folder, sizes):
    paths = {size: folder / f"{size}.png" for size in sizes}
    for size, path in paths.items():
        Image.new("RGBA", (size, size), (size % 256, 0, 0, 255)).save(path)
    return paths


@pytest.fixture
def bundle(tmp_path, monkeypatch):
    """A bundle with everything around an empty payload, and no compiler."""
    monkeypatch.setattr(macos, "icons_into", pictures_in)
    monkeypatch.setattr(macos, "compiler", lambda: None)
    path = tmp_path / "DeepDesk.app"
    (path / "Contents" / "Resources").mkdir(parents=True)
    macos.lay_out(path, RELEASE)
    return path


def test_the_version_is_there_twice_once_as_plain_numbers(info):
    assert info["CFBundleShortVersionString"] == "1.2.0rc1"
    assert info["CFBundleVersion"] == "1.2.0"


def test_microphone_camera_and_folders_have_a_reason(info):
    reasons = {key: words for key, words in info.items() if key.endswith("UsageDescription")}

    assert {"NSMicrophoneUsageDescription", "NSCameraUsageDescription"} < set(reasons)
    assert "NSDocumentsFolderUsageDescription" in reasons
    for words in reasons.values():
        assert words.startswith("DeepDesk ")
        assert words.endswith(".")
        assert "!" not in words


def test_a_folder_that_ends_in_deepdesk_is_one_document(info):
    (document,) = info["CFBundleDocumentTypes"]
    (kind,) = info["UTExportedTypeDeclarations"]

    assert document["LSTypeIsPackage"] is True
    assert document["CFBundleTypeRole"] == "Editor"
    assert document["LSItemContentTypes"] == [kind["UTTypeIdentifier"]]
    assert "com.apple.package" in kind["UTTypeConformsTo"]
    assert kind["UTTypeTagSpecification"] == {"public.filename-extension": ["deepdesk"]}


def test_the_identifier_can_be_given_and_must_look_like_one(monkeypatch):
    monkeypatch.setenv(macos.IDENTIFIER, "org.example.DeepDesk")
    info = plistlib.loads(macos.info(RELEASE))
    assert info["CFBundleIdentifier"] == "org.example.DeepDesk"
    assert info["CFBundleDocumentTypes"][0]["LSItemContentTypes"] == [
        "org.example.DeepDesk.project"
    ]

    monkeypatch.setenv(macos.IDENTIFIER, "<nonsense>")
    with pytest.raises(SystemExit):
        macos.info(RELEASE)


def test_no_placeholder_is_left(bundle):
    for name in ("Info.plist", "Resources/start.sh"):
        text = (bundle / "Contents" / name).read_text(encoding="utf-8")
        assert not re.search(r"@[A-Z]+@", text)


def test_what_info_names_lies_in_the_bundle(bundle):
    contents = bundle / "Contents"
    info = plistlib.loads((contents / "Info.plist").read_bytes())
    icons = {info["CFBundleIconFile"], info["CFBundleDocumentTypes"][0]["CFBundleTypeIconFile"]}

    assert (contents / "MacOS" / info["CFBundleExecutable"]).stat().st_mode & 0o111
    assert all((contents / "Resources" / f"{name}.icns").is_file() for name in icons)
    assert (contents / "PkgInfo").read_bytes() == b"APPL????"


def test_without_a_compiler_the_script_takes_the_place_of_the_program(bundle):
    program = bundle / macos.PROGRAM

    assert program.read_bytes() == (bundle / "Contents" / "Resources" / "start.sh").read_bytes()


@pytest.mark.parametrize("platform", ["darwin", "linux"])
def test_inner_code_is_signed_before_it_is_listed_and_the_bundle_after(
    tmp_path, monkeypatch, platform
):
    steps = []

    def note(name):
        return lambda *given, **named: steps.append(name)

    def lay_down(system, folder, locks=None):
        folder.mkdir(parents=True)
        return RELEASE

    monkeypatch.setattr(macos.sys, "platform", platform)
    monkeypatch.setattr(macos, "payload_into", lay_down)
    monkeypatch.setattr(macos, "uv_wheel", lambda system: None)
    parts = ("lay_out", "sign_program", "write_sbom", "bill_beside", "sign_bundle")
    for name in (*parts, "make_image", "sign_image", "notarise"):
        monkeypatch.setattr(macos, name, note(name))

    (image,) = macos.build(tmp_path)

    on_a_mac = [*parts, "make_image", "sign_image", "notarise"]
    needs_no_mac = ["lay_out", "write_sbom", "bill_beside", "make_image"]
    assert steps == (on_a_mac if platform == "darwin" else needs_no_mac)
    ending = "" if platform == "darwin" else "-unsigned"
    assert image.name == f"DeepDesk-1.2.0rc1-macos-arm64{ending}.dmg"


def test_a_mac_compiles_with_its_own_compiler(monkeypatch):
    monkeypatch.setattr(macos.sys, "platform", "darwin")

    assert macos.compiler() == ["xcrun", "clang", "-arch", "arm64", "-mmacosx-version-min=14.0"]


def test_a_compiler_that_fails_ends_the_build(tmp_path, monkeypatch):
    monkeypatch.setattr(macos, "compiler", lambda: [sys.executable, "-c", "exit(3)"])

    with pytest.raises(SystemExit):
        macos.compile_stub(tmp_path / "DeepDesk")


def test_an_image_of_a_mac_is_compressed(tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(macos.sys, "platform", "darwin")
    monkeypatch.setattr(macos, "run", ran.append)

    macos.make_image(tmp_path, tmp_path / "x.dmg")

    assert ran[0][:2] == ["hdiutil", "create"]
    assert "ULFO" in ran[0]


def test_icons_are_read_by_another_programs_reader(tmp_path):
    data = icns.icns_of(pictures_in(tmp_path, icns.KINDS))

    assert struct.unpack(">4sI", data[:8]) == (b"icns", len(data))
    picture = Image.open(io.BytesIO(data))
    assert picture.format == "ICNS"
    assert (512, 512, 2) in picture.info["sizes"]
    picture.load()
    assert picture.size == (1024, 1024)


def test_the_entitlements_are_what_the_program_needs_and_no_more():
    wanted = plistlib.loads(macos_signing.ENTITLEMENTS.read_bytes())

    assert set(wanted.values()) == {True}
    assert set(wanted) == {
        "com.apple.security.cs.allow-jit",
        "com.apple.security.cs.allow-unsigned-executable-memory",
        "com.apple.security.cs.disable-library-validation",
        "com.apple.security.device.audio-input",
        "com.apple.security.device.camera",
    }


def test_without_an_identity_a_bundle_is_signed_for_one_mac(monkeypatch):
    monkeypatch.delenv(macos_signing.IDENTITY, raising=False)

    command = macos_signing.signing_command(Path("/x/uv"), macos_signing.identity())

    assert command[-3:] == ["--sign", "-", "/x/uv"]
    assert "--timestamp=none" in command
    assert "--entitlements" not in command


def test_with_an_identity_it_is_signed_with_a_time_and_entitlements(monkeypatch, tmp_path):
    monkeypatch.setenv(macos_signing.IDENTITY, "Developer ID Application: A (B)")
    ran = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_named: ran.append(command))

    macos_signing.sign_bundle(tmp_path / "DeepDesk.app")

    assert ran[0][:5] == ["codesign", "--force", "--options", "runtime", "--timestamp"]
    assert str(macos_signing.ENTITLEMENTS) in ran[0]
    assert ran[1][:2] == ["codesign", "--verify"]


def test_nothing_is_sent_to_apple_without_all_of_a_key(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv(macos_signing.IDENTITY, "Developer ID Application: A (B)")
    monkeypatch.setenv("DEEPDESK_NOTARY_KEY", "/key.p8")
    monkeypatch.setattr(subprocess, "run", lambda *_given, **_named: pytest.fail("was run"))

    macos_signing.notarise(tmp_path / "x.dmg")

    assert "Not notarised" in capsys.readouterr().err


def notary(monkeypatch, status):
    """Play a Mac whose notarising ends with `status`; return what was run."""
    monkeypatch.setenv(macos_signing.IDENTITY, "Developer ID Application: A (B)")
    for name in ("KEY", "KEY_ID", "ISSUER"):
        monkeypatch.setenv(f"DEEPDESK_NOTARY_{name}", name.lower())
    ran = []

    def play(command, **_named):
        ran.append(command)
        return subprocess.CompletedProcess(command, 0, f'{{"id": "7", "status": "{status}"}}')

    monkeypatch.setattr(subprocess, "run", play)
    return ran


def test_what_apple_accepts_gets_its_answer_fastened(monkeypatch, tmp_path):
    ran = notary(monkeypatch, "Accepted")

    macos_signing.notarise(tmp_path / "x.dmg")

    assert [command[1] for command in ran] == ["notarytool", "stapler", "stapler", "--assess"]
    assert ran[0][4:10] == ["--key", "key", "--key-id", "key_id", "--issuer", "issuer"]


def test_what_apple_refuses_ends_the_build_with_its_reasons(monkeypatch, tmp_path, capsys):
    ran = notary(monkeypatch, "Invalid")

    with pytest.raises(SystemExit):
        macos_signing.notarise(tmp_path / "x.dmg")

    assert ran[1][:4] == ["xcrun", "notarytool", "log", "7"]
    assert "Apple did not accept x.dmg: Invalid." in capsys.readouterr().err


def test_an_answer_that_is_none_ends_the_build():
    with pytest.raises(SystemExit):
        macos_signing.accepted("no JSON")


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("xorriso"), reason="xorriso is not here")
def test_the_image_holds_the_bundle_and_a_way_to_applications(bundle, tmp_path):
    volume = tmp_path / "volume"
    shutil.copytree(bundle, volume / macos.BUNDLE)
    (volume / "Applications").symlink_to("/Applications")

    macos.make_image(volume, tmp_path / "x.dmg")

    command = ["xorriso", "-indev", str(tmp_path / "x.dmg"), "-find", "/", "-exec", "lsdl"]
    listed = subprocess.run(command, capture_output=True, text=True).stdout
    assert re.search(r"-r.xr.xr.x .*'/DeepDesk.app/Contents/MacOS/DeepDesk'", listed)
    assert "'/Applications' -> '/Applications'" in listed
    # A map of partitions, an entry in each block; one is the volume, marked 1024 bytes from there.
    data = (tmp_path / "x.dmg").read_bytes()
    blocks = (data[start : start + 512] for start in range(512, 2560, 512))
    (volume_entry,) = [block for block in blocks if block[48:].startswith(b"Apple_HFS\0")]
    start = 512 * int.from_bytes(volume_entry[8:12])
    assert data[start + 1024 : start + 1026] == b"H+"


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("ziglang") is None, reason="ziglang is not here")
def test_the_program_compiles_for_apple_silicon(tmp_path):
    assert macos.compile_stub(tmp_path / "DeepDesk")

    assert (tmp_path / "DeepDesk").read_bytes()[:8] == b"\xcf\xfa\xed\xfe\x0c\x00\x00\x01"


@pytest.mark.slow
def test_the_script_is_sound_shell():
    assert subprocess.run(["sh", "-n", str(START)]).returncode == 0
