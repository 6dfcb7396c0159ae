"""The pictures of the comparison: train and validation folders of hard links to the real ones."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "cifar10"


def split_folder(folder: Path) -> Path:
    """Return a folder with train/<class>/ and test/<class>/, and validation beside them.

    DeepDesk reads train and validation; the others read train and test: the same files.
    """
    for split, names in (("train", ("train",)), ("test", ("test", "validation"))):
        for path in sorted((DATA / split).glob("*/*.jpg")):
            for name in names:
                root = folder / ("ours" if name == "validation" else "theirs")
                _link(path, root / name / path.parent.name / path.name)
                if name == "train":
                    _link(path, folder / "ours" / name / path.parent.name / path.name)
    return folder / "theirs"


def ours(theirs: Path) -> Path:
    """Return DeepDesk's folder beside the others'."""
    return theirs.parent / "ours"


def _link(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, target)
    except OSError:
        shutil.copy(path, target)
