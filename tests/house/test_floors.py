"""The house keeps its order: imports point down only, and only the packages we promise are imported."""

import ast
import functools
from pathlib import Path

from tests.house.sources import imports, outline

ROOT = Path(__file__).parents[2] / "minikeras"
FLOORS = (
    "_core tree config dtype_policies random ops activations initializers regularizers constraints layers losses metrics "
    "optimizers data fast tensorboard callbacks saving models utils legacy datasets applications distribution wrappers "
    "visualization compat backend mixed_precision preprocessing commands"
).split()
STANDARD = set(__import__("sys").stdlib_module_names)
THIRD_PARTY = {  # package: the floors that may import it, where it is used; numpy alone may stand at the top of a file
    "h5py": "saving callbacks compat", "tqdm": "callbacks", "onnx": "saving", "pandas": "data legacy utils compat",
    "PIL": "utils legacy compat",
    "sklearn": "wrappers datasets compat", "matplotlib": "utils callbacks visualization commands", "graphviz": "utils",
    "pydot": "utils",
    "IPython": "compat utils commands", "numba": "fast", "llvmlite": "fast",
    "tensorflow": "compat", "keras": "compat",
}  # fmt: skip


@functools.cache
def modules():
    paths = sorted(ROOT.glob("*/**/*.py")) + sorted(ROOT.glob("[!_]*.py"))
    floors = [path.relative_to(ROOT).parts[0].removesuffix(".py") for path in paths]
    return [(path, floor, outline(path)[0]) for path, floor in zip(paths, floors)]


def own_imports(found):
    """The floors that a file imports from."""
    for node in found:
        if isinstance(node, ast.ImportFrom) and node.module == "minikeras":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("minikeras."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("minikeras."))


def test_no_file_imports_from_a_higher_floor():
    for path, floor, found in modules():
        for used in own_imports(found):
            assert FLOORS.index(used) <= FLOORS.index(floor), f"{path}: {floor} stands below {used}"


def test_imports_are_absolute():
    for path, _, found in modules():
        for node in found:
            assert not (isinstance(node, ast.ImportFrom) and node.level), f"{path}:{node.lineno}: relative import"


def foreign_imports(found):
    """The packages of others that a file imports, and whether at its top."""
    for node in found:
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        for package in {name.split(".")[0] for name in names} - STANDARD - {"minikeras", "numpy"}:
            yield package, node.col_offset == 0, node.lineno


def test_only_promised_packages_are_imported_and_heavy_ones_lazily():
    for path, floor, found in modules():
        for package, at_top, line in foreign_imports(found):
            assert floor in THIRD_PARTY.get(package, "").split(), f"{path}:{line}: {floor} may not import {package}"
            assert not at_top or floor == "fast", f"{path}:{line}: {package} must be imported where it is used"


def test_the_check_sees_a_package_that_nobody_promised():
    assert list(foreign_imports(imports(ast.parse("import scipy.linalg")))) == [("scipy", True, 1)]
    hidden = "def f():\n    try:\n        pass\n    except OSError:\n        with g() as h:\n            from h5py import File"
    assert list(foreign_imports(imports(ast.parse(hidden)))) == [("h5py", False, 6)]
    used = {package for _, _, found in modules() for package, *_ in foreign_imports(found)}
    assert {"h5py", "tqdm", "onnx"} <= used <= set(THIRD_PARTY)


def test_the_check_sees_an_import_that_points_up():
    found = imports(ast.parse("from minikeras.models import Sequential"))
    assert FLOORS.index(next(own_imports(found))) > FLOORS.index("layers")


def test_compiled_code_is_imported_where_it_is_asked_for():
    for path, floor, found in modules():
        for node in (node for node in found if node.col_offset == 0):
            names = [a.name for a in node.names]
            module = getattr(node, "module", None) or ""
            from_fast = module.startswith("minikeras.fast") or module == "minikeras" and "fast" in names
            assert floor == "fast" or not from_fast, path
