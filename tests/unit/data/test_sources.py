"""What folders offer."""

from __future__ import annotations

import os
import sys
import unicodedata

import pytest

from deepdesk.core.errors import DatasetError
from deepdesk.data.sources import discover, foreign_words, readable

SUFFIXES = frozenset({".jpg", ".png"})


def make(root, *paths):
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def offers(root):
    return [
        (item.path.relative_to(root).as_posix(), item.label, item.split)
        for item in discover(root, SUFFIXES)
    ]


def test_a_folder_per_class_gives_classes_in_natural_order(tmp_path):
    make(tmp_path, "class10/2.jpg", "class10/10.jpg", "class10/1.JPG", "class9/a.png")

    assert offers(tmp_path) == [
        ("class9/a.png", "class9", None),
        ("class10/1.JPG", "class10", None),
        ("class10/2.jpg", "class10", None),
        ("class10/10.jpg", "class10", None),
    ]


@pytest.mark.parametrize(
    ("word", "split"),
    [("val", "validation"), ("Valid", "validation"), ("validation", "validation"),
     ("TEST", "test"), ("testing", "test"), ("dev", "validation")],
)  # fmt: skip
def test_split_folders_are_known_by_their_usual_names(word, split, tmp_path):
    make(tmp_path, "train/cat/1.jpg", "train/dog/1.jpg", f"{word}/cat/2.jpg")

    found = offers(tmp_path)

    assert (f"{word}/cat/2.jpg", "cat", split) in found
    assert ("train/dog/1.jpg", "dog", "train") in found


def test_split_folders_may_hold_bare_files(tmp_path):
    make(tmp_path, "train/cat/1.jpg", "test/1.jpg")

    assert offers(tmp_path) == [("test/1.jpg", None, "test"), ("train/cat/1.jpg", "cat", "train")]


def test_train_beside_other_classes_is_a_class(tmp_path):
    make(tmp_path, "train/1.jpg", "bus/1.jpg", "test/notes.md")

    assert offers(tmp_path) == [("bus/1.jpg", "bus", None), ("train/1.jpg", "train", None)]


def test_a_lone_train_folder_is_a_split(tmp_path):
    make(tmp_path, "train/cat/1.jpg", "train/dog/1.jpg")

    assert {split for _, _, split in offers(tmp_path)} == {"train"}
    assert {label for _, label, _ in offers(tmp_path)} == {"cat", "dog"}


def test_flat_folders_give_samples_without_a_class(tmp_path):
    make(tmp_path, "b.jpg", "a.jpg", "notes.txt")

    assert offers(tmp_path) == [("a.jpg", None, None), ("b.jpg", None, None)]


def test_files_beside_class_folders_have_no_class(tmp_path):
    make(tmp_path, "extra.jpg", "cat/1.jpg")

    assert offers(tmp_path) == [("extra.jpg", None, None), ("cat/1.jpg", "cat", None)]


def test_deeper_folders_belong_to_their_class(tmp_path):
    make(tmp_path, "cat/2020/may/1.jpg", "dog/1.jpg")

    assert offers(tmp_path)[0] == ("cat/2020/may/1.jpg", "cat", None)


def test_folders_that_only_wrap_another_are_stepped_into(tmp_path):
    make(tmp_path, "download/animals/cat/1.jpg", "download/animals/dog/1.jpg", "download/read.me")

    assert {label for _, label, _ in offers(tmp_path)} == {"cat", "dog"}


def test_a_wrapped_split_is_found(tmp_path):
    make(tmp_path, "data/train/cat/1.jpg", "data/test/cat/1.jpg", "data/train/dog/1.jpg")

    assert {split for _, _, split in offers(tmp_path)} == {"train", "test"}


def test_hidden_and_macos_entries_are_passed_over(tmp_path):
    make(tmp_path, "cat/1.jpg", "dog/1.jpg", "cat/._1.jpg", ".git/1.jpg", "__MACOSX/cat/1.jpg")

    assert len(offers(tmp_path)) == 2


def test_a_folder_named_like_a_file_is_a_folder(tmp_path):
    make(tmp_path, "cat/a.jpg/1.jpg", "dog/1.jpg")

    assert ("cat/a.jpg/1.jpg", "cat", None) in offers(tmp_path)


def test_rings_of_links_end(tmp_path):
    make(tmp_path, "cat/1.jpg", "dog/1.jpg")
    (tmp_path / "cat" / "again").symlink_to(tmp_path, target_is_directory=True)

    assert len(offers(tmp_path)) < 5


def test_an_empty_folder_is_refused_with_a_hint(tmp_path):
    make(tmp_path, "notes.txt")

    with pytest.raises(DatasetError) as caught:
        offers(tmp_path)

    assert f'in "{tmp_path.name}"' in caught.value.message
    assert "one folder per class" in caught.value.hint


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="not there"):
        offers(tmp_path / "gone")


def test_a_single_file_is_a_sample_and_a_foreign_one_is_refused(tmp_path):
    make(tmp_path, "a.jpg", "b.doc")

    assert [item.path.name for item in discover(tmp_path / "a.jpg", SUFFIXES)] == ["a.jpg"]
    with pytest.raises(DatasetError):
        list(discover(tmp_path / "b.doc", SUFFIXES))


def test_labels_are_normalised_and_paths_are_not(tmp_path):
    name = unicodedata.normalize("NFD", "größe")
    make(tmp_path, f"{name}/1.jpg", "other/1.jpg")

    found = {item.label: item.path.parent.name for item in discover(tmp_path, SUFFIXES)}

    assert found["größe"] == name


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are no text")
def test_names_that_are_no_text_are_offered(tmp_path):
    make(tmp_path, os.fsdecode(b"b\xffd/\xfe.jpg"), "ok/1.jpg")

    assert {item.label for item in discover(tmp_path, SUFFIXES)} == {"b\\xffd", "ok"}


def test_a_locked_folder_is_offered_as_a_bad_sample(tmp_path, monkeypatch):
    make(tmp_path, "cat/1.jpg", "cat/locked/2.jpg", "dog/1.jpg")
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)

    assert ("cat/locked", "cat", None) in offers(tmp_path)


def test_offers_come_before_all_folders_were_read(tmp_path, monkeypatch):
    make(tmp_path, *(f"class{i}/{j}.jpg" for i in range(5) for j in range(5)))
    stream = discover(tmp_path, SUFFIXES)
    next(stream)

    make(tmp_path, "class4/late.jpg")

    assert "late.jpg" in [item.path.name for item in stream]


def test_readable_text_can_be_written_anywhere():
    assert readable(os.fsdecode(b"caf\xe9")).encode("ascii") == b"caf\\xe9"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_that_leads_to_itself_costs_no_other_file(tmp_path):
    make(tmp_path, "a.jpg")
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    (tmp_path / "folder").symlink_to("folder", target_is_directory=True)

    assert offers(tmp_path) == [("a.jpg", None, None), ("loop.jpg", None, None)]


def test_the_kinds_that_people_know_are_named_first(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"")

    words = foreign_words(tmp_path, {".apng", ".avif", ".png", ".dib", ".jpg", ".jfif", ".jpeg"})

    assert words.endswith("this task takes .jpg, .jpeg, .png, .apng, .avif, .dib. ")
