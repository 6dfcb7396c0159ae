"""What Optuna is asked: the next values to try, and whether a trial is worth going on with.

A study lives no longer than a trial. It is rebuilt from the runs by telling it of every earlier
trial again, in order, so that nothing of Optuna's is ever read from a disk; each proposal is a
function of (seed, number of the trial, what earlier trials reached).

Bayesian search is the tree-structured Parzen estimator (Bergstra et al., 2011,
https://papers.nips.cc/paper/4443); halving is asynchronous successive halving (Li et al., 2020,
arXiv:1810.05934): of the trials that come to a rung, a third goes on to three times the epochs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from deepdesk.core.chance import key_of
from deepdesk.project.searches import Dimension, SearchFile, Trial

if TYPE_CHECKING:
    import optuna

_FACTOR = 3
_RUNGS = 2
# Before this many trials nothing can be learned from them.
_FEWEST_FIRST, _MOST_FIRST = 3, 10
_SEEDS = 2**31


class Proposal:
    """The values of one trial, and the judgement over it while it runs.

    Args:
        search: What was asked.
        earlier: Trials with lower numbers, in any order.
        number: Of this trial, from 0.
        epochs: How long a trial is; rungs are parts of it.
    """

    def __init__(
        self, search: SearchFile, earlier: Sequence[Trial], number: int, epochs: int
    ) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._space = _distributions(search.space)
        self._epochs = epochs
        self._study = optuna.create_study(
            direction="maximize" if search.is_higher_better else "minimize",
            sampler=optuna.samplers.RandomSampler(seed=0),
            pruner=_pruner(search.method, epochs),
        )
        for trial in sorted(earlier, key=lambda one: one.number):
            if trial.number < number and trial.state != "open":
                self._tell(trial)
        seed = key_of("search", search.seed, number) % _SEEDS
        self._study.sampler = _SAMPLERS[search.method](seed, search.trials)
        self._told: set[int] = set()
        self._trial: optuna.Trial | None = None

    def params(self) -> Mapping[str, Any]:
        """Return the values to try."""
        self._trial = self._study.ask(self._space)
        return dict(self._trial.params)

    def adopt(self, params: Mapping[str, Any]) -> None:
        """Take the values that a run was begun with, which goes on."""
        self._study.enqueue_trial(dict(params))
        self._trial = self._study.ask(self._space)

    def is_hopeless(self, epoch: int, value: float) -> bool:
        """Tell what a trial reached after an epoch; return whether to let go of it."""
        assert self._trial is not None
        if epoch in self._told:
            return False
        self._told.add(epoch)
        self._trial.report(value, epoch)
        return epoch < self._epochs and self._trial.should_prune()

    def _tell(self, trial: Trial) -> None:
        """Live through an earlier trial again."""
        from optuna.trial import TrialState

        self._study.enqueue_trial(dict(trial.params))
        told = self._study.ask(self._space)
        for epoch, value in trial.epochs:
            told.report(value, epoch)
            # The verdict is known; asking is what takes the trial up its rungs.
            told.should_prune()
        if trial.state == "pruned" and trial.epochs:
            self._study.tell(told, state=TrialState.PRUNED)
        elif trial.state == "done" and trial.value is not None:
            self._study.tell(told, trial.value)
        else:
            self._study.tell(told, state=TrialState.FAIL)


def _distributions(space: Sequence[Dimension]) -> dict[str, Any]:
    from optuna import distributions as ways

    def number(one: Dimension) -> Any:
        return ways.FloatDistribution(one.low, one.high, log=one.is_log)

    def whole(one: Dimension) -> Any:
        return ways.IntDistribution(int(one.low), int(one.high), log=one.is_log)

    def choice(one: Dimension) -> Any:
        return ways.CategoricalDistribution(one.choices)

    make: dict[str, Callable[[Dimension], Any]] = {"float": number, "int": whole, "choice": choice}
    return {one.name: make[one.kind](one) for one in space}


def _random(seed: int, _trials: int) -> Any:
    import optuna

    return optuna.samplers.RandomSampler(seed=seed)


def _bayesian(seed: int, trials: int) -> Any:
    import optuna

    first = max(_FEWEST_FIRST, min(_MOST_FIRST, trials // 3))
    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=first)


_SAMPLERS: dict[str, Callable[[int, int], Any]] = {
    "random": _random,
    "bayesian": _bayesian,
    "halving": _random,
}


def _pruner(method: str, epochs: int) -> Any:
    import optuna

    if method != "halving":
        return optuna.pruners.NopPruner()
    lowest = max(1, round(epochs / _FACTOR**_RUNGS))
    return optuna.pruners.SuccessiveHalvingPruner(
        min_resource=lowest, reduction_factor=_FACTOR, bootstrap_count=0
    )
