"""The environment in `.venv`: made once, repaired when half made, checked in an instant."""

import contextlib
import hashlib
import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from bootstrap import system
from bootstrap.console import give_up, say

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PROJECT = ROOT / "pyproject.toml"
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
STAMP = VENV / "deepdesk-ready"
INSTALLING = VENV / "deepdesk-installing"


def venv_python() -> Path:
    """Return the path of the environment's Python."""
    windows = os.name == "nt"
    return VENV / ("Scripts" if windows else "bin") / ("python.exe" if windows else "python")


def fingerprint() -> str:
    """Return a hash of everything the environment is made from, 64 hex digits."""
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    parts = [PROJECT.read_bytes(), CONSTRAINTS.read_bytes(), python.encode(), bytes(ROOT)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def stamped() -> list[str]:
    """Return what the stamp says: the fingerprint, then what was added; [] without a stamp."""
    try:
        return STAMP.read_text(encoding="ascii").split()
    except OSError:
        return []


def is_ready(*, with_tests: bool, packs: Sequence[str] = ()) -> bool:
    """Return whether the environment is whole and up to date, with these packs in it."""
    words = stamped()
    needed = {*packs, *(["test"] if with_tests else [])}
    return words[:1] == [fingerprint()] and needed <= set(words[1:]) and venv_python().exists()


def must_be_rebuilt() -> bool:
    """Return whether the environment is absent, of another Python, or was left half made."""
    if INSTALLING.exists() or not venv_python().exists():
        return True
    wanted = tuple(sys.version_info[:2])
    check = f"import pip, sys; sys.exit(sys.version_info[:2] != {wanted})"
    return not system.run_quietly(str(venv_python()), "-c", check)


def create_venv() -> None:
    """Make an environment with pip alone, in place of any that is there."""
    if not system.has_ensurepip():
        system.require([system.VENV])
    if VENV.is_symlink():
        VENV.unlink()
    venv.EnvBuilder(clear=True, symlinks=os.name != "nt").create(VENV)
    INSTALLING.touch()
    subprocess.check_call(
        [str(venv_python()), "-m", "ensurepip", "--default-pip"], stdout=sys.stderr
    )


def pack_names() -> list[str]:
    """Return the packs that a person may add, as pyproject.toml lists them."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    return [name for name in project["optional-dependencies"] if name != "test"]


def requirements(*, with_tests: bool, packs: Sequence[str] = ()) -> list[str]:
    """Return what the project depends on, as pyproject.toml says."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    extras = [*packs, *(["test"] if with_tests else [])]
    added = [line for extra in extras for line in project["optional-dependencies"][extra]]
    return [*project["dependencies"], *added]


NO_INDEX = (
    "pip found no index of packages, or one that lacks what is needed.",
    "Connect to the network, or point pip's own configuration to an index, and start again.",
)
PIP_TROUBLE = {
    "No space left": ("The disk is full.", "Free about 10 GB, then start again."),
    "Permission denied": ("The environment cannot be written.", f"Check who owns {VENV}."),
    "No matching distribution": NO_INDEX,
    "ResolutionImpossible": NO_INDEX,  # what pip calls a pinned version that no index has
    "Connection": NO_INDEX,
    "SSLError": NO_INDEX,
    "timed out": NO_INDEX,
}


def pip_install(packages: Sequence[str]) -> None:
    """Install pinned versions with pip, showing what it shows; leave with status 1 if it fails."""
    options = ["--disable-pip-version-check", "--no-input", "--constraint", str(CONSTRAINTS)]
    command = [str(venv_python()), "-m", "pip", "install", *options, *packages]
    said = []
    with subprocess.Popen(command, stdout=sys.stderr, stderr=subprocess.PIPE, text=True) as pip:
        for line in pip.stderr or ():
            said.append(line)
            sys.stderr.write(line)
    if pip.returncode != 0:
        explain_pip("".join(said))


def explain_pip(said: str) -> NoReturn:
    """Leave with a sentence for what pip said on its standard error."""
    default = ("pip could not install what DeepDesk needs.", "Its last lines above say why.")
    trouble = next((answer for sign, answer in PIP_TROUBLE.items() if sign in said), default)
    if trouble is NO_INDEX:  # pip had changed nothing yet, so what is installed may stay
        INSTALLING.unlink()
    give_up(*trouble)


def make() -> None:
    """Create the environment unless a sound one is there; `INSTALLING` marks it as unfinished."""
    STAMP.unlink(missing_ok=True)
    if must_be_rebuilt():
        say(f"Setting up {VENV} (once; some minutes, up to 7 GB with a graphics card's libraries).")
        create_venv()
    else:
        say(f"Updating {VENV}.")
    INSTALLING.touch()


def check() -> None:
    """Load the heaviest packages once, so that a broken one is found here."""
    if subprocess.call([str(venv_python()), "-c", "import numpy, torch, torchvision"]) != 0:
        give_up("PyTorch was installed but does not load.", "The lines above say why.")


def install(*, with_tests: bool, packs: Sequence[str] = ()) -> None:
    """Bring the environment up to date; packs added before stay. The stamp is written last."""
    kept = [name for name in pack_names() if name in {*packs, *stamped()[1:]}]
    make()
    pip_install(requirements(with_tests=with_tests, packs=kept))
    where = {"base": str(VENV), "platbase": str(VENV)}
    packages = sysconfig.get_path("purelib", "venv", where)
    Path(packages, "deepdesk.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    check()
    INSTALLING.unlink()
    words = [fingerprint(), *(["test"] if with_tests else []), *kept]
    STAMP.write_text(" ".join(words), encoding="ascii")


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let one set-up at a time run; a second one waits for the first."""
    try:
        import fcntl
    except ImportError:  # Windows: a second set-up fails on files in use, and says so
        yield
        return
    with PROJECT.open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another set-up is running here; waiting for it.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def set_up(roles: Sequence[str], *, with_tests: bool = False, packs: Sequence[str] = ()) -> None:
    """Make the system and the environment ready; costs next to nothing when they are."""
    ready = is_ready(with_tests=with_tests, packs=packs)
    system.require(
        system.missing([role for role in roles if role not in system.OPTIONAL or not ready])
    )
    if ready:
        return
    if reason := system.unsupported_platform():
        give_up(reason)
    try:
        with alone():
            if not is_ready(with_tests=with_tests, packs=packs):
                install(with_tests=with_tests, packs=packs)
    except (OSError, subprocess.CalledProcessError) as error:
        remedy = f"Put DeepDesk into a folder you may write to; this one is {ROOT}."
        give_up(f"The environment could not be made: {error}.", remedy)
    say("Ready.")
