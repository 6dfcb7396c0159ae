"""The Debian package in a clean system: installed, set up, used by a person, and taken away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packaging.clean_root import HOME, CleanRoot, clean_root, colours_on, screen, why_not

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "packaging")]

from installers import building, linux, locking  # noqa: E402

PROJECT = f"{HOME}/digits/Handwritten digits.deepdesk"
RUNTIME = f"{HOME}/.local/share/deepdesk/runtime"
WINDOW_WITHIN_S = 60.0

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def locks(tmp_path_factory) -> Path:
    """Return locks for the Python that the clean root has, fresh from the index."""
    folder = tmp_path_factory.mktemp("locks")
    wheel = building.wheel_into(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locking, "PYTHONS", {"linux": ("3.11",)})
        keys = ("linux-cu132", "linux-cpu")
        patch.setattr(locking, "BUILDS", [row for row in locking.BUILDS if row.key in keys])
        try:
            uv = building.uv_into("linux", folder)[0]
            locking.write_locks(folder / "locks", uv, wheel, systems=["linux"])
        except SystemExit:
            pytest.skip("the index of packages cannot be asked here")
    return folder / "locks"


@pytest.fixture(scope="module")
def package(locks, tmp_path_factory) -> Path:
    """Return the Debian package."""
    out = tmp_path_factory.mktemp("package")
    release = building.payload_into("linux", out / "usr" / "lib" / "deepdesk", locks=locks)
    linux.lay_out(out / "usr", release)
    return linux.debian_package(out, out / "usr", release)


@pytest.fixture(scope="module")
def root() -> Iterator[CleanRoot]:
    """Return a bare Debian 12 with a person in it."""
    if reason := why_not():
        pytest.skip(reason)
    try:
        with clean_root() as made:
            yield made
    except OSError as error:
        pytest.skip(f"no bare system could be made: {error}")


@pytest.fixture(scope="module")
def installed(root, package) -> CleanRoot:
    """Return the root with the package and what it depends on."""
    target = root.path("/tmp/deepdesk.deb")
    target.write_bytes(package.read_bytes())
    status, text = root.tried("apt-get", "update", "-q", person=False)
    if status != 0 or "Failed to fetch" in text:
        pytest.skip("Debian's packages cannot be fetched here")
    options = ["-y", "-q", "--no-install-recommends", "-o", "APT::Keep-Downloaded-Packages=1"]
    root.run("apt-get", "install", *options, "/tmp/deepdesk.deb", person=False)
    root.keep_packages()
    root.trust_the_same()
    return root


@pytest.fixture(scope="module")
def set_up(installed) -> CleanRoot:
    """Return the root after the person's first start."""
    status, text = installed.tried("deepdesk", "--set-up")
    if status != 0 and "servers that the packages come from cannot be reached" in text:
        pytest.skip("no index of packages can be reached here")
    assert status == 0, text
    return installed


@pytest.fixture(scope="module")
def trained(set_up) -> CleanRoot:
    """Return the root after the sample project was trained to its end."""
    text = set_up.run("deepdesk", "sample", "--folder", f"{HOME}/digits")
    assert "finished" in text
    return set_up


def test_before_the_first_start_the_terminal_says_what_to_type(installed):
    status, text = installed.tried("deepdesk", "tasks")

    assert status == 1
    assert "deepdesk --set-up" in text
    assert installed.run("dpkg", "--verify", "deepdesk", person=False) == ""


def test_the_first_start_leaves_a_whole_environment_that_belongs_to_the_person(set_up):
    name = set_up.path(f"{RUNTIME}/current").read_text("utf-8").strip()
    ready = set_up.path(f"{RUNTIME}/env-{name}/deepdesk-ready.json")
    release = json.loads(set_up.path("/usr/lib/deepdesk/release.json").read_text("utf-8"))

    assert json.loads(ready.read_text("utf-8"))["fingerprint"] == release["fingerprint"]
    assert ready.stat().st_uid == 1000
    assert set_up.run("deepdesk", "--version").strip() == release["version"]


def test_the_sample_is_trained_to_the_end_in_the_installed_program(trained):
    rows = trained.run("deepdesk", "runs", PROJECT, "--json").splitlines()

    assert json.loads(rows[-1])["status"] == "finished"


@pytest.mark.parametrize("setting", ["workers=2", "isolated=true"])
def test_processes_of_the_installed_program_train_as_well(trained, setting):
    asked = ["--preset", "quick", "--epochs", "1", "--set", setting]

    assert "finished" in trained.run("deepdesk", "train", PROJECT, *asked, limit_s=300)


def test_the_window_opens_on_a_project_given_as_a_file_manager_does(trained, tmp_path):
    with screen(tmp_path) as display:
        trained.display = display
        command = trained.command("deepdesk", f"{PROJECT}/open.deepdesk", ending="TERM")
        program = subprocess.Popen(command, start_new_session=True)
        try:
            name = window_name(display)
            colours = colours_on(tmp_path)
        finally:
            program.kill()
            program.wait()
            trained.display = ""

    assert name == "Handwritten digits"
    assert colours > 100


def window_name(display: str) -> str:
    """Wait for a window that has a project's name, and return it."""
    search = ["xdotool", "search", "--onlyvisible", "--class", "deepdesk", "getwindowname"]
    last_s, name = time.monotonic() + WINDOW_WITHIN_S, ""
    while time.monotonic() < last_s and name in ("", "DeepDesk"):
        environment = {**os.environ, "DISPLAY": display}
        done = subprocess.run(search, env=environment, capture_output=True, text=True)
        name = done.stdout.strip()
    return name


def test_nothing_is_left_of_a_purged_package_but_projects(trained):
    trained.run("apt-get", "purge", "-y", "-q", "deepdesk", person=False)

    projects = trained.path(f"{HOME}/digits"), trained.path(f"{HOME}/Documents")
    assert trained.path(f"{PROJECT}/project.json").is_file()
    left = [
        path
        for place in ("/usr", "/etc", "/var/lib", "/home", "/root")
        for path in trained.path(place).rglob("*")
        if "deepdesk" in path.name.lower() and not any(map(path.is_relative_to, projects))
    ]
    assert left == []
