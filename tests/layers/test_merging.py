import numpy as np
import pytest

import minikeras as keras
from minikeras import layers

A, B = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[10.0, 0.0], [3.0, 8.0]])
ELEMENTWISE = ["Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"]


@pytest.mark.parametrize(
    "name, expected",
    [
        ("add", A + B),
        ("subtract", A - B),
        ("multiply", A * B),
        ("average", (A + B) / 2),
        ("maximum", np.maximum(A, B)),
        ("minimum", np.minimum(A, B)),
        ("concatenate", np.hstack([A, B])),
        ("dot", (A * B).sum(1, keepdims=True)),
    ],
)
def test_functions_work_on_arrays_and_on_symbols(name, expected):
    function = getattr(layers, name)
    np.testing.assert_array_equal(function([A, B]), expected)
    inputs = [keras.Input((2,)), keras.Input((2,))]
    model = keras.Model(inputs, function(inputs, name="joined"))
    assert model.layers[-1].name == "joined"
    np.testing.assert_array_equal(model.predict([A, B], verbose=0), expected)


def test_arguments_of_the_functions_reach_the_layers():
    assert layers.concatenate([A, B], axis=0).shape == (4, 2)
    one = layers.dot([A, B], axes=1, normalize=True)
    np.testing.assert_allclose(one[:, 0], (A * B).sum(1) / np.linalg.norm(A, axis=1) / np.linalg.norm(B, axis=1), rtol=1e-6)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_fewer_axes_are_filled_in_after_the_batch(name):
    layer = getattr(layers, name)()
    wide = np.arange(12.0).reshape(2, 3, 2)
    np.testing.assert_array_equal(layer([wide, A]), layer([wide, np.repeat(A[:, None], 3, axis=1)]))
    assert layer.compute_output_shape([(None, 3, 2), (None, 2)]) == (None, 3, 2)


def test_shapes_of_unknown_sizes():
    assert layers.Add().compute_output_shape([(None, 3, None), (5, 1, 2)]) == (5, 3, None)
    assert layers.Concatenate(axis=1).compute_output_shape([(None, 3, 2), (None, None, 2)]) == (None, None, 2)
    assert layers.Concatenate().compute_output_shape([(None, None, 2), (None, 4, 3)]) == (None, 4, 5)
    assert layers.Dot((1, 2)).compute_output_shape([(None, None, 5), (None, 10, 3)]) == (None, 5, 10)
    assert layers.Dot(1).compute_output_shape([(7, 5), (7, 5)]) == (7, 1)


@pytest.mark.parametrize("name, sign", [("Maximum", 1), ("Minimum", -1)])
def test_ties_share_the_gradient(name, sign):
    layer = getattr(layers, name)()
    x = [sign * np.array([[1.0, 1.0, 2.0]]), sign * np.array([[1.0, 0.0, 2.0]]), sign * np.array([[0.0, 1.0, 2.0]])]
    layer(x)
    dx = layer.backward(np.ones((1, 3)), layer.forward(x)[1])
    np.testing.assert_array_equal(np.concatenate(dx), [[0.5, 0.5, 0.25], [0.5, 0.0, 0.25], [0.0, 0.5, 0.5]])


def test_a_product_with_zeros_has_a_gradient():
    layer, x = layers.Multiply(), [np.array([[0.0]]), np.array([[0.0]]), np.array([[5.0]])]
    layer(x)
    assert np.concatenate(layer.backward(np.ones((1, 1)), layer.forward(x)[1])).tolist() == [[0.0], [0.0], [0.0]]
    x[1][:] = 2.0
    assert np.concatenate(layer.backward(np.ones((1, 1)), layer.forward(x)[1])).tolist() == [[10.0], [0.0], [0.0]]


def test_masks_are_joined():
    one, two = np.array([[True, False, False]]), np.array([[False, True, False]])
    x = [np.ones((1, 3, 2)), np.ones((1, 3, 2))]
    for name in ELEMENTWISE:
        layer = getattr(layers, name)()
        assert layer.compute_mask(x, [one, two]).tolist() == [[True, True, False]], name
        assert layer.compute_mask(x, [one, None]) is None and layer.compute_mask(x, None) is None
    assert layers.Concatenate().compute_mask(x, [one, two]).tolist() == [[True, True, False]]
    assert layers.Concatenate().compute_mask(x, [one, None]).tolist() == [[True, True, True]]
    assert layers.Concatenate(axis=1).compute_mask(x, [one, None]).tolist() == [[True, False, False, True, True, True]]
    assert layers.Concatenate().compute_mask(x, [None, None]) is None
    assert layers.Dot(1).compute_mask(x, [one, two]) is None


def test_what_is_masked_does_not_take_part():
    ids, x = keras.Input((3,)), np.array([[1, 0, 0]])
    table = [np.array([[9.0], [2.0]])]
    one = layers.Embedding(2, 1, mask_zero=True, weights=table)(ids)
    two = layers.Embedding(2, 1, mask_zero=True, weights=table)(1 - ids)
    model = keras.Model(ids, [layers.maximum([one, two]), layers.multiply([one, two]), layers.add([one, two])])
    largest, product, total = model.predict(x, verbose=0)
    assert largest.ravel().tolist() == [2.0, 2.0, 2.0]
    assert product.ravel().tolist() == [2.0, 2.0, 2.0] and total.ravel().tolist() == [11.0, 11.0, 11.0]


@pytest.mark.parametrize("name", [*ELEMENTWISE, "Concatenate"])
def test_wrong_inputs_are_refused_when_the_model_is_built(name):
    layer = getattr(layers, name)(name="joint")
    with pytest.raises(ValueError, match=rf"'joint' \({name}\) takes a list of inputs"):
        layer(keras.Input((3,)))
    with pytest.raises(ValueError, match=r"'joint'.*\(None, 4\).*\(None, 3, 3\)|\(None, 4\).*\(None, 3, 3\)"):
        layer([keras.Input((4,)), keras.Input((3, 3))])
    with pytest.raises(ValueError, match="needs a list of masks, one for each of its 2"):
        layer.compute_mask([A, B], [None])


def test_more_wrong_inputs():
    with pytest.raises(ValueError, match="different batch sizes"):
        layers.Add().build([(2, 3), (4, 3)])
    with pytest.raises(ValueError, match="exactly 2 inputs, got 3"):
        layers.Subtract().build([(None, 3)] * 3)
    with pytest.raises(ValueError, match="at least 1 input"):
        layers.Add().build([])
    with pytest.raises(ValueError, match="equal but for axis -1"):
        layers.Concatenate()([keras.Input((3, 2)), keras.Input((4, 2))])
    with pytest.raises(ValueError, match="axis=5"):
        layers.Concatenate(axis=5)([keras.Input((3,)), keras.Input((4,))])
    with pytest.raises(ValueError, match="must be an integer"):
        layers.Concatenate(axis="last")


@pytest.mark.parametrize("axes, error", [("1", TypeError), (1.5, TypeError), ((1, 2, 3), ValueError), ((1, "2"), ValueError)])
def test_bad_axes_of_dot(axes, error):
    with pytest.raises(error, match="`axes` of Dot must be an integer or two integers"):
        layers.Dot(axes)


def test_axes_of_dot_are_checked_against_the_shapes():
    with pytest.raises(ValueError, match=r"got 3 \(axis 1 of \(None, 3\)\) and 4"):
        layers.Dot(1)([keras.Input((3,)), keras.Input((4,))])
    with pytest.raises(ValueError, match="axis 0, the batch"):
        layers.Dot((0, 1)).build([(None, 3), (None, 3)])
    with pytest.raises(ValueError, match="axes=3"):
        layers.Dot(3).build([(None, 3), (None, 3)])
    with pytest.raises(ValueError, match="exactly 2 inputs"):
        layers.Dot(1).build([(None, 3)] * 3)


def test_a_zero_vector_has_cosine_0():
    x = [np.array([[0.0, 0.0]]), np.array([[1.0, 2.0]])]
    layer = layers.Dot(1, normalize=True, dtype="float64")
    assert layer(x).tolist() == [[0.0]]
    assert np.isfinite(layer.backward(np.ones((1, 1)), layer.forward(x)[1])).all()


def test_the_length_of_a_tiny_vector_is_taken_as_fixed():
    x = [np.array([[3e-8, 0.0]]), np.array([[3.0, 4.0]])]  # shorter than epsilon, 1e-7
    layer = layers.Dot(1, normalize=True, dtype="float64")
    y, kept = layer.forward(x)
    np.testing.assert_allclose(y, [[0.3 * 0.6]])
    np.testing.assert_allclose(layer.backward(np.ones((1, 1)), kept)[0], [[0.6e7, 0.8e7]])


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_arrays_that_do_not_go_together(name):
    layer = getattr(layers, name)(name="joint")
    with pytest.raises(ValueError, match=rf"'joint' \({name}\) .*different batch sizes, got shapes \[\(2, 3\), \(3,\)\]"):
        layer([np.ones((2, 3)), np.ones(3)])
    assert layer([np.ones((2, 3)), np.ones(2)]).shape == layer([np.ones((2, 3)), np.ones((1, 3))]).shape == (2, 3)
    with pytest.raises(ValueError, match=rf"'joint' \({name}\) needs inputs of shapes that are equal or broadcast"):
        layer([np.ones((2, 3)), np.ones((2, 4))])


def test_one_input_and_a_list_of_masks_do_not_go_together():
    with pytest.raises(ValueError, match="takes a list of inputs and a list of masks"):
        layers.Add().compute_mask(keras.Input((4,)), [None, None])
