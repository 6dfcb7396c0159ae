"""Programs that are watched, bytes that are counted, files that are checked, the lock."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import sys
import time

import pytest

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Said
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.launcher import one_at_a_time, processes, pythons, set_up_log
from deepdesk.launcher.fetched import Meter, Part, drop_unused, installed, kept
from deepdesk.launcher.places import places
from deepdesk.launcher.plain_files import gigabytes, read_object, write_text
from deepdesk.launcher.processes import Watched
from deepdesk.launcher.verifying import damaged

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="drives shell scripts")
PARTS = (Part("Big_One", "1.0", 1000), Part("small", "2.0", 10))


def watched(tmp_path, stop=None):
    return Watched(stop=stop or StopToken(), folder=tmp_path, environment=dict(os.environ))


def keep(cache, name, version):
    entry = cache / "wheels-v8" / "pypi" / name / f"{version}-py3-none-any.http"
    entry.parent.mkdir(parents=True)
    entry.touch()


def test_what_a_program_says_comes_back_without_control_characters(tmp_path):
    command = ["/bin/sh", "-c", r"printf 'a\033[31mb\n'; echo c >&2; exit 3"]

    said = watched(tmp_path).run(command)

    assert (said.code, said.out, said.err) == (3, "a[31mb\n", "c\n")


def test_a_program_that_takes_too_long_is_ended(tmp_path):
    said = watched(tmp_path).run(["/bin/sleep", "60"], limit_s=0.0)

    assert said.code < 0


def test_stopping_ends_a_program_and_what_it_started(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "_LOOK_EVERY_S", 0.02)
    stop = StopToken()
    script = f"sleep 60 & echo $! >{tmp_path}/child; wait"

    with pytest.raises(StoppedError):
        watched(tmp_path, stop).run(["/bin/sh", "-c", script], stop.stop)

    child = int((tmp_path / "child").read_text())
    until_s = time.monotonic() + 5.0
    while is_alive(child):
        assert time.monotonic() < until_s


def is_alive(process):
    try:
        with open(f"/proc/{process}/stat", encoding="ascii") as file:  # noqa: PTH123
            return file.read().split()[2] not in "ZX"
    except OSError:
        return False


def test_what_lies_there_counts_as_fetched(tmp_path):
    keep(tmp_path, "big-one", "1.0")

    meter = Meter(tmp_path, PARTS)

    assert (meter.done_bytes(), meter.total_bytes) == (1000, 1010)


def test_what_a_folder_of_files_held_counts_too(tmp_path):
    entry = tmp_path / "wheels-v8" / "index" / "5393" / "small" / "2.0-py3-none-any.rev"
    entry.parent.mkdir(parents=True)
    entry.touch()

    assert Meter(tmp_path, PARTS).done_bytes() == 10


def test_packages_that_no_environment_has_are_dropped(tmp_path):
    keep(tmp_path, "torch", "2.14.0")
    keep(tmp_path, "torch2", "2.14.0")
    keep(tmp_path / "other", "torch", "2.14.0")
    for name in ("2.15.0-cp311-abi3.http", "2.15.0-cp311-abi3.msgpack", "2.15.0-cp311-abi3"):
        (tmp_path / "wheels-v8" / "pypi" / "torch" / name).touch()

    assert drop_unused(tmp_path, {("torch", "2.15.0"), ("torch2", "2.14.0")}) == 1

    assert kept(tmp_path) == {("torch", "2.15.0"), ("torch2", "2.14.0")}


def test_packages_of_an_environment_are_told_by_their_notes(tmp_path):
    install(tmp_path, "nvidia_cublas", "x = 1")

    assert installed(tmp_path) == {("nvidia-cublas", "1.0")}
    assert installed(tmp_path / "none") == set()


def test_what_is_under_way_counts_in_part_and_never_as_the_whole(tmp_path):
    meter = Meter(tmp_path, PARTS)
    coming = tmp_path / ".tmpAbc" / "torch"
    coming.mkdir(parents=True)

    (coming / "one").write_bytes(bytes(400))
    assert meter.done_bytes() == 200

    (coming / "two").write_bytes(bytes(9000))
    assert meter.done_bytes() < 1010


def test_the_count_never_goes_back(tmp_path):
    meter = Meter(tmp_path, PARTS)
    coming = tmp_path / ".tmpAbc"
    coming.mkdir()
    (coming / "one").write_bytes(bytes(800))
    before = meter.done_bytes()

    (coming / "one").unlink()

    assert meter.done_bytes() == before


def test_what_a_killed_set_up_left_does_not_count(tmp_path):
    (tmp_path / ".tmpOld").mkdir()
    (tmp_path / ".tmpOld" / "part").write_bytes(bytes(800))

    assert Meter(tmp_path, PARTS).done_bytes() == 0


def test_without_a_cache_nothing_is_kept(tmp_path):
    assert kept(tmp_path / "none") == set()


def test_the_second_set_up_is_told_who_is_at_it(tmp_path):
    here = places(tmp_path, tmp_path)

    with (
        one_at_a_time.alone(here, print, StopToken()),
        pytest.raises(DeepDeskError, match=f"by process {os.getpid()}"),
        one_at_a_time.alone(here, print, StopToken()),
    ):
        pass


def test_the_lock_is_free_again_afterwards(tmp_path):
    here = places(tmp_path, tmp_path)

    for _time in range(2):
        with one_at_a_time.alone(here, print, StopToken()):
            pass


def test_what_a_killed_set_up_left_running_is_waited_for(tmp_path, monkeypatch):
    here = places(tmp_path, tmp_path)
    told = []
    orphans = os.open(here.lock, os.O_RDWR | os.O_CREAT)
    os.write(orphans, b"999999999\n")
    fcntl.flock(orphans, fcntl.LOCK_EX)
    monkeypatch.setattr(one_at_a_time.time, "sleep", lambda _s: os.close(orphans))

    with one_at_a_time.alone(here, told.append, StopToken()):
        assert "cut off" in told[0].text
    assert isinstance(told[0], Said)


def test_waiting_can_be_cancelled(tmp_path, monkeypatch):
    here = places(tmp_path, tmp_path)
    stop = StopToken()
    orphans = os.open(here.lock, os.O_RDWR | os.O_CREAT)
    fcntl.flock(orphans, fcntl.LOCK_EX)
    monkeypatch.setattr(one_at_a_time.time, "sleep", lambda _s: stop.stop())

    with pytest.raises(StoppedError), one_at_a_time.alone(here, print, stop):
        pass
    os.close(orphans)


def install(environment, name, text, digest_of=None):
    packages = environment / "lib" / "python3.11" / "site-packages"
    notes = packages / f"{name}-1.0.dist-info"
    notes.mkdir(parents=True)
    (packages / f"{name}.py").write_text(text)
    digest = hashlib.sha256((digest_of or text).encode()).digest()
    words = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    rows = [f"{name}.py,sha256={words},{len(text)}", f"{notes.name}/RECORD,,"]
    (notes / "RECORD").write_text("\n".join(rows) + "\n")
    return packages / f"{name}.py"


def test_whole_packages_are_not_fetched_again(tmp_path):
    install(tmp_path, "six", "x = 1")

    assert damaged(tmp_path, print, StopToken()) == []


def test_a_changed_and_a_missing_file_are_found(tmp_path):
    install(tmp_path, "six", "x = 1", digest_of="x = 2")
    install(tmp_path, "whole", "x = 1")
    install(tmp_path, "gone", "x = 1").unlink()

    assert damaged(tmp_path, print, StopToken()) == ["gone", "six"]


def test_a_list_that_names_files_elsewhere_reads_none_of_them(tmp_path):
    install(tmp_path, "six", "x = 1")
    record = next(tmp_path.rglob("RECORD"))
    record.write_text("../../../../etc/passwd,sha256=x,1\n/etc/passwd,sha256=x,1\n")

    assert damaged(tmp_path, print, StopToken()) == []


def test_a_list_that_cannot_be_read_is_damage(tmp_path):
    install(tmp_path, "six", "x = 1")
    next(tmp_path.rglob("RECORD")).write_bytes(b"\xff\xfe\x00")

    assert damaged(tmp_path, print, StopToken()) == ["six"]


def test_checking_can_be_cancelled(tmp_path):
    install(tmp_path, "six", "x = 1")
    stop = StopToken()
    stop.stop()

    with pytest.raises(StoppedError):
        damaged(tmp_path, print, stop)


def test_the_systems_python_is_taken_where_it_will_do(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(pythons.shutil, "which", lambda name: name)
    monkeypatch.setattr(pythons, "_version", lambda name: {"/bin/python3": "3.12"}.get(name, ""))

    path, version = pythons.system_python()

    assert version == "3.12"
    assert path.is_absolute()


@pytest.mark.parametrize(("platform", "version"), [("linux", "3.10"), ("darwin", "3.12")])
def test_another_python_is_not(monkeypatch, platform, version):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(pythons.shutil, "which", lambda name: name)
    monkeypatch.setattr(pythons, "_version", lambda _name: version)

    assert pythons.system_python() is None


def test_a_python_that_lacks_parts_or_dies_will_not_do(tmp_path):
    broken = tmp_path / "python3"
    broken.write_text("#!/bin/sh\necho 'ModuleNotFoundError: lzma' >&2; exit 1\n")
    broken.chmod(0o755)

    assert pythons._version(str(broken)) == ""
    assert pythons._version(str(tmp_path / "none")) == ""


def test_the_log_begins_anew_when_it_is_long(tmp_path, monkeypatch):
    here = places(tmp_path, tmp_path)
    monkeypatch.setattr(set_up_log, "_LIMIT_BYTES", 10)

    for text in ("the first", "the second"):
        set_up_log.note(here, text)

    assert "the first" in (tmp_path / "set-up.log.1").read_text()
    assert "the second" in here.log.read_text()


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path):
    set_up_log.note(places(tmp_path, tmp_path / "none"), "x")


@pytest.mark.parametrize(
    ("count", "words"), [(3_310_193_287, "3.3 GB"), (80_565_248, "81 MB"), (22_961, "23 kB")]
)
def test_bytes_are_told_in_words(count, words):
    assert gigabytes(count) == words


def test_small_files_are_replaced_whole(tmp_path):
    (tmp_path / "folder").mkdir()
    file = tmp_path / "folder" / "current"

    write_text(file, "a\n")
    write_text(file, '{"b": 1}')

    assert [path.name for path in file.parent.iterdir()] == ["current"]
    assert read_object(file) == {"b": 1}
