"""Reports without people and without the places of their data."""

from __future__ import annotations

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdesk.project.care.discreet import discreet, known_folders

FOLDERS = {"/opt/dd/deepdesk": "deepdesk", "/usr/lib/python3.11": "<python>"}
NAMES = {"ann": "PERSON", "annbox": "COMPUTER"}
FOLDER_NAMES = st.text(string.ascii_letters + " -_.0123456789", min_size=1, max_size=12)


def told(text):
    return discreet(text, folders=FOLDERS, names=NAMES)


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ('File "/opt/dd/deepdesk/ui/x.py", line 3', 'File "deepdesk/ui/x.py", line 3'),
        ('File "/usr/lib/python3.11/json.py", line 3', 'File "<python>/json.py", line 3'),
        ('File "<frozen runpy>", line 88', 'File "<frozen runpy>", line 88'),
        ("loss 1/2 of a/b, x = a / b", "loss 1/2 of a/b, x = a / b"),
        ("382 MB/s and 3 it/s", "382 MB/s and 3 it/s"),
        ("see https://host.org/page for it", "see https://host.org/page for it"),
        ("deepdesk/resources/icon.png is gone", "deepdesk/resources/icon.png is gone"),
        ("aten/src/native/Blas.cpp:12 says no", "aten/src/native/Blas.cpp:12 says no"),
    ],
)
def test_what_is_of_the_program_stays_readable(text, instead):
    assert told(text) == instead


@pytest.mark.parametrize(
    "text",
    [
        "No such file: '/home/ann/My Pictures/cat 1.png'",
        "could not read /home/ann/My Pictures/cat.png: denied",
        "C:\\Users\\Ann Smith\\cat.png is gone",
        "\\\\server\\Pictures\\cat.png is gone",
        "'Pictures/cat.png' is damaged",
        "~/Pictures/cat.png",
        "Pictures of cat.deepdesk was opened",
        "Ann on annbox met file:///home/ann/Pictures/cat.png",
    ],
)
def test_paths_of_data_and_names_go(text):
    left = told(text).lower()

    assert "pictures" not in left
    assert "ann" not in left
    assert "smith" not in left


@pytest.mark.parametrize(
    "text",
    [
        """cannot open "/data/Anna's cats/Frau Meier.png".""",
        "cannot open '/data/the \"best\" cats/Frau Meier.png'",
        "cannot open /data/Anna's cats/Frau Meier.png",
        "cwd:/media/Anna Schmidt/x.png",
        "sqlite:///media/Anna Schmidt/x.db",
        "smb://server/Anna Schmidt/x.png",
        "cats/Frau Meier/img.png is damaged",
        "cats/Frau Meier.png is damaged",
        "sample:cats\\Frau Meier\\img.dcm",
        "deepdesk/ui/x.py read cats/Frau Meier/img.png",
    ],
)
def test_paths_with_quotes_after_a_colon_and_without_a_root_go(text):
    left = told(text)

    assert not [name for name in ("Anna", "Meier", "Schmidt", "cats") if name in left]


@pytest.mark.parametrize(
    "piece",
    [
        '"/',
        "'a/",
        "a/",
        "a/ ",
        "a b/",
        "/",
        "\\",
        "a:/",
        "a/" + "b" * 90 + " ",
        "x.deepdesk/",
        "~.",
    ],
)
def test_hostile_text_takes_no_longer_than_its_length(piece):
    before_s = time.process_time()

    told(piece * (20_000 // len(piece)))
    told("\n".join([(piece * 2000)[:2000]] * 10))

    assert time.process_time() - before_s < 2


@given(st.lists(FOLDER_NAMES, min_size=1, max_size=4))
def test_no_quoted_path_outside_the_program_stays(names):
    path = "/home/" + "/".join(f"secret{name}" for name in names)

    assert "secret" not in told(f"cannot open '{path}': no such file")


def test_the_folders_of_the_program_are_known():
    folders = known_folders()

    assert "deepdesk" in folders.values()
    assert any(name.startswith("<") for name in folders.values())
