"""Updates, going back and repairs, with a stand-in for uv."""

from __future__ import annotations

import sys

import pytest

from deepdesk.launcher import seeding
from deepdesk.launcher.environments import (
    current,
    is_up_to_date,
    previous,
    roll_back,
)
from deepdesk.launcher.installing import install_work
from tests.unit.launcher.laid_down import chosen, lay_down, raising

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")


@pytest.fixture
def laid(tmp_path, monkeypatch):
    return lay_down(tmp_path, monkeypatch)


def install(laid, *backends, **options):
    return laid.run(install_work(laid.places, chosen(*backends), **options))


def test_an_update_goes_into_the_idle_environment_and_the_old_one_stays(laid):
    install(laid, "cpu")
    laid.release("2.0")
    assert not is_up_to_date(laid.places)

    install(laid, "cpu")

    assert (current(laid.places).name, current(laid.places).version) == ("b", "2.0")
    assert (previous(laid.places).name, previous(laid.places).version) == ("a", "1.0")


def test_a_failed_update_leaves_the_environment_in_use(laid):
    install(laid, "cpu")
    laid.release("2.0")
    laid.uv_does("pip-sync", "echo 'hash mismatch' >&2; exit 1")

    install(laid, "cpu")

    assert "checksum" in laid.ended.error.message
    assert current(laid.places).version == "1.0"
    assert not laid.places.env("b").exists()


def test_an_update_of_what_lies_here_already_asks_no_network(laid):
    for name, version in (("six", "1.17.0-py2.py3-none-any"), ("idna", "3.10-py3-none-any")):
        entry = laid.places.cache / "wheels-v7" / "pypi" / name / f"{version}.http"
        entry.parent.mkdir(parents=True)
        entry.touch()
    laid.places.runtime.joinpath("made-by-deepdesk").touch()

    install(laid, "cpu")

    assert laid.calls[1].endswith("--offline")
    assert len([call for call in laid.calls if call.startswith("pip sync")]) == 1


def with_packages(laid):
    packages = laid.places.env("a") / "lib" / "python3.11" / "site-packages"
    for name in ("six-1.17.0.dist-info", "idna-3.10.dist-info", "deepdesk", "six/__pycache__"):
        (packages / name).mkdir(parents=True)
    (packages / "six" / "__init__.py").touch()
    (packages / "deepdesk" / "old.py").touch()
    (packages / "away").symlink_to("/etc")
    laid.uv_does("venv", 'mkdir -p "$6/lib/python3.11/site-packages"')
    return packages


def test_an_update_begins_with_what_is_installed_and_asks_no_network(laid):
    install(laid, "cpu")
    packages = with_packages(laid)
    laid.release("2.0")

    install(laid, "cpu")

    made = laid.places.env("b") / "lib" / "python3.11" / "site-packages"
    assert (made / "six" / "__init__.py").samefile(packages / "six" / "__init__.py")
    assert sorted(path.name for path in made.iterdir()) == [
        "idna-3.10.dist-info",
        "six",
        "six-1.17.0.dist-info",
    ]
    assert not (made / "six" / "__pycache__").exists()
    assert laid.calls[-2].endswith("--offline"), "all of it is there"


def test_an_update_whose_links_fail_midway_begins_with_nothing(laid, monkeypatch):
    install(laid, "cpu")
    with_packages(laid)
    laid.release("2.0")
    monkeypatch.setattr(seeding.os, "link", raising(OSError(31, "Too many links")))

    install(laid, "cpu")

    made = laid.places.env("b") / "lib" / "python3.11" / "site-packages"
    assert not list(made.iterdir())
    assert current(laid.places).version == "2.0"


@pytest.mark.parametrize(("backend", "is_repair"), [("cu132", False), ("cpu", True)])
def test_another_build_and_a_repair_begin_with_nothing(laid, backend, is_repair):
    install(laid, "cpu")
    with_packages(laid)

    install(laid, backend, is_repair=is_repair)

    made = laid.places.env("b") / "lib" / "python3.11" / "site-packages"
    assert not list(made.iterdir())


def test_what_is_set_up_already_is_not_made_again(laid):
    install(laid, "cpu")
    before = len(laid.calls)

    install(laid, "cpu")

    assert len(laid.calls) == before
    assert "set up already" in laid.said


def test_another_choice_of_the_same_release_is_made(laid):
    install(laid, "cpu")

    install(laid, "cu132")

    assert (current(laid.places).backend, previous(laid.places).backend) == ("cu132", "cpu")


def test_after_a_rollback_a_set_up_goes_forward_again_without_making_anything(laid):
    install(laid, "cpu")
    laid.release("2.0")
    install(laid, "cpu")
    roll_back(laid.places)
    before = len(laid.calls)

    install(laid, "cpu")

    assert current(laid.places).version == "2.0"
    assert len(laid.calls) == before


def test_a_repair_makes_anew_what_is_whole_and_offers_no_way_back_to_it(laid):
    install(laid, "cpu")

    install(laid, "cpu", is_repair=True)

    assert current(laid.places).name == "b"
    assert previous(laid.places) is None
