"""The log: never large, written by several windows, and in nobody's way."""

from __future__ import annotations

import logging

import pytest

from deepdesk.project.care.log_file import ENTRY_CHARACTERS, LogFile, start_log, tail


@pytest.fixture
def logger():
    logger = logging.Logger("deepdesk-test")
    yield logger
    for handler in logger.handlers:
        handler.close()


def with_file(logger, path, **settings):
    handler = LogFile(path, **settings)
    logger.addHandler(handler)
    return handler


def test_a_full_log_is_put_aside_and_the_oldest_goes(tmp_path, logger):
    path = tmp_path / "deepdesk.log"
    with_file(logger, path, limit_bytes=100, kept=2)

    for number in range(60):
        logger.info("entry %02d", number)

    files = list(tmp_path.glob("deepdesk.log*"))
    assert {file.name for file in files} == {f"{path.name}{end}" for end in ("", ".1", ".2")}
    assert sum(file.stat().st_size for file in files) < 3 * 120
    assert tail(path, 1) == "entry 59"


def test_two_windows_write_one_log_and_nothing_newer_than_what_is_kept_is_lost(tmp_path):
    path = tmp_path / "deepdesk.log"
    loggers = [logging.Logger(name) for name in ("one", "other")]
    for each in loggers:
        with_file(each, path, limit_bytes=200, kept=9)

    for number in range(40):
        loggers[number % 2].info("entry %02d", number)

    files = [path, *(path.with_name(f"{path.name}.{n}") for n in range(1, 10))]
    lines = [
        line for file in reversed(files) if file.exists() for line in file.read_text().splitlines()
    ]
    assert lines == [f"entry {number:02d}" for number in range(40)]


def test_an_entry_of_any_length_is_cut_and_a_broken_one_costs_nothing(tmp_path, logger):
    path = tmp_path / "deepdesk.log"
    with_file(logger, path)

    logger.info("x" * (2 * ENTRY_CHARACTERS))
    logger.info("%d", "no number")
    logger.info("a name that is no text: %s", "\udce4")

    first, second, third = path.read_text(encoding="utf-8").splitlines()
    assert len(first) == ENTRY_CHARACTERS
    assert "cannot be written" in second
    assert "\\udce4" in third


def test_a_folder_that_is_gone_costs_the_entry_and_nothing_else(tmp_path, logger):
    folder = tmp_path / "logs"
    path = start_log(folder, logger)
    folder.rmdir()

    logger.warning("nobody reads this")

    assert not path.exists()
    assert tail(path, 10) == ""


def test_without_a_console_and_without_a_folder_there_is_no_log(tmp_path, logger, monkeypatch):
    monkeypatch.setattr("sys.stderr", None)
    taken = tmp_path / "file"
    taken.touch()

    start_log(taken / "logs", logger)
    logger.warning("nobody reads this")
