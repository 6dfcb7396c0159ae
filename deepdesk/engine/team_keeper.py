"""Checkpoints of a run that several processes train: the first one writes, all keep in step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from deepdesk.engine.keeper import Keeper
from deepdesk.engine.progress import RunProgress
from deepdesk.engine.team import Team
from deepdesk.project.runs import RunFolder

if TYPE_CHECKING:
    from deepdesk.engine.network import Network
    from deepdesk.engine.recorder import Recorder


class TeamKeeper(Keeper):
    """A keeper of which every process of a team has one, and asks it at the same places.

    When to save is the first one's decision, because clocks differ; before it copies anything,
    it is given what the others gathered.

    Args:
        team: The processes.
        run, progress, given: As of a keeper.
    """

    def __init__(self, run: RunFolder, progress: RunProgress, *, team: Team, **given: Any) -> None:
        super().__init__(run, progress, **given)
        self.team = team
        self._is_leading = False

    def save_if_due(self, network: Network, recorder: Recorder, *, epoch_end: bool = False) -> None:
        """Begin a checkpoint when the first process finds that it is time."""
        if self._led(partial(self.is_due, epoch_end=epoch_end)):
            self.save(network, recorder)

    def save(self, network: Network, recorder: Recorder, *, must: bool = False) -> None:
        """Copy the state of now in the first process, which commits it."""
        recorder.gather()
        self._led(partial(super().save, network, recorder, must=must))
        if not self.team.is_lead:
            self._copied_at = (self.progress.step, self.progress.epochs_done)

    def settle(self, *, raises: bool = False) -> None:
        """Wait until the first process has committed; raise everywhere what it met."""
        self._led(partial(super().settle, raises=raises))

    def good_steps(self) -> list[int]:
        """Return the steps of the committed states that are whole, newest first."""
        return list(self._led(super().good_steps))

    def restore(self, step: int, network: Network, recorder: Recorder) -> None:
        """Put everything back in every process; what was gathered is counted once."""
        super().restore(step, network, recorder)
        if not self.team.is_lead:
            recorder.forget()

    def part(self) -> None:
        """Ask nobody any more: the others have gone, or are about to."""
        self._is_leading = True

    def _led(self, act: Callable[[], Any]) -> Any:
        # What the first process does on behalf of all may ask this keeper again.
        if self._is_leading:
            return act()
        return self.team.led(partial(self._leading, act))

    def _leading(self, act: Callable[[], Any]) -> Any:
        self._is_leading = True
        try:
            return act()
        finally:
            self._is_leading = False
