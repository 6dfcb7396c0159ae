"""How the locks are made: who is asked what, and what is written where nobody answers."""

from __future__ import annotations

import contextlib
import json
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "packaging")]

from installers import asking, locking  # noqa: E402
from installers.asking import IndexUnreachableError, Pin, Question, hashes_in, pin_of  # noqa: E402

from deepdesk.launcher.builds import BUILDS  # noqa: E402
from deepdesk.launcher.choice import Choice  # noqa: E402
from deepdesk.launcher.fetching import fetch_for  # noqa: E402
from deepdesk.launcher.places import Places  # noqa: E402

METADATA = """\
Metadata-Version: 2.4
Name: deepdesk
Requires-Dist: numpy>=2.1
Requires-Dist: PySide6_Addons<6.12,>=6.11.3; python_version < "3.12"
Requires-Dist: torch<2.16,>=2.14
Requires-Dist: torchvision<0.30,>=0.29
Requires-Dist: timm; extra == "timm"
"""
SETUPTOOLS = Pin("setuptools", "84.2.1", ("sha256:55",), "setuptools-84.2.1-py3-none-any.whl", 9)
NVIDIA = Pin("nvidia-cublas", "13.4", ("sha256:66",), "nvidia_cublas-13.4-py3-none-any.whl", 400)


class Index:
    """Answers questions: the usual index always, PyTorch's own only where it is reachable."""

    def __init__(self, *, reachable=False):
        self.reachable = reachable
        self.asked = []

    def __call__(self, question):
        self.asked.append(question)
        if question.index and not self.reachable:
            raise IndexUnreachableError("no route to host")
        pins = [self.pin(question, line) for line in question.requirements]
        if any(pin.name == "torch" for pin in pins):
            pins += [SETUPTOOLS] if question.python != "3.11" else []
            pins += [NVIDIA] if question.system == "linux" else []
        return sorted(pins, key=lambda pin: pin.name)

    def pin(self, question, line):
        name = locking.name_of(line)
        pins = dict(one.split("==") for one in question.constraints)
        tags = f"cp{question.python.replace('.', '')}-{question.system}"
        return Pin(name, pins.get(name, "1.0"), (f"sha256:{name}",), f"{name}-1-{tags}.whl", 100)


@pytest.fixture(name="wheel")
def _wheel(tmp_path):
    path = tmp_path / "deepdesk-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("deepdesk-1.0.dist-info/METADATA", METADATA)
    return path


@pytest.fixture(name="write")
def _write(tmp_path, wheel, monkeypatch):
    def write(index, *systems):
        monkeypatch.setattr(locking, "ask", index)
        folder = tmp_path / "locks"
        return folder, locking.write_locks(folder, Path("uv"), wheel, systems=systems)

    return write


def test_every_build_of_a_system_gets_a_lock_and_the_window_one(write):
    folder, report = write(Index(), "linux", "windows", "macos")

    keys = {row.key for row in BUILDS} - {"macos-cpu"}
    assert {file.name for file in folder.iterdir()} == {
        *(f"{key}.txt" for key in keys),
        *("window.txt", "sizes.json"),
    }
    assert {file.name for file in report.files} == {file.name for file in folder.iterdir()}


def test_what_the_usual_index_has_is_pinned_with_hashes(write):
    folder, report = write(Index(), "linux")

    text = (folder / "linux-cu132.txt").read_text()
    assert "# index: \n# complete: yes\n" in text
    assert "torch==2.15.0 \\\n    --hash=sha256:torch\n" in text
    assert report.hashed == ("linux-cu132", "linux-window")


def test_what_an_index_does_not_tell_is_pinned_without_and_said(write):
    folder, report = write(Index(), "linux")

    text = (folder / "linux-cu126.txt").read_text()
    assert "# index: cu126\n# complete: no\n" in text
    assert "\ntorch==2.14.0\ntorchvision==0.29.0\n" in text
    assert "numpy==2.4.6 \\\n    --hash=sha256:numpy\n" in text
    assert "no route to host" in report.unhashed["linux-cu126"]
    assert "linux-cu126: about " in str(report)


def test_parts_of_another_build_are_in_no_lock_without_its_index(write):
    folder, _report = write(Index(), "linux")

    assert "nvidia-cublas" in (folder / "linux-cu132.txt").read_text()
    assert "nvidia-cublas" not in (folder / "linux-cpu.txt").read_text()
    assert "setuptools" in (folder / "linux-cpu.txt").read_text()


@pytest.mark.parametrize(
    ("key", "is_complete"),
    [
        ("linux-cpu", "yes"),
        ("linux-rocm7.2", "no"),
        ("windows-cu130", "yes"),
        ("windows-xpu", "no"),
    ],
)
def test_a_lock_says_whether_it_names_every_package(write, key, is_complete):
    folder, _report = write(Index(), "linux", "windows")

    assert f"# complete: {is_complete}\n" in (folder / f"{key}.txt").read_text()


def test_with_the_index_of_pytorch_every_lock_has_hashes(write):
    folder, report = write(Index(reachable=True), "linux", "windows")

    assert report.unhashed == {}
    assert "# complete: yes" in (folder / "linux-rocm7.2.txt").read_text()
    assert "torch==2.14.0 \\\n    --hash" in (folder / "windows-cu126.txt").read_text()


def test_an_index_that_is_far_away_is_asked_for_one_build_alone(write):
    index = Index()

    write(index, "linux", "windows")

    assert {question.index for question in index.asked} == {"", "cu130"}
    assert len(index.asked) == len(set(index.asked))


def test_what_only_some_pythons_need_has_a_condition(write):
    folder, _report = write(Index(), "linux")

    line = 'setuptools==84.2.1 ; python_version in "3.12 3.13 3.14" \\\n'
    assert line in (folder / "linux-cu132.txt").read_text()


def test_the_sizes_are_those_that_setting_up_reads(write, tmp_path, monkeypatch):
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    folder, report = write(Index(), "linux")
    places = Places(payload=folder.parent, runtime=tmp_path / "runtime")

    exact = fetch_for(places, choice("cu132"), "3.11", "linux")
    about = fetch_for(places, choice("cpu"), "3.11", "linux")

    assert (exact.total_bytes, exact.is_exact, exact.note) == (800, True, "")
    assert (about.is_exact, about.note) == (
        False,
        "The size of torch and torchvision is an estimate.",
    )
    assert about.total_bytes > 100_000_000
    assert report.bytes_of["linux-cu132"] == 809


def choice(backend):
    return Choice(backend=backend, torch="", title="", why="")


def test_a_file_of_sizes_has_the_files_of_each_python(write):
    folder, _report = write(Index(), "windows")

    sizes = json.loads((folder / "sizes.json").read_text())
    assert list(sizes["windows-cpu"]) == ["3.12"]
    assert sizes["windows-cpu"]["3.12"]["files"][0] == {
        "name": "numpy",
        "version": "2.4.6",
        "bytes": 100,
        "tags": "cp312-windows",
    }


def test_no_lock_names_an_address(write):
    folder, _report = write(Index(reachable=True), "linux", "windows", "macos")

    assert not any("://" in file.read_text() for file in folder.iterdir())


def test_packs_that_a_person_adds_later_are_not_pinned(wheel):
    assert [locking.name_of(line) for line in locking.requirements_of(wheel)] == [
        *("numpy", "pyside6-addons", "torch", "torchvision")
    ]


def test_the_real_constraints_are_read_with_their_conditions():
    pinned = locking.pinned_versions()

    assert pinned["pyside6-addons"] == "6.11.3"
    assert pinned["nvidia-cublas"].startswith("13.")


def test_of_several_wheels_the_one_for_the_system_is_taken():
    files = ["a-1-py3-none-any.whl", "a-1-py3-none-manylinux_2_28_x86_64.whl"]
    files += ["a-1-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"]
    wheels = [{"url": f"far/away/{file}", "size": len(file)} for file in files]

    pin = pin_of({"name": "A", "version": "1", "wheels": wheels}, {"a": ("sha256:1",)})

    assert (pin.name, pin.file, pin.size, pin.hashes) == ("a", files[1], 38, ("sha256:1",))


def test_a_wheel_of_pytorchs_index_keeps_its_build_in_its_name():
    wheel = {"url": "far/torch-2.15.0%2Bcpu-cp312-cp312-win_amd64.whl#sha256=12"}

    pin = pin_of({"name": "torch", "version": "2.15.0+cpu", "wheels": [wheel]}, {})

    assert (pin.file, pin.size) == ("torch-2.15.0+cpu-cp312-cp312-win_amd64.whl", 0)


@pytest.mark.parametrize(
    ("headers", "size"), [({"Content-Length": "77"}, 77), ({"Content-Length": "x"}, 0)]
)
def test_a_size_that_an_index_does_not_list_is_asked_of_the_file(monkeypatch, headers, size):
    asked = []

    def open_far(request, timeout):
        asked.append((request.get_method(), request.full_url))
        return contextlib.nullcontext(SimpleNamespace(headers=headers))

    monkeypatch.setattr(asking.urllib.request, "urlopen", open_far)

    assert asking.size_at("https://far.invalid/a-1.whl#sha256=12") == size
    assert asked == [("HEAD", "https://far.invalid/a-1.whl")]


def test_a_size_that_nobody_tells_is_none(monkeypatch):
    def refuse(request, timeout):
        raise OSError("no route")

    monkeypatch.setattr(asking.urllib.request, "urlopen", refuse)

    assert asking.size_at("https://far.invalid/a-1.whl") == 0
    assert asking.size_at("file:///etc/passwd") == 0


def test_hashes_are_read_off_what_uv_prints():
    text = "# a\nSome_Name==1.0 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\nother==2\n"

    assert hashes_in(text) == {"some-name": ("sha256:1", "sha256:2"), "other": ()}


def question(index=""):
    return Question(
        uv=Path("uv"),
        system="macos",
        python="3.12",
        requirements=("numpy",),
        constraints=("numpy==1",),
        index=index,
    )


def test_uv_is_asked_for_the_system_and_never_fetches_a_python(monkeypatch):
    seen = {}

    def run(command, **options):
        seen.update(command=command, environment=options["env"])
        return SimpleNamespace(returncode=0, stdout="numpy==1\n", stderr="")

    monkeypatch.setattr(asking.subprocess, "run", run)

    asking.compiled(question("cpu"), "requirements.txt", "--generate-hashes")

    assert {"aarch64-apple-darwin", "3.12", "--torch-backend", "cpu"} <= set(seen["command"])
    assert seen["environment"]["UV_PYTHON_DOWNLOADS"] == "never"
    assert seen["environment"]["MACOSX_DEPLOYMENT_TARGET"] == "14.0"


def test_pytorchs_index_that_does_not_answer_is_no_end():
    said = "error: Failed to fetch: `x`\n  cause: dns error\n"

    with pytest.raises(IndexUnreachableError, match="dns error"):
        asking.refuse(question("cpu"), said)


@pytest.mark.parametrize("index", ["", "cpu"])
def test_versions_that_no_index_has_are_an_end(capsys, index):
    with pytest.raises(SystemExit):
        asking.refuse(question(index), "error: No solution found\n  cause: no numpy==1\n")

    assert "no numpy==1" in capsys.readouterr().err
