"""Answers drawn over pictures as a file, asked for on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.payloads import Boxes, Image, Mask
from deepdesk.terminal.given import STANDARD_INPUT, shown_name
from deepdesk.terminal.watch import say

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec
    from deepdesk.data.answer_files import PictureAnswer

Arguments = argparse.Namespace


def add_answer_file(verb: argparse.ArgumentParser) -> None:
    """Add the argument for it."""
    verb.add_argument(
        "--to",
        type=Path,
        metavar="FILE",
        help="write boxes or masks to a file that ends in .json (COCO) or .csv; masks go to a"
        " folder as pictures if the name has no ending",
    )


class AnswerFile:
    """Gathers the answers of one call and writes them at its end, where a file is asked for.

    Raises:
        DeepDeskError: The task answers with neither boxes nor masks, or the file's name has no
            known ending.
    """

    def __init__(self, arguments: Arguments, spec: TaskSpec) -> None:
        from deepdesk.data.answer_files import check_format

        self._arguments = arguments
        self._gives = spec.gives
        self._path: Path | None = arguments.to
        self._packed: list[tuple[Path, bytes]] = []
        self._has_pictures = spec.gives is Mask and self._path is not None
        self._has_pictures = self._has_pictures and not arguments.to.suffix
        if self._path is None:
            return
        if spec.gives not in (Boxes, Mask):
            raise DeepDeskError(
                f"{spec.title} answers with nothing that is drawn on a picture.",
                "Leave --to out, and use --json for answers as JSON.",
            )
        if not self._has_pictures:
            check_format(self._path)

    def take(self, prediction: Any) -> None:
        """Keep an answer if it is a final one."""
        from deepdesk.core.answer_filter import EVERYTHING, filtered, sized
        from deepdesk.data.answer_files import packed

        if self._path is None or prediction.error or not prediction.is_final:
            return
        answer = prediction.answer
        if isinstance(answer, Boxes) and isinstance(prediction.given, Image):
            answer = sized(answer, prediction.given.pixels_HWC)
        answer = filtered(answer, EVERYTHING)
        self._packed.append((prediction.path, packed(answer)))

    def finish(self) -> None:
        """Write what was kept, and say how much.

        Raises:
            StorageError: It cannot be written.
        """
        from deepdesk.data.answer_files import write_answers, write_masks

        if self._path is None or not self._packed:
            return
        if self._has_pictures:
            written = write_masks(self._answers(), self._path)
        else:
            written = write_answers(self._answers(), self._path, self._gives)
        row = {"to": str(self._path), "pictures": written.pictures, "answers": written.things}
        several = "picture" if written.pictures == 1 else "pictures"
        words = f"Wrote the answers to {written.pictures:,} {several} to {self._path}"
        say(self._arguments, row, words)

    def _answers(self) -> Iterator[PictureAnswer]:
        from deepdesk.data.answer_files import PictureAnswer, names_below, unpacked

        paths = [Path(shown_name(path)).absolute() for path, _data in self._packed]
        names = names_below(paths)
        for (_path, data), name in zip(self._packed, names, strict=True):
            shown = str(STANDARD_INPUT) if shown_name(_path) == "-" else name
            yield PictureAnswer(name=shown, answer=unpacked(data))
