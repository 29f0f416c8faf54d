"""What users call: load and save whole models or weights, whatever the format."""

from __future__ import annotations

import io
import os
import sys
import warnings
from typing import Any, BinaryIO

from minikeras._core import old_paths
from minikeras._core.files import replacing, sweep
from minikeras._core.old_arguments import outside
from minikeras.saving.hdf5 import Group, open_hdf5
from minikeras.saving.keras_zip import KERAS_VERSION, read_keras, weights_in, write_keras
from minikeras.saving.legacy_h5 import (
    is_legacy_weights,
    plan_legacy_optimizer,
    plan_legacy_weights,
    read_h5,
    write_h5,
    write_h5_weights,
)
from minikeras.saving.opening import advice_on, is_path, kind_of, opened
from minikeras.saving.plan import Plan
from minikeras.saving.weights_h5 import is_weights, plan_optimizer_weights, plan_weights, write_weights
from minikeras.saving.zip_reader import Zip

H5 = (".h5", ".hdf5")


def load_model(filepath: Any, custom_objects: dict | None = None, compile: bool = True, safe_mode: bool = True) -> Any:
    """Read a model from a file made here or by Keras 2 or 3: architecture, weights, compile state, optimizer state.

    Nothing that the file brings is run or imported, but for the lambdas of a file that you say you trust.

    Args:
        filepath: a path, or an open binary file; `.keras`, or legacy `.h5` / `.hdf5`. The content tells the format.
        custom_objects: ``{name: class or function}`` of your own that the file names.
        compile: whether to compile the model as it was when saved.
        safe_mode: kept for Keras' sake. Code in a file is never run: a Lambda layer of a lambda finds its function again in the
            process that saved it; elsewhere pass it, ``custom_objects={name of the layer: function}``.

    Raises:
        FileNotFoundError, OSError: there is no such file, or it is no regular file.
        ValueError: the file is damaged, hostile, of another kind, or names things that are not known.

    >>> import io
    >>> from minikeras import Sequential, layers
    >>> model, file = Sequential([layers.Dense(1, input_shape=(2,))]), io.BytesIO()
    >>> save_model(model, file); load_model(file).count_params()
    3
    """
    with opened(_meant(filepath)) as (file, name):
        kind = kind_of(file)
        if kind == "zip":
            return read_keras(file, name, custom_objects, compile)
        if kind == "hdf5":
            return read_h5(open_hdf5(file, name), name, custom_objects, compile)
        advice = advice_on(file, name)
    raise ValueError(f"{name} is neither a `.keras` archive nor an HDF5 file, or its beginning is damaged.{advice}")


def save_model(model: Any, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs) -> None:
    """Write a model to a file, which real Keras reads, too. The old file stays whole until the new one is.

    Args:
        model: the model.
        filepath: a path that ends in `.keras` (recommended), `.h5` or `.hdf5`, or an open binary file (`.keras` format).
            Without an ending it is a folder, as Keras 2 had them: a `.keras` file goes into it, and `load_model` finds it.
        overwrite: whether to replace a file that is there already; else you are asked.
        zipped: kept for Keras' sake; folders are not written.
        include_optimizer: whether to write the compile state and the optimizer's.
        save_format: "keras", "h5" or "tf" (a folder), where the path's ending does not say it.

    >>> import os, tempfile
    >>> from minikeras import Sequential, layers
    >>> model = Sequential([layers.Dense(1, input_shape=(2,))])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_model(model, os.path.join(folder, "model.keras")); os.listdir(folder)
    ['model.keras']
    """
    include_optimizer = kwargs.pop("include_optimizer", True)
    _warn_of_additions(model)
    chosen = kwargs.pop("save_format", None)
    if kwargs:
        raise ValueError(f"The following argument(s) are not supported by save_model: {sorted(kwargs)}.")
    if zipped is False:
        raise ValueError("Models are saved as files, not as folders: leave `zipped` out.")
    ending = "" if not is_path(filepath) else os.fsdecode(filepath)
    if ending.endswith(H5) or chosen in ("h5", "hdf5") and not ending.endswith(".keras"):
        if ending:
            os.makedirs(os.path.dirname(os.path.abspath(ending)), exist_ok=True)  # Keras does so for this format alone
        _write(filepath, overwrite, lambda target: write_h5(target, model, include_optimizer, KERAS_VERSION))
    elif ending.endswith(".keras") or not ending or chosen == "keras":
        _write(filepath, overwrite, lambda target: write_keras(target, model, include_optimizer))
    elif chosen == "tf" or chosen is None and old_paths.is_old(ending):
        made = old_paths.place_for_model(ending)
        _write(made, overwrite, lambda target: write_keras(target, model, include_optimizer))
    else:
        raise ValueError(
            "Invalid filepath extension for saving: the path should end in '.keras' (recommended) or '.h5', "
            f"got {filepath!r}. Use export() for other formats."
        )


def save_weights(model: Any, filepath: Any, overwrite: bool = True, max_shard_size: None = None, **kwargs) -> None:
    """Write the weights of a model to an HDF5 file.

    Args:
        model: a built model.
        filepath: a path that ends in `.weights.h5` (Keras 3's layout, with the state of the optimizer), in `.h5` or `.hdf5`
            (that of Keras 2, weights alone), or an open binary file (Keras 3's). Without an ending it is the prefix of a
            checkpoint, as Keras 2 had them: the weights go to an HDF5 file beside it, and `load_weights` finds them.
        overwrite: whether to replace a file that is there already; else you are asked.
        max_shard_size: not supported; one file is written.

    >>> import io
    >>> from minikeras import Sequential, layers
    >>> model, file = Sequential([layers.Dense(1, input_shape=(2,))]), io.BytesIO()
    >>> save_weights(model, file); load_weights(model, file)
    """
    chosen = kwargs.pop("save_format", None)
    if kwargs or max_shard_size is not None:
        raise ValueError(f"save_weights takes filepath and overwrite, got {sorted(kwargs) or ['max_shard_size']}.")
    ending = os.fsdecode(filepath) if is_path(filepath) else ".weights.h5"
    old = not ending.endswith(H5) and (chosen in ("tf", "h5") or old_paths.is_old(ending))
    if not ending.endswith(H5) and not old:
        raise ValueError(f"The path should end in '.weights.h5', got {filepath!r}.")
    if not model.built and not (model.weights and all(layer.built for layer in model._inner_layers())):  # a GAN's two nets are
        raise ValueError(
            f"Model {model.name!r} is not built, so it has no weights to save. Give it an input shape "
            "(keras.Input(shape=...) as its first layer) or call it on data first."
        )
    if old:
        filepath = old_paths.place_for_weights(ending)
    if old or ending.endswith(".weights.h5"):
        _write(filepath, overwrite, lambda target: write_weights(target, model))
    else:
        _write(filepath, overwrite, lambda target: write_h5_weights(target, model, KERAS_VERSION))


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False, **kwargs) -> None:
    """Read weights into a model, all of them or, if anything is wrong with the file, none.

    Args:
        model: a built model.
        filepath: a path, or an open binary file: `.weights.h5`, legacy `.h5`, or a whole model.
        skip_mismatch: leave layers out whose weights do not fit, with a warning.
        by_name: for legacy files: pair layers by their names rather than by their order, and leave out those the file lacks.

    Raises:
        OSError: there is no such file, or it is no regular file.
        ValueError: the file is damaged, or of another model.

    >>> import io
    >>> from minikeras import Sequential, layers
    >>> a, b = (Sequential([layers.Dense(1, input_shape=(2,))]) for _ in range(2))
    >>> file = io.BytesIO(); save_weights(a, file); load_weights(b, file)
    >>> bool((a.layers[0].kernel == b.layers[0].kernel).all())
    True
    """
    by_name = bool(kwargs.pop("by_name", False))
    if kwargs:
        raise ValueError(f"load_weights does not take {sorted(kwargs)}.")
    with opened(_meant(filepath)) as (file, name):
        root = weights_root(file, name)
        plan, state = Plan(name), Plan(name)
        if is_legacy_weights(root) or "model_weights" in root:
            group = root.group("model_weights") if "model_weights" in root else root
            skipped = plan_legacy_weights(plan, group, model, by_name, skip_mismatch)
            problem = plan_legacy_optimizer(state, root, model)
        elif by_name:
            raise ValueError(f"{name} is not of the legacy format: its weights have no names, so by_name=True can't be.")
        elif is_weights(root):
            skipped = plan_weights(plan, root, model, skip_mismatch)
            problem = plan_optimizer_weights(state, root, model)
        else:
            raise ValueError(f"{name} is an HDF5 file, but holds no weights of a Keras model. In it are: {root.names[:10]}.")
        plan.carry_out()
        state.carry_out()
    for text in skipped:
        warnings.warn(f"Skipped: {text}", UserWarning, stacklevel=3)
    if problem:
        text = f"The weights are loaded, the state of the optimizer is left as it was. {problem}."
        warnings.warn(text, UserWarning, stacklevel=3)


def _meant(filepath: Any) -> Any:
    return old_paths.found(os.fsdecode(filepath)) if is_path(filepath) else filepath


def weights_root(file: BinaryIO, name: str) -> Group:
    """Where the weights stand in a file of any of the formats."""
    kind = kind_of(file)
    if kind == "zip":
        return weights_in(Zip(file, name), file, name)
    if kind == "hdf5":
        return open_hdf5(file, name)
    advice = advice_on(file, name)
    raise ValueError(f"{name} is neither an HDF5 file nor a `.keras` archive, or its beginning is damaged.{advice}")


def _write(target: Any, overwrite: bool, write: Any) -> None:
    """Write into an open file, or beside a path and then in its place."""
    if not is_path(target):
        made = io.BytesIO()  # HDF5 wants to read back what it wrote
        write(made)
        target.write(made.getbuffer())
        return
    path = os.fsdecode(target)
    if os.path.exists(path) and not overwrite and not _may_overwrite(path):
        return
    sweep(*os.path.split(os.path.realpath(path)))  # what killed writers of this file left behind
    with replacing(path) as temporary:
        write(temporary)


def _warn_of_additions(model: Any) -> None:
    ways = {"add_loss": "_symbolic_losses", "add_metric": "_symbolic_metrics"}
    for part in (model, *getattr(model, "_inner_layers", list)()):  # a FeatureSpace has none
        for way in [way for way, kept in ways.items() if vars(part).get(kept)]:
            text = f"What {way}(tensor) added to model {part.name!r} is not saved: call it again on the loaded model."
            warnings.warn(text, UserWarning, stacklevel=outside())


def _may_overwrite(path: str) -> bool:
    if not (sys.stdin and sys.stdin.isatty()):
        raise FileExistsError(f"{path!r} exists, and overwrite=False.")
    return input(f"{path!r} exists. Overwrite it? [y/n] ").strip().lower() in ("y", "yes")
