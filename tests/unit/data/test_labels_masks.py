"""Masks: files of classes beside pictures, their names, colours, and what is no mask."""

import numpy as np
import PIL.Image
import pytest

from deepdesk.core.drawing import MaskFile
from deepdesk.core.errors import BadSampleError
from deepdesk.data.drawings import DrawingReader
from deepdesk.data.importing import import_work
from deepdesk.data.mask_files import mask_path, mask_values
from deepdesk.data.painted import pixels_of
from deepdesk.project.folder import Project
from tests.unit.data.label_stage import drawn_in, found_in, picture, remarks_in, text


def mask(path, values, mode=None, palette=None):
    """Write a mask of rows of values."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = PIL.Image.fromarray(np.asarray(values))
    if palette is not None:
        made = made.convert("P") if made.mode != "P" else made
        made.putpalette(palette)
    (made.convert(mode) if mode else made).save(path)
    return path


VALUES = np.array([[0, 0, 3], [3, 255, 11]], dtype=np.uint8)


def test_a_mask_stays_a_file_with_the_classes_that_are_in_it(tmp_path):
    picture(tmp_path / "train" / "images" / "a.jpg", (3, 2))
    mask(tmp_path / "train" / "masks" / "a.png", VALUES)

    drawing = drawn_in(tmp_path)["a.jpg"]

    names = ((0, "class 0"), (3, "class 3"), (11, "class 11"))
    assert drawing.mask == MaskFile(path="../masks/a.png", names=names)
    assert drawing.shapes == ()
    assert found_in(tmp_path)["a.jpg"].split == "train"
    assert list(found_in(tmp_path)) == ["a.jpg"]
    where = mask_path(tmp_path / "train" / "images" / "a.jpg", drawing)
    assert np.array_equal(mask_values(where), VALUES)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("labels.txt", "0 road\n3: traffic sign\n11, ignore\n255 void\n"),
        ("classes.txt", "road\nx\ny\ntraffic sign\n"),
        ("id2label.json", '{"0": "road", "3": "traffic sign"}'),
        ("classes.csv", "name,value\nroad,0\ntraffic sign,3\n"),
        ("label_colors.txt", "1 2 3\troad\n4 5 6\tx\n7 8 9\ty\n10 11 12\ttraffic sign\n"),
    ],
)
def test_names_lie_in_a_list_beside_the_masks_or_above(tmp_path, name, words):
    picture(tmp_path / "images" / "a.jpg", (3, 2))
    mask(tmp_path / "masks" / "a.png", VALUES)
    text(tmp_path / name, words, "utf-8-sig")

    assert drawn_in(tmp_path)["a.jpg"].mask.names == ((0, "road"), (3, "traffic sign"))


def test_masks_of_black_and_white_are_background_and_foreground(tmp_path):
    picture(tmp_path / "a.png", (3, 2))
    mask(tmp_path / "a_mask.png", np.array([[0, 0, 255], [0, 0, 0]], dtype=np.uint8))

    drawing = drawn_in(tmp_path)["a.png"]

    assert drawing.mask.names == ((0, "background"), (255, "foreground"))


def test_indices_of_a_palette_and_sixteen_bits_are_values(tmp_path):
    palette = PIL.Image.fromarray(VALUES)
    palette = palette.convert("P")
    palette.putdata(VALUES.ravel().tolist())
    palette.putpalette([9, 9, 9] * 256)
    palette.save(tmp_path / "a.png")
    deep = mask(tmp_path / "b.png", VALUES.astype(np.uint16) * 257)

    assert np.array_equal(mask_values(tmp_path / "a.png"), VALUES)
    assert np.array_equal(mask_values(deep), VALUES.astype(int) * 257)


def test_colours_with_a_table_become_painted_regions(tmp_path):
    picture(tmp_path / "images" / "a.png", (3, 2))
    colours = np.zeros((2, 3, 3), dtype=np.uint8)
    colours[0, :2] = (128, 64, 128)
    colours[1, 2] = (1, 2, 3)
    mask(tmp_path / "masks" / "a.png", colours)
    text(tmp_path / "label_colors.txt", "128 64 128 road\n0 0 0 Void\n64 0 0 sky\n")

    drawing = drawn_in(tmp_path)["a.png"]

    (road,) = drawing.shapes
    assert road.label == "road"
    assert pixels_of(road, drawing).tolist() == [[True, True, False], [False, False, False]]
    assert "Pixels of colours that no table names" in remarks_in(tmp_path)[0].reason


def test_colours_without_a_table_are_called_by_their_numbers(tmp_path):
    picture(tmp_path / "images" / "a.png", (3, 2))
    colours = np.zeros((2, 3, 3), dtype=np.uint8)
    colours[0, 0] = (255, 0, 7)
    mask(tmp_path / "masks" / "a.png", colours)

    labels = [shape.label for shape in drawn_in(tmp_path)["a.png"].shapes]

    assert labels == ["colour 0 0 0", "colour 255 0 7"]


def test_what_is_no_mask_is_told_with_its_reason(tmp_path):
    chance = np.random.default_rng(3)
    noise = chance.integers(0, 256, (20, 40, 3), dtype=np.uint8)
    for name in ("photo", "wide", "broken", "lossy", "good"):
        picture(tmp_path / "images" / f"{name}.png")
    mask(tmp_path / "masks" / "photo.png", noise)
    mask(tmp_path / "masks" / "wide.png", VALUES)
    text(tmp_path / "masks" / "broken.png", "no picture")
    mask(tmp_path / "masks" / "lossy.jpg", noise[..., 0])
    mask(tmp_path / "masks" / "good.png", noise[..., 0] % 3)
    mask(tmp_path / "masks" / "alone.png", VALUES)

    drawings = drawn_in(tmp_path)
    said = {remark.path.name: remark.reason for remark in remarks_in(tmp_path)}

    assert [name for name, drawing in drawings.items() if drawing] == ["good.png"]
    assert "photo and no mask" in said["photo.png"]
    assert "of 3 x 2 pixels, but the picture has 40 x 20" in said["wide.png"]
    assert "not a picture" in said["broken.png"]
    assert said["alone.png"] == "There is no picture with the name of this mask."
    assert "JPEG" in said[tmp_path.name]


def test_a_picture_with_boxes_and_a_mask_has_what_the_task_prefers(tmp_path):
    picture(tmp_path / "images" / "a.png", (3, 2))
    mask(tmp_path / "masks" / "a.png", VALUES)
    text(tmp_path / "boxes.csv", "path,label,left,top,right,bottom\na.png,cat,0,0,1,1\n")

    boxes = drawn_in(tmp_path)["a.png"]
    masks = drawn_in(tmp_path, prefers_masks=True)["a.png"]

    assert (len(boxes.shapes), boxes.mask) == (1, None)
    assert masks.mask is not None
    assert "passed over" in remarks_in(tmp_path)[-1].reason


def test_a_colour_mask_has_no_values():
    with pytest.raises(BadSampleError, match="colours"):
        mask_values(_png(np.array([[[1, 2, 3]]], dtype=np.uint8)))


def test_copies_of_pictures_take_their_masks_along(tmp_path):
    source = tmp_path / "data"
    picture(source / "images" / "a.png", (3, 2))
    mask(source / "masks" / "a.png", VALUES)
    with Project.create(tmp_path / "p.deepdesk", task="image_classification", name="p") as project:
        place = project.path

    list(_run(import_work(place, [source], reader_of=DrawingReader, copy=True)))

    with Project.open(place, read_only=True) as project, project.index() as index:
        (sample,) = index.samples(index.ids())
        assert sample.path.is_relative_to(place)
        where = mask_path(sample.path, _drawing(sample.target))
        assert where.is_relative_to(place)
        assert np.array_equal(mask_values(where), VALUES)


def _run(work):
    from deepdesk.core.work import StopToken

    events = []
    work(events.append, StopToken())
    return events


def _drawing(target):
    from deepdesk.core.drawing import drawing_of

    return drawing_of(target)


def _png(pixels):
    import io

    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
