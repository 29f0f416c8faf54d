"""The normalizations but BatchNormalization; numbers against Keras stand in parity/test_spatial.py."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.layers.normalization.rows import axes_in, column_sums, fold, from_rows, row_means, to_rows
from tests.gradcheck import check_gradient
from tests.pace import some_quick

X = np.random.default_rng(0).standard_normal((6, 4, 5, 8))


def own(layer):
    return {key: value for key, value in layer.get_config().items() if key not in ("name", "trainable", "dtype")}


def test_rows_there_and_back():
    for axes in ((3,), (1,), (1, 3), (2, 3), (1, 2, 3)):
        rows = to_rows(X, axes)
        others = tuple(i for i in range(4) if i not in axes)
        np.testing.assert_allclose(row_means(rows).ravel(), X.mean(axes).ravel())
        assert rows.shape[0] == np.prod([X.shape[i] for i in others])
        np.testing.assert_array_equal(from_rows(rows, X, axes), X)
    assert to_rows(X.astype("float16"), (3,)).dtype == "float32" and axes_in([-1, 1], 4) == (1, 3)


FOLDED = [(10, 8, 1), (8192, 8, 64), (8209, 8, 1), (100000, 200, 1), (0, 8, 1), (9000, 0, 1)]


@pytest.mark.parametrize("rows, columns, times", some_quick(FOLDED, lambda case: case[0] * case[1] < 1e6))
def test_folding_divides_the_rows(rows, columns, times):
    assert fold(rows, columns) == times
    matrix = np.arange(rows * columns, dtype="float64").reshape(rows, columns)
    np.testing.assert_allclose(column_sums(matrix.reshape(rows // times, times * columns), times), matrix.sum(0))


@pytest.mark.parametrize("cls, arguments", [(layers.BatchNormalization, {}), (layers.GroupNormalization, {"groups": 2})])
def test_large_inputs_are_computed_as_small_ones_are(cls, arguments):
    x = np.random.default_rng(1).standard_normal((4, 64, 64, 8))  # samples lie side by side here
    weight = np.random.default_rng(2).standard_normal(x.shape)
    layer = cls(**arguments, dtype="float64", gamma_initializer="random_normal", beta_initializer="random_normal")
    layer(x)
    y, kept = layer.forward(x, True)
    assert kept[-1] > 1
    dx, gamma, beta = layer.backward(weight, kept), layer.gamma.grad.copy(), layer.beta.grad.copy()
    axes, shape = ((0, 1, 2), x.shape) if cls is layers.BatchNormalization else ((1, 2, 4), (4, 64, 64, 2, 4))
    z = x.reshape(shape)
    hat = ((z - z.mean(axes, keepdims=True)) / np.sqrt(z.var(axes, keepdims=True) + 1e-3)).reshape(x.shape)
    np.testing.assert_allclose(y, hat * layer.gamma.value + layer.beta.value, atol=1e-12)
    np.testing.assert_allclose(gamma, (weight * hat).sum((0, 1, 2)), atol=1e-9)
    np.testing.assert_allclose(beta, weight.sum((0, 1, 2)), atol=1e-9)
    check_gradient(lambda: np.sum(layer.forward(x, True)[0] * weight), x, dx, probes=2)


def test_layer_normalization():
    layer = layers.LayerNormalization(dtype="float64")
    y = layer(3 * X + 1)
    np.testing.assert_allclose(y.mean(-1), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(-1), 1, atol=1e-2)
    assert [w.name for w in layer.weights] == ["gamma", "beta"] and layer.gamma.shape == (8,)
    assert layer(X[0, 0]).shape == (5, 8)  # built for images, called with vectors: the features are the last axis
    both = layers.LayerNormalization(axis=[1, -1])
    both.build(X.shape)
    assert both.gamma.shape == (8, 4)  # the order of Keras' files
    bare = layers.LayerNormalization(center=False, scale=False)
    bare.build((None, 3))
    assert bare.weights == []
    assert own(layers.LayerNormalization((1, 2), epsilon=0.1))["axis"] == [1, 2]
    rms = layers.LayerNormalization(scale=False, rms_scaling=True)
    rms.build((None, 3))
    assert [w.name for w in rms.weights] == ["gamma"]


def test_configs_are_those_of_keras():
    ones, zeros = (keras.initializers.serialize(i()) for i in (keras.initializers.Ones, keras.initializers.Zeros))
    affine = {
        "epsilon": 1e-3, "center": True, "scale": True, "beta_initializer": zeros, "gamma_initializer": ones,
        "beta_regularizer": None, "gamma_regularizer": None, "beta_constraint": None, "gamma_constraint": None,
    }  # fmt: skip
    assert own(layers.LayerNormalization()) == {"axis": -1, "rms_scaling": False, **affine}
    assert own(layers.GroupNormalization()) == {"groups": 32, "axis": -1, **affine}
    assert own(layers.RMSNormalization()) == {"axis": -1, "epsilon": 1e-6}
    assert own(layers.UnitNormalization()) == {"axis": -1}


def test_half_precision_is_computed_in_single():
    x = (1000 * X).astype("float16")
    for make in (layers.LayerNormalization, layers.RMSNormalization, layers.UnitNormalization, layers.GroupNormalization):
        layer = make(**({"groups": 2} if make is layers.GroupNormalization else {}), dtype="mixed_float16")
        y, kept = (layer.build(x.shape), layer.forward(x, True))[1]
        exact = make(**({"groups": 2} if make is layers.GroupNormalization else {}), dtype="float64")(x)
        np.testing.assert_allclose(y, exact, atol=2e-3)
        assert y.dtype == layer.backward(y, kept).dtype == "float16" and {v.dtype for v in layer.weights} <= {"float32"}


def test_group_normalization_is_what_lies_between_layer_and_instance():
    one = layers.GroupNormalization(1, dtype="float64")
    np.testing.assert_allclose(one(X), layers.LayerNormalization([1, 2, 3], dtype="float64")(X), atol=1e-12)
    each = layers.GroupNormalization(-1, dtype="float64")
    np.testing.assert_allclose(each(X).mean((1, 2)), 0, atol=1e-12)
    assert each.get_config()["groups"] == -1
    first = layers.GroupNormalization(2, axis=1, dtype="float64")
    np.testing.assert_allclose(
        first(np.moveaxis(X, -1, 1)), np.moveaxis(layers.GroupNormalization(2, dtype="float64")(X), -1, 1)
    )


def test_unit_normalization_of_nothing():
    layer = layers.UnitNormalization(dtype="float64")
    y, kept = layer.forward(np.array([[0.0, 0.0], [3.0, 4.0]]))
    np.testing.assert_allclose(y, [[0.0, 0.0], [0.6, 0.8]])
    dx = layer.backward(np.array([[1.0, 0.0], [0.6, 0.8]]), kept)
    assert np.isfinite(dx).all() and np.abs(dx[1]).max() < 1e-15
    kept = layer.forward(np.array([[3e-13, 0.0]]))[1]  # too short to have a direction: divided by 1e-12
    np.testing.assert_allclose(layer.backward(np.array([[1.0, 2.0]]), kept), [[1e12, 2e12]])
    with pytest.raises(ValueError, match=r"Layer 'u' \(UnitNormalization\) finds no axis 2 in \(None, 3\)"):
        keras.Sequential([keras.Input((3,)), layers.UnitNormalization(2, name="u")])


def test_spectral_normalization_divides_by_the_largest_singular_value():
    layer = layers.SpectralNormalization(layers.Dense(3, name="d"), power_iterations=50, name="s", dtype="float64")
    layer.build((None, 4))
    assert [w.path for w in layer.weights] == ["s/d/kernel", "s/vector_u", "s/d/bias"]
    assert [w.trainable for w in layer.weights] == [True, False, True] and layer.vector_u.shape == (1, 3)
    before = layer.kernel.numpy()
    layer(np.ones((2, 4)))
    np.testing.assert_array_equal(layer.kernel, before)  # prediction changes nothing
    layer(np.ones((2, 4)), training=True)
    np.testing.assert_allclose(layer.kernel, before / np.linalg.svd(before)[1][0], rtol=1e-5)
    y, kept = layer.forward(np.ones((2, 4), "float32"), True)
    dx = layer.backward(y, kept)
    np.testing.assert_allclose(layer.kernel.grad, np.ones((4, 2)) @ y, rtol=1e-5)
    np.testing.assert_allclose(dx, y @ layer.kernel.value.T, rtol=1e-5)


def test_spectral_normalization_trains_in_a_model():
    model = keras.Sequential([keras.Input((4,)), layers.SpectralNormalization(layers.Dense(3)), layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).standard_normal((32, 4)).astype("float32")
    model.fit(x, x[:, :1], epochs=5, verbose=0)
    layer = model.layers[0]
    layer(x, training=True)
    assert np.linalg.svd(layer.kernel.numpy())[1][0] == pytest.approx(1.0, abs=0.05)
    zeros = layers.SpectralNormalization(layers.Dense(3, kernel_initializer="zeros"))
    assert zeros(x, training=True).tolist() == np.zeros((32, 3)).tolist()


@pytest.mark.parametrize("make, words", [
    (lambda: layers.LayerNormalization(axis="a"), "`axis` of LayerNormalization must be an integer or a list of integers"),
    (lambda: layers.LayerNormalization(axis=[]), "`axis` of LayerNormalization .* got"),
    (lambda: layers.LayerNormalization(epsilon=-1), "`epsilon` of LayerNormalization must be at least 0, got -1"),
    (lambda: layers.LayerNormalization(3, name="n").build((None, 4)), r"Layer 'n' \(LayerNormalization\) finds no axis 3"),
    (lambda: layers.LayerNormalization(1, name="n").build((None, None, 4)), "'n' .* needs to know the size of axis 1"),
    (lambda: layers.LayerNormalization([1, -1], name="n").build((None, 4)), "layer 'n' .* names an axis twice"),
    (lambda: layers.RMSNormalization(2, name="n").build((None, 4)), r"Layer 'n' \(RMSNormalization\) finds no axis 2"),
    (lambda: layers.GroupNormalization(0), "`groups` of GroupNormalization must be a positive integer or -1, got 0"),
    (lambda: layers.GroupNormalization(2.0), "`groups` .* got 2.0"),
    (lambda: layers.GroupNormalization(axis=[1, 2]), "`axis` of GroupNormalization must be one integer"),
    (lambda: layers.GroupNormalization(3, name="n").build((None, 4)), "Layer 'n' .* can't make 3 equal groups of 4 channels"),
    (lambda: layers.GroupNormalization(name="n").build((None, 4)), "can't make 32 equal groups of 4 channels"),
    (lambda: layers.GroupNormalization(1, axis=0, name="n").build((2, 4)), "has its channels on axis 0, that of the batch"),
    (lambda: layers.SpectralNormalization(layers.Dense(1), 0), "`power_iterations` of SpectralNormalization"),
    (lambda: layers.SpectralNormalization(layers.ReLU(), name="n").build((None, 4)), "'n' .* wants a layer with a `kernel`"),
])  # fmt: skip
def test_errors(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_another_number_of_features_is_refused():
    for layer in (
        layers.LayerNormalization(name="n"),
        layers.RMSNormalization(name="n"),
        layers.GroupNormalization(2, name="n"),
    ):
        layer(np.ones((2, 4)))
        with pytest.raises(ValueError, match="'n' .* expected axis -1 of the input to have size 4"):
            layer(np.ones((2, 5)))
