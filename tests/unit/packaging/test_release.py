"""The workflow that makes a release: what it pins, what it may do, what it builds where."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "packaging")]
WORKFLOWS = ROOT / ".github" / "workflows"
TEXT = (WORKFLOWS / "release.yml").read_text(encoding="utf-8")
WORKFLOW = yaml.safe_load(TEXT)
JOBS = WORKFLOW["jobs"]
STEPS = [(name, step) for name, job in JOBS.items() for step in job["steps"]]
# Each on its own system.
RUNNERS = {"linux": "ubuntu-", "windows": "windows-", "macos": "macos-"}


def scripts(job):
    return "\n".join(step.get("run", "") for step in JOBS[job]["steps"])


def names_of(step):
    """Return what the expressions in a step's variables name."""
    return re.findall(r"\$\{\{\s*([\w.]+)", " ".join(str(v) for v in step.get("env", {}).values()))


def test_it_is_the_only_workflow():
    assert [path.name for path in WORKFLOWS.iterdir()] == ["release.yml"]


def test_every_action_is_pinned_by_a_commit_and_says_its_release():
    lines = [line for line in TEXT.splitlines() if "uses:" in line]

    assert len(lines) >= 10
    for line in lines:
        assert re.fullmatch(r" *- uses: actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_one_action_has_one_commit():
    pins = {line.split("uses: ")[1] for line in TEXT.splitlines() if "uses:" in line}

    assert len({pin.split("@")[0] for pin in pins}) == len(pins)


def test_runners_are_named_by_their_version():
    for name, job in JOBS.items():
        assert re.fullmatch(r"[a-z]+-[\d.]+", job["runs-on"]), name
        assert job["timeout-minutes"] <= 120


@pytest.mark.parametrize("system", RUNNERS)
def test_each_system_is_built_on_itself_by_the_one_command(system):
    assert JOBS[system]["runs-on"].startswith(RUNNERS[system])
    assert f"start.py package {system} --out out" in scripts(system)
    assert "installers.sbom_check" in scripts(system)


@pytest.mark.parametrize("system", RUNNERS)
def test_each_installer_is_installed_set_up_and_used_before_it_is_kept(system):
    steps = JOBS[system]["steps"]
    (tried,) = [n for n, step in enumerate(steps) if "--set-up" in step.get("run", "")]
    (kept,) = [n for n, step in enumerate(steps) if "upload-artifact" in step.get("uses", "")]

    assert " sample" in steps[tried]["run"]
    assert tried < kept


def test_only_the_draft_may_write_and_it_waits_for_everything():
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert [name for name, job in JOBS.items() if "permissions" in job] == ["draft"]
    assert JOBS["draft"]["permissions"] == {"contents": "write"}
    assert set(JOBS["draft"]["needs"]) == {"tests", *RUNNERS}
    assert "--draft" in scripts("draft")
    assert "--verify-tag" in scripts("draft")


def test_the_draft_carries_checksums_that_were_checked():
    text = scripts("draft")

    assert text.index("installers.checksums release") < text.index("--check release")
    assert "release/*" in text


def test_nothing_from_outside_is_put_into_a_script():
    for name, step in STEPS:
        assert "${{" not in step.get("run", ""), name


def test_secrets_are_given_to_the_steps_that_unpack_them_alone():
    holders = [step["name"] for _name, step in STEPS if "secrets." in str(step.get("env"))]

    assert holders == [
        "Unpack the certificate",
        "Unpack certificate and key",
        "Sign the checksums",
    ]
    assert "secrets" not in str(WORKFLOW.get("env", {}))
    assert not [job for job in JOBS.values() if "secrets" in str(job.get("env", {}))]


def test_jobs_with_secrets_run_in_an_environment_that_can_be_protected():
    with_secrets = {name for name, step in STEPS if "secrets." in str(step)}

    assert {name for name, job in JOBS.items() if job.get("environment")} == with_secrets


def test_every_secret_and_variable_is_explained_on_top():
    head = TEXT.partition("\nname:")[0]

    for _name, step in STEPS:
        for used in names_of(step):
            kind, _dot, name = used.partition(".")
            assert kind not in ("secrets", "vars") or name in head, used


@pytest.mark.parametrize("system", ["windows", "macos"])
def test_what_was_unpacked_to_sign_is_removed_even_after_a_failure(system):
    steps = [step.get("name", "") for step in JOBS[system]["steps"]]
    (removed,) = [step for step in JOBS[system]["steps"] if "Remove" in step.get("name", "")]

    assert removed["if"] == "always()"
    assert steps.index(removed["name"]) == steps.index("Build") + 1


def test_the_token_is_not_left_in_the_tree():
    checkouts = [step for _name, step in STEPS if "actions/checkout" in step.get("uses", "")]

    assert len(checkouts) == len(JOBS)
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_the_modules_that_it_runs_are_there():
    named = set(re.findall(r"-m (installers\.\w+)", TEXT))

    assert named == {"installers.changes", "installers.checksums", "installers.sbom_check"}
    assert all(importlib.util.find_spec(name) for name in named)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not here")
def test_scripts_are_sound_shell():
    for name, step in STEPS:
        if "run" in step and name != "windows":
            done = subprocess.run(["bash", "-n"], input=step["run"], text=True, capture_output=True)
            assert done.returncode == 0, (name, step, done.stderr)
