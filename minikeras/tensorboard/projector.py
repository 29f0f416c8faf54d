"""What the "Projector" page wants: the vectors as a table of text, and a file that says where tables are."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from minikeras._core.files import atomic_write
from minikeras.layers import Embedding


class Projector:
    """The vectors of a model's Embedding layers, in a folder.

    Args:
        log_dir: the folder; made if need be.
        model: the model.
        metadata: name of a file in that folder with a line for each vector; or a dict from names of layers to such.
    """

    def __init__(self, log_dir: str, model: Any, metadata: str | dict | None = None):
        self.log_dir = log_dir
        self.layers = list(_embeddings(model))
        of_layers = metadata if isinstance(metadata, dict) else {}
        known = [layer.name for layer in self.layers]
        unknown = [name for name in of_layers if name not in known]
        if unknown:
            raise ValueError(
                f"embeddings_metadata names {unknown}, which are no Embedding layers of this model; it has {known}."
            )
        every = None if isinstance(metadata, dict) else metadata
        self.metadata = {name: of_layers.get(name, every) for name in known}

    def begin(self) -> None:
        """Write the vectors, and the file that says where they are."""
        os.makedirs(self.log_dir, exist_ok=True)
        entries = [
            {
                "tensor_name": layer.embeddings.path,
                "metadata_path": self.metadata[layer.name],
                "tensor_path": _table_of(layer),
            }
            for layer in self.layers
        ]
        self.write()
        with atomic_write(os.path.join(self.log_dir, "projector_config.pbtxt"), "w", encoding="utf-8") as file:
            file.write(projector_config(entries))

    def write(self) -> None:
        """Write the vectors as they are now."""
        for layer in self.layers:
            write_vectors(os.path.join(self.log_dir, _table_of(layer)), layer.embeddings.value)


def projector_config(embeddings: Iterable[dict]) -> str:
    """Return the text of ``projector_config.pbtxt``.

    Args:
        embeddings: dicts of ``tensor_name``, ``metadata_path``, ``tensor_path``; all but the first may be missing.

    >>> print(projector_config([{"tensor_name": "embedding", "metadata_path": "words.tsv"}]))
    embeddings {
      tensor_name: "embedding"
      metadata_path: "words.tsv"
    }
    <BLANKLINE>
    """
    parts = []
    for one in embeddings:
        lines = "".join(f"  {name}: {_quoted(text)}\n" for name, text in one.items() if text is not None)
        parts.append(f"embeddings {{\n{lines}}}\n")
    return "".join(parts)


def write_vectors(path: str, vectors: np.ndarray) -> None:
    """Write vectors as lines of numbers between tabs.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "vectors.tsv"); write_vectors(path, np.eye(2)); print(repr(path.read_text()))
    '1\\t0\\n0\\t1\\n'
    """
    text = io.StringIO()
    np.savetxt(text, vectors, fmt="%.7g", delimiter="\t")
    with atomic_write(path, "w", encoding="utf-8") as file:
        file.write(text.getvalue())


def _quoted(text: str) -> str:
    special = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(special.get(letter, letter) for letter in str(text)) + '"'


def _embeddings(model: Any) -> Iterator[Embedding]:
    """The Embedding layers of a model, and of models within."""
    for layer in model.layers:
        if isinstance(layer, Embedding):
            yield layer
        elif hasattr(layer, "layers"):
            yield from _embeddings(layer)


def _table_of(layer: Embedding) -> str:
    return layer.embeddings.path.replace("/", "_") + ".tsv"
