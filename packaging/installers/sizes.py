"""How large what is fetched is: read from the index, or estimated where it cannot be asked."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from installers.asking import Pin

# Bytes of torch with everything that comes for it alone, for a person who wants to know what they
# are in for; each is marked as an estimate. None of them is of the very version that is fetched.
ESTIMATES: Mapping[str, int] = {
    "linux-cpu": 192_000_000,  # the wheel of 2.13 for the processor, measured
    "linux-cu130": 3_010_000_000,  # 2.14 in the usual index is this build: 3,005 MB, measured
    "linux-cu126": 2_990_000_000,  # 2.7 in the usual index was this build: 2,985 MB, measured
    "linux-xpu": 1_560_000_000,  # 806 MB of a nightly 2.11 and Intel's libraries, as a log says
    "linux-rocm7.2": 4_500_000_000,  # no page says it: high, so that the disk does not fill up
    "windows-cu132": 2_500_000_000,  # between 2.4 and 3.3 GB, as logs of other programs say
    "windows-cu130": 2_500_000_000,
    "windows-cu126": 2_500_000_000,
    "windows-xpu": 1_560_000_000,
}
USUAL = 10_000_000  # any other wheel of PyTorch's own index


def entries(pins: Sequence[Pin], key: str) -> dict[str, object]:
    """Return the files of a Python with their bytes, and the sum of them, JSON-ready.

    Args:
        key: Of the lock: "linux-cpu".
    """
    files = [entry(pin, key) for pin in pins]
    return {"files": files, "bytes": sum(int(str(file["bytes"])) for file in files)}


def entry(pin: Pin, key: str) -> dict[str, object]:
    """Return a file, JSON-ready; "estimate" where its size was not read from an index."""
    tags = "-".join(PurePath(pin.file).stem.split("-")[2:])
    said: dict[str, object] = {"name": pin.name, "version": pin.version, "bytes": pin.size}
    if tags:
        said["tags"] = tags
    if not pin.size:
        guess = ESTIMATES.get(key, USUAL) if pin.name == "torch" else USUAL
        said |= {"bytes": guess, "estimate": True}
    return said
