"""What will be fetched: locks, recorded sizes, and what uv keeps already."""

from __future__ import annotations

import json

import pytest

from deepdesk.launcher import fetching
from deepdesk.launcher.choice import Choice
from deepdesk.launcher.fetching import fetch_for
from deepdesk.launcher.places import Places

TORCH = {
    "name": "torch",
    "version": "2.15.0",
    "bytes": 500,
    "tags": "cp311-cp311-manylinux_2_28_x86_64",
}
NUMPY = {"name": "numpy", "version": "2.4.6", "bytes": 30, "tags": "cp311-cp311-manylinux_2_27"}
BUFFERS = {"name": "ruamel_Yaml.clib", "version": "1.0", "bytes": 7, "tags": "py3-none-any"}
GUESSED = {"name": "torch", "version": "2.15.0", "bytes": 200, "estimate": True}


def of(backend):
    return Choice(backend=backend, torch="2.15.0", title="", why="")


@pytest.fixture(name="places")
def laid_down(tmp_path, monkeypatch):
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    places = Places(payload=tmp_path / "payload", runtime=tmp_path / "runtime")
    places.locks.mkdir(parents=True)
    put_lock(places, "linux-cu132", "# A list\n# index: \n# complete: yes\ntorch==2.15.0\n")
    put_lock(places, "linux-rocm7.2", "# index: rocm7.2\n# complete: no\ntorch==2.15.0\n")
    put_lock(places, "linux-cpu", "# index: cpu\n# complete: yes\ntorch==2.15.0\n")
    put_sizes(
        places,
        {
            "linux-cu132": {"3.11": {"files": [TORCH, NUMPY, BUFFERS], "bytes": 537}},
            "linux-cpu": {"3.11": {"files": [GUESSED, NUMPY], "bytes": 230}},
        },
    )
    return places


def put_lock(places, key, text):
    (places.locks / f"{key}.txt").write_text(text)


def put_sizes(places, sizes):
    (places.locks / "sizes.json").write_text(json.dumps(sizes))


def keep(places, *entries, index="pypi"):
    """Put a wheel into the cache as uv does."""
    for entry in entries:
        package, name = entry.split("/")
        folder = places.cache / "wheels-v8" / index / package
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.http").touch()


def test_with_nothing_kept_all_is_left(places):
    fetch = fetch_for(places, of("cu132"), "3.11", "linux")

    assert (fetch.total_bytes, fetch.left_bytes, fetch.is_exact) == (537, 537, True)
    assert (fetch.index, fetch.is_complete, fetch.note) == ("", True, "")
    assert [part.size for part in fetch.parts] == [500, 30, 7]


def test_what_is_kept_is_not_left(places):
    keep(places, "torch/2.15.0-cp311-cp311-manylinux_2_28_x86_64")
    keep(places, "ruamel-yaml-clib/1.0-py3-none-any")

    fetch = fetch_for(places, of("cu132"), "3.11", "linux")

    assert (fetch.total_bytes, fetch.left_bytes) == (537, 30)


@pytest.mark.parametrize(
    "other",
    [
        "torch/2.14.0-cp311-cp311-manylinux_2_28_x86_64",
        "torch/2.15.0-cp312-cp312-manylinux_2_28_x86_64",
        "torch/2.15.0.post1-cp311-cp311-manylinux_2_28_x86_64",
        "torchvision/2.15.0-cp311-cp311-manylinux_2_28_x86_64",
    ],
)
def test_another_version_or_python_or_package_that_is_kept_does_not_count(places, other):
    keep(places, other)

    assert fetch_for(places, of("cu132"), "3.11", "linux").left_bytes == 537


def test_long_tags_are_known_by_the_hash_that_uv_keeps(places):
    keep(places, "numpy/2.4.6-516d0c2242d49034")

    assert fetch_for(places, of("cu132"), "3.11", "linux").left_bytes == 507


def test_a_package_that_is_still_coming_does_not_count(places):
    folder = places.cache / "wheels-v8" / "pypi" / "numpy"
    folder.mkdir(parents=True)
    (folder / "2.4.6-cp311-cp311-manylinux_2_27.lock").touch()

    assert fetch_for(places, of("cu132"), "3.11", "linux").left_bytes == 537


def test_an_estimate_is_called_one(places):
    fetch = fetch_for(places, of("cpu"), "3.11", "linux")

    assert not fetch.is_exact
    assert fetch.note == "The size of torch is an estimate."


def test_another_build_of_pytorch_that_is_kept_does_not_count(places):
    keep(places, "torch/2.15.0-cp311-cp311-manylinux_2_28_x86_64")

    assert fetch_for(places, of("cpu"), "3.11", "linux").left_bytes == 230


def test_the_same_build_of_pytorch_that_is_kept_counts(places):
    keep(places, "torch/2.15.0+cpu-cp311-cp311-manylinux_2_28_x86_64", index="index/0a1b2c")

    assert fetch_for(places, of("cpu"), "3.11", "linux").left_bytes == 30


def test_a_cache_of_another_layout_is_not_guessed_at(places):
    (places.cache / "archive-v9" / "xyz").mkdir(parents=True)

    fetch = fetch_for(places, of("cu132"), "3.11", "linux")

    assert (fetch.left_bytes, fetch.is_exact) == (537, False)
    assert "could not be told" in fetch.note


def test_a_cache_that_is_no_folder_is_not_guessed_at(places):
    places.runtime.mkdir()
    places.cache.write_text("")

    assert not fetch_for(places, of("cu132"), "3.11", "linux").is_exact


def test_a_lock_that_is_not_whole_is_installed_and_not_synced(places):
    fetch = fetch_for(places, of("rocm7.2"), "3.11", "linux")

    assert (fetch.index, fetch.is_complete, fetch.is_exact) == ("rocm7.2", False, False)
    assert "was not recorded" in fetch.note


def test_a_choice_without_a_lock_says_so(places):
    fetch = fetch_for(places, of("xpu"), "3.11", "linux")

    assert (fetch.lock, fetch.is_exact) == (None, False)
    assert "no list of packages" in fetch.note


def test_the_nearest_python_stands_in_for_one_that_was_not_recorded(places):
    assert fetch_for(places, of("cu132"), "3.15", "linux").total_bytes == 537


def test_the_processor_of_a_mac_needs_the_files_of_its_graphics(places):
    put_lock(places, "macos-mps", "# index: \n# complete: yes\n")

    fetch = fetch_for(places, of("cpu"), "3.12", "macos")

    assert fetch.lock == places.locks / "macos-mps.txt"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "[" * 100_000,
        '{"linux-cu132": 5}',
        '{"linux-cu132": {}}',
        '{"linux-cu132": {"x": {}}}',
        '{"linux-cu132": {"3.11": {"files": [5]}}}',
        '{"linux-cu132": {"3.11": {"files": {"name": "torch"}}}}',
        '{"linux-cu132": {"3.11": {"files": [{"name": "a", "version": "1", "bytes": -5}]}}}',
        '{"linux-cu132": {"3.11": {"files": [{"name": "a", "version": "1", "bytes": 1e30}]}}}',
    ],
)
def test_sizes_that_are_damaged_are_no_sizes(places, text):
    (places.locks / "sizes.json").write_text(text)

    fetch = fetch_for(places, of("cu132"), "3.11", "linux")

    assert (fetch.total_bytes, fetch.is_exact) == (0, False)
    assert fetch.lock is not None


def test_settings_are_read_off_the_first_lines_alone(tmp_path):
    lock = tmp_path / "lock.txt"
    lock.write_text("# index: cu126\n# Two words: here\n# complete: no\ntorch==1\n# index: cpu\n")

    assert fetching.read_settings(lock) == {"index": "cu126", "complete": "no"}
