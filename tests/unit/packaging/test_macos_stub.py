"""The program of the macOS bundle, built and run on Linux, where all but two names are the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "packaging")]

from installers import macos  # noqa: E402
from installers.building import release_into  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not sys.platform.startswith("linux") or not shutil.which("gcc"),
        reason="needs Linux and gcc",
    ),
]
FINGERPRINT = "ab" * 32
# In place of Python's library: says what it was started with.
LIBRARY = """
#include <stdio.h>
#include <stdlib.h>
int Py_BytesMain(int count, char **words)
{
    for (int index = 0; index < count; index++)
        printf("%s\\n", words[index]);
    printf("chosen %s\\n", getenv("DEEPDESK_ENVIRONMENT") ? "yes" : "no");
    return 7;
}
"""
HEADER = "#include <stdint.h>\nint _NSGetExecutablePath(char *path, uint32_t *size);\n"
SCRIPT = '#!/bin/sh\nprintf "%s\\n" script "$DEEPDESK_PAYLOAD" "$DEEPDESK_STUB" "$@"\n'


def gcc(*arguments):
    done = subprocess.run(
        ["gcc", "-D_DEFAULT_SOURCE", "-D_XOPEN_SOURCE=700", *macos.WARNINGS, *map(str, arguments)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the program and the library once."""
    folder = tmp_path_factory.mktemp("stub")
    (folder / "library.c").write_text(LIBRARY)
    gcc("-o", folder / "DeepDesk", macos.STUB, "-ldl")
    gcc("-shared", "-fPIC", "-o", folder / "library.so", folder / "library.c")
    return folder


class Bundle:
    """A bundle and a runtime folder with a ready environment."""

    def __init__(self, folder, built):
        self.contents = folder / "DeepDesk.app" / "Contents"
        self.program = self.contents / "MacOS" / "DeepDesk"
        self.program.parent.mkdir(parents=True)
        shutil.copy(built / "DeepDesk", self.program)
        self.payload = self.contents / "Resources"
        self.payload.mkdir()
        (self.payload / "start.sh").write_text(SCRIPT)
        self.release(FINGERPRINT)
        self.runtime = folder / "a runtime"
        self.environment = self.runtime / "env-a"
        (self.environment / "bin").mkdir(parents=True)
        (self.runtime / "current").write_text("a\n")
        self.ready(FINGERPRINT)
        base = folder / "python" / "cpython-3.12"
        (base / "bin").mkdir(parents=True)
        (base / "lib").mkdir()
        self.library = base / "lib" / "libpython3.12.so.1.0"
        shutil.copy(built / "library.so", self.library)
        (self.environment / "pyvenv.cfg").write_text(
            f"home = {base / 'bin'}\nimplementation = CPython\nversion_info = 3.12.16\n"
        )

    def release(self, fingerprint):
        text = json.dumps({"version": "0.1.0", "fingerprint": fingerprint}, indent=2)
        (self.payload / "release.json").write_text(text)

    def ready(self, fingerprint):
        text = json.dumps({"fingerprint": fingerprint, "backend": "mps"}, indent=2)
        (self.environment / "deepdesk-ready.json").write_text(text)

    def start(self, *arguments, program=None, **variables):
        return subprocess.run(
            [str(program or self.program), *arguments],
            env={**os.environ, "DEEPDESK_RUNTIME": str(self.runtime), **variables},
            capture_output=True,
            text=True,
            timeout=30,
        )


@pytest.fixture
def bundle(tmp_path, built):
    return Bundle(tmp_path, built)


def test_a_ready_environment_becomes_the_program_in_this_process(bundle):
    done = bundle.start("--safe-mode", "/a b/ä.deepdesk", "-psn_0_123")

    assert done.returncode == 7
    assert done.stdout.splitlines() == [
        str(bundle.environment / "bin" / "python"),
        "-P",
        "-m",
        "deepdesk",
        "--safe-mode",
        "/a b/ä.deepdesk",
        "chosen no",
    ]


def test_it_finds_its_own_files_through_a_link(bundle, tmp_path):
    (tmp_path / "link").symlink_to(bundle.program)
    (bundle.runtime / "current").unlink()

    said = bundle.start("x", program=tmp_path / "link").stdout.splitlines()

    assert said == ["script", str(bundle.payload), str(bundle.program), "x"]


@pytest.mark.parametrize("option", ["--repair", "--wheels=/x", "--wheels", "--status"])
def test_what_only_the_launcher_answers_goes_to_the_script(bundle, option):
    assert bundle.start(option).stdout.splitlines()[0] == "script"


def test_it_understands_the_release_as_the_builder_writes_it(bundle, tmp_path):
    wheel = tmp_path / "deepdesk-0.1.0-py3-none-any.whl"
    wheel.write_bytes(b"wheel")
    (bundle.payload / "locks").mkdir()
    release = release_into(bundle.payload, wheel)
    assert bundle.start().stdout.splitlines()[0] == "script"

    bundle.ready(release.fingerprint)

    assert bundle.start().returncode == 7


def test_an_option_that_only_begins_alike_goes_to_the_program(bundle):
    assert bundle.start("--wheelshop").returncode == 7


SPOILERS = {
    "no environment is in use": lambda bundle: (bundle.runtime / "current").unlink(),
    "another name": lambda bundle: (bundle.runtime / "current").write_text("../../etc"),
    "a long name": lambda bundle: (bundle.runtime / "current").write_text("a" * 100_000),
    "half made": lambda bundle: (bundle.environment / "deepdesk-ready.json").unlink(),
    "another release": lambda bundle: bundle.ready("cd" * 32),
    "a short fingerprint": lambda bundle: bundle.release("ab"),
    "no release": lambda bundle: (bundle.payload / "release.json").unlink(),
    "an empty file": lambda bundle: (bundle.environment / "deepdesk-ready.json").write_text(""),
}


@pytest.mark.parametrize("spoiler", SPOILERS)
def test_whatever_is_not_ready_goes_to_the_script(bundle, spoiler):
    SPOILERS[spoiler](bundle)

    assert bundle.start().stdout.splitlines()[0] == "script"


def test_what_the_launcher_chose_is_started_whatever_its_release(bundle):
    bundle.ready("cd" * 32)

    done = bundle.start(DEEPDESK_ENVIRONMENT="a")

    assert done.returncode == 7
    assert done.stdout.splitlines()[-1] == "chosen no"


def test_a_choice_that_names_no_environment_goes_to_the_script(bundle):
    assert bundle.start(DEEPDESK_ENVIRONMENT="../x").stdout.splitlines()[0] == "script"


def test_where_the_library_does_not_load_its_python_is_started(bundle):
    bundle.library.write_bytes(b"no library")
    python = bundle.environment / "bin" / "python"
    python.write_text('#!/bin/sh\nprintf "%s\\n" python "$@"\n')
    python.chmod(0o755)

    done = bundle.start("x")

    assert done.stdout.splitlines() == ["python", "-P", "-m", "deepdesk", "x"]
    assert "DeepDesk: " in done.stderr


def test_without_a_python_at_all_it_says_so(bundle):
    bundle.library.unlink()

    done = bundle.start()

    assert done.returncode == 1
    assert "No such file" in done.stderr


def test_the_half_for_macos_is_sound_c(tmp_path):
    (tmp_path / "mach-o").mkdir()
    (tmp_path / "mach-o" / "dyld.h").write_text(HEADER)

    gcc("-D__APPLE__", "-I", tmp_path, "-fsyntax-only", macos.STUB)
