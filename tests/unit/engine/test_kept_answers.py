"""How far answers are from right: kept beside the checkpoints, and the worst told with an epoch."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

from deepdesk.core.task import Answer
from deepdesk.engine.best_answers import BestAnswers
from deepdesk.engine.evaluation import Evaluation
from deepdesk.engine.recorder import _worst


def evaluation(*errors: float) -> Evaluation:
    answers = [
        Answer(truth="one", answer="on", score=0.5, is_right=error == 0, error=error)
        for error in errors
    ]
    samples = range(10, 10 + len(errors))
    return Evaluation(metrics={"loss": 1.0}, answers=answers, samples=samples)


def columns(tmp_path, *errors):
    kept = BestAnswers(SimpleNamespace(path=tmp_path), [])
    return kept.columns(evaluation(*errors))


def test_errors_are_kept_and_those_that_are_none_become_null(tmp_path):
    kept = columns(tmp_path, 0.5, math.nan, 0.0)

    assert kept["error"] == [0.5, None, 0.0]
    assert json.loads(json.dumps(kept, allow_nan=False)) == kept


def test_where_right_is_all_or_nothing_no_column_is_kept(tmp_path):
    assert "error" not in columns(tmp_path, math.nan, math.nan)


def test_an_epoch_tells_the_answers_farthest_from_right():
    told = _worst(evaluation(*(at / 10 for at in range(12)), math.nan))

    assert [row["error"] for row in told["worst"]] == [1.1, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    assert told["worst"][0]["id"] == 21
    assert _worst(evaluation(math.nan, 0.0)) == {}
