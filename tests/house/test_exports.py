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
    "activations", "callbacks", "config", "constraints", "datasets", "dtype_policies", "initializers", "layers", "losses",
    "metrics", "models", "ops", "ops.image", "ops.linalg", "ops.nn", "ops.numpy", "optimizers", "optimizers.schedules",
    "random",
    "regularizers", "saving", "tensorboard", "tree", "utils", "visualization", "wrappers",
]  # fmt: skip


HELPERS = {  # what a namespace that is one file needs for itself
    "Registry", "lazily", "serialize_keras_object", "find_custom", "snake_case", "registry", "bare", "resolve", "gradient_of",
    "plain",
    "arguments_for_logits", "hint",
}  # fmt: skip


def public(namespace):
    module = importlib.import_module(f"minikeras.{namespace}")
    return [(name, getattr(module, name)) for name in module.__all__]


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_all_is_sorted_and_complete(namespace):
    module = importlib.import_module(f"minikeras.{namespace}")
    assert list(module.__all__) == sorted(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)
    assert unlisted(module) == set()


def unlisted(module):
    """Public classes and functions of a package's own modules that it holds without saying so."""
    if not hasattr(module, "__path__"):
        return set()
    names = {*vars(module), *(n for names in vars(module).get("_LATER", {}).values() for n in names.split())}
    made = ((n, getattr(module, n)) for n in names - set(module.__all__) - HELPERS if not n.startswith("_"))
    things = ((n, v) for n, v in made if inspect.isclass(v) or inspect.isfunction(v))
    return {n for n, v in things if (v.__module__ or "").startswith(f"{module.__name__}.")}


def test_the_check_sees_a_name_struck_from_all(monkeypatch):
    from minikeras import losses

    monkeypatch.setattr(losses, "__all__", [name for name in losses.__all__ if name != "huber"])
    assert unlisted(losses) == {"huber"}


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
