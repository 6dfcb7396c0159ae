"""A bare Debian in a folder, which a person may install into and start programs in."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

RELEASE = "bookworm"
# Kept between runs in a folder that git ignores: the bare system, and packages once fetched.
KEPT = Path(__file__).resolve().parents[2] / "build" / "clean-root"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PERSON, HOME = 1000, "/home/person"
ROOT_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
# In a mount namespace of its own, which takes the mounts along when the last process in it ends.
ENTER = """
root=$1; shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
if [ -d /tmp/.X11-unix ]; then
    mkdir -p "$root/tmp/.X11-unix"
    mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
fi
exec chroot "$@"
"""


def why_not() -> str:
    """Return why no clean root can be made here, "" where it can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "a clean root can be made and entered by root alone"
    needed = ("debootstrap", "chroot", "unshare", "Xvfb", "xdotool")
    lacking = [name for name in needed if shutil.which(name) is None]
    if lacking:
        return "this system lacks " + " ".join(lacking)
    quiet = {"capture_output": True, "check": False}
    if subprocess.run(["unshare", "--mount", "true"], **quiet).returncode != 0:
        return "mounting is not allowed here"
    if shutil.disk_usage(tempfile.gettempdir()).free < 12e9:
        return "less than 12 GB are free for a whole installation"
    return ""


class CleanRoot:
    """A copy of a bare system, and how commands are run in it.

    Attributes:
        folder: Its root.
        display: What X server windows go to, "" for none.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.display = ""

    def path(self, inside: str) -> Path:
        """Return where a whole path inside of the root lies outside."""
        return self.folder / inside.lstrip("/")

    def command(self, *command: str, person: bool = True, ending: str = "KILL") -> list[str]:
        """Return what runs a command in the root, as the person or as its administrator.

        Args:
            ending: The signal that everything in the root gets when what is returned is ended.
        """
        options = [f"--userspec={PERSON}:{PERSON}"] if person else []
        home = HOME if person else "/root"
        variables = [f"HOME={home}", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"]
        variables += [f"PATH={'/usr/bin:/bin' if person else ROOT_PATH}"]
        variables += [f"DISPLAY={self.display}"] if self.display else []
        enter = ["unshare", "--mount", "--pid", "--fork", f"--kill-child={ending}"]
        enter += ["sh", "-euc", ENTER, "sh", str(self.folder)]
        inside = ["sh", "-c", 'cd && exec "$@"', "sh", *command]
        return [*enter, *options, str(self.folder), "/usr/bin/env", "-i", *variables, *inside]

    def run(self, *command: str, person: bool = True, limit_s: float = 900) -> str:
        """Run a command in the root to its end and return what it wrote.

        Raises:
            AssertionError: Its status was not 0.
        """
        status, text = self.tried(*command, person=person, limit_s=limit_s)
        assert status == 0, text
        return text

    def tried(self, *command: str, person: bool = True, limit_s: float = 900) -> tuple[int, str]:
        """Run a command in the root and return its status and what it wrote."""
        done = subprocess.run(
            self.command(*command, person=person),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=limit_s,
        )
        return done.returncode, done.stdout.decode(errors="replace")

    def trust_the_same(self) -> None:
        """Let the root trust whom this machine trusts, such as the proxy of its network."""
        if CERTIFICATES.is_file():
            shutil.copyfile(CERTIFICATES, self.path(str(CERTIFICATES)))

    def keep_packages(self) -> None:
        """Keep the packages that were fetched, so that the next root need not fetch them again."""
        kept = KEPT / "var" / "cache" / "apt" / "archives"
        for package in self.path("/var/cache/apt/archives").glob("*.deb"):
            if not (kept / package.name).exists():
                shutil.copyfile(package, kept / package.name)


@contextlib.contextmanager
def clean_root() -> Iterator[CleanRoot]:
    """Make a root with a person in it; it is gone afterwards.

    Raises:
        OSError: The bare system could not be fetched.
    """
    if not (KEPT / "etc" / "debian_version").is_file():
        _fetch()
    with tempfile.TemporaryDirectory(prefix="deepdesk-root-") as scratch:
        root = CleanRoot(Path(scratch, "root"))
        subprocess.run(["cp", "-a", str(KEPT), str(root.folder)], check=True)
        # Every machine knows itself by these names; debootstrap alone leaves them out.
        root.path("/etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n", "utf-8")
        shutil.copyfile("/etc/resolv.conf", root.path("/etc/resolv.conf"))
        root.run("useradd", "--create-home", "--uid", str(PERSON), "person", person=False)
        yield root


def _fetch() -> None:
    draft = KEPT.with_name("clean-root.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["debootstrap", "--variant=minbase", RELEASE, str(draft)], capture_output=True, text=True
    )
    if done.returncode != 0:
        shutil.rmtree(draft, ignore_errors=True)
        raise OSError(f"debootstrap: {done.stdout[-500:]}{done.stderr[-500:]}")
    draft.rename(KEPT)


@contextlib.contextmanager
def screen(folder: Path) -> Iterator[str]:
    """Start an X server that draws into `folder/Xvfb_screen0`, and yield its name."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x900x24", "-nolisten", "tcp"]
    server = subprocess.Popen(
        [*command, "-fbdir", str(folder)], pass_fds=[write], stderr=subprocess.DEVNULL
    )
    os.close(write)
    try:
        with os.fdopen(read) as numbers:
            yield f":{numbers.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def colours_on(folder: Path) -> int:
    """Return how many different pixels the screen shows; a black one shows one."""
    data = (folder / "Xvfb_screen0").read_bytes()
    # An X window dump: its header's length, and at word 19 how many colours of 12 bytes follow.
    start = int.from_bytes(data[:4], "big") + 12 * int.from_bytes(data[76:80], "big")
    pixels = memoryview(data)[start : start + (len(data) - start) // 4 * 4].cast("I")
    return len(set(pixels))
