"""The source as the house rules see it: modules, trees, and what is kept under version control."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "tracker"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(pattern: str = "**/*.py") -> list[Path]:
    """Return the modules of the house whose path fits, in order."""
    return sorted(HOUSE.glob(pattern))


def name(path: Path) -> str:
    """Return a path as seen from the top of the repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(path.read_text())


def functions(path: Path) -> list[Function]:
    """Return every function and method of a module."""
    return [node for node in ast.walk(tree(path)) if isinstance(node, Function)]


def public_functions(path: Path) -> list[Function]:
    """Return the functions that other modules may call."""
    top = (node for node in tree(path).body if isinstance(node, Function))
    return [function for function in top if not function.name.startswith("_")]


def classes(path: Path) -> list[ast.ClassDef]:
    """Return every class of a module."""
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """Give every call below a node."""
    return (child for child in ast.walk(node) if isinstance(child, ast.Call))


def called(call: ast.Call) -> str:
    """Return what a call names: `session.commit`, `eval`."""
    return ast.unparse(call.func)


def commits(node: ast.AST) -> int:
    """Return how often a node says `.commit()`."""
    return sum(called(call).endswith(".commit") for call in calls(node))


def imported(path: Path) -> set[str]:
    """Return the full names of the modules that a module imports."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= _from(node)
    return found


def tracked_files() -> list[Path]:
    """Return every file under version control that is text."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    paths = (ROOT / part for part in listed.stdout.split("\0") if part)
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()]


def _from(node: ast.ImportFrom) -> set[str]:
    # `from tracker import journey` imports a module; `from enum import StrEnum` does not.
    if node.module == "tracker" or ((node.module or "").count(".") == 1 and _is_room(node.module)):
        return {_deeper(node.module, alias.name) for alias in node.names}
    return {node.module or ""}


def _is_room(module: str | None) -> bool:
    return (ROOT / (module or "").replace(".", "/")).is_dir()


def _deeper(module: str | None, part: str) -> str:
    path = HOUSE.parent / (module or "").replace(".", "/") / part
    is_module = path.is_dir() or path.with_suffix(".py").exists()
    return f"{module}.{part}" if is_module else module or ""
