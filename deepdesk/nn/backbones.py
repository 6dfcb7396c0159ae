"""Pretrained weights of backbones: where they lie, whether they are there, and loading them.

They are kept once per machine as safetensors, beside a small JSON with the SHA-256. Nothing
here reaches the network; `download_work` does, and only when it is run.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
from torch import nn

from deepdesk.core.errors import DeepDeskError, GraphError, StorageError
from deepdesk.nn.backbone_facts import BACKBONES, LICENCE
from deepdesk.nn.downloading import Fetch, download, take_file
from deepdesk.project import safe_write

__all__ = ["BACKBONES", "WeightsFile", "download_work", "load_pretrained", "weights_state"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsFile:
    """The pretrained weights of one backbone.

    Attributes:
        path: Of the safetensors file on this machine, there or not.
        size_bytes: Of the download.
        is_present: Whether the file and the note of its hash are there.
        licence: Of the weights.
        url: Where torchvision offers them.
    """

    path: Path
    size_bytes: int
    is_present: bool
    licence: str
    url: str


def weights_folder() -> Path:
    """Return the folder of all weights, which need not exist yet."""
    home = os.environ.get("DEEPDESK_HOME")
    base = Path(home) if home else Path(platformdirs.user_cache_dir("DeepDesk", appauthor=False))
    return base / "weights"


def weights_state(name: str) -> WeightsFile:
    """Return where the weights of a backbone are; touches the disk, not the network.

    Raises:
        KeyError: `name` is no key of `BACKBONES`.
    """
    facts = BACKBONES[name]
    path = weights_folder() / facts.file_name.replace(".pth", ".safetensors")
    return WeightsFile(
        path=path,
        size_bytes=facts.size_bytes,
        is_present=path.is_file() and _note(path).is_file(),
        licence=LICENCE,
        url=_url(name),
    )


def _url(name: str) -> str:
    """Return the address that the installed torchvision knows."""
    from torchvision.models import get_model_weights

    return str(get_model_weights(name).DEFAULT.url)


def _note(path: Path) -> Path:
    return path.with_suffix(".json")


def download_work(name: str, *, file: Path | None = None, url: str = "") -> Any:
    """Return work that fetches the weights of a backbone and keeps them as safetensors.

    It emits `Progress` in bytes and at the end `Result(WeightsFile)`. A broken download goes on
    where it stopped; a file with another SHA-256 than its name says is refused and deleted.

    Args:
        name: Key of `BACKBONES`.
        file: A .pth or .safetensors file of these weights to take instead of a download.
        url: Another place to fetch the same file from.
    """
    facts = BACKBONES[name]

    def work(emit: Any, stop: Any) -> None:
        from deepdesk.core.events import Result

        state = weights_state(name)
        fetch = Fetch(
            url=url or state.url,
            target=state.path,
            size_bytes=facts.size_bytes,
            hash_start=facts.hash_start,
            title=facts.title,
        )
        safe_write.require_room(fetch.target, 2 * facts.size_bytes)
        if file is None:
            download(fetch, emit, stop)
        else:
            take_file(file, fetch, emit, stop)
        emit(Result(value=weights_state(name)))

    return work


def load_pretrained(module: nn.Module, name: str, *, node: str = "") -> None:
    """Fill a `modules.backbone.Backbone` with its pretrained weights.

    Args:
        module: On the CPU.
        name: Key of `BACKBONES`.
        node: Id of the block in its graph, for the error.

    Raises:
        GraphError: They are not on this machine; code "weights_missing".
        StorageError: The file is damaged.
    """
    state = weights_state(name)
    if not state.is_present:
        raise GraphError(
            f"The pretrained weights of {BACKBONES[name].title} are not on this machine.",
            f"Download them ({state.size_bytes / 1e6:.0f} MB), or turn off Pretrained.",
            node=node,
            code="weights_missing",
        )
    weights = _checked_weights(state.path)
    try:
        module.load_weights(weights)  # type: ignore[operator]  # the module of a backbone
    except (RuntimeError, KeyError) as error:
        raise _damaged(state.path) from error


def _checked_weights(path: Path) -> dict[str, Any]:
    """Return the tensors of a file that has the SHA-256 noted beside it."""
    import safetensors
    import safetensors.torch

    note = safe_write.read_json(_note(path), limit_bytes=1 << 16)
    try:
        data = path.read_bytes()
        if _sha256(data) != note.get("sha256"):
            raise _damaged(path)
        return dict(safetensors.torch.load(data))
    except (OSError, AttributeError, safetensors.SafetensorError) as error:
        raise _damaged(path) from error


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _damaged(path: Path) -> DeepDeskError:
    return StorageError(
        f"The weights in {path.name} are damaged.", f"Delete {path} and download them again."
    )
