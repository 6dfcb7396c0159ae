"""What uv is told, in which surroundings, and what its errors become."""

from __future__ import annotations

import pytest

from deepdesk.launcher.places import places
from deepdesk.launcher.uv import OWN_SETTINGS, uv_environment
from deepdesk.launcher.uv_words import trouble_in, without_secrets


@pytest.fixture
def here(tmp_path, monkeypatch):
    for name in (*OWN_SETTINGS, "UV_CACHE_DIR", "UV_HTTP_TIMEOUT", "UV_PYTHON_INSTALL_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "payload").mkdir()
    return places(tmp_path / "payload", tmp_path / "runtime")


def test_uv_keeps_everything_in_the_runtime_folder(here):
    environment = uv_environment(here)

    assert environment["UV_CACHE_DIR"] == str(here.runtime / "cache")
    assert environment["UV_PYTHON_INSTALL_DIR"] == str(here.runtime / "python")


def test_slow_lines_and_company_certificates_are_met(here):
    environment = uv_environment(here)

    assert environment["UV_HTTP_TIMEOUT"] == "300"
    assert environment["UV_CONCURRENT_DOWNLOADS"] == "4"
    assert environment["UV_SYSTEM_CERTS"] == "1"


def test_settings_that_lie_about_in_folders_are_not_read(here):
    assert uv_environment(here)["UV_NO_CONFIG"] == "1"


@pytest.mark.parametrize("name", OWN_SETTINGS)
def test_a_persons_own_index_is_kept(here, monkeypatch, name):
    monkeypatch.setenv(name, "mirror")

    environment = uv_environment(here)

    assert environment[name] == "mirror"
    assert "UV_NO_CONFIG" not in environment


def test_a_persons_own_limits_are_kept(here, monkeypatch):
    monkeypatch.setenv("UV_HTTP_TIMEOUT", "900")

    assert uv_environment(here)["UV_HTTP_TIMEOUT"] == "900"


@pytest.mark.parametrize("name", ["PYTHONPATH", "VIRTUAL_ENV", "UV_PYTHON", "UV_NO_CACHE"])
def test_what_misleads_is_taken_out(here, monkeypatch, name):
    monkeypatch.setenv(name, "elsewhere")

    assert name not in uv_environment(here)


def test_a_folder_of_wheels_replaces_the_network(here, tmp_path):
    (tmp_path / "wheels" / "python").mkdir(parents=True)

    environment = uv_environment(here, tmp_path / "wheels")

    assert environment["UV_FIND_LINKS"] == (tmp_path / "wheels").as_uri()
    assert environment["UV_OFFLINE"] == "1"
    assert environment["UV_PYTHON_INSTALL_MIRROR"].startswith("file:")


def test_a_python_that_came_with_the_installer_is_taken(here):
    (here.payload / "python").mkdir()

    assert "payload/python" in uv_environment(here)["UV_PYTHON_INSTALL_MIRROR"]


# What uv 0.13.9 said on this machine, shortened; its last line tells.
SAID = {
    "cause: failed to write to file `x.so`: No space left on device (os error 28)": "full",
    "cause: invalid peer certificate: UnknownIssuer": "certificate",
    "cause: invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))": "certificate",
    "cause: tunnel error: proxy authorization required": "proxy",
    "cause: tunnel error: failed to create underlying connection\ncause: tcp connect error": (
        "proxy"
    ),
    "cause: dns error\ncause: failed to lookup address information": "network",
    "error: Request failed after 3 retries in 6.1s\ncause: Failed to fetch: x": "network",
    "cause: Because torch was not found in the package registry": "missing",
    "error: No solution found when resolving dependencies": "missing",
    "error: Failed to install cpython-3.12.16\n  cause: failed to query metadata of file `x`": (
        "missing"
    ),
    "cause: Network connectivity is disabled, but the requested data wasn't found": "missing",
    "error: Hash mismatch for `six==1.17.0`": "hash",
    "error: failed to remove file: Access is denied. (os error 5)": "permission",
    "error: failed to write to file `x.so`\n  cause: Input/output error (os error 5)": "disk",
    "error: Failed to fetch: x\n  cause: HTTP status client error (404 Not Found)": "missing",
    "error: the argument `--x` cannot be used": "other",
}


@pytest.mark.parametrize(("said", "kind"), SAID.items())
def test_errors_become_sentences_with_a_remedy(said, kind):
    trouble = trouble_in(said, 2)

    assert trouble.kind == kind
    assert trouble.message.endswith(".")
    assert trouble.hint.endswith(".")


def test_the_package_that_is_missing_is_named():
    said = "error: No solution found\n  cause: Because six was not found in the provided package"

    assert trouble_in(said, 2).message == "The package six is not there for this computer."


def test_what_is_not_known_is_told_as_uv_says_it():
    assert "the argument `--x`" in trouble_in("error: the argument `--x` is odd.", 2).message
    assert "status 101" in trouble_in("", 101).message


def test_names_and_passwords_do_not_reach_the_log():
    text = without_secrets("from https://ada:secret@mirror/simple?token=abc&x=1 and key=k")

    assert "secret" not in text
    assert "ada" not in text
    assert "abc" not in text
    assert "mirror/simple" in text
