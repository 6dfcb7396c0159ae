"""What a person prefers in every project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from deepdesk.core.errors import ConfigError, ProjectError
from deepdesk.core.settings import Knob, from_json, to_json
from deepdesk.project.safe_write import read_json, write_json
from deepdesk.project.user_folder import user_folder

_FILE = "preferences.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Settings of the program itself."""

    theme: Annotated[
        str,
        Knob(
            label="Theme",
            help="Follow the system, or stay light or dark.",
            choices=(("system", "As the system"), ("light", "Light"), ("dark", "Dark")),
            more=False,
        ),
    ] = "system"
    device: Annotated[
        str,
        Knob(
            label="Device",
            help="Where to train: auto takes the fastest one, or type a name such as cpu.",
        ),
    ] = "auto"
    decoded_gb: Annotated[
        float,
        Knob(
            label="Room for decoded samples",
            help="Samples are decoded once and kept in their project; what was used longest ago"
            " goes first. 0 takes a tenth of the disk.",
            unit="GB",
            low=0.0,
            high=100_000.0,
        ),
    ] = 0.0
    reopen_last: Annotated[
        bool,
        Knob(
            label="Open the last project at the start",
            help="Otherwise the welcome page is shown.",
        ),
    ] = False
    watts: Annotated[
        float,
        Knob(
            label="Power while training",
            help="What this computer draws from the socket while it trains, for forecasts of"
            " energy where no counter can be read; 0 for not known.",
            unit="W",
            low=0.0,
            high=100_000.0,
            zero="not known",
        ),
    ] = 0.0
    price_per_kwh: Annotated[
        float,
        Knob(
            label="Price of electricity",
            help="What a kilowatt hour costs you; 0 for not known.",
            unit="per kWh",
            low=0.0,
            high=1_000.0,
            zero="not known",
        ),
    ] = 0.0
    currency: Annotated[
        str,
        Knob(label="Currency", help="Shown behind costs, for instance \N{EURO SIGN} or kr."),
    ] = "\N{EURO SIGN}"


def load() -> Preferences:
    """Return the saved preferences; what is damaged, unknown or illegal counts as not set."""
    try:
        values = read_json(user_folder() / _FILE, limit_bytes=1 << 20)
    except ProjectError:
        return Preferences()
    legal = {}
    for key, value in values.items() if isinstance(values, dict) else ():
        # One by one: a setting of a newer version must not cost all others.
        try:
            from_json(Preferences, {key: value})
        except ConfigError:
            continue
        legal[key] = value
    return from_json(Preferences, legal)


def save(preferences: Preferences) -> None:
    """Keep the preferences.

    Raises:
        StorageError: They cannot be written.
    """
    write_json(user_folder() / _FILE, to_json(preferences))
