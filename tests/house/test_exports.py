"""What is public: the names, their docstrings, their examples, their start-up cost."""

import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import minikeras

ROOT = Path(__file__).parents[2]
NAMESPACES = [
    "activations", "callbacks", "config", "constraints", "dtype_policies", "initializers", "layers", "losses", "metrics",
    "models", "ops", "ops.image", "ops.linalg", "ops.nn", "ops.numpy", "optimizers", "optimizers.schedules", "random",
    "regularizers", "saving", "tree", "utils",
]  # fmt: skip


def public(namespace):
    module = importlib.import_module(f"minikeras.{namespace}")
    return [(name, getattr(module, name)) for name in module.__all__]


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_all_is_sorted_and_complete(namespace):
    module = importlib.import_module(f"minikeras.{namespace}")
    assert list(module.__all__) == sorted(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_every_public_name_has_a_docstring_with_an_example(namespace):
    bare = []
    for name, obj in public(namespace):
        if not (inspect.isclass(obj) or inspect.isfunction(obj)):
            continue
        if not obj.__doc__ or ">>>" not in obj.__doc__:
            bare.append(name)
    assert not bare, f"minikeras.{namespace}: no example in the docstring of {bare}"


def test_top_level_names():
    assert set(minikeras.__all__) >= {"Sequential", "Model", "Input", "Layer", "Variable", "layers", "models", "utils"}
    assert list(minikeras.__all__) == sorted(minikeras.__all__)


def test_importing_loads_nothing_heavy():
    heavy = {"h5py", "tqdm", "pandas", "matplotlib", "sklearn", "onnx", "scipy"}
    code = f"import sys, minikeras; print(sorted({heavy} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert out.stdout.strip() == "[]" and out.stderr == ""


def test_version_is_the_same_everywhere():
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    assert version[1] == minikeras.__version__
    assert f"## [{minikeras.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
