"""LabelMe, Label Studio and tables of boxes."""

import base64
import io

import numpy as np
import PIL.Image
import pytest

from deepdesk.core.drawing import Box, Point, Polygon
from deepdesk.data.label_formats.brush_runs import packed, painted_pixels
from deepdesk.data.label_formats.telling import kind_of_labels
from deepdesk.data.painted import pixels_of
from deepdesk.data.picture_files import IMAGE_SUFFIXES
from tests.unit.data.label_stage import as_json, drawn_in, found_in, picture, remarks_in, text


@pytest.fixture
def labelme(tmp_path):
    """Return what a LabelMe file with some shapes draws on its picture."""

    def labelme(*shapes, **more):
        picture(tmp_path / "a.png")
        value = {"version": "5.5.0", "flags": {}, "shapes": list(shapes), "imagePath": "a.png"}
        sizes = {"imageData": "A" * 100, "imageHeight": 20, "imageWidth": 40}
        as_json(tmp_path / "a.json", {**value, **sizes, **more})
        return drawn_in(tmp_path)["a.png"]

    return labelme


def shape(kind, *points, label="cat", **more):
    """Return a shape as LabelMe writes it."""
    return {"label": label, "points": list(points), "shape_type": kind, **more}


def test_labelme_shapes_of_all_kinds_are_read(labelme):
    drawn = labelme(
        shape("rectangle", [14, 12], [4, 2]),
        shape("polygon", [0, 0], [9, 0], [9, 9]),
        shape("point", [3, 4], label="eye"),
        shape("line", [1, 2], [5, 6], label="edge"),
    )

    assert drawn.shapes == (
        Box(label="cat", left=4, top=2, right=14, bottom=12),
        Polygon(label="cat", rings=(((0, 0), (9, 0), (9, 9)),)),
        Point(label="eye", x=3, y=4),
        Point(label="edge", x=1, y=2),
        Point(label="edge", x=5, y=6),
    )


@pytest.mark.parametrize("far", [1e9, -1e12])
def test_an_outline_that_no_drawing_can_hold_costs_only_itself(labelme, far):
    drawn = labelme(
        shape("polygon", [0, 0], [9, 0], [far, 9]),
        shape("rectangle", [14, 12], [4, 2]),
    )

    assert drawn.shapes == (Box(label="cat", left=4, top=2, right=14, bottom=12),)


def test_a_labelme_circle_becomes_an_outline_of_its_area(labelme):
    (ring,) = labelme(shape("circle", [20, 10], [20, 18])).shapes[0].rings

    x, y = np.array(ring).T
    area = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
    assert area == pytest.approx(np.pi * 64, rel=0.01)


def test_a_labelme_mask_lies_where_its_corner_says(labelme):
    part = np.zeros((3, 5), dtype=bool)
    part[1, 2:] = True
    file = io.BytesIO()
    PIL.Image.fromarray(part).save(file, "PNG")
    mask = base64.b64encode(file.getvalue()).decode()
    drawn = labelme(shape("mask", [10, 4], [14, 6], mask=mask))

    rows, columns = np.nonzero(pixels_of(drawn.shapes[0], drawn))

    assert set(rows.tolist()) == {5}
    assert columns.tolist() == [12, 13, 14]


def test_a_labelme_file_with_shapes_of_no_kind_says_so(labelme, tmp_path):
    bad = [shape("blob", [1, 1]), shape("polygon", [1, 1]), shape("mask", [1, 1], mask="?")]
    drawn = labelme(*bad, shape("point", [1, "x"]), shape("point", [2, 2], label=""), 5)

    assert drawn.shapes == ()
    said = [remark.reason for remark in remarks_in(tmp_path)]
    assert "Labels without an area or a legal place were left out: 4 (a.json)." in said
    assert "Labels of a class without a name were left out: 1 (a.json)." in said


def test_a_damaged_labelme_file_costs_no_other(labelme, tmp_path):
    labelme(shape("point", [3, 4]))
    picture(tmp_path / "b.png")
    text(tmp_path / "b.json", '{"shapes": [], "shapes": [{"label"')

    assert len(drawn_in(tmp_path)["a.png"].shapes) == 1
    (remark,) = remarks_in(tmp_path)
    assert remark.path.name == "b.json"


@pytest.fixture
def studio(tmp_path):
    """Return what an export of Label Studio draws on its picture."""

    def studio(*results, **more):
        picture(tmp_path / "a.png")
        sizes = {"original_width": 40, "original_height": 20}
        annotation = {"result": [{**sizes, **one} for one in results], **more}
        task = {"id": 1, "data": {"image": "/data/upload/1/0a1b2c3d-a.png"}}
        as_json(tmp_path / "export.json", [{**task, "annotations": [annotation]}])
        return drawn_in(tmp_path)["a.png"]

    return studio


def test_label_studio_counts_in_percent(studio):
    box = {"x": 10, "y": 20, "width": 50, "height": 40, "rotation": 0, "rectanglelabels": ["cat"]}
    outline = {"points": [[0, 0], [50, 0], [50, 50]], "polygonlabels": ["dog"]}
    point = {"x": 25, "y": 50, "width": 0.5, "keypointlabels": ["eye"]}
    drawn = studio(
        {"type": "rectanglelabels", "value": box},
        {"type": "polygonlabels", "value": outline},
        {"type": "keypointlabels", "value": point},
        {"type": "choices", "value": {"choices": ["sharp"]}},
    )

    assert drawn.shapes == (
        Box(label="cat", left=4, top=4, right=24, bottom=12),
        Polygon(label="dog", rings=(((0, 0), (20, 0), (20, 10)),)),
        Point(label="eye", x=10, y=10),
    )


def test_a_turned_rectangle_becomes_an_outline_and_that_is_said(studio, tmp_path):
    box = {"x": 50, "y": 0, "width": 10, "height": 50, "rotation": 90, "rectanglelabels": ["cat"]}
    (shape,) = studio({"value": box}).shapes

    # About its upper left corner, clockwise: what was to the right is now below.
    expected = [(20, 0), (20, 4), (10, 4), (10, 0)]
    assert np.allclose(shape.rings[0], expected)
    said = remarks_in(tmp_path)[0].reason
    assert said == "Turned rectangles became outlines of four corners: 1 (export.json)."


def test_brushes_of_label_studio_paint_what_was_packed(studio):
    on = np.zeros((20, 40), dtype=bool)
    on[2:18, 3:30] = on[0, 0] = on[19, 39] = True
    runs = {"format": "rle", "rle": packed(on), "brushlabels": ["cat"]}
    drawn = studio({"type": "brushlabels", "value": runs})

    assert np.array_equal(pixels_of(drawn.shapes[0], drawn), on)


def test_brush_runs_written_by_hand_are_read():
    # 2 x 1 pixels: 8 bytes; values of 8 bits; lengths of 1, 2, 3 and 4 bits.
    bits = f"{8:032b}{7:05b}{0:04b}{1:04b}{2:04b}{3:04b}"
    bits += "1" + "01" + "11" + f"{0:08b}"  # four times 0
    bits += "0" + "00" + "0" + f"{255:08b}"  # once, as it is
    bits += "1" + "10" + "010" + f"{255:08b}"  # three times
    bits += "0" * (-len(bits) % 8)
    data = list(int(bits, 2).to_bytes(len(bits) // 8))

    assert painted_pixels(data, 2, 1).tolist() == [[False, True]]


@pytest.mark.parametrize("data", [[], [0] * 8, [255] * 30, [0, 0, 0, 8, 57, 1, 35, 255]])
def test_damaged_brush_runs_are_refused(data):
    with pytest.raises(ValueError, match="the runs"):
        painted_pixels(data, 2, 1)


def test_a_task_that_nobody_worked_on_is_not_labelled(studio):
    assert studio(was_cancelled=True) is None


def test_a_task_with_an_empty_result_is_labelled(studio):
    assert studio().shapes == ()


def test_a_table_of_boxes_has_a_row_for_each(tmp_path):
    picture(tmp_path / "img" / "a.png")
    picture(tmp_path / "img" / "b.png")
    picture(tmp_path / "img" / "c.png")
    rows = "path,label,left,top,right,bottom,split\r\nimg/a.png,cat,1,2,3.5,4,train\r\n"
    rows += "a.png,dog,0,0,9,9,\r\nb.png,,,,,,test\r\ngone.png,cat,1,2,3,4,\r\n"
    text(tmp_path / "boxes.csv", "\ufeff" + rows)

    drawings = drawn_in(tmp_path)

    assert drawings["a.png"].shapes == (
        Box(label="cat", left=1, top=2, right=3.5, bottom=4),
        Box(label="dog", left=0, top=0, right=9, bottom=9),
    )
    assert drawings["b.png"].shapes == ()
    assert drawings["c.png"] is None
    assert found_in(tmp_path)["b.png"].split == "test"
    assert [remark.path.name for remark in remarks_in(tmp_path)] == ["gone.png"]


@pytest.mark.parametrize(
    "rows",
    [
        "filename;width;height;class;xmin;ymin;xmax;ymax\na.png;40;20;cat;1,5;2;3;4\n",
        "image,label,x,y,width,height\na.png,cat,1.5,2,1.5,2\n",
        "a.png,1.5,2,3,4,cat\n",
        "a.png,cat,1.5,2,3,4\n",
    ],
)
def test_tables_of_other_programs_are_understood(tmp_path, rows):
    picture(tmp_path / "a.png")
    text(tmp_path / "boxes.csv", rows)

    assert drawn_in(tmp_path)["a.png"].shapes == (
        Box(label="cat", left=1.5, top=2, right=3, bottom=4),
    )


def test_a_few_labels_tell_what_a_source_is_good_for(tmp_path, studio):
    on = np.ones((20, 40), dtype=bool)
    studio({"value": {"format": "rle", "rle": packed(on), "brushlabels": ["cat"]}})
    picture(tmp_path / "plain" / "b.png")
    picture(tmp_path / "boxes" / "c.png")
    rows = "path,label,left,top,right,bottom\nc.png,cat,1,2,3,4\n"
    table = text(tmp_path / "boxes" / "boxes.csv", rows)

    kinds = [
        kind_of_labels([tmp_path / name], IMAGE_SUFFIXES)
        for name in ("export.json", "plain", "boxes", "gone")
    ]

    assert kinds == ["masks", "", "boxes", ""]
    assert kind_of_labels([table], IMAGE_SUFFIXES) == "boxes"
