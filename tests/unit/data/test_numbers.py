"""Tables of files and numbers, which numbers are learnt, and how they spread."""

import statistics

import numpy as np
import PIL.Image
import pytest

from deepdesk.core.errors import ConfigError, DatasetError
from deepdesk.data.number_tables import NoNumbersError, name_and_unit, number_of, rows_of_numbers
from deepdesk.data.numbers import NumberReader, quantities, survey, values_of

PNG = frozenset({".png", ".jpg"})


@pytest.fixture
def table(tmp_path):
    def table(text, name="steering.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return table


@pytest.fixture
def picture(tmp_path):
    def picture(name):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        PIL.Image.new("RGB", (8, 8), (9, 9, 9)).save(path)
        return path

    return picture


def test_every_column_of_numbers_is_kept_under_its_header(table):
    path = table("image,steering,place,speed [km/h]\na.jpg,-0.5,town,30\nb.jpg,0.25,road,50\n")

    first, second = rows_of_numbers(path, PNG)

    assert first.target == {"steering": -0.5, "speed [km/h]": 30.0}
    assert second.target == {"steering": 0.25, "speed [km/h]": 50.0}
    assert first.label is None


def test_files_are_found_in_the_folder_of_pictures_beside_the_table(table, picture):
    there = picture("images/a.png")

    (found,) = rows_of_numbers(table("image,age\na.png,40\n"), PNG)

    assert found.path == there


def test_a_comma_is_a_decimal_point_between_semicolons(table):
    (found,) = rows_of_numbers(table("path;weight (kg)\na.png;1,5\n"), PNG)

    assert found.target == {"weight (kg)": 1.5}


def test_splits_and_recordings_are_no_numbers(table):
    path = table("path,age,split,video\na.png,40,test,7\nb.png,41,train,8\n")

    first, second = rows_of_numbers(path, PNG)

    assert (first.split, first.origin, first.target) == ("test", "7", {"age": 40.0})
    assert (second.split, second.origin) == ("train", "8")


def test_a_table_without_a_header_names_its_numbers_by_their_place(table):
    (found,) = rows_of_numbers(table("a.png,1,2\n"), PNG)

    assert found.target == {"number 1": 1.0, "number 2": 2.0}


def test_an_empty_cell_is_a_number_that_is_not_known(table):
    first, second = rows_of_numbers(table("path,a,b\nx.png,1,\ny.png,,\n"), PNG)

    assert first.target == {"a": 1.0}
    assert second.target is None


@pytest.mark.parametrize("broken", ["nan", "inf", "1e400", "1_000", "twelve"])
def test_what_is_no_finite_number_is_refused_with_its_line(table, broken):
    rows = "".join(f"{n}.png,{n}\n" for n in range(300))
    path = table(f"path,age\n{rows}last.png,{broken}\n")

    with pytest.raises(DatasetError, match=r"302.*\"age\"") as caught:
        list(rows_of_numbers(path, PNG))
    assert caught.value.hint


def test_a_word_among_the_first_numbers_is_told_with_its_line(table):
    with pytest.raises(DatasetError, match=r"\"old\" near line 3.*\"age\""):
        list(rows_of_numbers(table("path,age\na.png,40\nb.png,old\n"), PNG))


def test_a_table_of_labels_is_said_to_have_no_numbers(table):
    with pytest.raises(NoNumbersError, match="no column of numbers"):
        list(rows_of_numbers(table("path,label\na.png,cat\n"), PNG))
    with pytest.raises(NoNumbersError, match="no column of files"):
        list(rows_of_numbers(table("age,weight\n40,80\n"), PNG))


def test_a_folder_offers_what_its_tables_name(table, picture):
    picture("deep/frames/a.png")
    table("image,steering\na.png,0.5\n", name="deep/steering.csv")
    folder = picture("deep/frames/a.png").parents[2]

    (found,) = NumberReader().discover(folder)

    assert found.path.is_file()
    assert found.target == {"steering": 0.5}


def test_a_folder_without_a_table_is_refused_with_what_would_fit(picture):
    folder = picture("cats/a.png").parents[1]

    with pytest.raises(DatasetError, match="no table of numbers") as caught:
        list(NumberReader().discover(folder))
    assert "table" in caught.value.hint


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        ("speed [km/h]", ("speed", "km/h")),
        ("weight (kg)", ("weight", "kg")),
        ("age", ("age", "")),
        ("f(x) [m]", ("f(x)", "m")),
        ("[m]", ("[m]", "")),
    ],
)
def test_a_unit_stands_in_brackets_behind_the_name(header, parts):
    assert name_and_unit(header) == parts


def test_a_comma_is_no_point_where_columns_have_commas_between():
    assert number_of("1,5") is None
    assert number_of("1,5", has_comma=True) == 1.5


def test_the_spread_is_that_of_the_statistics_module():
    values = [float(v) for v in np.random.default_rng(0).normal(1e6, 3.0, 500)]

    (found,) = quantities(survey("", [{"age": value} for value in values]))

    assert found.mean == pytest.approx(statistics.fmean(values), rel=1e-12)
    assert found.deviation == pytest.approx(statistics.pstdev(values), rel=1e-9)
    assert (found.low, found.high) == (min(values), max(values))


def test_without_a_wish_the_first_number_that_varies_is_learnt():
    targets = [{"gear": 1.0, "steering": -0.5, "speed": 3.0}, {"gear": 1.0, "steering": 0.5}]

    assert [q.header for q in quantities(survey("", targets))] == ["steering"]


def test_wanted_numbers_are_found_by_name_with_and_without_unit():
    targets = [{"speed [km/h]": 3.0, "Age": 5.0}, {"speed [km/h]": 4.0, "Age": 6.0}]

    found = quantities(survey("age, SPEED", targets))

    assert [(q.name, q.unit) for q in found] == [("Age", ""), ("speed", "km/h")]


def test_a_wanted_number_that_nobody_has_is_refused_with_those_there_are():
    with pytest.raises(ConfigError, match="brake") as caught:
        survey("brake", [{"steering": 0.1}])
    assert "steering" in caught.value.hint


def test_numbers_that_are_all_the_same_are_refused():
    with pytest.raises(DatasetError, match="same numbers"):
        survey("", [{"a": 1.0}, {"a": 1.0}])


@pytest.mark.parametrize(
    "broken",
    [
        [{"header": "a"}],
        ["a"],
        [{"header": "a", "mean": 0, "deviation": 0, "low": 0, "high": 1}],
        [{"header": "a", "mean": float("nan"), "deviation": 1, "low": 0, "high": 1}],
        7,
    ],
)
def test_damaged_facts_of_numbers_are_refused(broken):
    with pytest.raises(ConfigError, match="damaged"):
        quantities({"numbers": broken})


def test_values_come_in_the_order_of_the_quantities_with_nan_for_none():
    numbers = quantities(survey("b,a", [{"a": 1.0, "b": 2.0}, {"a": 2.0, "b": 3.0}]))

    assert values_of({"a": 7.0, "b": 8.0}, numbers).tolist() == [8.0, 7.0]
    assert np.isnan(values_of({"a": 7.0}, numbers)[0])
    assert np.isnan(values_of(None, numbers)).all()


@pytest.mark.parametrize(
    ("low", "high", "has_sign"), [(-1.0, 1.0, True), (-0.05, 1.0, False), (0.0, 9.0, False)]
)
def test_a_number_has_a_sign_when_it_lies_clearly_on_both_sides_of_zero(low, high, has_sign):
    (found,) = quantities(survey("", [{"a": low}, {"a": high}]))

    assert found.has_sign == has_sign
