"""What the set-up window says, measures and reads, without a window."""

from __future__ import annotations

import dataclasses

import pytest

from deepdesk.core.errors import DeepDeskError, StorageError
from deepdesk.core.events import Ended
from deepdesk.core.work import StopToken, run
from deepdesk.launcher.places import Places
from deepdesk.ui.set_up import report, words
from deepdesk.ui.set_up.found import Asked as AskedOfWindow
from deepdesk.ui.set_up.found import (
    Files,
    files_in,
    looking,
    occasion_of,
    on_disk_bytes,
    version_of,
    way_with,
    ways_of,
)
from deepdesk.ui.set_up.offer_page import Plan, fallback_text, files_trouble
from deepdesk.ui.set_up.pace import Pace
from deepdesk.ui.set_up.parts import room_trouble
from deepdesk.ui.set_up.start import asked_of
from deepdesk.ui.set_up.theme_wanted import theme_wanted
from tests.ui.set_up_stage import READY, WITH_CARD, WITHOUT, found

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 MB"),
        (900, "1 kB"),
        (12_000_000, "12 MB"),
        (3_282_000_000, "3.3 GB"),
        (212_000_000_000, "212 GB"),
    ],
)
def test_sizes_are_said_in_the_unit_that_fits(size, said):
    assert words.size_text(size).replace(SPACE, " ") == said


def test_a_size_that_is_not_known_is_not_said_to_be_nothing():
    assert words.about(0, is_exact=False) == "not known"
    assert words.about(0, is_exact=True) == "nothing"
    assert words.about(5_000_000, is_exact=False) == f"about 5{SPACE}MB"


def test_what_is_done_shares_the_unit_of_the_whole():
    assert words.done_text(1_300_000_000, 3_282_000_000) == f"1.3 of 3.3{SPACE}GB"
    assert words.done_text(12_000_000, 3_282_000_000) == f"12{SPACE}MB of 3.3{SPACE}GB"


def test_the_main_button_says_what_it_fetches():
    assert words.button_text("set up", "3.3 GB", is_folder=False) == "Fetch 3.3 GB and set up"
    assert words.button_text("set up", "not known", is_folder=False) == "Fetch and set up"
    assert words.button_text("repair", "nothing", is_folder=False) == "Repair"
    assert words.button_text("repair", "3 GB", is_folder=True) == "Repair from this folder"


def test_every_occasion_can_be_said():
    for said in words.OCCASIONS.values():
        text = said.title + said.hint + said.refuse
        assert "{" not in text.format(size="1 MB", new="2", old="1")


def test_speed_is_said_only_once_it_was_measured():
    pace = Pace()

    for second in range(4):
        pace.tell(second * 10_000_000, float(second))
        assert pace.bytes_per_s() is None
    pace.tell(40_000_000, 4.0)

    assert pace.bytes_per_s() == pytest.approx(10_000_000)
    assert pace.left_s(140_000_000) == pytest.approx(10.0)


def test_speed_is_of_the_last_seconds():
    pace = Pace()
    for second in range(60):
        pace.tell(second * 1_000_000, float(second))
    for second in range(60, 80):
        pace.tell(60_000_000 + (second - 60) * 9_000_000, float(second))

    assert pace.bytes_per_s() == pytest.approx(9_000_000)


def test_a_line_that_stands_still_has_no_time_left():
    pace = Pace()
    for second in range(6):
        pace.tell(second * 1_000_000, float(second))
    assert not pace.is_stalled(6.0)

    for second in range(6, 30):
        pace.tell(5_000_000, float(second))

    assert pace.is_stalled(29.0)
    assert pace.bytes_per_s() is None
    assert pace.left_s(10_000_000) is None


def test_bytes_that_were_thrown_away_start_the_measuring_again():
    pace = Pace()
    for second in range(6):
        pace.tell(second * 1_000_000, float(second))

    pace.tell(100, 6.0)

    assert pace.bytes_per_s() is None


def test_the_window_knows_why_it_is_open():
    assert occasion_of(None, is_up_to_date=False, is_repair=False) == "first"
    assert occasion_of(READY, is_up_to_date=False, is_repair=False) == "update"
    assert occasion_of(READY, is_up_to_date=True, is_repair=False) == "change"
    assert occasion_of(READY, is_up_to_date=True, is_repair=True) == "repair"


def test_an_update_keeps_what_is_in_use_and_a_change_offers_the_best():
    on_processor = dataclasses.replace(READY, backend="cpu")

    update = found(occasion="update", ready=on_processor)
    change = found(occasion="change", ready=on_processor)

    assert update.at_first("").choice.backend == "cpu"
    assert change.at_first("").choice.backend == "cu132"
    assert change.at_first("cu126").choice.backend == "cu126"


def test_what_is_fallen_back_to_is_never_larger_than_what_was_agreed_to():
    seen = found()

    assert [choice.backend for choice in seen.from_on(seen.fetches[2])] == ["cu126", "cpu"]
    assert seen.next_of(seen.fetches[2]).choice.backend == "cpu"
    assert seen.larger_than(seen.fetches[0]) is None
    small = seen.fetches[3]
    assert [choice.title for choice in seen.from_on(small)] == ["Processor alone"]
    assert seen.next_of(small) is None
    assert seen.larger_than(small).choice.title == "Processor alone (large build)"
    assert fallback_text(seen, small) == ""
    assert f"(3.1{SPACE}GB to fetch)" in fallback_text(seen, seen.fetches[0])


def test_what_was_asked_for_comes_first_even_if_nothing_says_that_it_fits():
    ways = ways_of(WITHOUT, "cu126")

    assert [choice.backend for choice in ways[:2]] == ["cu126", "cpu"]


def test_a_machine_that_can_run_nothing_is_refused():
    with pytest.raises(DeepDeskError, match="too old"):
        ways_of(dataclasses.replace(WITH_CARD, glibc="2.28"), "")


def test_looking_tells_the_machine_the_ways_and_the_room(tmp_path, monkeypatch):
    monkeypatch.setattr("deepdesk.launcher.hardware.look", lambda: WITH_CARD)
    here = Places(payload=tmp_path / "payload", runtime=tmp_path / "runtime")
    (here.payload / "locks").mkdir(parents=True)
    told = []

    run(looking(here, AskedOfWindow()), told.append, StopToken())

    seen = told[-2].value
    assert isinstance(told[-1], Ended)
    assert told[-1].error is None
    assert (seen.occasion, seen.ready, seen.version) == ("first", None, "")
    assert seen.fetches[0].choice.backend == "cu132"
    assert seen.free_bytes > 0


def test_a_folder_is_read_by_the_names_in_it(tmp_path):
    for name in (
        "torch-2.15.0+cu130-cp311-cp311-linux_x86_64.whl",
        "torchvision-0.29.2-py3-none-any.whl",
        "read-me.txt",
    ):
        (tmp_path / name).write_bytes(b"12345")
    (tmp_path / "torch-1.0.0-folder.whl").mkdir()

    files = files_in(tmp_path)

    assert (files.count, files.total_bytes, files.builds) == (2, 10, frozenset({"cu130"}))


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(StorageError):
        files_in(tmp_path / "missing")


def test_torch_for_another_kind_of_computer_is_said(tmp_path):
    files = Files(folder=tmp_path, count=3, builds=frozenset({"rocm7.2"}))

    assert way_with(files, found()) is None
    assert "another kind of computer (rocm7.2)" in files_trouble(files, fits=False)
    assert files_trouble(dataclasses.replace(files, builds=frozenset()), fits=False)


def test_room_is_asked_for_only_where_something_is_fetched():
    assert on_disk_bytes(found(left=0).fetches[0]) == 0
    assert room_trouble(5_000_000_000, 0) == ""
    assert room_trouble(5_000_000_000, 6_000_000_000) == ""
    assert f"1.0{SPACE}GB more" in room_trouble(5_000_000_000, 4_000_000_000)


def test_a_fallback_to_the_same_build_is_told_too():
    plan = Plan(choices=found().from_on(found().fetches[0]), wheels=None, is_repair=False)
    passed = tuple((choice.backend, "No.") for choice in plan.choices[:4])

    ready = dataclasses.replace(READY, passed_over=passed)
    said, reasons = report.outcome(ready, plan, None)

    assert said.startswith("Processor alone (large build)")
    assert len(reasons) == 4
    # Asked for again, it is what it was: nothing fell back this time.
    assert report.outcome(ready, plan, ready)[1] == ()


def test_what_is_copied_of_a_trouble_has_no_paths_of_data():
    log = "uv: cannot read /media/Anna Schmidt/wheels/torch.whl"

    whole = report.details("OSError: '/data/Frau Meier/x'", found(), None, log)

    assert "OSError" in whole
    assert "uv: cannot read" in whole
    assert not [name for name in ("Anna", "Schmidt", "Meier", "/home/ada") if name in whole]


def test_the_end_of_a_long_log_is_what_is_copied(tmp_path):
    log = tmp_path / "set-up.log"
    log.write_text("begin" + "x" * 40_000 + "end", encoding="utf-8")

    assert report.end_of(log).endswith("end")
    assert len(report.end_of(log)) == report.LOG_BYTES
    assert report.end_of(tmp_path / "missing") == ""


def test_a_damaged_release_file_has_no_version(tmp_path):
    here = Places(payload=tmp_path, runtime=tmp_path)
    here.release.write_text('{"version": ["2"]}', encoding="utf-8")

    assert version_of(here) == ""


@pytest.mark.parametrize("text", ["", "[1]", '{"theme": 3}', '{"theme": "pink"}', "\xff"])
def test_a_look_that_cannot_be_read_is_the_systems(home, text):
    (home / "preferences.json").write_text(text, encoding="utf-8")

    assert theme_wanted() == "system"


def test_the_look_that_was_chosen_in_the_program_is_kept(home):
    (home / "preferences.json").write_text('{"theme": "dark"}', encoding="utf-8")

    assert theme_wanted() == "dark"


def test_what_the_window_does_not_know_is_the_programs():
    asked = asked_of(["--why=It ended twice.", "--repair", "--backend", "cpu", "--", "--safe-mode"])

    assert asked.why == "It ended twice."
    assert asked.is_repair
    assert asked.backend == "cpu"
    assert asked.arguments == ("--safe-mode",)
    assert asked_of(["/home/ada/Pets.deepdesk"]).arguments == ("/home/ada/Pets.deepdesk",)
