"""The split in the terminal: shown, drawn by speaker, and changed by hand."""

import json
from types import SimpleNamespace

import pytest

from deepdesk.cli import main
from deepdesk.core.task import Found
from deepdesk.engine import team_run
from deepdesk.project.folder import Project
from deepdesk.terminal import training

SPEAKERS = ("ada", "bo", "cy", "dan")


@pytest.fixture
def project(tmp_path):
    with Project.create(tmp_path / "p", name="P", task="audio_classification") as project:
        with project.index() as index:
            index.add(
                [
                    Found(path=tmp_path / f"{n}_{who}_{take}.wav", label=str(n), origin=who)
                    for n in range(2)
                    for who in SPEAKERS
                    for take in range(10)
                ],
                source=str(tmp_path),
            )
        yield project.path


def split(capsys, *call):
    status = main(["split", *map(str, call), "--json"])
    told = capsys.readouterr()
    return json.loads(told.out) if status == 0 else told.err


def test_the_split_is_shown_with_who_is_where(project, capsys):
    shown = split(capsys, project)
    assert shown["splits"] == {"train": 80, "validation": 0, "test": 0}
    assert shown["origins"]["bo"] == {"train": 20, "validation": 0, "test": 0}


def test_speakers_are_kept_together_unless_it_is_said_otherwise(project, capsys):
    assert split(capsys, project, "--draw")["origins_across_splits"] == 0
    apart = split(capsys, project, "--draw", "80:10:10", "--no-keep-together")
    assert apart["splits"] == {"train": 64, "validation": 8, "test": 8}
    assert apart["origins_across_splits"] == 4
    assert split(capsys, project, "--draw", "--keep-together")["origins_across_splits"] == 0


def test_whoever_is_on_both_sides_is_a_warning_with_the_call_that_mends_it(project, capsys):
    split(capsys, project, "--draw", "--no-keep-together")
    main(["split", str(project)])
    told = capsys.readouterr().out
    assert "4 speakers are in training and in test: results will look better" in told
    assert "--draw --keep-together" in told


def test_takes_are_moved_by_a_pattern_and_speakers_by_their_names(project, capsys):
    moved = split(capsys, project, "--to", "test", "--search", "*_[0-4].wav")
    assert (moved["moved"], moved["splits"]["test"]) == (40, 40)
    moved = split(capsys, project, "--to", "validation", "--of", "cy", "--of", "dan")
    assert moved["moved"] == 40
    assert moved["splits"] == {"train": 20, "validation": 40, "test": 20}
    both = split(capsys, project, "--to", "train", "--of", "cy", "--search", "1_cy_7")
    assert both["moved"] == 1


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (["--to", "test"], "what to move"),
        (["--of", "ada"], "where to"),
        (["--to", "test", "--of", "zoe"], "There is: ada, bo"),
        (["--to", "test", "--search", "nowhere"], "Nothing was found"),
        (["--draw", "1:2"], "Write it as 70:15:15"),
        (["--draw", "-1:2:3"], "Write it as 70:15:15"),
        (["--draw", "nan:2:3"], "Write it as 70:15:15"),
    ],
)
def test_a_wish_that_cannot_be_is_a_sentence(project, capsys, call, said):
    call = [f"--draw={call[1]}"] if call[0] == "--draw" else call
    assert said in split(capsys, project, *call)


@pytest.fixture
def parted(project, capsys):
    """Return a project whose speakers are on both sides of the split."""
    split(capsys, project, "--draw", "--no-keep-together")
    return project


def test_runs_that_waited_are_told_who_is_on_both_sides(parted, capsys):
    assert main(["queue", str(parted), "--run"]) == 0
    assert "4 speakers are in training and in test" in capsys.readouterr().err


@pytest.mark.parametrize(("rank", "times"), [(0, 1), (1, 0)])
def test_of_a_team_that_nobody_watches_the_first_one_says_it(
    parted, capsys, monkeypatch, rank, times
):
    def work(emit, stop):
        return None

    monkeypatch.setattr(team_run, "team_work", lambda *_given: work)
    with Project.open(parted) as opened:
        training._worked(opened, SimpleNamespace(rank=rank), None, lambda _project, _spec: "")
    assert capsys.readouterr().err.count("speakers are in training") == times


def test_a_split_is_cut_in_the_order_of_import(project, capsys):
    shown = split(capsys, project, "--draw", "50:25:25", "--in-order")

    assert shown["splits"] == {"train": 40, "validation": 20, "test": 20}
    with Project.open(project, read_only=True) as opened, opened.index() as index:
        assert index.is_in_order()


def test_an_order_without_a_draw_is_refused_with_what_is_missing(project, capsys):
    assert "--draw" in split(capsys, project, "--in-order")
