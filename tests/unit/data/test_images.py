"""Reading pictures of every kind."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deepdesk.core.errors import BadSampleError
from deepdesk.data.images import ImageReader, difference_hash, image_facts, read_image

RNG = np.random.default_rng(1)
NOISE = RNG.integers(0, 256, (6, 9, 3), dtype=np.uint8)


def encoded(image, file_format, **options):
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


@pytest.mark.parametrize("file_format", ["PNG", "BMP", "TIFF", "PPM"])
def test_lossless_formats_give_the_very_pixels(file_format):
    pixels = read_image(encoded(Image.fromarray(NOISE), file_format))

    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels, NOISE)


def test_lossless_webp_gives_the_very_pixels():
    data = encoded(Image.fromarray(NOISE), "WEBP", lossless=True)

    assert np.array_equal(read_image(data), NOISE)


# EXIF 2.32, table 5: what 0th row and 0th column are; by hand, as turns of the array.
UPRIGHT = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a.transpose(1, 0, 2)[::-1, ::-1],
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "WEBP"])
def test_pictures_are_turned_as_their_exif_data_say(orientation, file_format):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if file_format == "WEBP" else {}
    data = encoded(Image.fromarray(NOISE), file_format, exif=exif, **options)

    assert np.array_equal(read_image(data), UPRIGHT[orientation](NOISE))


def test_nonsense_orientation_is_ignored():
    exif = Image.Exif()
    exif[0x0112] = 77

    assert np.array_equal(read_image(encoded(Image.fromarray(NOISE), "PNG", exif=exif)), NOISE)


def test_broken_exif_data_are_ignored():
    data = encoded(Image.fromarray(NOISE), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7fgarbage")

    assert read_image(data).shape == NOISE.shape


def test_grey_becomes_three_equal_channels():
    grey = NOISE[..., 0]

    assert np.array_equal(read_image(encoded(Image.fromarray(grey), "PNG")), np.dstack([grey] * 3))


def test_portable_greymaps_are_read(tmp_path):
    path = tmp_path / "1.pgm"
    path.write_bytes(b"P5\n9 6\n255\n" + NOISE[..., 0].tobytes())

    assert np.array_equal(read_image(path), np.dstack([NOISE[..., 0]] * 3))
    assert image_facts(path).note == ""


def test_one_bit_becomes_black_and_white():
    bits = NOISE[..., 0] > 127

    pixels = read_image(encoded(Image.fromarray(bits), "PNG"))

    assert np.array_equal(pixels[..., 1], np.where(bits, 255, 0))


def test_sixteen_bits_are_scaled_to_eight(tmp_path):
    deep = np.array([[0, 257, 32896, 65535, 65406, 65407]], dtype=np.uint16)
    path = tmp_path / "deep.png"
    Image.fromarray(deep).save(path)

    assert read_image(path)[0, :, 0].tolist() == [0, 1, 128, 255, 254, 255]
    assert image_facts(path).note == "16 bits reduced to 8"


def test_floating_point_is_stretched_over_its_range(tmp_path):
    path = tmp_path / "float.tif"
    Image.fromarray(np.array([[-1.0, 0.0, 1.0, np.nan]], dtype=np.float32)).save(path)

    assert read_image(path)[0, :, 0].tolist() == [0, 128, 255, 128]
    assert image_facts(path).note == "scaled from -1..1"


def test_flat_floating_point_is_no_division_by_zero(tmp_path):
    path = tmp_path / "flat.tif"
    Image.fromarray(np.full((2, 2), 7.5, dtype=np.float32)).save(path)

    assert read_image(path).tolist() == np.zeros((2, 2, 3)).tolist()


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_lies_on_white(mode, tmp_path):
    path = tmp_path / "clear.png"
    Image.fromarray(np.zeros((2, 2, 4), np.uint8), "RGBA").convert(mode).save(path)

    assert (read_image(path) == 255).all()
    assert image_facts(path).note == "transparent parts on white"


def test_half_transparent_black_on_white_is_grey():
    data = encoded(Image.new("RGBA", (1, 1), (0, 0, 0, 128)), "PNG")

    assert read_image(data).ravel().tolist() == [127, 127, 127]


def test_opaque_alpha_changes_nothing(tmp_path):
    path = tmp_path / "opaque.png"
    Image.fromarray(NOISE).convert("RGBA").save(path)

    assert np.array_equal(read_image(path), NOISE)
    assert image_facts(path).note == ""


@pytest.mark.parametrize("transparency", [0, bytes([0, 255])])
def test_palettes_with_transparency_lie_on_white(transparency):
    image = Image.new("P", (2, 1))
    image.putpalette([0, 0, 0, 255, 0, 0])
    image.putpixel((1, 0), 1)

    pixels = read_image(encoded(image, "PNG", transparency=transparency))

    assert pixels[0].tolist() == [[255, 255, 255], [255, 0, 0]]


def test_printing_colours_become_light(tmp_path):
    path = tmp_path / "print.tif"
    Image.new("CMYK", (1, 1), (0, 255, 255, 0)).save(path)

    assert read_image(path).ravel().tolist() == [255, 0, 0]
    assert image_facts(path).note == "from the printing colours CMYK"


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP", "TIFF"])
def test_first_frame_of_an_animation_is_taken(file_format, tmp_path):
    path = tmp_path / f"moving.{file_format.lower()}"
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    options = {"lossless": True} if file_format == "WEBP" else {}
    frames[0].save(path, file_format, save_all=True, append_images=frames[1:], **options)

    assert (read_image(path) == (255, 0, 0)).all()
    assert image_facts(path).note.startswith("first of ")


def test_size_is_width_and_height_after_turning(tmp_path):
    path = tmp_path / "turned.png"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(NOISE).save(path, exif=exif)

    facts = image_facts(path)

    assert facts.size == (6, 9)
    assert facts.detail == "6 x 9"
    assert facts.note == "turned as its EXIF data say"


def test_wrong_suffix_is_noted_and_read(tmp_path):
    path = tmp_path / "really.jpg"
    path.write_bytes(encoded(Image.fromarray(NOISE), "PNG"))

    assert image_facts(path).note == "really a PNG file"


def test_digest_is_of_pixels_and_shape_not_of_the_file(tmp_path):
    for name in ("a.png", "b.bmp"):
        Image.fromarray(NOISE).save(tmp_path / name)
    Image.fromarray(NOISE.reshape(9, 6, 3)).save(tmp_path / "c.png")

    a, b, c = (image_facts(tmp_path / name) for name in ("a.png", "b.bmp", "c.png"))

    assert a.digest == b.digest
    assert a.digest != c.digest


def test_fingerprint_says_where_brightness_grows():
    rising = np.tile(np.arange(9, dtype=np.uint8) * 20, (8, 1))

    assert difference_hash(Image.fromarray(np.dstack([rising] * 3))) == -1
    assert difference_hash(Image.fromarray(np.dstack([rising[:, ::-1]] * 3))) == 0


@pytest.mark.parametrize("size", [(1000, 300), (300, 1000), (40, 40), (1000, 3)])
def test_small_pictures_fit_and_keep_their_proportions(size):
    data = encoded(Image.new("RGB", size), "JPEG")

    height, width = read_image(data, max_side_px=64).shape[:2]

    assert max(height, width) == min(64, max(size))
    assert height == pytest.approx(size[1] * max(height, width) / max(size), abs=1)


def test_names_of_every_kind_are_read(tmp_path):
    names = [
        "with space.png",
        'o\'clock "quoted".png',
        "\N{CAT FACE} \u00fc.png",
        "a" * 240,
    ]
    for name in names:
        path = tmp_path / name
        Image.fromarray(NOISE).save(path, "PNG")
        assert image_facts(path).size == (9, 6)


def test_nothing_pillow_warns_of_reaches_people(tmp_path):
    data = bytearray(encoded(Image.fromarray(NOISE), "TIFF"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for at in range(8, len(data)):
            broken = data.copy()
            broken[at] ^= 0xFF
            try:
                read_image(bytes(broken))
            except BadSampleError:
                continue

    assert [str(w.message) for w in caught] == []


def test_reader_gives_whole_pictures_and_small_ones(tmp_path):
    path = tmp_path / "a.png"
    Image.new("RGB", (200, 100), "red").save(path)
    reader = ImageReader()

    assert reader.payload(path).pixels_HWC.shape == (100, 200, 3)
    assert reader.payload(path).name == "a.png"
    assert reader.thumbnail(path, 50).pixels_HWC.shape == (25, 50, 3)
    assert [found.path for found in reader.discover(tmp_path)] == [Path(path)]
