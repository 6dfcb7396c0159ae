"""Going back to the last good state, changing something, and saying so.

A run meets two things that it can get over by itself: numbers that became infinite, and a
memory that is full. In both it goes on from a committed state as if nothing had happened since,
with a lower learning rate or with smaller parts of a batch; both are part of its checkpoints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Retreated, Said
from deepdesk.core.work import StopToken
from deepdesk.data.shelf import Shelf
from deepdesk.engine.blame import SAMPLES, Blame, first_bad
from deepdesk.engine.keeper import Keeper
from deepdesk.engine.memory import give_back, let_go
from deepdesk.engine.network import Network
from deepdesk.engine.recorder import Recorder
from deepdesk.engine.trouble import MEMORY_ERRORS, NotFiniteError, is_memory_full, memory_error

_MOST_IN_A_ROW = 3
_RATE_CUT = 0.5
_LOWEST_SCALE = 1e-3
_LOOK_S = 20.0

Replay = Callable[[], Iterator[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What made a run stop in its tracks.

    Attributes:
        step: Optimiser steps done when it was noticed.
        error: That numbers are infinite or none; None when the memory was full.
    """

    step: int
    error: NotFiniteError | None = None


class Retreat:
    """Takes a run back and on.

    Args:
        network: Put back in place.
        recorder: Put back too, so that nothing is counted twice.
        keeper: Has the good states.
        steps_per_epoch: To say where the curves end.
        shelves: Hold samples where the memory may become short.

    Attributes:
        titles: Block id to its title on the canvas, for what is said.
    """

    def __init__(
        self,
        network: Network,
        recorder: Recorder,
        keeper: Keeper,
        *,
        steps_per_epoch: int,
        shelves: Sequence[Shelf] = (),
    ) -> None:
        self.titles: Mapping[str, str] = {}
        self._network = network
        self._recorder = recorder
        self._keeper = keeper
        self._steps_per_epoch = steps_per_epoch
        self._shelves = shelves
        self._in_a_row = 0
        self._failed_step = 0

    def trouble_of(self, train: Callable[[], None]) -> Trouble | None:
        """Train; return what went wrong, once nothing of it is held any more.

        Raises:
            Exception: What a run cannot get over.
        """
        try:
            train()
        except NotFiniteError as error:
            return Trouble(step=error.step, error=error.with_traceback(None))
        except MEMORY_ERRORS as error:
            # Of a team the others are in the middle of the step and cannot go back with this one.
            if self._network.compute.team.size > 1 or not is_memory_full(error):
                raise
            let_go(error)
            return Trouble(step=self._keeper.progress.step)
        return None

    def get_over(
        self, trouble: Trouble, replay: Replay, sizes: tuple[int, int], stop: StopToken
    ) -> None:
        """Go back and change what helps against this trouble.

        Args:
            trouble: What went wrong.
            replay: See `with_lower_rate`.
            sizes: (samples per step, parts of a batch).
            stop: Ends the search for what is to blame.

        Raises:
            DeepDeskError: Nothing helped.
        """
        if trouble.error is not None:
            self.with_lower_rate(trouble.error, replay, stop)
        else:
            self.with_smaller_parts(trouble.step, batch_size=sizes[0], parts=sizes[1])

    def with_lower_rate(self, error: NotFiniteError, replay: Replay, stop: StopToken) -> None:
        """Go back before numbers became infinite and go on with half the learning rate.

        Each time in a row without getting further it goes back to an older state.

        Args:
            error: Says at which step it was noticed.
            replay: Takes the steps from the keeper's state again and yields their numbers.
            stop: Ends the search for the block that is to blame.

        Raises:
            DeepDeskError: It does not help, or there is nothing to go back to.
        """
        good = self._keeper.good_steps()
        if not good:
            raise error
        is_further = error.step > self._failed_step
        self._in_a_row = 1 if is_further else self._in_a_row + 1
        self._failed_step = max(error.step, self._failed_step)
        self._back_to(good[0])
        # A team would have to agree on when to give up looking.
        steps = replay() if self._network.compute.team.size == 1 else iter(())
        blame = first_bad(
            self._network.model, self._network.optimizer, steps, seconds=_LOOK_S, stop=stop
        )
        scale = self._back_to(good[min(self._in_a_row, len(good)) - 1]) * _RATE_CUT
        happened = self._words(blame, error.step)
        if self._in_a_row > _MOST_IN_A_ROW or scale < _LOWEST_SCALE:
            raise DeepDeskError(f"{happened} A lower learning rate did not help.", _remedy(blame))
        self._keeper.progress.rate_scale = scale
        now = f"the learning rate is now {scale:g} of what was set"
        self._go_on(f"{happened} Training went back to {self._place()}; {now}.", error.step, blame)

    def with_smaller_parts(self, step: int, *, batch_size: int, parts: int) -> None:
        """Go back before the memory was full and go on with twice as many parts of a batch.

        Samples that are held in that memory are let go first; only then is a batch cut.

        Args:
            step: Optimiser steps done when it was full.
            batch_size: Samples per step, which stay as they are.
            parts: Parts so far.

        Raises:
            DeviceError: One sample at a time is too much, or there is nothing to go back to.
        """
        has_room = self._dropped_samples()
        give_back(self._network.compute.device)
        good = self._keeper.good_steps()
        if not good or (parts >= batch_size and not has_room):
            raise memory_error()
        self._back_to(good[0])
        now = "The samples now stay on the disk; the result is the same."
        if not has_room:
            parts = min(2 * parts, batch_size)
            self._keeper.progress.parts = parts
            now = (
                f"Each batch of {batch_size:,} is now worked through in {parts:,} parts of"
                f" {-(-batch_size // parts):,}; the result stays the same apart from batch norms."
            )
        text = f"The memory of the device was full. {now} Training went back to {self._place()}."
        self._go_on(text, step + 1, None)

    def _dropped_samples(self) -> bool:
        """Let go of samples that lie in the memory of the device; return whether any did."""
        device = self._network.compute.device
        filled = [shelf for shelf in self._shelves if shelf.is_filling(device)]
        for shelf in filled:
            shelf.drop()
        return bool(filled)

    def _back_to(self, step: int) -> float:
        """Put a committed state back but for what was changed since; return the rate's factor."""
        progress = self._keeper.progress
        scale, parts = progress.rate_scale, progress.parts
        size = progress.evaluation_size
        self._network.optimizer.zero_grad(set_to_none=True)
        self._keeper.restore(step, self._network, self._recorder)
        progress.rate_scale = min(scale, progress.rate_scale)
        progress.parts = max(parts, progress.parts)
        progress.evaluation_size = size or progress.evaluation_size
        return progress.rate_scale

    def _go_on(self, text: str, failed_step: int, blame: Blame | None) -> None:
        """Commit the changed state in place of what was there, and tell."""
        self._keeper.go_other_way(self._network, self._recorder)
        progress = self._keeper.progress
        event = Retreated(
            step=progress.step,
            epoch=progress.step / self._steps_per_epoch,
            best_epoch=progress.best_epoch,
            failed_step=blame.step if blame else failed_step,
            block=blame.block if blame else "",
            text=text,
        )
        self._keeper.emit(event)
        self._keeper.emit(Said(text=text, level="warning"))

    def _place(self) -> str:
        step = self._keeper.progress.step
        return f"step {step:,}" if step else "the beginning"

    def _words(self, blame: Blame | None, noticed: int) -> str:
        if blame is None:
            return f"The loss is no longer a number after step {noticed:,}."
        if blame.what == SAMPLES:
            return f"The samples of step {blame.step:,} hold numbers that are infinite or none."
        title = self.titles.get(blame.block, "")
        name = f"{title} ({blame.block})" if title else blame.block
        return (
            f"Numbers became infinite at step {blame.step:,}, first in the {blame.what}"
            f" of the block {name}."
        )


def _remedy(blame: Blame | None) -> str:
    if blame is not None and blame.what == SAMPLES:
        return "Look for damaged samples in the Dataset tab."
    return "Set a lower learning rate or clip gradients, or put a norm before that block."
