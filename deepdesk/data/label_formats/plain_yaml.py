"""Small YAML files of strangers: plain values, without references that could grow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from deepdesk.data.label_formats.label_files import text_of
from deepdesk.data.label_formats.reading import BrokenLabelsError

MOST_BYTES = 1 << 18  # lists of a thousand classes take a tenth of it
MOST_DEPTH = 16


def yaml_of(path: Path) -> Any:
    """Return the value of a small YAML file.

    Raises:
        BrokenLabelsError: It cannot be read, is no YAML, or refers to parts of itself.
    """
    import yaml

    text = text_of(path, limit_bytes=MOST_BYTES)
    try:
        depth = 0
        for event in yaml.parse(text, yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                reason = "It refers to parts of itself."
                raise BrokenLabelsError(path, reason, "Write out the parts that it refers to.")
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MOST_DEPTH:
                raise RecursionError
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1} " if mark is not None else "it "
        raise BrokenLabelsError(path, f"It is damaged: {where}is not YAML.") from error
    except (RecursionError, ValueError, TypeError) as error:
        raise BrokenLabelsError(path, "It is damaged, or nested too deeply.") from error
