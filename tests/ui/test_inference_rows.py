"""Rows of answers, files of a folder, the CSV and the list of networks, without Qt."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest

from deepdesk.core import payloads
from deepdesk.core.errors import BadSampleError, DatasetError
from deepdesk.core.events import Result
from deepdesk.core.work import StopToken
from deepdesk.project.runs import RunInfo
from deepdesk.ui.tabs.inference.class_menu import ordered
from deepdesk.ui.tabs.inference.csv_file import saving_csv
from deepdesk.ui.tabs.inference.listing import listing_files
from deepdesk.ui.tabs.inference.model_facts import figure_words, news_words, title_words
from deepdesk.ui.tabs.inference.models import Choice, Model, choices_of, preferred
from deepdesk.ui.tabs.inference.questions import Row
from deepdesk.ui.tabs.inference.row_order import RowOrder, listed

BEST = Model(run="002-quick")


class Reader:
    noun = ("picture", "pictures")
    suffixes = frozenset({".png"})

    def payload(self, path):
        if not path.is_file():
            raise BadSampleError("missing", "The file is not there.", "Was it moved?")
        return payloads.Image(pixels_HWC=np.zeros((4, 6, 3), dtype=np.uint8), name=path.name)


def test_sorting_and_searching_agree_with_python_while_rows_come_in():
    rng = np.random.default_rng(7)
    rows = [
        Row(path=f"/x/{n}.png", answer="cat" if n % 3 else "dog", score=float(s))
        for n, s in enumerate(rng.integers(0, 5, 200) / 5)
    ]
    order = RowOrder()
    order.sort("score", descending=True)
    order.search("CAT")

    for row in rows:
        place = order.place_of(row)
        if place is not None:
            order.show_at(place)

    cats = [row for row in rows if row.answer == "cat"]
    assert listed(order) == sorted(cats, key=lambda row: row.score, reverse=True)
    order.search("")
    order.sort("")
    assert listed(order) == rows


def test_rows_without_a_number_come_last_in_rising_order():
    order = RowOrder()
    order.sort("score")
    for path, score in (("a", math.nan), ("b", 0.5), ("c", 0.1)):
        place = order.place_of(Row(path=path, score=score))
        order.show_at(place)

    assert [row.path for row in listed(order)] == ["c", "b", "a"]


def test_files_sort_as_people_count():
    order = RowOrder()
    for path in ("/x/10.png", "/x/9.png"):
        order.show_at(order.place_of(Row(path=path)))
    order.sort("file")

    assert [row.path for row in listed(order)] == ["/x/9.png", "/x/10.png"]


def test_csv_can_be_read_back_and_holds_no_formula(tmp_path):
    rows = [
        Row(path="/x/ä, b.png", answer="=cmd()", score=0.25, milliseconds=6.0),
        Row(path="/x/c.png", answer="-1", error="The file is empty."),
    ]
    told = []

    saving_csv(rows, tmp_path / "t.csv")(told.append, StopToken())

    text = (tmp_path / "t.csv").read_text(encoding="utf-8-sig")
    read = list(csv.DictReader(text.splitlines()))
    assert [row["file"] for row in read] == ["/x/ä, b.png", "/x/c.png"]
    assert [row["answer"] for row in read] == ["'=cmd()", "-1"]
    assert (read[0]["sure"], read[1]["sure"], read[1]["ms"]) == ("0.2500", "", "")
    assert told[-1] == Result(value=2)


def test_a_folder_is_listed_in_natural_order_without_hidden_files(tmp_path):
    for name in ("10.png", "9.png", ".hidden.png", "notes.txt", "b/1.PNG", "__MACOSX/2.png"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    told = []

    listing_files([tmp_path], Reader())(told.append, StopToken())

    assert [p[len(str(tmp_path)) + 1 :] for p in told[-1].value] == ["9.png", "10.png", "b/1.PNG"]


def test_a_folder_without_pictures_says_so_and_what_to_do(tmp_path):
    with pytest.raises(DatasetError) as caught:
        listing_files([tmp_path], Reader())(lambda _event: None, StopToken())

    assert "no pictures" in caught.value.message
    assert ".png" in caught.value.hint


def info(name, status="finished", **more):
    return RunInfo(name=name, path=None, title=name, status=status, **more)


def test_a_run_offers_its_best_epoch_and_its_latest_checkpoint():
    ended = choices_of(info("002-quick", epochs_done=8, best_epoch=6), step=72)
    best_is_last = choices_of(info("002-quick", epochs_done=8, best_epoch=8), step=72)

    assert [c.text for c in ended] == ["002 quick · best epoch", "002 quick · latest checkpoint"]
    assert [c.text for c in best_is_last] == ["002 quick · best epoch"]


def test_a_run_without_weights_is_only_listed_while_it_trains():
    (waits,) = choices_of(info("003-best", status="running"), step=0)

    assert waits.text == "003 best · no weights yet"
    assert choices_of(info("003-best", status="failed"), step=0) == []


def test_the_newest_run_that_ended_answers_first():
    running = choices_of(info("003-best", status="running", epochs_done=2), step=1240)
    ended = choices_of(info("002-quick"), step=72)

    assert preferred((*running, *ended)) == ended[0]
    assert preferred(tuple(running)) == running[0]
    assert preferred(()) is None
    assert "step 1,240" in running[0].text


def test_the_model_says_its_epoch_its_figure_and_newer_weights():
    choice = Choice(
        model=BEST,
        title="002 quick",
        step=72,
        is_training=True,
        epoch=8,
        metrics={"accuracy": 0.97, "test_accuracy": 0.965},
        main_metric="accuracy",
    )

    assert title_words(choice) == "002 quick, best epoch 8"
    assert figure_words(choice) == "accuracy 96.5\u202f% on test"
    assert "newest weights, of step 72" in news_words(choice, grew=False)
    assert news_words(choice, grew=True).startswith("Newer weights of step 72")


def test_classes_come_with_the_likeliest_first_and_without_the_answer():
    assert ordered(["a", "b", "c", "d"], ["c", "b", "x"]) == ["b", "a", "d"]
