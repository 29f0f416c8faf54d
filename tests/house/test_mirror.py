"""Tests mirror the source: every module of some size has a test file of its name, or of its package's."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
ACROSS = {"contracts", "parity", "house"}  # suites that go across the modules


def test_every_module_has_its_test_file():
    missing = []
    for path in sorted((ROOT / "minikeras").rglob("*.py")):
        relative = path.relative_to(ROOT / "minikeras")
        if path.name == "__init__.py":
            continue
        direct = ROOT / "tests" / relative.parent / f"test_{path.name}"
        package = ROOT / "tests" / relative.parent.parent / f"test_{relative.parent.name}.py"
        if not direct.exists() and not package.exists():
            missing.append(str(relative))
    assert not missing, f"no test file for {missing}"


def test_every_test_file_has_its_module():
    stray = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        relative = path.relative_to(ROOT / "tests")
        if relative.parts[0] in ACROSS or len(relative.parts) == 1:
            continue
        module = ROOT / "minikeras" / relative.parent / relative.name.removeprefix("test_")
        of_package = module.stem == relative.parent.name  # tests/losses/test_losses.py is for losses/__init__.py
        if not module.exists() and not module.with_suffix("").is_dir() and not of_package:
            stray.append(str(relative))
    assert not stray, f"no module for {stray}"
