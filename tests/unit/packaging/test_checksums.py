"""The list of checksums beside the installers."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "packaging")]

from installers import checksums  # noqa: E402


@pytest.fixture
def listed(tmp_path):
    """Return a folder of two files with their list."""
    (tmp_path / "b.exe").write_bytes(b"b")
    (tmp_path / "a.deb").write_bytes(b"a")
    (tmp_path / "folder").mkdir()
    checksums.write_checksums(tmp_path)
    return tmp_path


def test_files_are_listed_by_name_as_sha256sum_reads_them(listed):
    text = (listed / "SHA256SUMS").read_bytes().decode("ascii")

    sums = [hashlib.sha256(data).hexdigest() for data in (b"a", b"b")]
    assert text == f"{sums[0]}  a.deb\n{sums[1]}  b.exe\n"


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="sha256sum is not here")
def test_sha256sum_agrees(listed):
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]

    assert subprocess.run(command, cwd=listed, capture_output=True).returncode == 0


def test_writing_it_again_leaves_out_itself_and_its_signature(listed):
    first = (listed / "SHA256SUMS").read_bytes()
    (listed / "SHA256SUMS.asc").write_bytes(b"signed")

    checksums.write_checksums(listed)

    assert (listed / "SHA256SUMS").read_bytes() == first
    assert checksums.differences(listed) == []


def test_what_differs_is_named(listed):
    (listed / "a.deb").write_bytes(b"other")
    (listed / "b.exe").unlink()
    (listed / "new").write_bytes(b"")

    assert checksums.differences(listed) == [
        "a.deb is not the file that was listed.",
        "b.exe is not there.",
        "new is not listed.",
    ]


@pytest.mark.parametrize(
    "line", ["nonsense", f"{'a' * 64}  ../outside", f"{'a' * 64}  /etc/passwd"]
)
def test_lines_that_lead_elsewhere_are_refused(listed, line):
    with (listed / "SHA256SUMS").open("a") as file:
        file.write(f"{line}\n")

    assert checksums.differences(listed) == [f"This is no line of a list of checksums: {line}"]


def test_the_command_writes_and_checks(listed, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["checksums", str(listed)])
    assert checksums.main() == 0
    monkeypatch.setattr("sys.argv", ["checksums", str(listed), "--check"])
    assert checksums.main() == 0
    (listed / "a.deb").unlink()
    assert checksums.main() == 1
    assert "a.deb is not there." in capsys.readouterr().err
