"""Merging layers with masks, shapes that broadcast, and types that differ."""

import numpy as np
import pytest

from minikeras import Input, Model, layers
from tests.saving.onnx_export.checks import check

RNG = np.random.default_rng(8)
A, B, C = (RNG.normal(size=(5, 4, 3)).astype("float32") - 1 for _ in range(3))
for k, a in enumerate((A, B, C)):
    a[RNG.random((5, 4)) > 0.6] = k  # masked steps; some in all three
    a[0, 1] = a[1] = k


@pytest.mark.parametrize("masked", [(0, 1, 2), (0, 2), (1,), ()], ids=str)
@pytest.mark.parametrize("name", ["Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply"])
def test_masks(name, masked):
    inputs = [Input((4, 3)) for _ in range(3)]
    given = [layers.Masking(float(i))(x) if i in masked else x for i, x in enumerate(inputs)]
    y = getattr(layers, name)()(given)
    check(Model(inputs, [y, layers.GRU(2)(y), layers.GlobalAveragePooling1D()(y)]), [A, B, C])


def test_masks_joined_along_the_steps():
    inputs = [Input((4, 3)), Input((4, 3))]
    y = layers.Concatenate(axis=1)([layers.Masking(0.0)(inputs[0]), inputs[1]])
    check(Model(inputs, layers.LSTM(2)(y)), [A, B])


def test_shapes_and_types_that_differ():
    a, b, i = Input((4, 3)), Input((3,), dtype="float64"), Input((1, 3), dtype="int32")
    outputs = [layers.Add()([a, i]), layers.Multiply(dtype="float64")([a, b]), layers.Maximum()([a, b, i])]
    data = [A, B[:, 0].astype("float64"), RNG.integers(-3, 3, (5, 1, 3)).astype("int32")]
    check(Model([a, b, i], outputs), data)


def test_products_of_other_axes():
    a, b = Input((4, 3)), Input((3, 2, 4))
    check(Model([a, b], [layers.Dot((1, 3))([a, b]), layers.Dot((2, 1), normalize=True)([a, b])]),
          [A, RNG.normal(size=(5, 3, 2, 4)).astype("float32")])  # fmt: skip
