"""The payload that every installer carries: what it is known by, and what is checked."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "packaging")]

from installers import building  # noqa: E402
from installers.building import UvWheel  # noqa: E402

UV = f"uv-{building.UV_VERSION}-py3-none-win_amd64.whl"


@pytest.fixture
def payload(tmp_path):
    """Return a payload with a wheel and one lock."""
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / "linux-cpu.txt").write_text("numpy==2.4.6\n", "utf-8")
    (tmp_path / "deepdesk-1.2.3-py3-none-any.whl").write_bytes(b"wheel")
    return tmp_path


@pytest.fixture
def parts(tmp_path, monkeypatch):
    """Return the folder of fetched parts, with a wheel of uv that holds three programs."""
    folder = tmp_path / "parts"
    folder.mkdir()
    monkeypatch.setattr(building, "PARTS", folder)
    with zipfile.ZipFile(folder / UV, "w") as wheel:
        for name in ("uv.exe", "uvw.exe", "uvx.exe"):
            wheel.writestr(f"uv-{building.UV_VERSION}.data/scripts/{name}", name)
    return folder


def pin(monkeypatch, sha256):
    wheel = UvWheel("win_amd64", sha256, ("uv.exe", "uvw.exe"))
    monkeypatch.setattr(building, "UV_WHEELS", {"windows": wheel})


def fingerprint(payload):
    wheel = next(payload.glob("*.whl"))
    return building.fingerprint_of(wheel, payload / "locks")


@pytest.mark.parametrize(
    "change",
    [
        lambda payload: next(payload.glob("*.whl")).write_bytes(b"other"),
        lambda payload: (payload / "locks" / "linux-cpu.txt").write_text("numpy==2.4.7\n", "utf-8"),
        lambda payload: (payload / "locks" / "window.txt").write_text("", "utf-8"),
    ],
    ids=["wheel", "lock", "one more lock"],
)
def test_whatever_environments_are_made_from_changes_the_fingerprint(payload, change):
    before = fingerprint(payload)

    change(payload)

    assert len(before) == 64
    assert fingerprint(payload) not in (before, "")


def test_the_release_says_version_fingerprint_and_when(payload, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795000000")

    release = building.release_into(payload, next(payload.glob("*.whl")))

    written = json.loads((payload / "release.json").read_text("utf-8"))
    assert written == release._asdict()
    assert written["fingerprint"] == fingerprint(payload)
    assert written["built"] == "2026-11-18T11:06:40+00:00"


def test_uv_comes_out_of_its_wheel_and_only_the_programs_that_are_needed(
    parts, tmp_path, monkeypatch
):
    pin(monkeypatch, building.sha256_of(parts / UV))

    programs = building.uv_into("windows", tmp_path)

    assert [path.read_text("utf-8") for path in programs] == ["uv.exe", "uvw.exe"]
    assert not (tmp_path / "uvx.exe").exists()


def test_a_uv_of_other_bytes_than_those_pinned_is_refused(parts, tmp_path, monkeypatch):
    pin(monkeypatch, "0" * 64)

    with pytest.raises(SystemExit):
        building.uv_into("windows", tmp_path)

    assert not (parts / UV).exists()
    assert not (tmp_path / "uv.exe").exists()


def test_locks_made_before_are_taken_as_they_are(payload, tmp_path):
    target = tmp_path / "other"

    building.locks_into("linux", target, payload / "locks")

    assert (target / "locks" / "linux-cpu.txt").read_text("utf-8") == "numpy==2.4.6\n"


def test_the_mark_is_drawn_in_every_size_with_clear_corners(tmp_path):
    drawn = building.icons_into(tmp_path, (16, 48))

    for size, path in drawn.items():
        with Image.open(path) as icon:
            assert icon.size == (size, size)
            assert icon.getpixel((0, 0))[3] == 0
            assert icon.getpixel((size // 2, size // 2))[3] == 255
