"""The `.onnx` format: the way forward through a model as a graph that runs without Python, in ONNX Runtime for example."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.files import atomic_write
from minikeras._core.nest import flatten, pack_sequence_as
from minikeras.layers.described import symbolic_of
from minikeras.saving.onnx_export.graph import Graph
from minikeras.saving.onnx_export.layers import LAYERS  # noqa: F401
from minikeras.saving.onnx_export.rules import translate

__all__ = ["export_model", "to_onnx"]

OPSET, OLDEST, NEWEST = 17, 13, 21  # of ONNX 1.12, July 2022; what else can be asked for
LARGEST = (1 << 31) - (1 << 20)  # bytes of weights: a protobuf message ends at 2 GiB
FORMATS = ("tf_saved_model", "onnx", "openvino", "litert", "torch")


def export_model(
    model: Any, filepath: Any, format: str = "tf_saved_model", verbose: Any = None, input_signature: Any = None, **kwargs
) -> None:
    """Write the way forward through a model, as it predicts, to a file for other programs.

    The graph takes batches of any size (the axis is called "batch"); its inputs have the names of the model's `Input` layers,
    its outputs those of the layers they come from, its weights their paths. Dropout, noise and random changes of images are
    left out, as in `predict`.

    Args:
        model: a built model: `Sequential`, of symbolic tensors, or with a `call` of its own that has met data. It may hold
            layers of your own, whose `call` is followed as long as it does not look at numbers.
        filepath: the file to make or replace, usually ``*.onnx``.
        format: ``"onnx"``; Keras' others need TensorFlow, OpenVINO or PyTorch.
        verbose: whether to print where the file is.
        input_signature: shapes, and names, of the inputs (a KerasTensor or InputSpec for each) to fix the size of the batch or
            to name inputs otherwise.
        opset_version: the ONNX operator set, 17 by default.

    Raises:
        ValueError: another format, a model that is not built, a layer, operation or activation that has no translation; the
            message names it and says why.
        ImportError: the package ``onnx`` is missing.

    >>> from minikeras import Sequential
    >>> export_model(Sequential(), "model.onnx", format="onnx")
    Traceback (most recent call last):
    ValueError: Model 'sequential' can't be exported before it is built: ...
    """
    unknown = set(kwargs) - {"opset_version"}
    if unknown:
        raise TypeError(f"Unknown arguments of export: {', '.join(sorted(unknown))}. format='onnx' takes opset_version.")
    if format != "onnx":
        why = f"format={format!r} needs TensorFlow, OpenVINO or PyTorch" if format in FORMATS else f"Unknown format={format!r}"
        raise ValueError(
            f"{why}. minikeras exports format='onnx', which ONNX Runtime and converters to other formats read: "
            "model.export('model.onnx', format='onnx'). For Keras itself: model.save('model.keras')."
        )
    if not model.built:
        raise ValueError(
            f"Model {model.name!r} can't be exported before it is built: give it an Input(shape) as its first layer, call "
            "build(), or train it."
        )
    graph = to_onnx(model, input_signature, kwargs.get("opset_version"))
    with atomic_write(filepath, "wb") as file:
        file.write(graph.SerializeToString(deterministic=True))
    if verbose:
        print(f"Saved artifact at '{filepath}'.")


def to_onnx(model: Any, input_signature: Any = None, opset_version: int | None = None) -> Any:
    """Return a built model as an ``onnx.ModelProto``."""
    try:
        import onnx
    except ImportError as error:
        raise ImportError('model.export(..., format="onnx") needs the package onnx: pip install "onnx>=1.15"') from error
    opset, newest = OPSET if opset_version is None else opset_version, min(NEWEST, onnx.defs.onnx_opset_version())
    if opset not in range(OLDEST, newest + 1):
        raise ValueError(f"Argument `opset_version` must be a whole number from {OLDEST} to {newest}, got {opset_version!r}.")
    size = sum(v.value.nbytes for v in model.weights)
    if size > LARGEST:
        raise ValueError(f"Model {model.name!r} has {size / 2**30:.1f} GiB of weights; an ONNX file holds less than 2 GiB.")
    graph = Graph(onnx, opset)
    inputs = [graph.input(*each) for each in _signature(model, input_signature)]
    x = pack_sequence_as(_inputs(model), inputs)
    y = flatten(translate(model, x))
    names = [] if vars(model).get("_outputs") is None else model.output_names
    names = names if len(names) == len(y) else [model.name] * len(y)  # a call() of its own may return what it likes
    proto = graph.finish(model.name, inputs, y, names)
    opsets = [onnx.helper.make_opsetid("", opset)]
    ir = onnx.helper.find_min_ir_version_for(opsets)  # not the newest, which older runtimes refuse
    return onnx.helper.make_model(proto, producer_name="minikeras", opset_imports=opsets, ir_version=ir)


def _signature(model: Any, given: Any) -> list[tuple[str, np.dtype, tuple]]:
    """Name, dtype and shape of each input."""
    own = flatten(_inputs(model))
    given = [None] * len(own) if given is None else flatten(given)
    if len(given) != len(own):
        raise ValueError(
            f"Argument `input_signature` must have a KerasTensor or InputSpec for each of the {len(own)} inputs of model "
            f"{model.name!r}, got {len(given)}."
        )
    return [_one_input(model, tensor, asked) for tensor, asked in zip(own, given)]


def _inputs(model: Any) -> Any:
    """The symbolic inputs of a model; of one with a call() of its own, tensors like the data that it met."""
    if vars(model).get("_inputs") is not None:
        return model._inputs
    return symbolic_of(model._build_shape, model.compute_dtype)


def _one_input(model: Any, own: Any, given: Any) -> tuple[str, np.dtype, tuple]:
    name = "input" if own.node is None else own.node.operation.name
    shape = (None, *own.shape[1:])
    if own.dtype == "string":
        raise ValueError(
            f"Input {name!r} of model {model.name!r} takes strings, for which ONNX has no operators: let the model begin "
            "behind the layers for text, and run those on the data first."
        )
    if given is not None:
        asked = getattr(given, "shape", None)
        fits = asked is not None and len(asked) == len(shape) and all(n in (None, m) or m is None for m, n in zip(shape, asked))
        if not fits:
            raise ValueError(
                f"Argument `input_signature` must be a KerasTensor or InputSpec (or a list of them) that fits the input of "
                f"model {model.name!r}, of shape {shape}; got {given!r}."
            )
        name = getattr(given, "name", None) or name
        shape = tuple(m if n is None else n for m, n in zip(shape, asked))
    dtype = np.dtype(str(own.dtype))
    return name, np.dtype(model._input_type(own, dtype)) if dtype.kind == "f" else dtype, shape
