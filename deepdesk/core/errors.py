"""The errors that are meant for a person: one sentence, and one remedy.

Whatever is not a `DeepDeskError` is a bug of ours and is reported as one.
"""

from __future__ import annotations


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
