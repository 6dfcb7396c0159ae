"""Archives whose bytes depend on what is in them alone: not on who packs them, when, or where."""

import gzip
import hashlib
import io
import lzma
import stat
import tarfile
from collections.abc import Mapping
from pathlib import Path

AR_MAGIC = b"!<arch>\n"


def packed(folder: Path, name: str, *, when: int) -> bytes:
    """Return `folder` as a tar with everything under `name`, owned by root.

    Rights are 755 for folders and what is executable, else 644; `when` is in seconds since 1970.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for path in (folder, *sorted(folder.rglob("*"))):
            place = path.relative_to(folder).as_posix()
            entry = tar.gettarinfo(path, name if place == "." else f"{name}/{place}")
            runs = entry.isdir() or entry.mode & stat.S_IXUSR
            entry.mode = 0o777 if entry.issym() else 0o755 if runs else 0o644
            _give_to_root(entry, when)
            if entry.isreg():
                with path.open("rb") as file:
                    tar.addfile(entry, file)
            else:
                tar.addfile(entry)
    return buffer.getvalue()


def packed_texts(texts: Mapping[str, tuple[str, int]], *, when: int) -> bytes:
    """Return a tar of files given as name: (text, rights)."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, (text, mode) in texts.items():
            data = text.encode()
            entry = tarfile.TarInfo(f"./{name}")
            entry.size, entry.mode = len(data), mode
            _give_to_root(entry, when)
            tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def _give_to_root(entry: tarfile.TarInfo, when: int) -> None:
    entry.mtime = when
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"


def xz(data: bytes) -> bytes:
    """Return `data` compressed as .xz; a higher preset saves 2 % and takes longer."""
    return lzma.compress(data, preset=6)


def gz(data: bytes) -> bytes:
    """Return `data` compressed as .gz, without a name or a time in it."""
    return gzip.compress(data, mtime=0)


def ar(parts: Mapping[str, bytes], *, when: int) -> bytes:
    """Return an ar archive of `parts`, in their order, as Debian packages are."""
    pieces = [AR_MAGIC]
    for name, data in parts.items():
        header = f"{name:<16}{when:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n"
        pieces += [header.encode("ascii"), data, b"\n" * (len(data) % 2)]
    return b"".join(pieces)


def md5sums(folder: Path, name: str) -> str:
    """Return the sums that `dpkg --verify` compares; they guard against accidents, not malice."""
    lines = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
            lines.append(f"{digest}  {name}/{path.relative_to(folder).as_posix()}\n")
    return "".join(lines)
