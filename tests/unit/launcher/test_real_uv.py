"""The whole way with the real uv and no network: set up, start, update, go back, repair, remove."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from deepdesk.launcher.places import places
from deepdesk.launcher.pythons import system_python

ROOT = Path(__file__).resolve().parents[3]
LAUNCHER = ROOT / "packaging" / "installers" / "payload" / "launcher.py"
PROGRAM = "import sys\nprint('program', sys.argv[1:], sys.prefix)\n"
# Answers as the real one does, without PyTorch.
SELF_TEST = """import json, small
print("noise")
print(json.dumps({"ok": small.ANSWER == 42, "reason": f"small says {small.ANSWER}"}))
"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere uv fetches a Python first"),
]


def real_uv(folder: Path) -> Path:
    """Return the uv that a build fetched, or the one that is installed."""
    for wheel in sorted((ROOT / "build" / "parts").glob("uv-*manylinux*x86_64.whl")):
        with zipfile.ZipFile(wheel) as archive:
            name = next(name for name in archive.namelist() if name.endswith("/scripts/uv"))
            (folder / "uv").write_bytes(archive.read(name))
        (folder / "uv").chmod(0o755)
        return folder / "uv"
    found = shutil.which("uv")
    if found is None:
        pytest.skip("there is no uv: `start.py package linux` fetches one")
    return Path(found)


def write_wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> None:
    """Write a wheel with these modules, and a list of their checksums."""
    notes = f"{name}-{version}.dist-info"
    files = {
        **files,
        f"{notes}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{notes}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        rows.append(f"{path},sha256={digest.decode()},{len(text.encode())}")
    files[f"{notes}/RECORD"] = "\n".join([*rows, f"{notes}/RECORD,,"]) + "\n"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)


def lay_down(payload: Path, version: str) -> None:
    """Lay down a release: the launcher as it is, around a program of one line."""
    for old in payload.glob("*.whl"):
        old.unlink()
    files = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for folder in ("launcher", "core")
        for path in (ROOT / "deepdesk" / folder).glob("*.py")
    }
    files |= {
        "deepdesk/__init__.py": f'__version__ = "{version}"\n',
        "deepdesk/__main__.py": PROGRAM,
        "deepdesk/launcher/self_test.py": SELF_TEST,
    }
    write_wheel(payload, "deepdesk", version, files)
    (payload / "locks").mkdir(exist_ok=True)
    (payload / "locks" / "linux-cu132.txt").write_text("# complete: yes\nsmall==1.0\n")
    shutil.copy(LAUNCHER, payload)
    text = json.dumps({"version": version, "fingerprint": f"print-{version}"})
    (payload / "release.json").write_text(text)


@pytest.fixture
def folder(tmp_path):
    # Paths of people have spaces, commas and letters of their own.
    return tmp_path / "Müller, Ada"


@pytest.fixture
def launch(folder):
    if system_python() is None:
        pytest.skip("the system has no Python that will do")
    payload, wheels = folder / "payload", folder / "wheels"
    payload.mkdir(parents=True)
    wheels.mkdir()
    (payload / "uv").symlink_to(real_uv(folder))
    write_wheel(wheels, "small", "1.0", {"small.py": "ANSWER = 42\n"})
    lay_down(payload, "1.0")
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("UV_")},
        "DEEPDESK_RUNTIME": str(folder / "runtime"),
        "DEEPDESK_PAYLOAD": str(payload),
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(payload / "launcher.py"), *arguments]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )

    return run


def test_a_release_is_set_up_started_updated_left_repaired_and_removed(launch, folder):
    here = places(folder / "payload", folder / "runtime")
    set_up = ("--set-up", "--backend", "cu132", "--wheels", str(folder / "wheels"))

    assert launch("train").returncode == 1, "a script fetches nothing unasked"
    done = launch(*set_up)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"program ['train', 'x'] {here.env('a')}" in launch("train", "x").stdout

    lay_down(here.payload, "2.0")
    assert f"{here.env('a')}" in launch("train").stdout, "an update waits to be taken"
    assert launch(*set_up).returncode == 0
    assert f"{here.env('b')}" in launch("train").stdout
    assert launch("--rollback").returncode == 0
    assert f"{here.env('a')}" in launch("train").stdout
    assert launch(*set_up).returncode == 0
    assert f"{here.env('b')}" in launch("train").stdout

    installed = next(here.env("b").rglob("small.py"))
    with installed.open("a") as file:  # and so in what uv keeps: both are one file
        file.write("ANSWER = 41\n")
    repaired = launch("--repair", *set_up[1:])
    assert "Damaged, and fetched again: small" in repaired.stderr
    assert repaired.returncode == 0, repaired.stderr
    assert f"{here.env('a')}" in launch("train").stdout

    assert launch("--remove").returncode == 0
    assert not here.runtime.exists()
    assert here.payload.exists()


def test_what_fails_its_test_is_never_taken_into_use(launch, folder):
    wheels = folder / "wheels"
    write_wheel(wheels, "small", "1.0", {"small.py": "ANSWER = 41\n"})

    done = launch("--set-up", "--backend", "cu132", "--wheels", str(wheels))

    assert done.returncode == 1
    assert "small says 41" in done.stderr
    assert not (folder / "runtime" / "current").exists()
    assert not (folder / "runtime" / "env-a").exists()
