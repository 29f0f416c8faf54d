"""What the "Projector" page wants: the vectors as a table of text, and a file that says where tables are."""

from __future__ import annotations

import io
from collections.abc import Iterable

import numpy as np

from minikeras._core.files import atomic_write


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
