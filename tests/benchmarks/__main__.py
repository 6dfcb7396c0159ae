"""Run benchmarks, print their table and keep it: python -m tests.benchmarks [NAME...]."""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import json
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER / "results"
PACKAGES = ("torch", "torchvision", "numpy", "pillow", "PySide6_Essentials", "pyqtgraph")


def names() -> list[str]:
    """List the benchmarks, without their `bench_`."""
    return sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))


def machine() -> dict[str, object]:
    """Describe the computer: what a figure depends on."""
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": psutil.cpu_count(logical=True),
        "memory_bytes": psutil.virtual_memory().total,
        "accelerator": _accelerator(),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo")
    if lines.exists():
        for line in lines.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _accelerator() -> str:
    import torch

    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name())
    found = torch.accelerator.current_accelerator(check_available=True)
    return str(found) if found else "none"


def versions() -> dict[str, str]:
    """Return the version of Python and of each package that a figure depends on."""
    found = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **found}


def run_alone(name: str) -> dict[str, Any]:
    """Run one benchmark in a process of its own and return its figures, or its failure."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "tests.benchmarks", "--write", str(answer), name]
        start = time.perf_counter()
        status = subprocess.call(command, cwd=FOLDER.parents[1])
        seconds = round(time.perf_counter() - start, 2)
        if status != 0 or not answer.exists():
            return {"failed": f"exit status {status}", "seconds": seconds}
        return {"figures": json.loads(answer.read_text(encoding="utf-8")), "seconds": seconds}


def flat(figures: object, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield (dotted name, value) of nested figures; a list of numbers stays one value."""
    if isinstance(figures, dict):
        for key, value in figures.items():
            yield from flat(value, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, figures


def shown(value: object) -> str:
    """Write a value for the table: four figures of a float, the length of a long list."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list) and len(value) > 8:
        return f"[{len(value)} values]"
    return str(value)


def table(results: dict[str, dict[str, Any]]) -> str:
    """Return the figures of all benchmarks as lines of name and value."""
    lines = []
    for name, result in results.items():
        lines.append(f"\n{name} ({result['seconds']} s)")
        rows = list(flat(result.get("figures", {"failed": result.get("failed")})))
        width = max((len(key) for key, _ in rows), default=0)
        lines += [f"  {key:<{width}}  {shown(value)}" for key, value in rows]
    return "\n".join(lines)


def keep(results: dict[str, dict[str, Any]]) -> Path:
    """Write the results with date, machine and versions; return the new file."""
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    path = RESULTS / f"{now:%Y-%m-%dT%H-%M-%SZ}.json"
    record = {
        "date": now.isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(),
        "benchmarks": results,
    }
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def write_figures(name: str, path: Path) -> None:
    """Run the benchmark here and write what it returns."""
    figures = importlib.import_module(f"tests.benchmarks.bench_{name}").main()
    path.write_text(json.dumps(figures), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks named; return 1 when one failed, 2 when there is no such one."""
    parser = argparse.ArgumentParser(prog="start.py bench", description="Run benchmarks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="all of them by default")
    parser.add_argument("--list", action="store_true", help="only list them")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    wanted = [name.removeprefix("bench_") for name in options.names] or names()
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are: {', '.join(names())}")
    if options.list:
        print("\n".join(names()))
        return 0
    if options.write:
        write_figures(wanted[0], options.write)
        return 0
    results = {name: run_alone(name) for name in wanted}
    print(table(results))
    print(f"\nKept in {keep(results)}")
    return int(any("failed" in result for result in results.values()))


if __name__ == "__main__":
    sys.exit(main())
