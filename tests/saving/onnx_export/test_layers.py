"""Every layer of the house, with the arguments that the contract tests try it with."""

import numpy as np
import pytest

from minikeras import Input, Model, Sequential, layers
from minikeras._core.nest import map_leaves
from minikeras.layers import Layer
from minikeras.saving.onnx_export import to_onnx
from minikeras.saving.onnx_export.rules import LAYERS, REFUSED
from tests.contracts.test_layers import CASES, CLASSES, given
from tests.contracts.test_structured_layers import CASES as STRUCTURED
from tests.saving.onnx_export.checks import TOLERANCE, check, floats, shaken


def test_every_layer_has_a_translation_or_a_reason_why_not():
    for cls in CLASSES.values():
        above = [c for c in cls.__mro__ if c is not Layer and (c in LAYERS or c in REFUSED)]
        assert above or cls.forward is Layer.forward, f"no translation of {cls.__name__}"  # a call() can be followed: own.py
    assert not set(LAYERS) & set(REFUSED)
    assert sorted(c.__name__ for c in REFUSED) == [
        "ContrastLimitedAdaptiveHistogramEqualization", "Equalization", "HashedCrossing", "Hashing", "StringLookup",
        "TextVectorization", "Wrapper",
    ]  # fmt: skip


@floats
@pytest.mark.parametrize("name, arguments, x", CASES)
def test_layers(name, arguments, x, dtype):
    if name == "InputLayer":
        pytest.skip("a model without layers has an own test")
    layer = CLASSES[name](**given(arguments, dtype), dtype=dtype)
    model = shaken(Sequential([Input(x.shape[1:], dtype=dtype), layer]))
    if CLASSES[name] in REFUSED:
        with pytest.raises(ValueError, match=f"{layer.name!r} .{name}.*{REFUSED[CLASSES[name]]}"):
            to_onnx(model)
        return
    check(model, np.concatenate([x] * (1 + 3 // len(x))).astype(dtype), 10 * TOLERANCE[dtype])


@floats
@pytest.mark.parametrize("name, arguments, x", STRUCTURED)
def test_layers_of_several_arrays(name, arguments, x, dtype):
    x = map_leaves(lambda a: a.astype(dtype), x)
    symbols = map_leaves(lambda a: Input(a.shape[1:], dtype=dtype), x)
    layer = CLASSES[name](**given(arguments, dtype), dtype=dtype)
    y = layer(**symbols) if isinstance(x, dict) else layer(symbols)
    arrays = list(x.values()) if isinstance(x, dict) else x
    tensors = list(symbols.values()) if isinstance(x, dict) else symbols
    check(shaken(Model(tensors, y)), arrays, 10 * TOLERANCE[dtype])


@pytest.mark.parametrize("options", [{}, {"tie_weights": False}, {"logit_soft_cap": 0.5, "mask_zero": True}])
def test_an_embedding_there_and_back(options):
    ids = np.array([[1, 2, 0], [3, 0, 4]], "int32")
    table, x = layers.ReversibleEmbedding(5, 3, **options), Input((3,), dtype="int32")
    check(shaken(Model(x, table(layers.LSTM(3, return_sequences=True)(table(x)), reverse=True))), ids)
