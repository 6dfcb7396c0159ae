"""Reports without people and without the places of their data."""

from __future__ import annotations

import string

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


@given(st.lists(FOLDER_NAMES, min_size=1, max_size=4))
def test_no_quoted_path_outside_the_program_stays(names):
    path = "/home/" + "/".join(f"secret{name}" for name in names)

    assert "secret" not in told(f"cannot open '{path}': no such file")


def test_the_folders_of_the_program_are_known():
    folders = known_folders()

    assert "deepdesk" in folders.values()
    assert any(name.startswith("<") for name in folders.values())
