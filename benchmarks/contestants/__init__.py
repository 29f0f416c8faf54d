"""Who takes part, and in which module it is told how a library trains, predicts and saves."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass, field

FRAMEWORKS = ("jax", "tensorflow", "torch")


class Without:
    """A finder of modules that does not see some packages."""

    def __init__(self, finder, names):
        self.finder, self.names = finder, names

    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in self.names else self.finder.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self.finder, name)


@dataclass(frozen=True)
class Entry:
    """One contestant: its process needs `packages`, imports `module` and gives its class `options`."""

    name: str
    title: str
    packages: tuple
    module: str
    options: dict = field(default_factory=dict)
    environment: dict = field(default_factory=dict)

    @property
    def installs(self) -> tuple:
        """What is installed for it."""
        return self.packages if self.options.get("library") != "minikeras" else ("minikeras", *self.packages)

    def hide_others(self) -> None:
        """Have frameworks that it does not use seem missing: Keras imports what it finds, and pays for it."""
        if "keras" in self.packages:
            others = set(FRAMEWORKS) - set(self.packages)
            sys.meta_path[:] = [Without(finder, others) for finder in sys.meta_path]

    def make(self):
        return importlib.import_module(f"benchmarks.contestants.{self.module}").Contestant(**self.options)


def keras_on(backend: str, package: str, best: bool = False) -> Entry:
    """Keras with one of its backends: with default settings, or with ``steps_per_execution`` as long as an epoch."""
    name = f"keras-{backend}" + ("-best" if best else "")
    title = {"jax": "Keras on JAX", "tensorflow": "Keras on TensorFlow", "torch": "Keras on PyTorch"}[backend]
    options = {"library": "keras", "best": best}
    title += ", an epoch an execution" if best else ""
    return Entry(name, title, ("keras", package), "keras_like", options, {"KERAS_BACKEND": backend})


ENTRIES = [
    Entry("numpy", "NumPy loop", ("numpy",), "numpy_loop"),
    Entry("products", "bare products", ("numpy",), "products"),
    Entry("ours", "minikeras", ("numpy",), "keras_like", {"library": "minikeras"}),
    Entry("ours-jit", "minikeras, jit_compile", ("numpy", "numba"), "keras_like", {"library": "minikeras", "jit": True}),
    Entry("jax", "JAX by hand, a scan an epoch", ("jax",), "jax_scan"),
    keras_on("jax", "jax"),
    keras_on("jax", "jax", best=True),
    keras_on("tensorflow", "tensorflow"),
    keras_on("tensorflow", "tensorflow", best=True),
    keras_on("torch", "torch"),  # refuses steps_per_execution
    Entry("torch", "PyTorch", ("torch",), "pytorch"),
    Entry("sklearn", "scikit-learn", ("sklearn",), "sklearn_mlp"),
]
BY_NAME = {entry.name: entry for entry in ENTRIES}
