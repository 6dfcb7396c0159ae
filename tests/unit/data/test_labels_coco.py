"""COCO: boxes, outlines, runs and key points, against pycocotools, and files that are hostile."""

import json
import time

import numpy as np
import pytest
from pycocotools import mask as reference

from deepdesk.core.drawing import Box, Point, Polygon
from deepdesk.core.errors import DatasetError
from deepdesk.data.label_formats import json_stream
from deepdesk.data.label_formats.json_stream import entries
from deepdesk.data.label_formats.reading import BrokenLabelsError
from deepdesk.data.painted import pixels_of
from tests.unit.data.label_stage import as_json, drawn_in, found_in, picture, remarks_in, text

IMAGE = {"id": 7, "file_name": "a.png", "width": 40, "height": 20}
CATEGORIES = [
    {"id": 1, "name": "cat"},
    {"id": 2, "name": "person", "keypoints": ["nose", "left eye"], "skeleton": [[1, 2]]},
]


@pytest.fixture
def drawing(tmp_path):
    """Return what a COCO file with some annotations draws on its picture."""

    def drawing(*annotations, categories=CATEGORIES, image=IMAGE):
        picture(tmp_path / "images" / "a.png")
        whole = [{"image_id": 7, "category_id": 1, **one} for one in annotations]
        value = {"info": {}, "images": [image], "annotations": whole, "categories": categories}
        as_json(tmp_path / "annotations" / "instances_val2017.json", value)
        return drawn_in(tmp_path)["a.png"]

    return drawing


def test_a_box_is_left_top_width_height(drawing):
    assert drawing({"bbox": [4, 5, 10, 2.5], "iscrowd": 0}).shapes == (
        Box(label="cat", left=4, top=5, right=14, bottom=7.5),
    )


def test_an_outline_of_two_parts_is_one_thing(drawing):
    rings = [[0, 0, 4, 0, 4, 4], [10, 10, 14, 10, 14, 14.5]]

    assert drawing({"segmentation": rings, "bbox": [0, 0, 14, 14.5]}).shapes == (
        Polygon(label="cat", rings=(((0, 0), (4, 0), (4, 4)), ((10, 10), (14, 10), (14, 14.5)))),
    )


@pytest.mark.parametrize("is_compressed", [True, False])
def test_runs_paint_the_pixels_that_pycocotools_paints(drawing, is_compressed):
    on = np.zeros((20, 40), dtype=np.uint8, order="F")
    on[3:9, 5:30] = on[12, 1] = 1
    runs = reference.encode(on)
    counts = runs["counts"].decode() if is_compressed else [103, 6]
    if not is_compressed:
        on[:] = 0
        on[3:9, 5] = 1
        counts = [103, 6, 691]
    drawn = drawing({"segmentation": {"size": [20, 40], "counts": counts}, "iscrowd": 1})

    (shape,) = drawn.shapes

    assert shape.is_crowd
    assert np.array_equal(pixels_of(shape, drawn), on.astype(bool))


def test_key_points_that_are_there_become_points(drawing):
    shapes = drawing(
        {"category_id": 2, "bbox": [1, 1, 9, 9], "keypoints": [3, 4, 2, 0, 0, 0]}
    ).shapes

    assert shapes == (
        Box(label="person", left=1, top=1, right=10, bottom=10),
        Point(label="person nose", x=3, y=4),
    )


def test_the_split_comes_from_the_name_of_the_file(drawing, tmp_path):
    drawing()

    assert found_in(tmp_path)["a.png"].split == "validation"


def test_an_image_without_annotations_is_labelled_and_one_that_is_not_listed_is_not(
    drawing, tmp_path
):
    picture(tmp_path / "b.png")

    assert drawing().shapes == ()
    assert drawn_in(tmp_path)["b.png"] is None


def test_what_cannot_be_used_is_left_out_and_said(drawing, tmp_path):
    drawn = drawing(
        {"bbox": [1, 1, 5, 5], "category_id": 99},
        {"bbox": [1, 1, -5, 0]},
        {"bbox": [50, 50, 5, 5]},
        {"bbox": "wide"},
        {"bbox": [1, 1, 5, 5], "image_id": 12345},
        {"segmentation": {"size": [20, 40], "counts": [1, 2, 3]}},
        {"segmentation": {"size": [20, 40], "counts": "\u1234"}},
        {"segmentation": {"size": [9, 9], "counts": [81]}},
        {"bbox": [2, 2, 5, 5]},
    )

    assert drawn.shapes == (Box(label="cat", left=2, top=2, right=7, bottom=7),)
    said = sorted(remark.reason.partition(" (")[0] for remark in remarks_in(tmp_path))
    assert said == [
        "Labels of a class without a name were left out: 1",
        "Labels of pictures that their file does not list were left out: 1",
        "Labels outside of their picture were left out: 1",
        "Labels without an area or a legal place were left out: 5",
    ]


def test_numbers_that_are_none_break_the_file_and_what_came_before_is_kept(tmp_path):
    picture(tmp_path / "a.png")
    words = '{"images": [{"id": 7, "file_name": "a.png"}], "categories": [{"id":1,"name":"cat"}],'
    box = '{"image_id": 7, "category_id": 1, "bbox": [%s, 1, 5, 5]}'
    text(tmp_path / "a.json", f'{words} "annotations": [{box % 2}, {box % "NaN"}]}}')

    assert len(drawn_in(tmp_path)["a.png"].shapes) == 1
    (remark,) = remarks_in(tmp_path)
    assert remark.is_left_out
    assert remark.reason == "It is damaged: NaN is not a number that can be used."


@pytest.mark.parametrize("end", ['"annotations": [' + "[" * 50_000, '"annotations": [{"bbox": ['])
def test_endless_nesting_and_files_that_break_off_are_told(tmp_path, end):
    picture(tmp_path / "a.png")
    text(tmp_path / "a.json", '{"images": [{"id": 7, "file_name": "a.png"}], ' + end)

    (remark,) = remarks_in(tmp_path)

    assert remark.path.name == "a.json"
    assert remark.is_left_out


def test_a_path_never_leads_out_of_the_folder(tmp_path):
    outside = picture(tmp_path / "private" / "a.png")
    inside = tmp_path / "data"
    picture(inside / "b.png")
    value = {"images": [{**IMAGE, "file_name": "../private/a.png"}], "annotations": []}
    value["images"].append({**IMAGE, "id": 8, "file_name": str(outside)})
    as_json(inside / "a.json", {**value, "categories": CATEGORIES})

    assert list(found_in(inside)) == ["b.png"]
    assert [remark.path.name for remark in remarks_in(inside)] == ["a.png", "a.png"]


def test_pictures_of_one_name_are_told_apart_by_their_folders(tmp_path):
    for folder in ("one", "two"):
        picture(tmp_path / "moved" / folder / "a.png")
    images = [{**IMAGE, "id": n, "file_name": f"old/{n}/a.png"} for n in ("two", "one")]
    boxes = [{"image_id": "two", "category_id": 1, "bbox": [0, 0, 2, 2]}]
    value = {"images": images, "annotations": boxes, "categories": CATEGORIES}
    file = as_json(tmp_path / "labels.json", value)

    counts = {
        one.path.parent.name: len(one.target["shapes"])
        for one in map(found_in(file).get, ["a.png"])
    }

    assert counts == {"two": 1}


def test_of_two_pictures_with_one_number_the_first_has_the_labels(tmp_path):
    picture(tmp_path / "a.png")
    picture(tmp_path / "b.png")
    value = {"images": [IMAGE, {**IMAGE, "file_name": "b.png"}], "categories": CATEGORIES}
    boxes = [{"id": 1, "image_id": 7, "category_id": 1, "bbox": [0, 0, 2, 2]}] * 2
    as_json(tmp_path / "a.json", {**value, "annotations": boxes})

    counts = {name: len(drawing.shapes) for name, drawing in drawn_in(tmp_path).items()}

    assert counts == {"a.png": 2, "b.png": 0}
    (remark,) = remarks_in(tmp_path)
    assert remark.reason == "Pictures with the number of another one got no labels: 1 (b.png)."


def test_a_file_that_is_too_large_is_refused_with_its_size(tmp_path, monkeypatch):
    monkeypatch.setattr(json_stream, "MOST_STREAMED_BYTES", 1 << 20)
    picture(tmp_path / "a.png")
    text(tmp_path / "a.json", '{"images": [' + " " * (3 << 20) + "]}")

    (remark,) = remarks_in(tmp_path)

    assert remark.reason.startswith("It has 3 MB; at most 1 MB are read.")


def test_entries_are_found_wherever_a_block_ends(tmp_path, monkeypatch):
    value = {"info": {"year": 2017}, "images": [{"id": n, "é": "ü" * n} for n in range(40)]}
    file = tmp_path / "a.json"
    file.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8-sig")

    for block in (1, 2, 7, 64):
        monkeypatch.setattr(json_stream, "_BLOCK", block)
        assert [one for _key, one, _text in entries(file, ["images"])] == value["images"]


def test_a_lone_file_that_is_no_labels_is_refused_in_a_sentence(tmp_path):
    picture(tmp_path / "a.png")
    file = as_json(tmp_path / "a.json", {"rows": [1, 2]})

    with pytest.raises(DatasetError, match=r"a\.json is no file of labels that is known here"):
        list(found_in(file))


def test_a_folder_in_place_of_a_file_is_told(tmp_path):
    with pytest.raises(BrokenLabelsError):
        list(entries(tmp_path))


@pytest.mark.slow
def test_a_hundred_thousand_boxes_take_seconds(tmp_path):
    for number in range(1000):
        picture(tmp_path / f"{number}.png")
    images = [{"id": n, "file_name": f"{n}.png", "width": 40, "height": 20} for n in range(1000)]
    boxes = [
        {"id": n, "image_id": n % 1000, "category_id": 1, "bbox": [n % 30, 1, 5, 5.5]}
        for n in range(100_000)
    ]
    value = {"images": images, "annotations": boxes, "categories": CATEGORIES}
    as_json(tmp_path / "a.json", value)

    start_s = time.process_time()
    drawings = drawn_in(tmp_path)

    assert sum(len(drawing.shapes) for drawing in drawings.values()) == 100_000
    assert time.process_time() - start_s < 20
