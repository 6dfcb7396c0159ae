"""On macOS the program is started through its bundle, which the system knows by name and icon."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from deepdesk.launcher.places import RUNTIME_VARIABLE

# What the bundle's program (packaging/installers/macos/stub.c) tells, and what it is told.
STUB_VARIABLE = "DEEPDESK_STUB"
ENVIRONMENT_VARIABLE = "DEEPDESK_ENVIRONMENT"


def through_bundle(
    command: Sequence[str],
    *,
    platform: str = sys.platform,
    variables: Mapping[str, str] | None = None,
) -> list[str]:
    """Return the command that does the same as `command`, but from inside the bundle.

    Only what the system started from there gets its icon, its documents, the microphone and the
    camera. Without a bundle, and on other systems, it is `command` itself.

    Args:
        command: An environment's Python, `-m deepdesk`, and the program's arguments.
        platform: As in `sys.platform`.
        variables: None for those of this process.
    """
    variables = os.environ if variables is None else variables
    stub = variables.get(STUB_VARIABLE, "")
    if platform != "darwin" or not stub.endswith("/Contents/MacOS/DeepDesk"):
        return list(command)
    environment = Path(command[0]).parents[1]
    # The bundle need not be told which folder: only what differs from the usual is passed on.
    told = {ENVIRONMENT_VARIABLE: environment.name.removeprefix("env-")}
    if RUNTIME_VARIABLE in variables:
        told[RUNTIME_VARIABLE] = str(environment.parent)
    options = [word for name, value in told.items() for word in ("--env", f"{name}={value}")]
    # What is opened starts in another folder, so what names a file has to name it in full.
    arguments = [
        str(Path(word).absolute()) if Path(word).exists() else word for word in command[3:]
    ]
    bundle = str(Path(stub).parents[2])
    return ["/usr/bin/open", "-n", bundle, *options, "--args", *arguments]
