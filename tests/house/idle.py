"""Which public functions and classes of the two halves no code calls but tests: read from the source, by module and name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
HALVES = ("surveys", "reports")
Name = tuple[str, str]  # module, name


def _module(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _sources() -> dict[str, ast.Module]:
    files = [file for half in HALVES for file in (ROOT / half).rglob("*.py")]
    files += [ROOT / "app.py", *(ROOT / "deploy").glob("*.py")]
    return {_module(file): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def _definitions(tree: ast.Module) -> Iterator[str]:
    """Public ones that nothing but a call by name can reach: what is decorated is registered by its decorator."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if isinstance(node, ast.ClassDef) or all(_is_plain(one) for one in node.decorator_list):
            yield node.name


def _is_plain(decorator: ast.expr) -> bool:
    return ast.unparse(decorator).partition("(")[0] in (
        "cache",
        "lru_cache",
        "contextmanager",
        "contextlib.contextmanager",
    )


class _Uses(ast.NodeVisitor):
    """What one module names of itself and of others."""

    def __init__(self, module: str, modules: set[str]) -> None:
        self.module, self.modules = module, modules
        self.aliases: dict[str, str] = {}
        self.imported: dict[str, Name] = {}
        self.found: set[Name] = set()

    def visit_Import(self, node: ast.Import) -> None:
        for one in node.names:
            if one.asname and one.name in self.modules:
                self.aliases[one.asname] = one.name

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for one in node.names:
            whole = f"{node.module}.{one.name}"
            if whole in self.modules:
                self.aliases[one.asname or one.name] = whole
            elif node.module in self.modules:
                self.imported[one.asname or one.name] = (node.module, one.name)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.found.add(self.imported.get(node.id, (self.module, node.id)))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name) and node.value.id in self.aliases:
            self.found.add((self.aliases[node.value.id], node.attr))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and node.value.isidentifier():
            self.found.add((self.module, node.value))  # an annotation as a string, a name that is looked up


def _is_row(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "db.Model" for base in node.bases)


def idle() -> set[str]:
    """The names of public functions and classes that are named nowhere but in tests."""
    trees = _sources()
    origins: dict[Name, Name] = {}
    found: set[Name] = set()
    for module, tree in trees.items():
        uses = _Uses(module, set(trees))
        for node in sorted(ast.walk(tree), key=lambda one: not isinstance(one, ast.Import | ast.ImportFrom)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                uses.visit(node)
        uses.visit(tree)
        found |= uses.found
        origins |= {(module, name): origin for name, origin in uses.imported.items()}
    for name in tuple(found):
        while name in origins:  # a room that hands on what another holds
            name = origins[name]
            found.add(name)
    pages = " ".join(file.read_text(encoding="utf-8") for file in (ROOT / "templates").rglob("*.html"))
    words = set(re.findall(r"\w+", pages))
    rows = {
        node.name for tree in trees.values() for node in tree.body if isinstance(node, ast.ClassDef) and _is_row(node)
    }
    return {
        f"{module}.{name}"
        for module, tree in trees.items()
        if module.startswith(HALVES) and ".demonstration" not in module
        for name in _definitions(tree)
        if (module, name) not in found and name not in words and name not in rows
    }
