import numpy as np
import pytest

import minikeras as keras
from minikeras.layers import Dense, EinsumDense


def test_it_can_be_dense():
    x = np.random.default_rng(0).standard_normal((5, 3, 4))
    dense, einsum = Dense(2, "tanh"), EinsumDense("abc,cd->abd", (None, 2), activation="tanh", bias_axes="d")
    dense(x), einsum(x)
    einsum.set_weights(dense.get_weights())
    np.testing.assert_allclose(einsum(x), dense(x), atol=1e-6)


def test_inputs_and_outputs_of_a_unit_are_counted_by_the_equation():
    layer = EinsumDense("abc,cde->abde", (None, 8, 16), kernel_initializer="glorot_uniform")
    layer.build((None, 3, 64))
    limit = np.sqrt(6 / (64 + 8 * 16))
    largest = np.abs(layer.kernel.value).max()
    assert 0.95 * limit < largest <= limit


def test_no_bias_without_bias_axes():
    layer = EinsumDense("ab,bc->ac", 3)
    assert layer(np.ones((2, 4))).shape == (2, 3) and layer.bias is None and layer.count_params() == 12


def test_errors_name_the_layer_when_the_model_is_built():
    with pytest.raises(ValueError, match="'mix' .EinsumDense.: Input shape and output shape do not match"):
        EinsumDense("abc,cd->abd", (7, 2), name="mix")(keras.Input((3, 4)))
    layer = EinsumDense("abc,cd->abd", (None, 2))
    layer(np.ones((2, 3, 4)))
    with pytest.raises(ValueError, match="expected 3 axes"):
        layer(np.ones((2, 4)))
    with pytest.raises(ValueError, match="`lora_rank` of EinsumDense"):
        EinsumDense("ab,bc->ac", 3, lora_rank=2)


def test_config_is_that_of_keras():
    config = EinsumDense("ab,bc->ac", 3, bias_axes="c", activation="relu").get_config()
    assert sorted(config) == [
        "activation", "activity_regularizer", "bias_axes", "bias_constraint", "bias_initializer", "bias_regularizer", "dtype",
        "equation", "kernel_constraint", "kernel_initializer", "kernel_regularizer", "name", "output_shape",
        "quantization_config", "trainable",
    ]  # fmt: skip
    assert (config["output_shape"], config["activation"]) == ((3,), "relu")
