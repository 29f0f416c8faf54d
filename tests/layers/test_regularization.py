import numpy as np
import pytest

from minikeras.layers.regularization import (
    ActivityRegularization,
    AlphaDropout,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)

BIG = np.random.default_rng(0).normal(1.0, 1.0, (400, 500)).astype("float32")


def test_dropout_drops_its_part_and_keeps_the_mean():
    y = Dropout(0.3, seed=1)(BIG, training=True)
    kept = y != 0
    assert abs(kept.mean() - 0.7) < 0.005  # 5 standard deviations
    np.testing.assert_allclose(y[kept], BIG[kept] / 0.7, rtol=1e-6)
    assert abs(y.mean() - BIG.mean()) < 0.02
    rows, columns = kept.mean(1), kept.mean(0)
    assert rows.std() < 0.03 and columns.std() < 0.03  # no row or column is favoured


def test_dropout_backward_lets_through_what_forward_did():
    layer = Dropout(0.5, seed=1)
    y, kept = layer.forward(np.ones((3, 4), "float32"), True)
    assert set(y.ravel().tolist()) == {0.0, 2.0}
    np.testing.assert_array_equal(layer.backward(np.full((3, 4), 3.0, "float32"), kept), 3 * y)
    x = np.ones((3, 4))
    assert layer.forward(x)[0] is x and layer.backward(x, None) is x


def test_dropout_draws_the_same_in_each_float_type():
    x = np.ones((5, 7))
    y, z = Dropout(0.5, seed=3)(x, training=True), Dropout(0.5, seed=3, dtype="float64")(x, training=True)
    assert (y.dtype, z.dtype) == ("float32", "float64") and y.tolist() == z.tolist()


def test_ends_of_the_rate():
    x, zero, one = np.ones((2, 3)), Dropout(0), Dropout(1)
    assert zero(x, training=True).tolist() == x.tolist() and zero.variables == []
    assert one(x, training=True).tolist() == np.zeros((2, 3)).tolist() and len(one.variables) == 1
    y, kept = one.forward(x, True)
    assert one.backward(x, kept).tolist() == np.zeros((2, 3)).tolist()


def test_noise_shape_shares_draws():
    y = Dropout(0.5, noise_shape=(None, 1), seed=2)(np.ones((50, 4)), training=True)
    assert (y == y[:, :1]).all() and 0 < y[:, 0].mean() < 2
    y = Dropout(0.5, noise_shape=[1, 4], seed=5)(np.ones((50, 4)), training=True)
    assert (y == y[:1]).all()
    y = AlphaDropout(0.5, noise_shape=(None, 1), seed=2)(np.zeros((50, 4)), training=True)
    assert (y == y[:, :1]).all() and len(np.unique(y)) == 2
    assert Dropout(0.5, noise_shape=[None, 1]).get_config()["noise_shape"] == (None, 1)
    with pytest.raises(ValueError, match=r"noise_shape \(3, 4\) does not fit an input of shape \(50, 4\)"):
        Dropout(0.5, noise_shape=(3, 4))(np.ones((50, 4)), training=True)
    with pytest.raises(ValueError, match="does not fit"):
        Dropout(0.5, noise_shape=(1, 1, 4))(np.ones((50, 4)), training=True)


@pytest.mark.parametrize("layer, shape, axes", [
    (SpatialDropout1D(0.5, seed=1), (8, 5, 6), (1,)),
    (SpatialDropout2D(0.5, seed=1), (8, 2, 3, 6), (1, 2)),
    (SpatialDropout2D(0.5, "channels_first", seed=1), (8, 6, 2, 3), (2, 3)),
    (SpatialDropout3D(0.5, seed=1), (8, 2, 3, 2, 6), (1, 2, 3)),
    (SpatialDropout3D(0.5, "channels_first", seed=1), (8, 6, 2, 3, 2), (2, 3, 4)),
])  # fmt: skip
def test_spatial_dropout_drops_whole_channels(layer, shape, axes):
    y = layer(np.ones(shape), training=True)
    np.testing.assert_array_equal(y.min(axes), y.max(axes))
    assert 0.2 < (y.min(axes) == 0).mean() < 0.8
    with pytest.raises(ValueError, match=f"expected {len(shape)} axes"):
        layer(np.ones((2, 3)))


def test_spatial_configs_are_those_of_keras():
    assert SpatialDropout1D(0.3, name="x").get_config() == {"rate": 0.3, "seed": None, "name": "x", "dtype": "float32"}
    config = {"rate": 0.3, "seed": 5, "name": "x", "dtype": "float32", "data_format": "channels_last"}
    assert SpatialDropout2D(0.3, seed=5, name="x").get_config() == config
    with pytest.raises(ValueError, match="`data_format` of SpatialDropout3D"):
        SpatialDropout3D(0.3, "first")


def test_gaussian_noise():
    noise = GaussianNoise(0.5, seed=1)(BIG, training=True) - BIG
    assert abs(noise.mean()) < 0.006 and abs(noise.std() - 0.5) < 0.005
    assert abs(np.mean(noise**4) / np.mean(noise**2) ** 2 - 3) < 0.1  # normal


def test_gaussian_dropout():
    noise = GaussianDropout(0.2, seed=1)(np.ones_like(BIG), training=True)
    assert abs(noise.mean() - 1) < 0.006 and abs(noise.std() - 0.5) < 0.005  # sqrt(0.2 / 0.8) = 0.5


def test_alpha_dropout_keeps_mean_and_variance():
    x = BIG - 1.0
    y = AlphaDropout(0.3, seed=1)(x, training=True)
    assert abs(y.mean()) < 0.01 and abs(y.std() - 1) < 0.01
    alpha = -1.7580993408473766
    a = ((1 - 0.3) * (1 + 0.3 * alpha**2)) ** -0.5
    b = -a * alpha * 0.3
    dropped = np.isclose(y, a * alpha + b, atol=1e-5)
    assert abs(dropped.mean() - 0.3) < 0.005
    np.testing.assert_allclose(y[~dropped], a * x[~dropped] + b, atol=1e-5)


def test_draws_depend_on_the_seed_and_the_count_alone():
    x, layer, twin = np.ones((3, 50)), Dropout(0.5, seed=7), Dropout(0.5, seed=7)
    first, second = layer(x, training=True), layer(x, training=True)
    assert (first != second).any()
    twin.seed_generator.state.assign(np.array([7, 1], "uint32"))
    np.testing.assert_array_equal(twin(x, training=True), second)
    assert (Dropout(0.5, seed=8)(x, training=True) != first).any()
    assert Dropout(0.5, seed=7).get_config()["seed"] == 7


def test_activity_regularization_adds_a_penalty():
    layer = ActivityRegularization(l1=0.1, l2=0.5)
    x = np.array([[1.0, -2.0], [0.0, 1.0]], "float32")
    assert layer(x).tolist() == x.tolist()
    assert layer.activity_regularizer(x) == pytest.approx(0.1 * 4 + 0.5 * 6)
    assert "activity_regularizer" not in layer.get_config()


@pytest.mark.parametrize("make, words", [
    (lambda: Dropout(1.5), "`rate`. Expected a float value between 0 and 1. Dropout got 1.5"),
    (lambda: Dropout(-0.1), "`rate`.* Dropout got"),
    (lambda: Dropout(None), "`rate`.* Dropout got"),
    (lambda: Dropout("half"), "`rate`. Expected a float value between 0 and 1. Dropout got 'half'"),
    (lambda: Dropout(float("nan")), "`rate`.* Dropout got"),
    (lambda: SpatialDropout1D(2), "`rate`.* SpatialDropout1D got"),
    (lambda: GaussianNoise(2.0), "`stddev`.* between 0 and 1. GaussianNoise got 2.0"),
    (lambda: GaussianDropout(1.0), "`rate`.* between 0 and 1 .not 1 itself.. GaussianDropout got"),
    (lambda: AlphaDropout(1), "`rate`.* between 0 and 1 .not 1 itself.. AlphaDropout got"),
    (lambda: Dropout(0.5, noise_shape="all"), "`noise_shape`. Expected a tuple or list of integers. Dropout got"),
    (lambda: Dropout(0.5, noise_shape=(2, 0)), "`noise_shape`. Expected all dimensions to be positive"),
    (lambda: AlphaDropout(0.5, noise_shape=3), "`noise_shape`.* AlphaDropout got"),
    (lambda: Dropout(0.5, seed="x"), "seed"),
])  # fmt: skip
def test_errors(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize("cls", [Dropout, GaussianDropout, AlphaDropout, SpatialDropout1D])
@pytest.mark.parametrize("rate", [np.array(0.5), np.float32(0.5)])
def test_a_rate_that_came_as_an_array_is_a_number(cls, rate):
    assert cls(rate).get_config()["rate"] == 0.5 and type(cls(rate).rate) is float
