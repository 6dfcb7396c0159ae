"""Driving uv: what it is told, and in which surroundings it runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.work import StopToken
from deepdesk.launcher.places import Places
from deepdesk.launcher.plain_files import full_disk
from deepdesk.launcher.processes import Said, Watched, clean_environment
from deepdesk.launcher.uv_words import Trouble, trouble_in, without_secrets

# Where a person or a company set one of these, packages come from where they say.
OWN_SETTINGS = (
    "UV_INDEX",
    "UV_DEFAULT_INDEX",
    "UV_INDEX_URL",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_CONFIG_FILE",
)
_MISLEADING = ("UV_PYTHON", "UV_PROJECT", "UV_WORKING_DIR", "UV_NO_CACHE", "UV_TORCH_BACKEND")


class UvError(DeepDeskError):
    """Uv could not do what it was told.

    Attributes:
        trouble: What kind, for whether something else is worth trying.
    """

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.message, trouble.hint)
        self.trouble = trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Uv:
    """One way of calling uv.

    Attributes:
        note: Takes each line for the log.
        wheels: A folder that everything is taken from, None to fetch.
        held: Descriptor of the lock, which uv holds too; None for none.
    """

    places: Places
    stop: StopToken
    note: Callable[[str], None]
    wheels: Path | None = None
    held: int | None = None

    def run(self, arguments: Sequence[str], tick: Callable[[], None] = lambda: None) -> Said:
        """Run uv to its end and return what it said.

        Args:
            tick: Called four times a second meanwhile, to tell how far it is.

        Raises:
            UvError: It failed; the message says why.
            StorageError: The disk is full.
            StoppedError: Somebody asked for the end; uv was ended.
            DeepDeskError: It cannot be started.
        """
        self.note(f"uv {' '.join(arguments)}")
        watched = Watched(
            stop=self.stop,
            folder=self.places.runtime,
            environment=uv_environment(self.places, self.wheels),
            held=self.held,
        )
        try:
            said = watched.run([str(self.places.uv), *arguments], tick)
        except OSError as error:
            raise DeepDeskError(
                f"{self.places.uv} cannot be started ({error.strerror or error}).",
                "Install DeepDesk again.",
            ) from error
        text = without_secrets(said.err)
        self.note(text.strip())
        if said.code != 0:
            trouble = trouble_in(text, said.code)
            raise full_disk(self.places.runtime) if trouble.kind == "full" else UvError(trouble)
        return said


def uv_environment(places: Places, wheels: Path | None = None) -> dict[str, str]:
    """Return the environment variables that uv runs with.

    Args:
        wheels: A folder that everything is taken from, None to fetch.
    """
    given = {key: value for key, value in clean_environment().items() if key not in _MISLEADING}
    environment = {
        # A wheel of 3 GB over a slow line has pauses; uv's own limit is 30 s.
        "UV_HTTP_TIMEOUT": "300",
        "UV_CONCURRENT_DOWNLOADS": "4",
        # Company networks put certificates of their own into the system's store.
        "UV_SYSTEM_CERTS": "1",
        **given,
        "UV_CACHE_DIR": str(places.cache),
        "UV_PYTHON_INSTALL_DIR": str(places.python),
        # That Python is for this program alone: no other is to find it.
        "UV_PYTHON_INSTALL_BIN": "0",
        "UV_PYTHON_INSTALL_REGISTRY": "0",
        "UV_NO_PROGRESS": "1",
        "NO_COLOR": "1",
    }
    if not any(os.environ.get(name) for name in OWN_SETTINGS):
        environment["UV_NO_CONFIG"] = "1"
    if wheels is not None:
        # As an address: spaces and commas would part a path in two.
        environment |= {"UV_FIND_LINKS": wheels.as_uri(), "UV_OFFLINE": "1"}
    # An installer that works without a network carries Python as well.
    for folder in [*([wheels / "python"] if wheels else []), places.payload / "python"]:
        if folder.is_dir():
            environment.setdefault("UV_PYTHON_INSTALL_MIRROR", folder.as_uri())
    return environment
