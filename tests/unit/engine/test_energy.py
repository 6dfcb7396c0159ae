"""Energy is read from counters, or reckoned with what a person states; pauses do not count."""

import dataclasses
from types import SimpleNamespace

import pytest

from deepdesk.core.events import EpochEnded, RunEnded, Saved, Stepped
from deepdesk.engine import energy
from deepdesk.engine.energy import STATED, CardCounter, Meter, ProcessorCounter, metered, watts_of
from deepdesk.engine.forecast import machine
from deepdesk.project import preferences
from deepdesk.project.preferences import Preferences
from deepdesk.project.runs import Runs


class Counting:
    """A counter that says what it is told to."""

    name = "processor"

    def __init__(self):
        self.now = 1000.0

    def joules(self):
        return self.now


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 50.0

    def __call__(self):
        return self.now


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPDESK_HOME", str(tmp_path / "home"))
    machine.machine_facts.cache_clear()


def zone(folder, name, energy_uj, most_uj=1_000_000):
    path = folder / name
    path.mkdir(parents=True, exist_ok=True)
    (path / "max_energy_range_uj").write_text(f"{most_uj}\n")
    (path / "energy_uj").write_text(f"{energy_uj}\n")
    return path


def stepped(seconds):
    return Stepped(
        step=1, epoch=0.1, values={}, samples_per_second=1.0, memory_bytes=0, seconds=seconds
    )


def test_a_processor_counter_adds_packages_and_survives_beginning_again(tmp_path):
    first, second = zone(tmp_path, "a", 900_000), zone(tmp_path, "b", 10)
    counter = ProcessorCounter([first, second])

    zone(tmp_path, "a", 100_000)
    zone(tmp_path, "b", 300_010)

    # (1,000,000 - 900,000 + 100,000) + 300,000 microjoules
    assert counter.joules() == pytest.approx(0.5)
    assert counter.joules() == pytest.approx(0.5)


def test_only_packages_are_counted_not_the_parts_in_them(tmp_path):
    zone(tmp_path, "intel-rapl:0", 0)
    zone(tmp_path, "intel-rapl:0:0", 0)
    counter = energy._processor(tmp_path)

    zone(tmp_path, "intel-rapl:0", 500_000)
    zone(tmp_path, "intel-rapl:0:0", 400_000)

    assert counter.joules() == pytest.approx(0.5)


def test_without_readable_counters_there_is_none(tmp_path):
    broken = zone(tmp_path, "intel-rapl:0", 0)
    (broken / "energy_uj").write_text("nonsense")

    assert energy._processor(tmp_path) is None
    assert energy._processor(tmp_path / "nothing") is None


def test_the_card_counts_millijoules():
    library = SimpleNamespace(
        nvmlDeviceGetHandleByIndex=lambda place: place,
        nvmlDeviceGetTotalEnergyConsumption=lambda card: 12_500 + card,
    )

    assert CardCounter(library).joules() == pytest.approx(12.5)


def test_a_meter_counts_what_was_drawn_while_it_trained():
    counter, clock = Counting(), Clock()
    meter = Meter("cpu", [counter], clock=clock)
    meter.note(10.0)
    counter.now, clock.now = 1300.0, 60.0
    meter.note(20.0)

    assert meter.joules == pytest.approx(300.0)
    assert meter.source == "processor"


def test_of_a_pause_nothing_is_counted():
    counter, clock = Counting(), Clock()
    meter = Meter("cpu", [counter], clock=clock)
    meter.note(10.0)
    # 10 seconds of training in 40 that passed: a quarter of what was drawn.
    counter.now, clock.now = 1400.0, 90.0
    meter.note(20.0)

    assert meter.joules == pytest.approx(100.0)


def test_stated_watts_count_seconds_of_training_alone():
    meter = Meter("cpu", [], watts=60.0, joules=5.0, clock=Clock())
    meter.note(0.0)
    meter.note(30.0)

    assert meter.joules == pytest.approx(5.0 + 60.0 * 30.0)
    assert meter.source == STATED


def test_a_machine_without_counters_and_without_a_statement_has_no_figure(tmp_path):
    run = Runs(tmp_path).new("quick", {})
    told = []
    emit = metered(run, "cpu", told.append)
    for event in (stepped(0.0), stepped(9.0), Saved(step=1, seconds=0.1)):
        emit(event)

    assert run.info().energy_from == ""
    assert run.info().joules == 0.0
    assert len(told) == 3


def test_the_energy_of_a_run_is_kept_and_goes_on_after_a_pause_of_the_program(tmp_path):
    preferences.save(dataclasses.replace(Preferences(), watts=100.0))
    run = Runs(tmp_path).new("quick", {})
    ended = RunEnded(run="r", status="finished", metrics={}, seconds=12.0)
    epoch = EpochEnded(epoch=1, step=2, train={}, validation={}, is_best=True, seconds=12.0)
    for seconds, last in ((0.0, epoch), (12.0, dataclasses.replace(epoch, seconds=20.0))):
        emit = metered(run, "cpu", lambda _event: None)
        for event in (stepped(seconds), last, ended):
            emit(event)

    assert run.info().joules == pytest.approx(100.0 * 20.0)
    assert run.info().energy_from == STATED


def test_watts_of_measured_runs_come_before_stated_ones():
    preferences.save(dataclasses.replace(Preferences(), watts=100.0))
    assert watts_of("cpu") == (100.0, STATED)

    counter, clock = Counting(), Clock()
    meter = Meter("cpu", [counter], clock=clock)
    meter.note(0.0)
    counter.now, clock.now = 1000.0 + 45.0 * 60, 110.0
    meter.note(60.0)
    meter.remember()

    assert watts_of("cpu") == (pytest.approx(45.0), "measured")


def test_a_short_run_says_nothing_about_the_machine():
    counter, clock = Counting(), Clock()
    meter = Meter("cpu", [counter], clock=clock)
    meter.note(0.0)
    counter.now, clock.now = 2000.0, 52.0
    meter.note(2.0)
    meter.remember()

    assert watts_of("cpu") == (0.0, "")


def test_damaged_measurements_count_as_none():
    machine.keep("power", "cpu", {"joules": "many", "seconds": 3})

    assert watts_of("cpu") == (0.0, "")
