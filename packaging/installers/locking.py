"""Pins every file that setting up fetches: one lock for each system and build of PyTorch.

What an index can be asked for is pinned with hashes. PyTorch's own index holds all builds but
three; where it cannot be asked, its lines are pinned without hashes, and the report says so.
"""

import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from bootstrap.environment import CONSTRAINTS

from deepdesk.launcher.builds import BUILDS, Build
from installers.asking import IndexUnreachableError, Pin, Question, ask, spelt
from installers.sizes import entries

PYTHONS: Mapping[str, tuple[str, ...]] = {
    "linux": ("3.11", "3.12", "3.13", "3.14"),  # the system's own is used there
    "windows": ("3.12",),
    "macos": ("3.12",),
}
PYTORCH = ("torch", "torchvision")
WINDOW = ("PySide6_Essentials",)
# What torch asks for on Linux beside its own: NVIDIA's parts and the compiler of kernels.
OF_ONE_BUILD = ("cuda-", "nvidia-", "triton", "pytorch-triton", "intel-", "torch")
# CUDA builds for Windows carry every library inside; Linux's ask for further packages.
WHOLE = ("windows-cu132", "windows-cu130", "windows-cu126", "linux-cpu")
SAME_AS = ("macos-cpu",)  # the files of macos-mps


@dataclass(frozen=True, kw_only=True)
class LockReport:
    """What was pinned.

    Attributes:
        files: Every file written.
        hashed: Names of the locks whose every line has hashes.
        unhashed: Name of each other lock -> why.
        bytes_of: Name -> bytes to fetch on the last Python, estimates included.
    """

    files: tuple[Path, ...]
    hashed: tuple[str, ...]
    unhashed: Mapping[str, str]
    bytes_of: Mapping[str, int]

    def __str__(self) -> str:
        lines = []
        for key, size in self.bytes_of.items():
            about = "" if key in self.hashed else "about "
            why = self.unhashed.get(key, "every file has its hash")
            lines.append(f"{key}: {about}{size / 1e6:,.0f} MB; {why}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Lock:
    """The pins of one build.

    Attributes:
        pins: Python's version -> what is installed there.
        why: Why PyTorch's lines have no hashes, "" where they have.
    """

    build: Build
    pins: Mapping[str, Sequence[Pin]]
    why: str = ""

    @property
    def is_complete(self) -> bool:
        """Return whether it names every package."""
        return not self.why or self.build.key in WHOLE

    @property
    def text(self) -> str:
        """Return the lock's text."""
        settings = {"index": self.build.index, "complete": "yes" if self.is_complete else "no"}
        return lock_text(settings, self.pins)


def write_locks(folder: Path, uv: Path, wheel: Path, *, systems: Sequence[str]) -> LockReport:
    """Write the locks of some systems, `window.txt` and `sizes.json` into a folder.

    Args:
        folder: Made if missing.
        uv: The program that asks; one that runs on this machine.
        wheel: DeepDesk itself, for what it requires.
        systems: Any of "linux", "windows" and "macos".

    Raises:
        SystemExit: The usual index cannot be asked, or lacks a pinned version.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = Wanted(uv=uv, requirements=requirements_of(wheel), pinned=pinned_versions())
    rows = [row for row in BUILDS if row.system in systems and row.key not in SAME_AS]
    locks = [wanted.lock(row) for row in rows]
    sizes = {lock.build.key: sizes_of(lock.pins, lock.build.key) for lock in locks}
    files = [write(folder / f"{lock.build.key}.txt", lock.text) for lock in locks]
    window = {system: wanted.window(system) for system in systems}
    sizes |= {f"{system}-window": sizes_of(pins, "") for system, pins in window.items()}
    files.append(write(folder / "window.txt", lock_text({"index": ""}, *window.values())))
    files.append(write(folder / "sizes.json", json.dumps(sizes, indent=1) + "\n"))
    unhashed = {lock.build.key: lock.why for lock in locks if lock.why}
    return LockReport(
        files=tuple(files),
        hashed=tuple(key for key in sizes if key not in unhashed),
        unhashed=unhashed,
        bytes_of={key: int(str([*known.values()][-1]["bytes"])) for key, known in sizes.items()},
    )


@dataclass(kw_only=True)
class Wanted:
    """What is to be pinned, and who is asked.

    Attributes:
        requirements: As the program's wheel has them.
        pinned: Name as indexes spell it -> version.
        ask: Answers a question; every question is asked once.
    """

    uv: Path
    requirements: Sequence[str]
    pinned: Mapping[str, str]
    ask: Callable[[Question], list[Pin]] = field(default_factory=lambda: ask)
    _unreachable: str = ""
    _answers: dict[Question, list[Pin]] = field(default_factory=dict)

    def lock(self, build: Build) -> Lock:
        """Return the pins of a build, with hashes as far as its index can be asked."""
        if not build.index:
            return Lock(build, self._asked(build, self.requirements))
        if not self._unreachable:  # one index of PyTorch's is as far away as the next
            try:
                return Lock(build, self._asked(build, self.requirements))
            except IndexUnreachableError as error:
                self._unreachable = f"PyTorch's own index could not be asked ({error})"
        return Lock(build, self._pinned_only(build), self._unreachable)

    def _asked(self, build: Build, requirements: Sequence[str]) -> Mapping[str, Sequence[Pin]]:
        return of_each_python(build, lambda python: self._answer(build, python, requirements))

    def _pinned_only(self, build: Build) -> Mapping[str, Sequence[Pin]]:
        # The usual index has these versions too, for the processor on Windows: what they ask for
        # there is what every build asks for.
        plain = replace(build, index="", system="windows")
        usual = replace(build, index="")
        others = [line for line in self.requirements if name_of(line) not in PYTORCH]
        pins = [Pin(*pair) for pair in zip(PYTORCH, build.pins, strict=True)]

        def pinned(python: str) -> list[Pin]:
            asked_for = self._answer(plain, python, PYTORCH)
            lines = [pin.line for pin in asked_for if not pin.name.startswith(OF_ONE_BUILD)]
            return [*self._answer(usual, python, [*others, *lines]), *pins]

        return of_each_python(build, pinned)

    def _answer(self, build: Build, python: str, requirements: Sequence[str]) -> list[Pin]:
        is_usual = build.key == "linux-cu132"
        constraints = {
            name: version
            for name, version in self.pinned.items()
            if is_usual or not name.startswith(OF_ONE_BUILD)
        }
        constraints |= dict(zip(PYTORCH, build.pins, strict=True))
        question = Question(
            uv=self.uv,
            system=build.system,
            python=python,
            requirements=tuple(requirements),
            constraints=tuple(f"{name}=={version}" for name, version in constraints.items()),
            index=build.index,
        )
        if question not in self._answers:
            self._answers[question] = self.ask(question)
        return self._answers[question]

    def window(self, system: str) -> Mapping[str, Sequence[Pin]]:
        """Return the pins of what the set-up window needs."""
        plain = Build(system=system, backend="", title="")
        return self._asked(plain, WINDOW)


def of_each_python(
    build: Build, ask_for: Callable[[str], Sequence[Pin]]
) -> Mapping[str, Sequence[Pin]]:
    """Return what is answered for each Python of a build's system, asked side by side."""
    pythons = PYTHONS[build.system]
    with ThreadPoolExecutor(len(pythons)) as pool:
        return dict(zip(pythons, pool.map(ask_for, pythons), strict=True))


def sizes_of(pins: Mapping[str, Sequence[Pin]], key: str) -> dict[str, dict[str, object]]:
    """Return the files of each Python with their bytes, and the sum of them."""
    return {python: entries(rows, key) for python, rows in pins.items()}


def lock_text(settings: Mapping[str, str], *pinned: Mapping[str, Sequence[Pin]]) -> str:
    """Return a lock: its settings, then a line for each package and version.

    Args:
        settings: Read by `deepdesk.launcher.fetching`.
        pinned: Python's version -> what is installed there; several are put together.
    """
    pythons = sorted({python for pins in pinned for python in pins}, key=order)
    used: dict[tuple[str, str], set[str]] = {}
    hashes: dict[tuple[str, str], set[str]] = {}
    for pins in pinned:
        for python, rows in pins.items():
            for pin in rows:
                used.setdefault((pin.name, pin.version), set()).add(python)
                hashes.setdefault((pin.name, pin.version), set()).update(pin.hashes)
    lines = ["# Made when DeepDesk was packed: what is fetched, and what it must hash to."]
    lines += [f"# {name}: {value}" for name, value in settings.items()]
    for key in sorted(used):
        marker = marker_for(used[key], pythons)
        parts = [f"{key[0]}=={key[1]}{marker}", *(f"--hash={one}" for one in sorted(hashes[key]))]
        lines.append(" \\\n    ".join(parts))
    return "\n".join(lines) + "\n"


def marker_for(used: set[str], pythons: Sequence[str]) -> str:
    """Return the condition that a package is installed under, "" where there is none."""
    if len(used) == len(pythons):
        return ""
    return f' ; python_version in "{" ".join(sorted(used, key=order))}"'


def order(python: str) -> tuple[int, ...]:
    """Return a version's numbers, for sorting."""
    return tuple(int(part) for part in python.split("."))


def requirements_of(wheel: Path) -> list[str]:
    """Return what a wheel requires, without its packs."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = archive.read(name).decode("utf-8").splitlines()
    found = [line.partition(":")[2].strip() for line in lines if line.startswith("Requires-Dist:")]
    return [line for line in found if "extra ==" not in line]


def name_of(requirement: str) -> str:
    """Return the package that a requirement names, as indexes spell it."""
    end = next((at for at, letter in enumerate(requirement) if letter in " <>=!~;[("), None)
    return spelt(requirement[:end])


def pinned_versions(constraints: Path = CONSTRAINTS) -> dict[str, str]:
    """Return the version that each package is pinned to."""
    found = {}
    for line in constraints.read_text(encoding="utf-8").splitlines():
        name, equal, version = line.partition(";")[0].partition("==")
        if equal and not name.startswith("#"):
            found[spelt(name.strip())] = version.strip()
    return found


def write(file: Path, text: str) -> Path:
    """Write a file with line ends that are the same everywhere, and return it."""
    file.write_text(text, encoding="utf-8", newline="\n")
    return file
