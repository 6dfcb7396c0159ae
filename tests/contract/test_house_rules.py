"""Rules that every file has to keep; a new file is covered the moment it exists."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "deepdesk"
ICONS = sorted((ROOT / "resources" / "icons").glob("*.svg"))
SKIPPED_FOLDERS = {".git", ".venv", "__pycache__", "build", "dist", "results"}
BANNED_WORDS = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "managers"}
TENSOR_ROOMS = ("engine", "nn", "data", "tasks")
UNSAFE_MODULES = {"pickle", "shelve", "marshal", "dill", "cloudpickle", "joblib"}
# In two halves, so that this file does not break its own rule.
REGISTRIES = tuple(
    left + right
    for left, right in (
        ("pypi", ".org"),
        ("pythonhosted", ".org"),
        ("pytorch.org", "/whl"),
        ("registry.npmjs", ".org"),
        ("index", "-url"),
        ("find", "-links"),
    )
)
SHAPE = re.compile(r"\bshapes?\b|\((?:[^()\s,]+,|[^()\s,]+(?:, [^()]+)+|)\)", re.IGNORECASE)
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\b|QColor\(\s*\d")
EXCLAMATION = re.compile(r"[A-Za-z]!(\s|$)")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(*suffixes: str) -> list[Path]:
    """List the project's files with these suffixes, without what is generated or installed."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        folders[:] = [name for name in folders if not name.endswith(("_cache", ".egg-info"))]
        found += [Path(folder, name) for name in names if name.endswith(suffixes)]
    return sorted(found)


def trees(folder: Path = ROOT) -> Iterator[tuple[str, ast.Module]]:
    """Yield (path from the root, parsed module) of every Python file under `folder`."""
    for path in files(".py"):
        if path.is_relative_to(folder):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a checker from the environment, at the root."""
    environment = {**os.environ, "MYPYPATH": str(ROOT / "packaging")}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True
    )


@pytest.mark.slow
def test_ruff_finds_nothing():
    done = run("-m", "ruff", "check", ".")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "what",
    [(), ("start.py", "packaging/bootstrap"), ("packaging/installers",)],
    ids=["deepdesk", "set-up", "installers"],
)
def test_mypy_strict_finds_nothing(what):
    done = run("-m", "mypy", "--strict", *what)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_arrows_between_rooms_point_down():
    check = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = run("-c", check)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_no_file_function_or_class_outgrows_its_limit():
    offenders = []
    for path, tree in trees():
        lines = len((ROOT / path).read_text(encoding="utf-8").splitlines())
        offenders += [f"{path}: {lines} lines"] if lines > 400 else []
        for node in ast.walk(tree):
            offenders += [f"{path}:{node.lineno} {what}" for what in too_big(node)]

    assert not offenders


def too_big(node: ast.AST) -> list[str]:
    """Return what is too big about a function (50 lines) or a class (20 methods)."""
    if isinstance(node, Function) and (length := node.end_lineno - node.lineno + 1) > 50:
        return [f"{node.name}: {length} lines"]
    if isinstance(node, ast.ClassDef):
        methods = sum(isinstance(member, Function) for member in node.body)
        return [f"{node.name}: {methods} methods"] if methods > 20 else []
    return []


def test_tensor_functions_state_their_shapes():
    offenders = [
        f"{path}:{function.lineno} {function.name}"
        for room in TENSOR_ROOMS
        for path, tree in trees(PACKAGE / room)
        for function in public_functions(tree)
        if handles_tensors(function) and not SHAPE.search(ast.get_docstring(function) or "")
    ]

    assert not offenders, "say the shape, such as (N, C)"


def public_functions(tree: ast.Module) -> Iterator[Function]:
    """Yield public functions, and public methods of public classes that override nothing."""
    bodies = [tree.body]
    bodies += [node.body for node in tree.body if is_public(node, ast.ClassDef)]
    for body in bodies:
        yield from (node for node in body if is_public(node, Function) and not overrides(node))


def is_public(node: ast.AST, kind: type) -> bool:
    """Return whether `node` is of that kind and has no underscore in front."""
    return isinstance(node, kind) and not node.name.startswith("_")


def overrides(function: Function) -> bool:
    """Return whether a decorator says that the documentation is elsewhere."""
    names = {ast.unparse(decorator) for decorator in function.decorator_list}
    return bool(names & {"override", "overload", "typing.override", "typing.overload"})


def handles_tensors(function: Function) -> bool:
    """Return whether a parameter or the answer is a tensor or an array."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    hints = [argument.annotation for argument in arguments] + [function.returns]
    text = " ".join(ast.unparse(hint) for hint in hints if hint is not None)
    return bool(re.search(r"\b(Tensor|ndarray|NDArray)\b", text))


def test_module_names_say_their_job():
    offenders = [
        str(path.relative_to(ROOT))
        for path in files(".py")
        if BANNED_WORDS & {word for part in path.parts for word in Path(part).stem.split("_")}
    ]

    assert not offenders


def test_no_file_names_a_registry():
    offenders = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in files(".py", ".toml", ".txt", ".md", ".json", ".cfg", ".yml", ".sh", "run")
        for name in REGISTRIES
        if name in path.read_text(encoding="utf-8")
    ]

    assert not offenders


def test_colours_live_in_the_theme_alone():
    offenders = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in files(".py")
        if path.is_relative_to(PACKAGE) and not str(path).startswith(str(PACKAGE / "ui" / "theme"))
        for found in COLOUR.finditer(path.read_text(encoding="utf-8"))
    ]

    assert not offenders


def test_nothing_listens_to_the_theme_with_a_lambda():
    # A lambda outlives the widget it speaks of; Qt forgets a bound method with its object.
    offenders = [
        str(path)
        for path, _tree in trees(PACKAGE)
        if re.search(r"current\(\)\.changed\.connect\(\s*lambda", (ROOT / path).read_text("utf-8"))
    ]

    assert not offenders


def test_no_text_shouts():
    offenders = [
        f"{path}:{node.lineno} {node.value!r}"
        for path, tree in trees(PACKAGE)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if EXCLAMATION.search(node.value)
    ]

    assert not offenders


def test_no_work_is_left_for_later():
    offenders = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files(".py")
        if path.is_relative_to(PACKAGE)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"\b(TODO|FIXME|XXX)\b|type: ignore(?!\[)", line)
    ]

    assert not offenders


def test_nothing_is_unpickled():
    offenders = [
        f"{path}:{node.lineno}"
        for path, tree in trees(PACKAGE)
        for node in ast.walk(tree)
        if imports_unsafe(node) or calls_unsafe(node)
    ]

    assert not offenders


def imports_unsafe(node: ast.AST) -> bool:
    """Return whether a module that can run what it reads is imported."""
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[0] in UNSAFE_MODULES for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] in UNSAFE_MODULES
    return False


def calls_unsafe(node: ast.AST) -> bool:
    """Return whether `eval`, `exec`, `allow_pickle` or an unguarded `torch.load` is called."""
    if not isinstance(node, ast.Call):
        return False
    name = ast.unparse(node.func)
    options = {option.arg: ast.unparse(option.value) for option in node.keywords}
    if name == "torch.load":
        return options.get("weights_only") != "True"
    return name in {"eval", "exec"} or options.get("allow_pickle", "False") != "False"


def test_listing_the_tasks_loads_neither_torch_nor_qt():
    check = (
        "import sys; from deepdesk.tasks import all_tasks; assert all_tasks();"
        "print(*sorted({'torch', 'torchvision', 'PySide6'} & set(sys.modules)))"
    )
    done = run("-c", check)

    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_every_resource_folder_names_its_licence():
    overview = (ROOT / "resources" / "README.md").read_text(encoding="utf-8")

    for folder in resource_folders():
        notes = [folder / name for name in ("LICENCE", "OFL.txt", "README.md")]
        text = "".join(note.read_text(encoding="utf-8") for note in notes if note.exists())
        # What people outside made has its licence beside it; the rest is the project's own.
        outside = f"`{folder.name}`" in overview
        assert not outside or re.search("licen[cs]e", text, re.IGNORECASE), folder


def test_every_resource_folder_is_packed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packed = {
        source.rpartition("/")[0]
        for sources in project["tool"]["setuptools"]["data-files"].values()
        for source in sources
    }

    assert {folder.relative_to(ROOT).as_posix() for folder in resource_folders()} <= packed


def resource_folders() -> set[Path]:
    """Return the folders that hold resources."""
    return {path.parent for path in files("") if path.is_relative_to(ROOT / "resources")} - {
        ROOT / "resources"
    }


@pytest.mark.parametrize("icon", ICONS, ids=lambda icon: icon.stem)
def test_icons_share_one_style(icon):
    if icon.stem == "deepdesk":  # the mark, in its own colours
        return
    text = icon.read_text(encoding="utf-8")

    assert 'viewBox="0 0 24 24"' in text
    assert 'stroke="currentColor" stroke-width="1.75" stroke-linecap="round"' in text
    assert not COLOUR.search(text)


def test_qt_calls_keep_the_references_of_none(qapp):
    from PySide6.QtWidgets import QLabel

    label = QLabel()
    before = sys.getrefcount(None)

    for number in range(1000):
        label.setText(str(number))

    # PySide6 6.12 below Python 3.12 loses one reference a call and ends in a crash.
    assert sys.getrefcount(None) > before - 500


def test_the_shipped_font_has_four_weights_and_tabular_figures(qapp):
    from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QFontMetrics

    for file in (ROOT / "resources" / "fonts").glob("*.ttf"):
        assert "Inter" in QFontDatabase.applicationFontFamilies(
            QFontDatabase.addApplicationFont(str(file))
        )

    for weight in (400, 500, 600, 700):
        font = QFont("Inter", 13, weight)
        font.setFeature(QFont.Tag("tnum"), 1)
        widths = {QFontMetrics(font).horizontalAdvance(digit * 4) for digit in "0123456789"}
        assert (QFontInfo(font).family(), QFontInfo(font).weight()) == ("Inter", weight)
        assert len(widths) == 1
