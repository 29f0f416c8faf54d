"""What this machine offers: versions, BLAS, threads, and which extras are there."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import sys
from typing import Any

import numpy as np

import minikeras
from minikeras._core.threads import _openblas

EXTRAS = {
    "h5py": "files", "tqdm": "progress bars", "onnx": "ONNX export", "matplotlib": "pictures", "pandas": "tables",
    "scikit-learn": "wrappers, data sets", "numba": "compiled steps", "pillow": "images", "graphviz": "plot_model does without",
}  # fmt: skip


def doctor(options: Any) -> None:
    """Print it."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    found = {"minikeras": minikeras.__version__, "python": sys.version.split()[0], "platform": platform.platform()}
    found |= {"numpy": np.__version__, "blas": f"{blas.get('name')} {blas.get('version')}", "cores": os.cpu_count()}
    library = _openblas()
    found["blas threads"] = library[0]() if library else "not known"
    for package, use in EXTRAS.items():
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = f"not installed ({use})"
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        width = max(map(len, found))
        print("\n".join(f"{name:{width}}  {value}" for name, value in found.items()))
