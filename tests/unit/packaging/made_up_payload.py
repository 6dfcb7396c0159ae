"""A payload with everything but the size, and a wheel of uv that holds only what is read of it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

FINGERPRINT = "ab" * 32
LOCK = """\
# made by a test
numpy==2.4.6 \\
    --hash=sha256:{a} \\
    --hash=sha256:{b}
    # via torch
PySide6_Essentials==6.11.3 ; sys_platform == 'linux' \\
    --hash=sha256:{c}
nvidia-cublas==13.4.1.3 \\
    --hash=sha256:{d}
torch==2.14.0+cu126
""".format(**{letter: letter * 64 for letter in "abcd"})
BILL = {
    "components": [
        {"name": "adler2", "version": "2.0.1", "licenses": [{"expression": "0BSD OR MIT"}]},
        {"name": "old", "version": "0.1.0", "licenses": [{"expression": "MIT/Apache-2.0"}]},
        {"name": "silent", "version": "1.0.0"},
    ]
}


def payload_in(folder: Path) -> Path:
    """Lay down a payload in `folder` and return it."""
    (folder / "locks").mkdir(parents=True)
    (folder / "locks" / "linux-cu126.txt").write_text(LOCK, encoding="utf-8")
    (folder / "locks" / "linux-cpu.txt").write_text("numpy==2.4.6\n", encoding="utf-8")
    (folder / "uv").write_bytes(b"uv")
    release = {"version": "0.1.0", "fingerprint": FINGERPRINT, "built": "2026-11-21T21:00:00+00:00"}
    (folder / "release.json").write_text(json.dumps(release, indent=2), encoding="utf-8")
    return folder


def uv_wheel_in(folder: Path) -> Path:
    """Write a wheel of uv into `folder` and return its path."""
    path = folder / "uv-0.13.9-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("uv-0.13.9.dist-info/licenses/LICENSE-MIT", "MIT")
        wheel.writestr("uv-0.13.9.dist-info/sboms/uv.cyclonedx.json", json.dumps(BILL))
    return path
