"""Starting through the bundle, on macOS alone."""

from __future__ import annotations

from pathlib import Path

from deepdesk.launcher.bundle import through_bundle

STUB = {"DEEPDESK_STUB": "/Applications/DeepDesk.app/Contents/MacOS/DeepDesk"}
COMMAND = ["/runtime/env-b/bin/python", "-m", "deepdesk", "--safe-mode"]


def test_other_systems_start_the_environments_python():
    assert through_bundle(COMMAND, platform="linux", variables=STUB) == COMMAND


def test_without_a_bundle_it_is_the_environments_python():
    assert through_bundle(COMMAND, platform="darwin", variables={}) == COMMAND
    elsewhere = {"DEEPDESK_STUB": "/tmp/DeepDesk"}
    assert through_bundle(COMMAND, platform="darwin", variables=elsewhere) == COMMAND


def test_from_a_bundle_the_bundle_is_opened_with_the_environment_that_was_chosen():
    assert through_bundle(COMMAND, platform="darwin", variables=STUB) == [
        "/usr/bin/open",
        "-n",
        "/Applications/DeepDesk.app",
        "--env",
        "DEEPDESK_ENVIRONMENT=b",
        "--args",
        "--safe-mode",
    ]


def test_a_runtime_folder_of_ones_own_is_passed_on():
    variables = {**STUB, "DEEPDESK_RUNTIME": "/runtime"}

    command = through_bundle(COMMAND, platform="darwin", variables=variables)

    assert "DEEPDESK_RUNTIME=/runtime" in command


def test_a_project_is_named_in_full(tmp_path, monkeypatch):
    (tmp_path / "a.deepdesk").mkdir()
    monkeypatch.chdir(tmp_path)

    command = through_bundle([*COMMAND[:3], "a.deepdesk"], platform="darwin", variables=STUB)

    assert command[-1] == str(Path.cwd() / "a.deepdesk")
