"""When the pictures of a drive were taken."""

import pytest

from deepdesk.data.drive_times import LONGEST_GAP_S, starts_of

NONE = [{}, {}, {}]


def test_names_with_a_time_of_day_say_when_pictures_were_taken():
    names = [f"center_2018_07_16_23_59_59_{ms}.jpg" for ms in ("382", "792", "998")]

    assert starts_of(names, NONE) == pytest.approx((0.0, 0.41, 0.616))


def test_a_drive_may_go_over_midnight():
    names = ["2018-12-31 23-59-59.900.png", "2019-01-01 00-00-00.150.png"]

    assert starts_of(names, NONE[:2]) == pytest.approx((0.0, 0.25))


@pytest.mark.parametrize(
    ("header", "times"),
    [("time", (5.0, 5.1, 5.3)), ("Timestamp [ms]", (5000.0, 5100.0, 5300.0))],
)
def test_a_column_of_times_counts_before_names(header, times):
    names = [f"2018_07_16_17_11_43_{ms}.jpg" for ms in (100, 500, 900)]
    numbers = [{"steering": 0.0, header: time} for time in times]

    assert starts_of(names, numbers) == pytest.approx((0.0, 0.1, 0.3))


def test_a_pause_of_the_recording_is_played_shorter():
    numbers = [{"time": time} for time in (0.0, 0.5, 300.5, 301.0)]

    assert starts_of(["a", "b", "c", "d"], numbers) == pytest.approx(
        (0.0, 0.5, 0.5 + LONGEST_GAP_S, 1.0 + LONGEST_GAP_S)
    )


@pytest.mark.parametrize(
    "times", [(0.0, 1.0, 1.0), (2.0, 1.0, 0.0), (0.0, float("nan"), 1.0), (0.0, None, 1.0)]
)
def test_times_that_do_not_rise_are_none(times):
    numbers = [{} if time is None else {"time": time} for time in times]
    numbers[0].setdefault("time", 0.0)

    assert starts_of(["a", "b", "c"], numbers) == ()


@pytest.mark.parametrize(
    "names", [["1.jpg", "2.jpg"], ["2018_13_99_17_11_43_382.jpg"] * 2, [], ["a_20180716.jpg"]]
)
def test_other_names_say_nothing(names):
    assert starts_of(names, [{}] * len(names)) == ()
