"""The environment that is replaced: it stays until the new one works, and comes back otherwise."""

from __future__ import annotations

import sys

import pytest

from deepdesk.core.errors import StorageError
from deepdesk.core.work import StopToken
from deepdesk.launcher import aside, making, processes
from deepdesk.launcher.environments import current, idle, previous
from deepdesk.launcher.installing import install_work
from tests.unit.launcher.laid_down import chosen, lay_down, make_ready

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")


@pytest.fixture
def laid(tmp_path, monkeypatch):
    """Two whole environments of earlier releases; "a" is in use."""
    laid = lay_down(tmp_path, monkeypatch)
    make_ready(laid.places, "b", "0.8")
    make_ready(laid.places, "a", "0.9")
    return laid


def install(laid, *backends, **options):
    return laid.run(install_work(laid.places, chosen(*backends), **options))


def names(laid):
    return sorted(path.name for path in laid.places.runtime.iterdir() if "env" in path.name)


def no_network(laid):
    laid.uv_does("pip-sync", "echo 'dns error' >&2; exit 1")


@pytest.mark.parametrize("is_repair", [False, True])
def test_what_fails_leaves_both_environments_as_they_were(laid, is_repair):
    no_network(laid)

    install(laid, "cpu", is_repair=is_repair)

    assert "cannot be reached" in laid.ended.error.message
    assert (current(laid.places).version, previous(laid.places).version) == ("0.9", "0.8")
    assert names(laid) == ["env-a", "env-b"]


def test_what_is_cancelled_leaves_both_environments_as_they_were(laid, monkeypatch):
    monkeypatch.setattr(processes, "_LOOK_EVERY_S", 0.02)
    stop = StopToken()
    laid.uv_does("pip-sync", "exec sleep 60")
    monkeypatch.setattr(making.Making, "install", lambda *_all: stop.stop() or stop.check())

    laid.run(install_work(laid.places, chosen("cpu")), stop)

    assert laid.ended.stopped
    assert previous(laid.places).version == "0.8"


def test_what_works_replaces_the_older_one(laid):
    install(laid, "cpu")

    assert (current(laid.places).version, previous(laid.places).version) == ("1.0", "0.9")
    assert names(laid) == ["env-a", "env-b"]


def test_where_the_one_in_use_is_broken_the_whole_one_is_not_made_anew(laid):
    (laid.places.env("a") / "deepdesk-ready.json").unlink()
    assert idle(laid.places) == "a"

    install(laid, "cpu")

    assert current(laid.places).name == "a"
    assert previous(laid.places).version == "0.8"


def test_what_a_killed_set_up_put_aside_comes_back(laid):
    laid.places.env("b").rename(laid.places.runtime / "aside-env-b")
    (laid.places.env("b") / "half").mkdir(parents=True)

    aside.put_back(laid.places)

    assert previous(laid.places).version == "0.8"
    assert names(laid) == ["env-a", "env-b"]


def test_what_was_replaced_before_the_kill_is_deleted(laid):
    laid.places.env("b").rename(laid.places.runtime / "aside-env-b")
    make_ready(laid.places, "b", "1.0")

    aside.put_back(laid.places)

    assert current(laid.places).version == "1.0"
    assert names(laid) == ["env-a", "env-b"]


def test_without_room_for_three_the_oldest_goes_first(laid, monkeypatch):
    def room(self, _folder, _parts):
        if (self.places.runtime / "aside-env-b").exists():
            raise StorageError("No room.", "Free some.")

    monkeypatch.setattr(making.Making, "require_room", room)

    install(laid, "cpu")

    assert current(laid.places).version == "1.0"


def test_a_repair_without_room_keeps_what_may_be_the_only_one(laid, monkeypatch):
    def room(*_all):
        raise StorageError("No room.", "Free some.")

    monkeypatch.setattr(making.Making, "require_room", room)

    install(laid, "cpu", is_repair=True)

    assert laid.ended.error.message == "No room."
    assert previous(laid.places).version == "0.8"
