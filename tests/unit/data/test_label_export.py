"""Labels written and read again, format by format, and what each format cannot say."""

import numpy as np
import PIL.Image
import pytest
from pycocotools.coco import COCO

from deepdesk.core.drawing import (
    Box,
    Drawing,
    MaskFile,
    Point,
    Polygon,
    Region,
    drawing_of,
    target_of,
)
from deepdesk.core.errors import ConfigError, DatasetError
from deepdesk.core.events import Result
from deepdesk.core.task import Found
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.data.drawings import DrawingReader
from deepdesk.data.label_export.outlines import outlines
from deepdesk.data.label_export.work import FORMATS, export_work, free_folder
from deepdesk.data.mask_files import mask_path, mask_values
from deepdesk.data.painted import counts_of, painted, pixels_of
from deepdesk.data.project_index import writable_index
from deepdesk.project.folder import Project
from tests.unit.data.label_stage import found_in, picture

SIZE = (40, 20)
ON = np.zeros((20, 40), dtype=bool)
ON[3:9, 5:30] = True
ON[5, 6:9] = False
BOX = Box(label="white cell", left=4, top=5, right=14, bottom=20)
FINE = Box(label="red <&> cell", left=0.25, top=1.125, right=9.5, bottom=3)
CROWD = Box(label="white cell", left=1, top=1, right=3, bottom=3, is_crowd=True)
OUTLINE = Polygon(label="leaf", rings=(((1, 1), (9, 1), (9, 9.5)),))
PARTS = Polygon(label="leaf", rings=(((1, 1), (9, 1), (9, 9)), ((20, 10), (30, 10), (30, 19))))
POINT = Point(label="eye", x=7.5, y=3)
REGION = Region(label="road", counts=counts_of(ON))
EVERYTHING = (BOX, FINE, CROWD, OUTLINE, PARTS, POINT, REGION)


@pytest.fixture
def project(tmp_path):
    """Return a project of pictures with what is given by name, and its folder of pictures."""

    def project(drawn, splits=None):
        splits = splits or {}
        place = tmp_path / "p.deepdesk"
        Project.create(place, task="object_detection", name="p").close()
        rows = []
        for name, shapes in drawn.items():
            path = picture(tmp_path / "pictures" / name, SIZE)
            drawing = shapes
            if isinstance(shapes, tuple):
                drawing = Drawing(width_px=SIZE[0], height_px=SIZE[1], shapes=shapes)
            target = None if drawing is None else target_of(drawing)
            rows.append(Found(path=path, target=target, split=splits.get(name, "train")))
        with writable_index(place) as index:
            index.add(rows, source=str(tmp_path / "pictures"))
        return place

    return project


def exported(place, key, folder, **ways):
    """Export and return the report."""
    events = []
    export_work(place, key, folder, **ways)(events.append, StopToken())
    return next(event.value for event in events if isinstance(event, Result))


def again(folder, **ways):
    """Return (drawing or None, split) by file name of an export that is imported again."""
    return {
        name: (None if one.target is None else drawing_of(one.target), one.split)
        for name, one in found_in(folder, **ways).items()
    }


SPLITS = {"a.png": "train", "b.png": "validation", "c.png": "test"}


@pytest.mark.parametrize(
    ("key", "shapes"),
    [
        ("coco", EVERYTHING),
        ("labelme", EVERYTHING),
        ("voc", (BOX, CROWD)),
        ("yolo", (BOX, FINE, OUTLINE)),
        ("labelstudio", (BOX, FINE, OUTLINE, POINT, REGION)),
        ("csv", (BOX, FINE)),
    ],
)
def test_what_a_format_can_say_comes_back_exactly(project, tmp_path, key, shapes):
    place = project({"a.png": shapes, "b.png": (), "c.png": shapes[:1], "d.png": None}, SPLITS)

    report = exported(place, key, tmp_path / "out")
    back = again(tmp_path / "out")

    assert (report.pictures, report.labels) == (3, len(shapes) + 1)
    assert report.losses == ("Pictures that are not labelled yet were left out: 1.",)
    assert {name: split for name, (_drawing, split) in back.items()} == SPLITS
    assert back["a.png"][0].shapes == shapes
    assert back["b.png"][0].shapes == ()
    assert back["c.png"][0].shapes == shapes[:1]


@pytest.mark.parametrize(
    ("key", "losses"),
    [
        ("coco", ()),
        ("labelme", ()),
        (
            "voc",
            (
                "Outlines became boxes: 2.",
                "Points cannot be written in this format and were left out: 1.",
                "Painted regions became boxes: 1.",
                "Boxes were rounded to whole pixels: 2.",
            ),
        ),
        (
            "yolo",
            (
                "Labels that count neither way became plain ones: 1.",
                "Things of several parts became a label for each part; parts: 2.",
                "Points cannot be written in this format and were left out: 1.",
                "Painted regions became outlines: 1.",
                "Holes in painted regions were filled: 1.",
            ),
        ),
        (
            "labelstudio",
            (
                "Labels that count neither way became plain ones: 1.",
                "Things of several parts became a label for each part; parts: 2.",
            ),
        ),
        (
            "csv",
            (
                "Outlines became boxes: 2.",
                "Points cannot be written in this format and were left out: 1.",
                "Painted regions became boxes: 1.",
                "Labels that count neither way became plain ones: 1.",
            ),
        ),
        (
            "masks",
            (
                "Points cannot be written in this format and were left out: 1.",
                "Boxes, outlines and regions became pixels: 6.",
                "Labels that count neither way became plain ones: 1.",
            ),
        ),
    ],
)
def test_what_a_format_cannot_say_is_said_with_its_number(project, tmp_path, key, losses):
    place = project({"a.png": EVERYTHING})

    report = exported(place, key, tmp_path / "out")

    said = [loss for loss in report.losses if "cover whole" not in loss]
    assert tuple(said) == losses


def test_painted_regions_become_boxes_in_voc_and_outlines_in_yolo(project, tmp_path):
    place = project({"a.png": (REGION,)})
    exported(place, "voc", tmp_path / "voc")
    exported(place, "yolo", tmp_path / "yolo")

    (box,) = again(tmp_path / "voc")["a.png"][0].shapes
    drawing = again(tmp_path / "yolo")["a.png"][0]

    assert box == Box(label="road", left=5, top=3, right=30, bottom=9)
    assert drawing.shapes[0].rings == (((30, 3), (30, 9), (5, 9), (5, 3)),)


def test_masks_come_back_pixel_by_pixel(project, tmp_path):
    values = np.arange(800, dtype=np.uint8).reshape(20, 40) % 4
    PIL.Image.fromarray(values).save(tmp_path / "m.png")
    file = MaskFile(path="../m.png", names=((0, "road"), (3, "sky 2")))
    drawn = Drawing(width_px=40, height_px=20, shapes=(REGION,), mask=file)
    place = project({"a.png": drawn, "b.png": ()}, SPLITS)

    exported(place, "masks", tmp_path / "out")
    (drawing, split), (empty, _split) = again(tmp_path / "out").values()

    where = mask_path(tmp_path / "out" / "train" / "images" / "a.png", drawing)
    numbers = {name: value for value, name in drawing.mask.names}
    kept = {numbers["road"]: "road", numbers["sky 2"]: "sky 2"}
    back = np.vectorize(lambda value: kept.get(value, ""))(mask_values(where))
    expected = np.where(ON | (values == 0), "road", np.where(values == 3, "sky 2", ""))
    assert np.array_equal(back, expected)
    assert split == "train"
    assert empty.mask.names == ()


def test_a_mask_becomes_a_region_for_each_class_where_regions_are(project, tmp_path):
    values = np.arange(800, dtype=np.uint8).reshape(20, 40) % 4
    PIL.Image.fromarray(values).save(tmp_path / "m.png")
    file = MaskFile(path="../m.png", names=((0, "road"), (3, "sky")))
    place = project({"a.png": Drawing(width_px=40, height_px=20, mask=file)})

    report = exported(place, "coco", tmp_path / "out")
    drawing = again(tmp_path / "out")["a.png"][0]

    assert report.losses == ("Masks became painted regions, one for each class: 1.",)
    assert [shape.label for shape in drawing.shapes] == ["road", "sky"]
    assert np.array_equal(pixels_of(drawing.shapes[1], drawing), values == 3)


# pycocotools 2.0.11 was written for NumPy 1.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_pycocotools_loads_the_export_and_finds_the_same_areas(project, tmp_path, capsys):
    place = project({"a.png": (BOX, REGION, OUTLINE, POINT)})
    exported(place, "coco", tmp_path / "out")

    coco = COCO(str(tmp_path / "out" / "annotations" / "instances_train.json"))
    capsys.readouterr()

    assert [cat["name"] for cat in coco.loadCats(coco.getCatIds())] == [
        "eye",
        "leaf",
        "road",
        "white cell",
    ]
    box, region, outline, point = coco.loadAnns(coco.getAnnIds())
    assert box["bbox"] == [4, 5, 10, 15]
    assert np.array_equal(coco.annToMask(region).astype(bool), ON)
    assert coco.annToMask(outline).sum() == pytest.approx(outline["area"], rel=0.2)
    assert outline["area"] == 34
    assert point["keypoints"] == [7.5, 3, 2]


def test_pictures_that_are_not_copied_are_named_where_they_lie(project, tmp_path):
    place = project({"a.png": (BOX,)})

    exported(place, "yolo", tmp_path / "out", is_copying=False)

    path = (tmp_path / "out" / "train.txt").read_text(encoding="utf-8").strip()
    assert path == (tmp_path / "pictures" / "a.png").as_posix()
    assert not (tmp_path / "out" / "images").exists()


def test_pictures_of_one_name_get_names_of_their_own(tmp_path, project):
    place = project({"one/a.png": (BOX,), "two/a.png": (), "two/a.jpg": ()})

    exported(place, "voc", tmp_path / "out")

    assert sorted(again(tmp_path / "out")) == ["a.png", "a_2.png", "a_3.jpg"]


def test_a_picture_that_is_gone_is_told_and_the_others_are_written(project, tmp_path):
    place = project({"a.png": (BOX,), "b.png": (BOX,)})
    (tmp_path / "pictures" / "a.png").unlink()

    report = exported(place, "coco", tmp_path / "out")

    assert report.refused == (("a.png", "It cannot be read: No such file or directory."),)
    assert list(again(tmp_path / "out")) == ["b.png"]
    assert report.sentence == "Exported 1 picture with 1 label as COCO to out"


def test_a_folder_with_something_in_it_is_never_written_into(project, tmp_path):
    place = project({"a.png": (BOX,)})
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(DatasetError, match='"out" is not empty'):
        exported(place, "coco", tmp_path / "out")
    assert free_folder(tmp_path, "out") == tmp_path / "out 2"


@pytest.mark.parametrize("key", list(FORMATS))
def test_stopping_leaves_nothing_behind(project, tmp_path, key):
    place = project({"a.png": (BOX,), "b.png": (BOX,)})
    stop = StopToken()
    stop.stop()

    with pytest.raises(StoppedError):
        export_work(place, key, tmp_path / "out")(lambda event: None, stop)

    assert not [path for path in tmp_path.iterdir() if path.name.startswith("out")]


def test_nothing_to_export_is_said(project, tmp_path):
    with pytest.raises(DatasetError, match="No picture is labelled yet"):
        exported(project({"a.png": None}), "coco", tmp_path / "out")
    with pytest.raises(ConfigError, match="Known are: coco, voc"):
        export_work(tmp_path, "word", tmp_path / "out")


def test_outlines_painted_again_are_what_was_painted():
    chance = np.random.default_rng(5)
    for _ in range(20):
        on = chance.random((12, 17)) < 0.35
        rings, _holes = outlines(on)
        covered = np.zeros_like(on)
        for ring in rings:
            covered |= _inside(ring, on.shape)
        # Holes are filled, nothing else is added.
        filled = ~_reached(~on)
        assert np.array_equal(covered, filled)


def _inside(ring, shape):
    """Return which middles of pixels lie in a ring, by crossings of a ray to the right."""
    inside = np.zeros(shape, dtype=bool)
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]] + 0.5
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
        if ax == bx:
            inside ^= (min(ay, by) < y) & (y < max(ay, by)) & (x < ax)
    return inside


def _reached(free):
    """Return which free pixels are reached from the border, also across corners."""
    padded = np.pad(free, 1, constant_values=True)
    reached = np.zeros_like(padded)
    reached[0] = True
    while True:
        grown = reached.copy()
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                grown |= np.roll(np.roll(reached, down, 0), right, 1)
        grown &= padded
        if np.array_equal(grown, reached):
            return reached[1:-1, 1:-1]
        reached = grown


def test_values_are_painted_as_the_project_paints_them(project, tmp_path):
    place = project({"a.png": (BOX, REGION)})
    exported(place, "masks", tmp_path / "out")

    drawing = again(tmp_path / "out")["a.png"][0]
    values = mask_values(tmp_path / "out" / "train" / "masks" / "a.png")

    numbers = {name: value for value, name in drawing.mask.names}
    whole = Drawing(width_px=40, height_px=20, shapes=(BOX, REGION))
    below = np.full((20, 40), 255, dtype=np.int64)
    assert np.array_equal(values, painted(whole, numbers, below))


def test_a_reader_offers_an_export_without_a_word(project, tmp_path):
    exported(project({"a.png": (BOX,), "b.png": (BOX,)}, SPLITS), "coco", tmp_path / "out")

    offered = list(DrawingReader().discover(tmp_path / "out"))

    assert [type(one) for one in offered] == [Found, Found]


def test_masks_written_as_outlines_come_back_pixel_by_pixel(project, tmp_path):
    values = np.random.default_rng(4).integers(0, 3, (20, 40), dtype=np.uint8)
    values[4:16, 4:30] = 1
    values[8:12, 8:20] = 2
    PIL.Image.fromarray(values).save(tmp_path / "m.png")
    file = MaskFile(path="../m.png", names=((0, "sky"), (1, "road"), (2, "car")))
    place = project({"a.png": Drawing(width_px=40, height_px=20, mask=file)})

    exported(place, "yolo", tmp_path / "out")
    drawing = again(tmp_path / "out")["a.png"][0]

    below = np.full((20, 40), 255, dtype=np.int64)
    assert np.array_equal(painted(drawing, {"sky": 0, "road": 1, "car": 2}, below), values)
