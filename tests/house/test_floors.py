"""The house keeps its order: imports point down only, and only the packages we promise are imported."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2] / "minikeras"
FLOORS = (
    "_core tree config dtype_policies random ops activations initializers regularizers constraints layers losses metrics "
    "optimizers data tensorboard callbacks saving models utils legacy datasets distribution wrappers compat"
).split()
STANDARD = set(__import__("sys").stdlib_module_names)
THIRD_PARTY = {"numpy": "_core", "h5py": "saving callbacks", "tqdm": "callbacks"}  # package: floors that may import it
LAZY = {"h5py", "tqdm", "onnx", "pandas", "PIL", "sklearn"}  # never at the top of a file: they cost start-up time


def modules():
    for path in sorted(ROOT.glob("*/**/*.py")) + sorted(ROOT.glob("[!_]*.py")):
        yield path, path.relative_to(ROOT).parts[0].removesuffix(".py"), ast.parse(path.read_text(encoding="utf-8"))


def own_imports(tree):
    """The floors that a file imports from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "minikeras":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("minikeras."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("minikeras."))


def test_no_file_imports_from_a_higher_floor():
    for path, floor, tree in modules():
        for used in own_imports(tree):
            assert FLOORS.index(used) <= FLOORS.index(floor), f"{path}: {floor} stands below {used}"


def test_imports_are_absolute():
    for path, _, tree in modules():
        for node in ast.walk(tree):
            assert not (isinstance(node, ast.ImportFrom) and node.level), f"{path}:{node.lineno}: relative import"


def test_only_promised_packages_are_imported_and_heavy_ones_lazily():
    for path, _, tree in modules():
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            for package in {name.split(".")[0] for name in names} - STANDARD - {"minikeras", "numpy"}:
                assert package in LAZY, f"{path}:{node.lineno}: imports {package}"
                assert node.col_offset > 0, f"{path}:{node.lineno}: {package} must be imported where it is used"


def test_the_check_sees_an_import_that_points_up():
    tree = ast.parse("from minikeras.models import Sequential")
    assert FLOORS.index(next(own_imports(tree))) > FLOORS.index("layers")
