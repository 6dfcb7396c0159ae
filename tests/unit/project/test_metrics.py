from __future__ import annotations

import pytest

from deepdesk.project.metrics import MetricsLog


@pytest.fixture
def log(tmp_path):
    log = MetricsLog(tmp_path / "metrics.jsonl")
    yield log
    log.close()


def rows(count, start=0):
    return [{"kind": "step", "step": i, "loss": i / 4} for i in range(start, start + count)]


def test_lines_are_read_back_in_order(log):
    for row in rows(5):
        log.append(row)

    assert log.read() == rows(5)


def test_a_resumed_run_has_no_point_twice(log):
    for row in rows(3):
        log.append(row)
    offset = log.offset()
    for row in rows(4, start=3):
        log.append(row)

    log.truncate(offset)
    for row in rows(2, start=3):
        log.append(row)

    assert log.read() == rows(5)


def test_a_torn_last_line_is_passed_over_and_then_cut_off(log, tmp_path):
    for row in rows(2):
        log.append(row)
    log.close()
    with (tmp_path / "metrics.jsonl").open("ab") as file:
        file.write(b'{"kind": "st')

    again = MetricsLog(tmp_path / "metrics.jsonl")
    assert again.read() == rows(2)
    again.append(rows(1, start=2)[0])
    assert again.read() == rows(3)
    again.close()


@pytest.mark.parametrize("length", range(0, 80, 3))
def test_a_log_cut_at_any_length_keeps_its_whole_lines(log, tmp_path, length):
    for row in rows(3):
        log.append(row)
    log.close()
    path = tmp_path / "metrics.jsonl"
    whole = path.read_bytes()[:length]
    path.write_bytes(whole)

    assert log.read() == rows(3)[: whole.count(b"\n")]


def test_a_damaged_line_costs_only_itself(log, tmp_path):
    for row in rows(3):
        log.append(row)
    log.close()
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"step": 1', b'\xff\xfe": 1'))

    assert [row["step"] for row in log.read()] == [0, 2]


def test_the_tail_goes_on_where_it_ended(log):
    log.append(rows(1)[0])
    first, offset = log.tail(0)
    log.append(rows(1, start=1)[0])
    second, end = log.tail(offset)

    assert first + second == rows(2)
    assert log.tail(end) == ([], end)


def test_numbers_that_are_not_finite_become_null(log):
    log.append({"loss": float("nan"), "deep": {"x": [float("inf"), 1.0]}})

    assert log.read() == [{"loss": None, "deep": {"x": [None, 1.0]}}]


def test_truncating_a_shorter_log_changes_nothing(log):
    log.append(rows(1)[0])
    log.truncate(10_000)

    assert log.read() == rows(1)


def test_a_log_that_is_not_there_is_empty(log):
    assert log.read() == []
    assert log.offset() == 0
    log.truncate(0)


def test_a_changed_number_in_a_line_costs_that_line_and_is_counted(log, tmp_path):
    for row in rows(3):
        log.append(row)
    log.close()
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"loss": 0.25', b'"loss": 0.75'))

    assert [row["step"] for row in log.read()] == [0, 2]
    assert log.damaged == 1


def test_a_log_of_an_earlier_version_is_read_and_goes_on_with_checksums(log, tmp_path):
    (tmp_path / "metrics.jsonl").write_text('{"kind": "step", "step": 0, "loss": 0.0}\n')
    log.append(rows(1, start=1)[0])

    assert log.read() == rows(2)
    assert log.damaged == 0
