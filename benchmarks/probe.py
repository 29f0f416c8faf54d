"""What an interpreter has: packages with their versions, and the megabytes that each takes with all that it needs.

    python -m benchmarks.probe
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import platform
import re
import sys
from pathlib import Path

PACKAGES = {"numpy": "numpy", "numba": "numba", "keras": "keras", "jax": "jax", "tensorflow": "tensorflow", "torch": "torch",
            "sklearn": "scikit-learn"}  # fmt: skip


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(names, needs) -> set:
    """These, and all that they need."""
    found, todo = set(), [plain(name) for name in names]
    while todo:
        name = todo.pop()
        if name in needs and name not in found:
            found.add(name)
            todo += needs[name]
    return found


def installed() -> tuple:
    """What each distribution needs, and its bytes."""
    needs, sizes = {}, {}
    for dist in importlib.metadata.distributions():
        name = plain(dist.metadata["Name"])
        texts = [text for text in dist.requires or [] if "extra ==" not in text]
        needs[name] = [plain(re.match(r"[\w.-]+", text)[0]) for text in texts]
        paths = (Path(dist.locate_file(file)) for file in dist.files or [])
        sizes[name] = sum(path.stat().st_size for path in paths if path.exists())
    return needs, sizes


def folder(path: Path) -> int:
    """Bytes of source files, and of what this interpreter makes of them."""
    files = [*path.rglob("*.py")]
    compiled = (Path(importlib.util.cache_from_source(str(file))) for file in files)
    return sum(file.stat().st_size for file in [*files, *(file for file in compiled if file.exists())])


def probe() -> dict:
    """All of it; `needs` and `sizes` are what `megabytes` wants."""
    found = {p: importlib.metadata.version(d) for p, d in PACKAGES.items() if importlib.util.find_spec(p)}
    needs, sizes = installed()
    ours = Path(__file__).parents[1] / "minikeras"
    needs["minikeras"], sizes["minikeras"] = ["numpy", "h5py", "tqdm"], folder(ours)
    return {"python": platform.python_version(), "found": found, "needs": needs, "sizes": sizes}


def megabytes(names, probed: dict) -> float:
    """How much is installed for these packages to work."""
    return sum(probed["sizes"][n] for n in closure((PACKAGES.get(n, n) for n in names), probed["needs"])) / 1e6


if __name__ == "__main__":
    json.dump(probe(), sys.stdout)
