"""The errors that are meant for a person: one sentence, and one remedy.

Whatever is not a `DeepDeskError` is a bug of ours and is reported as one.
"""

from __future__ import annotations

# What a person may know of the packages that the program stands on.
PACKAGE_WORDS = {
    "torch": "PyTorch, which trains the networks,",
    "torchvision": "torchvision, a part of PyTorch,",
    "numpy": "NumPy, which holds all numbers,",
    "PySide6": "Qt, which draws the window,",
    "PIL": "Pillow, which reads pictures,",
    "soundfile": "soundfile, which reads sounds,",
    "sounddevice": "sounddevice, which plays and records sounds,",
}


class DeepDeskError(Exception):
    """The world said no.

    Attributes:
        message: One plain sentence about what happened.
        hint: One plain sentence about what to do, or "".
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ReportedError(DeepDeskError):
    """What another process said went wrong.

    Attributes:
        report: Its traceback where it met a bug, "" otherwise.
    """

    def __init__(self, message: str, hint: str = "", *, report: str = "") -> None:
        super().__init__(message, hint)
        self.report = report


class PackageError(DeepDeskError):
    """A package of others, such as PyTorch, does not load: the installation is broken.

    Attributes:
        package: Its name as it is imported, such as "torch".
        reason: The last line of what Python said.
        remedy: What to do where no repair of the installation helps, one sentence, or "".
    """

    def __init__(self, package: str, reason: str, remedy: str = "") -> None:
        self.package = package
        self.reason = reason
        self.remedy = remedy
        words = f"{PACKAGE_WORDS.get(package, package)} does not load."
        super().__init__(words, f"{reason.rstrip('.')}. {remedy}".strip())


class ConfigError(DeepDeskError):
    """A setting cannot work.

    Attributes:
        key: The name of the setting, for the form to show the message beside it.
    """

    def __init__(self, key: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.key = key


class ProjectError(DeepDeskError):
    """A project folder is missing, damaged, newer than this program or in use."""


class DatasetError(DeepDeskError):
    """A source of data does not fit the task."""


class GraphError(DeepDeskError):
    """A network cannot be built.

    Attributes:
        node: The id of the block at fault, or "" when it is the whole graph.
        code: A short stable name of the mistake, for the remedy on the canvas.
    """

    def __init__(self, message: str, hint: str = "", *, node: str = "", code: str = "") -> None:
        super().__init__(message, hint)
        self.node = node
        self.code = code


class DeviceError(DeepDeskError):
    """A device is missing, or its memory is full."""


class StorageError(DeepDeskError):
    """A file could not be written or read: disk full, no permission, share gone."""


class BadSampleError(DeepDeskError):
    """One file cannot be used; it is listed with this reason and passed over.

    Attributes:
        code: A short stable name of the reason, the same for all files with it.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.code = code
