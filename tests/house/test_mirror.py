"""Tests mirror the source: every module of some size has a test file of its name, or of its package's."""

import functools
import re
from pathlib import Path

from tests.house.sources import outline

ROOT = Path(__file__).parents[2]
WORD = re.compile(r"\w+")
ACROSS = {"contracts", "parity", "house"}  # suites that go across the modules, as compat/test_notebooks.py does


def test_every_module_has_its_test_file():
    missing = []
    for path in sorted((ROOT / "minikeras").rglob("*.py")):
        relative = path.relative_to(ROOT / "minikeras")
        if path.name == "__init__.py":
            continue
        direct = ROOT / "tests" / relative.parent / f"test_{path.name}"
        if not direct.exists() and not named_in(path, candidates(relative)) and not reached_through_a_neighbour(path, relative):
            missing.append(str(relative))
    assert not missing, f"no test file for {missing}"


def candidates(relative):
    """The test files of the packages around a module, and the suites that are parametrised over whole registries."""
    found = [ROOT / "tests" / p.parent / f"test_{p.name}.py" for p in relative.parents if p.name]
    found += [path for p in relative.parents if p.name for path in (ROOT / "tests" / p).glob("test_*.py")]
    return [*found, *(ROOT / "tests" / "contracts").glob("*.py"), *(ROOT / "tests" / "parity").glob("test_*.py")]


def named_in(path, tests):
    """Whether a test names something that a module defines: a file beside it proves nothing."""
    names = {n for n in outline(path)[1] if not n.startswith("_")} | {path.stem}
    names |= {n[:-2] + end for n in names if n[-2:] in ("1D", "2D", "3D") for end in ("", "1D", "2D", "3D")}  # or its sisters
    return any(names & words(test.read_text(encoding="utf-8")) for test in tests if test.exists())


@functools.cache
def words(text):
    return frozenset(WORD.findall(text))


def reached_through_a_neighbour(path, relative):
    """Whether this is what modules beside it are made of (a base class, say), and a test names one of those."""
    imports = f"from minikeras.{'.'.join(relative.with_suffix('').parts)} import"
    users = (other for other in path.parent.rglob("*.py") if imports in other.read_text(encoding="utf-8"))
    return any(
        named_in(other, candidates(other.relative_to(ROOT / "minikeras"))) for other in users if other.name != "__init__.py"
    )


def test_the_check_sees_a_module_that_no_test_names(tmp_path):
    module, test = tmp_path / "lonely.py", tmp_path / "test_package.py"
    module.write_text("class Lonely: pass")
    test.write_text("def test_something_else(): pass")
    assert not named_in(module, [test])
    test.write_text("def test_it(): Lonely()")
    assert named_in(module, [test])


def test_every_test_file_has_its_module():
    stray = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        relative = path.relative_to(ROOT / "tests")
        if relative.parts[0] in ACROSS or len(relative.parts) == 1 or relative.name == "test_notebooks.py":
            continue
        module = ROOT / "minikeras" / relative.parent / relative.name.removeprefix("test_")
        of_package = module.stem == relative.parent.name  # tests/losses/test_losses.py is for losses/__init__.py
        if not module.exists() and not module.with_suffix("").is_dir() and not of_package:
            stray.append(str(relative))
    assert not stray, f"no module for {stray}"
