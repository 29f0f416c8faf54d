"""Paths of Keras 2 that mean TensorFlow's own formats: the prefix of a checkpoint, the folder of a SavedModel.

Neither format is written here. Weights go to an HDF5 file beside the prefix, models to a `.keras` file in the folder, and the
same path finds them again.
"""

from __future__ import annotations

import os
import re

from minikeras._core.old_arguments import hint

_BARE = re.compile(r"(\.(ckpt|tf|model|checkpoint)|\.\d+|[^.]*)$", re.IGNORECASE)


def is_old(path: str) -> bool:
    """Whether a path has no ending of a file, or one that was usual for checkpoints.

    >>> [is_old(p) for p in ("runs/cp-0001.ckpt", "best_model", "w.02-0.31", "a/", "m.keras", "m.txt")]
    [True, True, True, True, False, False]
    """
    name = os.path.basename(path.rstrip("/\\"))
    return bool(_BARE.fullmatch(os.path.splitext(name)[1])) and bool(name)


def weights_file(path: str) -> str:
    """The file that stands for the weights of a checkpoint.

    >>> weights_file("runs/cp.ckpt")
    'runs/cp.ckpt.index'
    """
    return f"{path}.index"


def model_file(path: str) -> str:
    """The file that stands for a SavedModel.

    >>> model_file("saved/") == os.path.join("saved", "model.keras")
    True
    """
    return os.path.join(path.rstrip("/\\"), "model.keras")


def place_for_weights(path: str) -> str:
    """Where the weights of a path go; its folder is made, and it is said once."""
    made = weights_file(path)
    os.makedirs(os.path.dirname(os.path.abspath(made)), exist_ok=True)
    hint(
        "save_weights", "path",
        f"TensorFlow's checkpoints are not written here: {path!r} gets its weights as HDF5 in {made!r}, and load_weights finds "
        "them there. Today's ending is '.weights.h5'.",
    )  # fmt: skip
    return made


def place_for_model(path: str) -> str:
    """Where the model of a path goes; its folder is made, and it is said once."""
    if os.path.isfile(path):
        raise FileExistsError(f"{path!r} is a file, and can't become the folder of a model. Today's ending is '.keras'.")
    made = model_file(path)
    os.makedirs(os.path.dirname(os.path.abspath(made)), exist_ok=True)
    hint(
        "save", "path",
        f"TensorFlow's SavedModel is not written here: {path!r} gets the model as {made!r}, and load_model finds it there. "
        "Today's ending is '.keras'.",
    )  # fmt: skip
    return made


def found(path: str) -> str:
    """The file that a path means when it is read: itself unless there is none, or a folder."""
    if os.path.isdir(path) and os.path.isfile(made := model_file(path)):
        return made
    if not os.path.exists(path) and os.path.isfile(made := weights_file(path)):
        return made
    return path
