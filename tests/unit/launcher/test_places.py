"""Where everything lies on each system, and how it is told otherwise."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from deepdesk.core.errors import DeepDeskError
from deepdesk.launcher import places as module
from deepdesk.launcher.places import places


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    for name in ("DEEPDESK_PAYLOAD", "DEEPDESK_RUNTIME", "UV_CACHE_DIR", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)


def test_linux_keeps_it_with_the_persons_data(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", "/home/ada/data")

    assert places().runtime == Path("/home/ada/data/deepdesk/runtime")


def test_macos_keeps_it_with_the_support_of_applications(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")

    end = Path("Library") / "Application Support" / "DeepDesk" / "runtime"
    assert places().runtime == Path.home() / end


def test_windows_keeps_it_on_this_machine_alone(monkeypatch):
    monkeypatch.setattr(module, "_IS_WINDOWS", True)
    monkeypatch.setenv("LOCALAPPDATA", "/users/ada/local")

    here = places()

    assert here.runtime == Path("/users/ada/local/DeepDesk/runtime")
    assert here.uv.name == "uv.exe"
    assert module.python_of(Path("/e"), windowed=True) == Path("/e/Scripts/pythonw.exe")


def test_the_environment_says_otherwise(monkeypatch, tmp_path):
    monkeypatch.setenv("DEEPDESK_PAYLOAD", str(tmp_path / "p"))
    monkeypatch.setenv("DEEPDESK_RUNTIME", str(tmp_path / "r"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "c"))

    here = places()

    assert (here.payload, here.runtime, here.cache) == (
        tmp_path / "p",
        tmp_path / "r",
        tmp_path / "c",
    )


def test_out_of_the_wheel_the_payload_is_the_folder_of_the_wheel(monkeypatch, tmp_path):
    inside = tmp_path / "deepdesk-1.0-py3-none-any.whl" / "deepdesk" / "launcher" / "places.py"
    monkeypatch.setattr(module, "__file__", str(inside))

    assert places().payload == tmp_path


def test_the_installed_program_knows_both_folders(monkeypatch, tmp_path):
    environment = tmp_path / "runtime" / "env-a"
    environment.mkdir(parents=True)
    (tmp_path / "runtime" / "made-by-deepdesk").touch()
    text = json.dumps({"payload": str(tmp_path / "payload")})
    (environment / "deepdesk-ready.json").write_text(text)
    monkeypatch.setattr(sys, "prefix", str(environment))

    here = places()

    assert (here.payload, here.runtime) == (tmp_path / "payload", tmp_path / "runtime")


def test_a_payload_has_one_wheel(tmp_path):
    here = places(tmp_path, tmp_path / "r")
    with pytest.raises(DeepDeskError, match="holds 0 wheels"):
        _ = here.wheel

    (tmp_path / "deepdesk-1.0-py3-none-any.whl").touch()
    assert here.wheel.name.startswith("deepdesk-1.0")

    (tmp_path / "deepdesk-1.1-py3-none-any.whl").touch()
    with pytest.raises(DeepDeskError, match="2 wheels"):
        _ = here.wheel
