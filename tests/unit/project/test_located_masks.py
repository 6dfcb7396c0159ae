"""What a survey reads of drawings: masks are found from everywhere."""

from __future__ import annotations

from deepdesk.core.drawing import Box, Drawing, MaskFile, target_of
from deepdesk.core.task import Found
from deepdesk.project.index import SampleIndex


def test_a_survey_is_told_where_masks_lie(tmp_path):
    names = ((0, "sky"),)
    mask = MaskFile(path="../masks/a.png", names=names)
    box = Box(label="sky", left=0, top=0, right=2, bottom=2)
    drawings = {
        "a.png": Drawing(width_px=8, height_px=6, mask=mask),
        "b.png": Drawing(width_px=8, height_px=6, shapes=(box,)),
    }
    folder = tmp_path / "images"
    found = [
        Found(path=folder / name, split="train", target=target_of(drawing))
        for name, drawing in drawings.items()
    ]
    with SampleIndex(tmp_path / "index.sqlite") as index:
        index.add(found, source=str(folder))
        first, second = index.targets("train", "drawing")
        _ids, _paths, _classes, targets = index.training_rows("train", "drawing")

    assert first["mask"] == {"path": str(tmp_path / "masks" / "a.png"), "names": [[0, "sky"]]}
    assert second == target_of(drawings["b.png"])
    # What a run keeps of its samples still says it from the picture on.
    assert targets[0]["mask"]["path"] == "../masks/a.png"
