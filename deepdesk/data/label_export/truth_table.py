"""A table of files with what is known of them: a class, a text or numbers, and the split."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from deepdesk.data.label_export.writing import Place
from deepdesk.project.index import Sample


class TruthTable:
    """Gathers rows; the columns of numbers are known when all of them came.

    Args:
        place: Where to.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._rows: list[dict[str, str]] = []
        self._numbers: dict[str, None] = {}
        self._columns: set[str] = set()

    def add(self, sample: Sample, name: str) -> bool:
        """Take a sample; return whether anything is known of it.

        Args:
            sample: From the index.
            name: Of its file in the export.

        Raises:
            OSError: Its file cannot be copied.
        """
        known = _known(sample)
        if not known:
            return False
        path = self._place.file(sample.path, name, "files")
        self._columns |= {"label", "text"} & known.keys()
        self._numbers.update(dict.fromkeys(key for key in known if key not in ("label", "text")))
        self._rows.append({"path": path, **known, "split": sample.split})
        return True

    def finish(self) -> None:
        """Write the table, where there is anything to write."""
        if not self._rows:
            return
        told = [name for name in ("label", "text") if name in self._columns]
        header = ["path", *told, *self._numbers, "split"]
        text = io.StringIO()
        rows = csv.DictWriter(text, header, restval="")
        rows.writeheader()
        rows.writerows(self._rows)
        self._place.text("labels.csv", text.getvalue())


def _known(sample: Sample) -> dict[str, str]:
    target: Any = sample.target
    known = {} if sample.label is None else {"label": sample.label}
    if isinstance(target, str):
        return {**known, "text": target}
    if isinstance(target, Mapping):
        numbers = {
            str(key): repr(float(value))
            for key, value in target.items()
            if isinstance(value, int | float) and key not in ("path", "split", "label", "text")
        }
        return {**known, **numbers}
    return known
