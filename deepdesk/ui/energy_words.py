"""Energy and its cost in words."""

from __future__ import annotations

from deepdesk.project.preferences import Preferences
from deepdesk.ui.time_words import SPACE

JOULES_PER_WATT_HOUR = 3600.0


def energy_text(joules: float) -> str:
    """Return an energy in the unit that people pay for: "0.4 Wh", "12 Wh", "1.40 kWh"."""
    hours = joules / JOULES_PER_WATT_HOUR
    if hours >= 1000:
        return f"{hours / 1000:.2f}{SPACE}kWh"
    return f"{hours:.0f}{SPACE}Wh" if hours >= 10 else f"{hours:.1f}{SPACE}Wh"


def cost_text(joules: float, preferences: Preferences) -> str:
    """Return what an energy costs at a person's tariff, "" where no tariff is stated."""
    if not preferences.price_per_kwh or not joules:
        return ""
    cost = joules / JOULES_PER_WATT_HOUR / 1000 * preferences.price_per_kwh
    digits = 2 if cost >= 0.1 else 4
    return f"{cost:.{digits}f}{SPACE}{preferences.currency}".rstrip()
