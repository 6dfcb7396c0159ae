"""From sources into the index."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from deepdesk.core.errors import DatasetError
from deepdesk.core.events import Ended, Progress, Result, Said
from deepdesk.core.task import Found
from deepdesk.core.work import StopToken, run
from deepdesk.data.importing import import_work
from deepdesk.data.sources import discover
from deepdesk.project.folder import Project
from deepdesk.project.index import Filter, SampleIndex

SUFFIXES = frozenset({".jpg"})


class NameReader:
    """Finds files and reads none."""

    noun = ("picture", "pictures")
    suffixes = SUFFIXES

    def discover(self, source):
        return discover(source, SUFFIXES)


@pytest.fixture
def project(tmp_path):
    with Project.create(tmp_path / "p", name="p", task="image_classification") as project:
        return project.path


def make(root, *paths):
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)
    return root


def imported(project, *sources, stop=None, reader=NameReader, **options):
    events = []
    work = import_work(project, list(sources), reader_of=reader, **options)
    run(work, events.append, stop or StopToken())
    if events[-1].error:
        raise events[-1].error
    return next((e.value for e in events if isinstance(e, Result)), events)


def splits_by_class(project):
    with SampleIndex(project / "index.sqlite") as index:
        names = {row.id: row.name for row in index.classes()}
        return {(names.get(c), split): n for (c, split), n in index.counts().items()}


def test_without_given_splits_each_class_is_shared_out_exactly(project, tmp_path):
    paths = [f"{c}/{i}.jpg" for c in ("cat", "dog") for i in range(100)]

    report = imported(project, make(tmp_path / "s", *paths))

    assert report.added == 200
    assert report.classes == ("cat", "dog")
    assert report.splits == {"train": 140, "validation": 30, "test": 30}
    counts = splits_by_class(project)
    assert [counts["cat", s] for s in ("train", "validation", "test")] == [70, 15, 15]


def test_given_splits_are_kept_and_validation_is_drawn_from_train(project, tmp_path):
    paths = [f"train/{c}/{i}.jpg" for c in ("cat", "dog") for i in range(50)]
    paths += [f"test/cat/{i}.jpg" for i in range(10)]

    report = imported(project, make(tmp_path / "s", *paths))

    assert report.splits == {"train": 88, "validation": 12, "test": 10}
    counts = splits_by_class(project)
    assert counts["cat", "validation"] == counts["dog", "validation"] == 6
    assert counts["cat", "test"] == 10


def test_three_given_splits_stay_as_they_are(project, tmp_path):
    paths = ["train/a/1.jpg", "train/a/2.jpg", "val/a/3.jpg", "test/a/4.jpg"]

    report = imported(project, make(tmp_path / "s", *paths))

    assert report.splits == {"train": 2, "validation": 1, "test": 1}


def test_a_second_import_leaves_the_first_where_it_is(project, tmp_path):
    first = make(tmp_path / "one", *(f"cat/{i}.jpg" for i in range(40)))
    second = make(tmp_path / "two", *(f"cat/{i}.jpg" for i in range(40)), "dog/1.jpg")
    imported(project, first)
    with SampleIndex(project / "index.sqlite") as index:
        before = {s.path: s.split for s in index.page(Filter(), 0, 100)}

    report = imported(project, second)

    with SampleIndex(project / "index.sqlite") as index:
        after = {s.path: s.split for s in index.page(Filter(), 0, 100)}
    assert before.items() <= after.items()
    assert report.splits == {"train": 57, "validation": 12, "test": 12}


def test_importing_again_adds_nothing_and_says_so(project, tmp_path):
    source = make(tmp_path / "s", "cat/1.jpg", "dog/1.jpg")
    imported(project, source)

    report = imported(project, source)

    assert (report.added, report.skipped) == (0, 2)
    assert report.sentence.startswith("Imported 0 of 2 files in ")
    assert report.sentence.endswith(", 2 were there already")


def test_files_dropped_on_a_class_get_it_whatever_their_folder(project, tmp_path):
    make(tmp_path / "s", "a.jpg", "dog/b.jpg", "cat/c.jpg")

    report = imported(project, tmp_path / "s" / "a.jpg", tmp_path / "s" / "dog", label="bird")

    assert report.added == 2
    assert report.classes == ("bird",)


def test_foreign_files_among_dropped_ones_are_listed_with_the_reason(project, tmp_path):
    make(tmp_path / "s", "a.jpg", "b.doc")

    report = imported(project, tmp_path / "s" / "a.jpg", tmp_path / "s" / "b.doc")

    assert report.added == 1
    assert report.rejected[0][0] == "b.doc"
    assert "not of a kind" in report.rejected[0][1]
    assert report.sentence.startswith("Imported 1 of 2 files")


def test_a_source_with_nothing_in_it_is_an_error(project, tmp_path):
    with pytest.raises(DatasetError, match="nothing to use"):
        imported(project, make(tmp_path / "s", "notes.txt"))


def test_files_of_another_kind_are_named_in_the_remedy(project, tmp_path):
    with pytest.raises(DatasetError) as caught:
        imported(project, make(tmp_path / "s", "a.wav", "b.WAV", "notes.txt"))

    assert "Most of its files are .wav; this task takes" in caught.value.hint
    assert ".jpg" in caught.value.hint


def test_a_zip_is_unpacked_into_the_project(project, tmp_path):
    with zipfile.ZipFile(tmp_path / "pets.zip", "w") as archive:
        for name in ("pets/cat/1.jpg", "pets/dog/1.jpg"):
            archive.writestr(name, name)

    report = imported(project, tmp_path / "pets.zip")
    again = imported(project, tmp_path / "pets.zip")

    assert (report.added, report.classes) == (2, ("cat", "dog"))
    assert (again.added, again.skipped) == (0, 2)
    with SampleIndex(project / "index.sqlite") as index:
        assert all(s.path.is_relative_to(project) for s in index.page(Filter(), 0, 9))


def test_a_hostile_zip_is_an_error_and_leaves_nothing(project, tmp_path):
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr("../../evil.jpg", "x")

    with pytest.raises(DatasetError, match="leads out"):
        imported(project, tmp_path / "bad.zip")

    assert list((project / "files").iterdir()) == []
    assert not list(tmp_path.rglob("evil.jpg"))


def test_copying_keeps_the_layout_and_needs_the_source_no_more(project, tmp_path):
    source = make(tmp_path / "s", "cat/1.jpg", "cat/deep/2.jpg", "dog/1.jpg")

    report = imported(project, source, copy=True)
    again = imported(project, source, copy=True)

    assert report.added == 3
    assert (again.added, again.skipped) == (0, 3)
    with SampleIndex(project / "index.sqlite") as index:
        samples = index.page(Filter(), 0, 9)
    assert {s.path.read_text() for s in samples} == {"cat/1.jpg", "cat/deep/2.jpg", "dog/1.jpg"}
    assert all(s.path.is_relative_to(project / "files") for s in samples)


def test_files_that_cannot_be_copied_are_listed(project, tmp_path):
    make(tmp_path / "s", "a.jpg")
    (tmp_path / "s" / "t.csv").write_text("path,label\na.jpg,cat\ngone.jpg,dog\n")

    report = imported(project, tmp_path / "s" / "t.csv", copy=True)

    assert report.added == 1
    assert report.num_rejected == 1
    assert report.rejected[0][0] == "gone.jpg"


def test_a_stop_keeps_what_was_added_and_the_next_import_goes_on(project, tmp_path):
    source = make(tmp_path / "s", *(f"cat/{i}.jpg" for i in range(200)))
    stop = StopToken()

    class Stopping(NameReader):
        def discover(self, source):
            for number, found in enumerate(super().discover(source)):
                if number == 100:
                    stop.stop()
                yield found

    events = imported(project, source, stop=stop, reader=Stopping)
    report = imported(project, source)

    assert events[-1] == Ended(stopped=True)
    assert 0 < report.added < 200
    assert report.added + report.skipped == 200
    # Both parts are drawn apart, each exactly but for rounding.
    assert report.splits["train"] == pytest.approx(140, abs=1)
    assert sum(report.splits.values()) == 200


def test_an_import_that_was_killed_is_drawn_by_the_next(project, tmp_path):
    source = make(tmp_path / "s", *(f"cat/{i}.jpg" for i in range(20)))
    with SampleIndex(project / "index.sqlite") as index:
        index.add(discover(source, SUFFIXES), source=str(source))

    report = imported(project, source)

    assert report.splits == {"train": 14, "validation": 3, "test": 3}


def test_samples_are_taken_as_they_come(project):
    held = []

    class Endless(NameReader):
        def discover(self, source):
            for number in range(3000):
                held.append(number)
                yield Found(path=Path(f"/nowhere/{number}.jpg"), label="a")

    events = []
    run(import_work(project, [Path("/x")], reader_of=Endless), events.append, StopToken())

    assert next(e for e in events if isinstance(e, Progress)).what == "Finding pictures"
    assert len(held) == 3000
    assert events[-1] == Ended()


def test_a_lone_folder_that_is_no_class_is_said(tmp_path):
    folder = tmp_path / "data" / "cats"
    folder.mkdir(parents=True)
    for number in range(3):
        (folder / f"{number}.png").write_bytes(b"x")

    said = _said_of_import(tmp_path, tmp_path / "data")

    assert ['"cats"' in text and "not taken for a class" in text for text in said] == [True]


def test_a_lone_folder_of_files_with_texts_is_not_remarked_upon(project, tmp_path):
    class Texts(NameReader):
        def discover(self, source):
            for number in range(3):
                yield Found(path=source / "clips" / f"{number}.jpg", target="what is said")

    (tmp_path / "data" / "clips").mkdir(parents=True)
    events = []
    run(import_work(project, [tmp_path / "data"], reader_of=Texts), events.append, StopToken())

    assert [event.text for event in events if isinstance(event, Said)] == []


def test_a_flat_folder_and_folders_of_classes_are_not_remarked_upon(tmp_path):
    for name in ("flat/1.png", "flat/2.png", "classes/a/1.png", "classes/b/1.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")

    assert _said_of_import(tmp_path, tmp_path / "flat", tmp_path / "classes") == []


def _said_of_import(folder, *sources):
    from deepdesk.core.events import Said
    from deepdesk.core.work import StopToken
    from deepdesk.data.importing import import_work
    from deepdesk.project.folder import Project
    from deepdesk.tasks import task_of

    Project.create(folder / "p", name="x", task="image_classification").close()
    reader_of = task_of("image_classification").reader
    events = []
    import_work(folder / "p.deepdesk", list(sources), reader_of=reader_of)(
        events.append, StopToken()
    )
    return [event.text for event in events if isinstance(event, Said)]


def test_what_a_broken_source_gave_before_is_kept_and_the_reason_is_said(project, tmp_path):
    class Broken(NameReader):
        def discover(self, source):
            yield Found(path=source / "1.jpg", label="a")
            yield Found(path=source / "2.jpg", label="b")
            raise DatasetError("t.csv is broken at line 3.", "Save it again.")

    events = []
    run(import_work(project, [tmp_path], reader_of=Broken), events.append, StopToken())

    (report,) = [event.value for event in events if isinstance(event, Result)]
    assert (report.added, report.skipped) == (2, 0)
    assert report.rejected == ((tmp_path.name, "t.csv is broken at line 3."),)
    (said,) = [event for event in events if isinstance(event, Said)]
    assert (said.text, said.level) == ("t.csv is broken at line 3. Save it again.", "warning")


def test_sources_that_give_nothing_beside_others_are_said(project, tmp_path):
    make(tmp_path, "good/a/1.jpg", "good/b/2.jpg", "x.doc", "y.doc")
    events = []
    sources = [tmp_path / "good", tmp_path / "x.doc", tmp_path / "y.doc"]
    run(import_work(project, sources, reader_of=NameReader), events.append, StopToken())

    (said,) = [event.text for event in events if isinstance(event, Said)]
    assert said.startswith("x.doc was left out: ")
    assert said.endswith("1 more was left out.")
