"""Pascal VOC: boxes counted from 1, lists of splits, and files that are broken or hostile."""

import pytest

from deepdesk.core.drawing import Box
from deepdesk.core.errors import DatasetError
from deepdesk.core.events import Result, Said
from deepdesk.core.work import StopToken
from deepdesk.data.drawings import DrawingReader
from deepdesk.data.importing import import_work
from deepdesk.project.folder import Project
from tests.unit.data.label_stage import drawn_in, found_in, picture, remarks_in, text

WHOLE = """<annotation>
  <filename>cell.png</filename>
  <size><width>40</width><height>20</height><depth>3</depth></size>
  <object><name>RBC</name><truncated>1</truncated><difficult>0</difficult>
    <bndbox><xmin>1</xmin><ymin>1</ymin><xmax>4</xmax><ymax>2</ymax></bndbox></object>
  <object><name>WBC</name><difficult>1</difficult>
    <bndbox><xmin>11</xmin><ymin>6</ymin><xmax>40</xmax><ymax>20</ymax></bndbox></object>
</annotation>
"""


def test_boxes_are_counted_from_one_with_both_ends_in_them(tmp_path):
    picture(tmp_path / "JPEGImages" / "cell.png")
    text(tmp_path / "Annotations" / "cell.xml", WHOLE)

    drawing = drawn_in(tmp_path)["cell.png"]

    assert (drawing.width_px, drawing.height_px) == (40, 20)
    assert drawing.shapes == (
        Box(label="RBC", left=0, top=0, right=4, bottom=2),
        Box(label="WBC", left=10, top=5, right=40, bottom=20, is_crowd=True),
    )


def test_splits_come_from_the_lists(tmp_path):
    for name in ("a", "b", "c", "d"):
        picture(tmp_path / "JPEGImages" / f"{name}.png")
        text(tmp_path / "Annotations" / f"{name}.xml", WHOLE)
    lists = tmp_path / "ImageSets" / "Main"
    text(lists / "train.txt", "a\r\n")
    text(lists / "val.txt", "b\n")
    text(lists / "trainval.txt", "a\nb\n")
    text(lists / "test.txt", "\ufeffc  1\n")

    splits = {name: one.split for name, one in found_in(tmp_path).items()}

    assert splits == {"a.png": "train", "b.png": "validation", "c.png": "test", "d.png": None}


def test_a_picture_without_a_file_is_not_labelled_and_one_with_no_boxes_is(tmp_path):
    picture(tmp_path / "seen.png")
    picture(tmp_path / "new.png")
    text(tmp_path / "seen.xml", "<annotation><filename>seen.png</filename></annotation>")

    drawings = drawn_in(tmp_path)

    assert drawings["new.png"] is None
    assert drawings["seen.png"].shapes == ()


def test_a_renamed_file_finds_its_picture_by_the_name_inside(tmp_path):
    picture(tmp_path / "moved" / "deeper" / "cell.png")
    text(tmp_path / "boxes" / "number7.xml", WHOLE.replace("cell.png", "C:\\old\\CELL.png"))

    assert len(drawn_in(tmp_path)["cell.png"].shapes) == 2


def test_one_broken_file_costs_no_other(tmp_path):
    for name in ("a", "b", "c"):
        picture(tmp_path / f"{name}.png")
        text(tmp_path / f"{name}.xml", WHOLE)
    text(tmp_path / "b.xml", WHOLE[:300])
    text(tmp_path / "gone.xml", WHOLE)

    drawings = drawn_in(tmp_path)
    remarks = remarks_in(tmp_path)

    assert [name for name, drawing in drawings.items() if drawing] == ["a.png", "c.png"]
    assert drawings["b.png"] is None
    assert [remark.path.name for remark in remarks] == ["b.xml", "gone.xml"]
    assert all(remark.is_left_out for remark in remarks)
    assert "line 6 is not XML" in remarks[0].reason
    assert remarks[1].reason == 'Its picture "cell.png" is not there.'


def test_entities_are_never_expanded(tmp_path):
    picture(tmp_path / "cell.png")
    bomb = '<!DOCTYPE a [<!ENTITY b "haha"><!ENTITY c "&b;&b;&b;">]>'
    text(tmp_path / "cell.xml", bomb + WHOLE.replace("RBC", "&c;"))

    (remark,) = remarks_in(tmp_path)

    assert "declares a document type" in remark.reason
    assert drawn_in(tmp_path)["cell.png"] is None


def test_a_deeply_nested_file_is_refused(tmp_path):
    picture(tmp_path / "cell.png")
    text(tmp_path / "cell.xml", "<annotation>" * 5000)

    (remark,) = remarks_in(tmp_path)

    assert "nested too deeply" in remark.reason


def test_boxes_that_are_none_are_left_out_and_counted(tmp_path):
    picture(tmp_path / "cell.png")
    box = "<object><name>{}</name><bndbox>{}</bndbox></object>"
    sides = "<xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax>"
    places = [("nan", 1, 3, 3), (4, 2, 1, 1), (90, 90, 99, 99), (-9, 1, 500, 9), ("", "", "", "")]
    boxes = [box.format("RBC", sides.format(*place)) for place in places]
    boxes += [box.format("  ", sides.format(1, 1, 3, 3)), "<object><name>RBC</name></object>"]
    text(tmp_path / "cell.xml", f"<annotation>{''.join(boxes)}</annotation>")

    # The inverted one is put right, the one that is too large is cut at the edges.
    assert drawn_in(tmp_path)["cell.png"].shapes == (
        Box(label="RBC", left=0, top=0, right=4, bottom=2),
        Box(label="RBC", left=0, top=0, right=40, bottom=9),
    )
    said = " ".join(remark.reason for remark in remarks_in(tmp_path))
    assert "Labels without an area or a legal place were left out: 3 (cell.xml)." in said
    assert "Labels outside of their picture were left out: 1" in said
    assert "Labels of a class without a name were left out: 1" in said
    assert "Boxes that reached beyond their picture were cut at its edges: 1" in said


def test_labels_of_a_smaller_copy_are_scaled_and_those_of_another_picture_refused(tmp_path):
    picture(tmp_path / "cell.png", (80, 40))
    text(tmp_path / "cell.xml", WHOLE)
    picture(tmp_path / "other" / "wide.png", (80, 20))
    text(tmp_path / "other" / "wide.xml", WHOLE)

    drawings = drawn_in(tmp_path)
    said = [remark.reason for remark in remarks_in(tmp_path)]

    assert drawings["cell.png"].shapes[0] == Box(label="RBC", left=0, top=0, right=8, bottom=4)
    assert drawings["wide.png"] is None
    assert "of a picture of 40 x 20 pixels, but the picture has 80 x 20" in said[0]
    assert "Labels of pictures of another size were scaled to fit; pictures: 1" in said[1]


def test_labels_of_the_stored_picture_are_turned_with_it(tmp_path):
    picture(tmp_path / "cell.jpg", (40, 20), orientation=6)
    text(tmp_path / "cell.xml", WHOLE)

    drawing = drawn_in(tmp_path)["cell.jpg"]

    # Turned clockwise, the upper left corner comes to lie on the upper right.
    assert (drawing.width_px, drawing.height_px) == (20, 40)
    assert drawing.shapes[0] == Box(label="RBC", left=18, top=0, right=20, bottom=4)


def test_a_single_file_offers_its_picture_alone(tmp_path):
    picture(tmp_path / "images" / "cell.png")
    picture(tmp_path / "images" / "other.png")
    file = text(tmp_path / "boxes" / "cell.xml", WHOLE)

    assert list(found_in(file)) == ["cell.png"]


def test_xml_of_other_programs_is_passed_over(tmp_path):
    picture(tmp_path / "cell.png")
    text(tmp_path / "cell.xml", "<settings><zoom>2</zoom></settings>")

    assert drawn_in(tmp_path) == {"cell.png": None}
    assert remarks_in(tmp_path) == []


def test_an_import_keeps_what_is_whole_and_tells_the_rest(tmp_path):
    for name in ("a", "b"):
        picture(tmp_path / "data" / f"{name}.png")
        text(tmp_path / "data" / f"{name}.xml", WHOLE)
    outside = WHOLE.replace("<xmin>1<", "<xmin>900<").replace("<xmax>4<", "<xmax>999<")
    text(tmp_path / "data" / "a.xml", outside)
    text(tmp_path / "data" / "b.xml", WHOLE[:-20])
    place = tmp_path / "p.deepdesk"
    Project.create(place, task="object_detection", name="p").close()
    events = []

    work = import_work(place, [tmp_path / "data"], reader_of=DrawingReader)
    work(events.append, StopToken())

    report = next(event.value for event in events if isinstance(event, Result))
    assert (report.added, report.num_rejected) == (2, 0)
    assert [file for file, _sentence in report.remarks] == ["b.xml", "data"]
    said = [event.text for event in events if isinstance(event, Said)]
    assert said[0] == "Labels outside of their picture were left out: 1 (a.xml)."
    assert said[1].startswith("b.xml was left out: It is damaged: line")
    with Project.open(place, read_only=True) as project, project.index() as index:
        counts = [len((one.target or {"shapes": ()})["shapes"]) for one in index.samples([1, 2])]
    assert counts == [1, 0]


def test_a_folder_of_other_files_is_refused_with_what_labels_may_be(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(DatasetError) as caught:
        list(DrawingReader().discover(tmp_path))
    assert "COCO" in caught.value.hint
    assert "folder per class" not in caught.value.hint
