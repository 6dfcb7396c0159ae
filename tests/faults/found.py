"""What a kind of fault came to: how often it was tried, and every time it was not survived."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

MAX_LISTED = 20


@dataclass(slots=True, kw_only=True)
class Found:
    """Rounds and failures of one kind of fault; failures carry what is needed to repeat them."""

    rounds: int = 0
    failures: list[str] = field(default_factory=list)
    notes: dict[str, object] = field(default_factory=dict)
    start_s: float = field(default_factory=time.monotonic)

    def add(self, other: Found) -> None:
        """Take in what another part found."""
        self.rounds += other.rounds
        self.failures += other.failures
        for name, value in other.notes.items():
            mine = self.notes.get(name, 0)
            both = isinstance(value, int) and isinstance(mine, int)
            self.notes[name] = value + mine if both else value  # type: ignore[operator]

    def row(self) -> dict[str, object]:
        """Return a row of the table."""
        return {
            "rounds": self.rounds,
            "failures": len(self.failures),
            "seconds": round(time.monotonic() - self.start_s, 1),
            **self.notes,
            "first_failures": self.failures[:MAX_LISTED],
        }
