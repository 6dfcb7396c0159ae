"""Setting up with a stand-in for uv: what is made, what is taken into use, what never is."""

from __future__ import annotations

import json
import sys

import pytest

from deepdesk.core.errors import DeepDeskError, StorageError
from deepdesk.core.work import StopToken
from deepdesk.launcher import installing, making, one_at_a_time, processes
from deepdesk.launcher.environments import (
    current,
    idle,
    is_up_to_date,
)
from deepdesk.launcher.installing import install_work, window_python, window_work
from tests.unit.launcher.laid_down import choice, chosen, lay_down, raising

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")


@pytest.fixture
def laid(tmp_path, monkeypatch):
    return lay_down(tmp_path, monkeypatch)


def install(laid, *backends, **options):
    return laid.run(install_work(laid.places, chosen(*backends), **options))


def test_a_first_set_up_makes_an_environment_and_takes_it_into_use(laid):
    install(laid, "cpu")

    assert laid.ended.error is None
    assert laid.result == current(laid.places)
    assert (laid.result.name, laid.result.version, laid.result.backend) == ("a", "1.0", "cpu")
    assert laid.result.self_test == {"ok": True}
    assert laid.result.payload == str(laid.places.payload)
    assert is_up_to_date(laid.places)


def test_the_program_goes_in_without_the_network_after_what_it_needs(laid):
    install(laid, "cpu")

    venv, packages, program = laid.calls
    assert venv.startswith("venv --python")
    assert venv.endswith("env-a")
    assert packages.startswith("pip sync")
    assert "linux-cpu.txt" in packages
    assert "--no-deps --offline" in program
    assert "deepdesk-1.0-py3-none-any.whl" in program


def test_the_systems_list_of_programs_is_told_what_it_takes(laid, monkeypatch):
    told = []
    monkeypatch.setattr(installing, "tell_apps_list", told.append)

    install(laid, "cpu")

    assert told == [(laid.places.payload, laid.places.runtime)]


def test_a_build_of_its_own_index_is_asked_for_by_name(laid):
    lock = laid.places.locks / "linux-cu130.txt"
    lock.write_text("# index: cu130\n# complete: no\nsix==1.17.0\n")

    install(laid, "cu130")

    assert "pip install --requirements" in laid.calls[1]
    assert "--torch-backend cu130" in laid.calls[1]


def test_a_folder_of_files_asks_no_index_by_name(laid, tmp_path):
    lock = laid.places.locks / "linux-cu130.txt"
    lock.write_text("# index: cu130\n# complete: yes\nsix==1.17.0\n")

    install(laid, "cu130", wheels=tmp_path)

    assert "--torch-backend" not in laid.calls[1]


def test_bytes_are_told_up_to_the_whole(laid):
    install(laid, "cpu")

    told = [event for event in laid.progress if event.what == "Fetching packages"]
    assert (told[0].done, told[-1].done, told[-1].total) == (0, 4000, 4000)


def test_what_fails_its_test_is_passed_over_and_the_reason_is_kept(laid):
    laid.is_bad("cu132", "This PyTorch has no code for the card.")

    install(laid, "cu132", "cpu")

    assert current(laid.places).backend == "cpu"
    assert current(laid.places).passed_over == (
        ("cu132", "This PyTorch has no code for the card."),
    )
    assert "CU132 was passed over: This PyTorch has no code" in laid.said
    assert "Going on with CPU" in laid.said


def test_nothing_is_taken_into_use_where_every_choice_fails(laid):
    laid.is_bad("cpu", "No.")

    install(laid, "cpu")

    assert laid.ended.error.message == "No."
    assert current(laid.places) is None
    assert not laid.places.env("a").exists()


def test_a_test_that_says_nothing_is_told_by_its_last_line(laid):
    (laid.places.payload / "bad-cpu").write_text("no json\n")

    install(laid, "cpu")

    assert laid.ended.error.message == "Its test said nothing."


def test_a_test_that_dies_is_told_with_its_signal(laid):
    (laid.places.payload / "python").write_text("#!/bin/sh\nkill -SEGV $$\n")

    install(laid, "cpu")

    assert laid.ended.error.message == "Its test was ended by the system (signal 11)."


def test_a_test_that_takes_too_long_is_told_so(laid, monkeypatch):
    monkeypatch.setattr(processes, "_LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(making, "_SELF_TEST_LIMIT_S", 0.03)
    (laid.places.payload / "python").write_text("#!/bin/sh\nexec sleep 60\n")

    install(laid, "cpu")

    assert "took longer than" in laid.ended.error.message


def test_what_fails_whichever_card_it_is_for_is_not_fetched_again_for_the_next(laid):
    answer = '{"ok": false, "part": "qt", "reason": "libEGL.so.1 is missing."}\n'
    (laid.places.payload / "bad-cu132").write_text(answer)

    install(laid, "cu132", "cpu")

    assert laid.ended.error.message == "libEGL.so.1 is missing."
    assert len([call for call in laid.calls if call.startswith("pip sync")]) == 1


def test_a_broken_line_leads_to_no_lesser_choice(laid):
    laid.uv_does("pip-sync", "echo 'error sending request: dns error' >&2; exit 2")
    work = install_work(laid.places, [choice("cu132", "cuda"), choice("cpu")])

    laid.run(work)

    assert "cannot be reached" in laid.ended.error.message
    assert "folder of files" in laid.ended.error.hint
    assert len([call for call in laid.calls if call.startswith("pip sync")]) == 1


def test_an_index_out_of_reach_leads_to_the_build_of_the_usual_one(laid):
    laid.uv_does("pip-sync", "case $3 in *cpu*) echo 'dns error' >&2; exit 2;; esac")

    install(laid, "cpu", "cu132")

    assert current(laid.places).backend == "cu132"


def test_a_choice_that_the_installer_brought_no_list_for_is_passed_over(laid):
    install(laid, "xpu", "cpu")

    assert current(laid.places).passed_over[0][0] == "xpu"


def test_a_half_made_environment_is_thrown_away(laid):
    laid.run(window_work(laid.places))
    left = laid.places.env("a") / "lib" / "half"
    left.mkdir(parents=True)

    install(laid, "cpu")

    assert not left.exists()
    assert current(laid.places).name == "a"


def test_cancelling_ends_uv_and_keeps_what_was_fetched(laid, monkeypatch):
    monkeypatch.setattr(processes, "_LOOK_EVERY_S", 0.02)
    stop = StopToken()
    laid.uv_does("pip-sync", f"mkdir -p {laid.places.cache}/wheels-v7; exec sleep 60")
    tell = making.Making.progress

    def cancel(self, what, done=0, total=0):
        tell(self, what, done, total)
        if what == "Fetching packages":
            stop.stop()

    monkeypatch.setattr(making.Making, "progress", cancel)
    laid.run(install_work(laid.places, chosen("cpu")), stop)

    assert laid.ended.stopped
    assert (laid.places.cache / "wheels-v7").is_dir()
    assert not laid.places.env("a").exists()


def test_one_set_up_at_a_time(laid):
    with one_at_a_time_held(laid):
        laid.run(install_work(laid.places, chosen("cpu")))

    assert "being set up already" in laid.ended.error.message
    assert not laid.calls


def one_at_a_time_held(laid):
    laid.places.runtime.mkdir()
    laid.places.marker.touch()
    return one_at_a_time.alone(laid.places, print, StopToken())


def test_a_disk_without_room_is_told_before_anything_is_fetched(laid, monkeypatch):
    monkeypatch.setattr(making, "free_bytes", lambda _path: 1000)

    install(laid, "cpu")

    assert isinstance(laid.ended.error, StorageError)
    assert "are needed" in laid.ended.error.message
    assert not any(call.startswith("pip") for call in laid.calls)


def test_a_disk_that_fills_up_is_told_with_what_is_free(laid):
    laid.uv_does("pip-sync", "echo 'No space left on device (os error 28)' >&2; exit 2")

    install(laid, "cpu", "cu132")

    assert isinstance(laid.ended.error, StorageError)
    assert "no room left" in laid.ended.error.message


def test_wheels_of_a_folder_are_taken_without_the_network(laid, tmp_path):
    folder = tmp_path / "wheels"
    folder.mkdir()
    laid.uv_does("pip-sync", 'echo "$UV_OFFLINE $UV_FIND_LINKS" >>"$here/calls"')

    install(laid, "cpu", wheels=folder)

    assert "--no-index" in laid.calls[1]
    assert laid.calls[2] == f"1 {folder.as_uri()}"


def test_what_killed_set_ups_left_half_unpacked_is_deleted(laid):
    laid.run(window_work(laid.places))
    left = laid.places.cache / ".tmpAbc" / "torch"
    left.mkdir(parents=True)

    install(laid, "cpu")

    assert not left.parent.exists()


def test_the_window_gets_a_small_environment_of_its_own(laid):
    laid.run(window_work(laid.places))

    assert laid.result == window_python(laid.places)
    assert "window.txt" in laid.calls[1]
    assert current(laid.places) is None


def test_the_windows_environment_is_made_once_for_a_release(laid):
    laid.run(window_work(laid.places))
    before = len(laid.calls)

    laid.run(window_work(laid.places))
    assert len(laid.calls) == before

    laid.release("2.0")
    assert window_python(laid.places) is None


def test_without_a_python_one_is_fetched(laid, monkeypatch):
    monkeypatch.setattr(making, "system_python", lambda: None)

    install(laid, "cpu")

    assert laid.calls[0] == "python install 3.12 --no-bin"
    assert "--managed-python" in laid.calls[1]


def test_a_payload_without_its_release_is_told(laid):
    laid.places.release.write_text("[]")

    install(laid, "cpu")

    assert laid.ended.error.hint == "Install DeepDesk again."


def test_a_payload_without_uv_is_told(laid):
    laid.places.uv.unlink()

    install(laid, "cpu")

    assert isinstance(laid.ended.error, DeepDeskError)
    assert "uv cannot be started" in laid.ended.error.message


def test_the_log_says_what_was_done(laid):
    install(laid, "cpu")

    text = laid.places.log.read_text()
    assert "uv venv" in text
    assert "self-test" in text
    assert "DeepDesk 1.0 is set up" in text


def test_the_log_says_why_it_failed_and_where_a_bug_is(laid, monkeypatch):
    laid.is_bad("cpu", "The card is gone.")
    install(laid, "cpu")
    monkeypatch.setattr(making.Making, "tidy", raising(ZeroDivisionError("ours")))
    install(laid, "cpu")

    text = laid.places.log.read_text()
    assert "Failed: The card is gone." in text
    assert "Traceback" in text
    assert laid.ended.report


def test_what_is_known_of_an_environment_is_plain_json(laid):
    install(laid, "cpu")

    text = (
        laid.places.env(idle(laid.places).replace("b", "a")) / "deepdesk-ready.json"
    ).read_text()
    assert json.loads(text)["fingerprint"] == "print-1.0"
