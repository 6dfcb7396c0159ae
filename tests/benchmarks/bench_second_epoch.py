"""CPU-seconds of data per second epoch: decoded rows against a DataLoader with PIL.

Both give batches of uint8 tensors of the same pictures in random order; the peer opens,
decodes, resizes and makes a tensor of each JPEG, as its tutorials do. Children of the
peer's workers count. The rounds are interleaved and the ratio of the medians is told.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
import torch
from PIL import Image

PICTURES = 5_000
SIDE_PX = 32
SOURCE_PX = 64
BATCH = 128
ROUNDS = 5


def main() -> dict[str, object]:
    """Return CPU-seconds per epoch of both, and seconds of the first epoch of ours."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="deepdesk-epochs-") as name:
        paths = pictures(Path(name) / "source")
        data, feed = ours(Path(name), paths)
        first_s = cpu_seconds(lambda: drain(data, 0))
        peer = loader(paths)
        spent: dict[str, list[float]] = {"ours": [], "peer": []}
        for number in range(1, ROUNDS + 1):
            spent["peer"].append(cpu_seconds(lambda: sum(len(batch) for batch in peer)))
            spent["ours"].append(cpu_seconds(lambda epoch=number: drain(data, epoch)))
        feed.close()
    ours_s, peer_s = (statistics.median(spent[side]) for side in ("ours", "peer"))
    return {
        "pictures": PICTURES,
        "first_epoch_cpu_s": round(first_s, 3),
        "ours_cpu_s": round(ours_s, 4),
        "dataloader_pil_cpu_s": round(peer_s, 4),
        "ratio": round(ours_s / peer_s, 4),
    }


def pictures(folder: Path) -> list[Path]:
    """Write JPEGs of smooth noise, a little larger than they are trained with."""
    folder.mkdir()
    generator = np.random.default_rng(0)
    paths = []
    for number in range(PICTURES):
        small = generator.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        path = folder / f"{number:05d}.jpg"
        Image.fromarray(small).resize((SOURCE_PX, SOURCE_PX)).save(path, quality=90)
        paths.append(path)
    return paths


def ours(folder: Path, paths: list[Path]):  # type: ignore[no-untyped-def]
    """Return (split, feed) as a run has them; decoding begins at once."""
    from contextlib import nullcontext

    from deepdesk.core.task import DataFacts, Truth
    from deepdesk.data.batches import SplitData
    from deepdesk.data.cache import DecodedCache
    from deepdesk.data.feed import Feed, Source
    from deepdesk.tasks import task_of

    spec = task_of("image_classification")
    facts = DataFacts(classes=("a", "b"), typical_size=(SIDE_PX, SIDE_PX))
    task = spec.load()(spec.config(), facts)
    cache = DecodedCache(folder, fields=task.fields, capacity=len(paths))
    source = Source(
        opened=lambda: nullcontext(lambda places: [paths[i] for i in places]),
        decode=lambda _place, path: task.decode(path, Truth()),
        lost=lambda _bad: None,
        note=lambda _bad: None,
    )
    samples = np.arange(len(paths))
    feed = Feed(cache, samples, source, emit=lambda _event: None, workers=(2, 1))
    feed.start()
    labels = {"label": samples % 2}
    return SplitData(samples=samples, arrays=cache.arrays, extras=labels, feed=feed), feed


def drain(data, epoch: int) -> None:  # type: ignore[no-untyped-def]
    """Take every batch of an epoch."""
    from deepdesk.data.batches import training_positions

    for batch in data.stream(training_positions(len(data), batch_size=BATCH, seed=1, epoch=epoch)):
        assert batch.fields["image"].shape[1:] == (3, SIDE_PX, SIDE_PX)


class Folder(torch.utils.data.Dataset):  # type: ignore[type-arg]
    """What people write: open, convert, resize, to tensor."""

    def __init__(self, paths: list[Path]) -> None:
        self.paths = paths

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, number: int) -> torch.Tensor:
        with Image.open(self.paths[number]) as image:
            small = image.convert("RGB").resize((SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR)
        return torch.from_numpy(np.asarray(small).copy()).permute(2, 0, 1)


def loader(paths: list[Path]):  # type: ignore[no-untyped-def]
    """Return the peer, without workers: they would only add to its CPU-seconds."""
    return torch.utils.data.DataLoader(
        Folder(paths), batch_size=BATCH, shuffle=True, drop_last=True, num_workers=0
    )


def cpu_seconds(act) -> float:  # type: ignore[no-untyped-def]
    """Return processor time of this process and its ended children while `act` runs."""
    start = _spent_s()
    act()
    return _spent_s() - start


def _spent_s() -> float:
    times = psutil.Process().cpu_times()
    return time.process_time() + times.children_user + times.children_system
