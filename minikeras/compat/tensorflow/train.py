"""`tf.train`: the messages of TFRecord files, and checkpoints of variables.

>>> Feature(float_list=FloatList(value=[0.5])).float_list.value
[0.5]
"""

from __future__ import annotations

import glob
import os
from typing import Any

import numpy as np

from minikeras._core.variable import Variable
from minikeras.compat.tensorflow._tools import absent, exported, taken

_RECORDS = "BytesList Example Feature FeatureList FeatureLists Features FloatList Int64List SequenceExample"
globals().update(taken("_messages", _RECORDS))


def _state(thing: Any, path: str = "", found: dict | None = None) -> dict:
    """The variables in models, optimizers, lists and modules, by where they stand."""
    found = {} if found is None else found
    if isinstance(thing, Variable):
        found[path] = thing
    elif isinstance(thing, dict):
        for name, part in thing.items():
            _state(part, f"{path}/{name}", found)
    elif isinstance(thing, (list, tuple)):
        for i, part in enumerate(thing):
            _state(part, f"{path}/{i}", found)
    else:
        names = vars(thing) if not hasattr(thing, "variables") else ()
        variables = thing.variables if hasattr(thing, "variables") else [getattr(thing, n) for n in names]
        for i, part in enumerate(variables() if callable(variables) else variables):
            if isinstance(part, Variable):
                found[f"{path}/{i}"] = part
    return found


class CheckpointStatus:
    """What `restore` returns; asked whether all was found, it has been."""

    def expect_partial(self) -> CheckpointStatus:
        """Itself."""
        return self

    assert_consumed = assert_existing_objects_matched = expect_partial


class Checkpoint:
    """The variables of models, optimizers and so on, in one file of arrays (``.npz``, not TensorFlow's format).

    Args:
        root: a model, or another thing with variables.
        **kwargs: further ones by name.
    """

    def __init__(self, root: Any = None, **kwargs: Any):
        self._parts = {**({} if root is None else {"root": root}), **kwargs}
        self.__dict__.update(kwargs)
        self._count = 0

    def write(self, file_prefix: Any, options: Any = None) -> str:
        """Write the file; its path without ending is returned."""
        path = str(file_prefix)
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        np.savez(f"{path}.npz", **{name: v.numpy() for name, v in _state(self._parts).items()})
        return path

    def save(self, file_prefix: Any, options: Any = None) -> str:
        """Write the file, numbered."""
        self._count += 1
        return self.write(f"{file_prefix}-{self._count}")

    def restore(self, save_path: Any, options: Any = None) -> CheckpointStatus:
        """Read the file; nothing for None."""
        if save_path:
            with np.load(f"{save_path}.npz") as file:
                for name, v in _state(self._parts).items():
                    if name in file.files:
                        v.assign(file[name])
        return CheckpointStatus()

    read = restore


def latest_checkpoint(checkpoint_dir: Any, latest_filename: Any = None) -> str | None:
    """The path of the newest checkpoint in a folder, of a `Checkpoint` or of ``save_weights``; None if there is none."""
    folder = glob.escape(str(checkpoint_dir))
    files = [f for ending in ("*.npz", "*.index") for f in glob.glob(os.path.join(folder, ending))]
    if not files:
        return None
    return os.path.splitext(max(files, key=lambda f: (os.path.getmtime(f), _number(f))))[0]


def _number(path: str) -> int:
    end = os.path.splitext(path)[0].rpartition("-")[2].removesuffix(".ckpt")
    return int(end) if end.isdigit() else 0


class CheckpointManager:
    """Keeps the newest few checkpoints in a folder."""

    def __init__(
        self, checkpoint: Checkpoint, directory: Any, max_to_keep: int | None = 5, checkpoint_name: str = "ckpt", **kwargs: Any
    ):
        self.checkpoint, self.directory, self.max_to_keep = checkpoint, str(directory), max_to_keep
        self._prefix = os.path.join(self.directory, checkpoint_name)

    @property
    def checkpoints(self) -> list[str]:
        """Their paths, the oldest first."""
        files = glob.glob(f"{glob.escape(self._prefix)}-*.npz")
        return [f.removesuffix(".npz") for f in sorted(files, key=_number)]

    @property
    def latest_checkpoint(self) -> str | None:
        """The newest, None if there is none."""
        return next(iter(self.checkpoints[::-1]), None)

    def save(self, checkpoint_number: Any = None, **kwargs: Any) -> str:
        """Write one more, and remove what is too many."""
        last = self.latest_checkpoint
        number = (0 if last is None else _number(last)) + 1 if checkpoint_number is None else int(checkpoint_number)
        path = self.checkpoint.write(f"{self._prefix}-{number}")
        for old in self.checkpoints[: -self.max_to_keep] if self.max_to_keep else []:
            os.remove(f"{old}.npz")
        return path

    def restore_or_initialize(self) -> str | None:
        """Read the newest, if there is one."""
        self.checkpoint.restore(self.latest_checkpoint)
        return self.latest_checkpoint


__all__ = exported(globals(), _RECORDS)
_OPTIMIZER = "Use keras.optimizers: Adam, SGD, RMSprop ... (tf.compat.v1.train has the old names)."
_OLD = ["AdamOptimizer", "GradientDescentOptimizer", "RMSPropOptimizer", "MomentumOptimizer", "AdagradOptimizer"]
__getattr__ = absent("tf.train", globals(), dict.fromkeys(_OLD, _OPTIMIZER))
