"""Numbers from Keras 3.15.1 (JAX): γ = 1.5, β = 0.5, two batches in training, then the gradient of Σ y c."""

import numpy as np
import pytest

import minikeras as keras
from minikeras._core.old_arguments import forget
from minikeras._core.serialize import serialize_keras_object
from minikeras.layers import BatchNormalization
from minikeras.layers.layer import registry
from tests.gradcheck import check_gradient

X = np.arange(12.0).reshape(4, 3) ** 1.5
C = np.linspace(-1.0, 2.0, 12).reshape(4, 3)
MASK = np.array([[True, True], [True, False]])
SLOW = {"renorm": True, "renorm_momentum": 0.7, "momentum": 0.8}


def make(dtype="float64", **arguments):
    constant = keras.initializers.Constant
    return BatchNormalization(gamma_initializer=constant(1.5), beta_initializer=constant(0.5), dtype=dtype, **arguments)


def run(layer, x, mask=None):
    """The output of a second batch, the weights and the output in prediction after it, and the gradients of a third."""
    masked = {} if mask is None else {"mask": mask}
    layer(x, training=True, **masked)
    y = layer(x, training=True, **masked)
    weights, predicted = layer.get_weights(), layer(x)
    kept = layer.forward(x, True, mask=mask)[1]
    return y, weights[2:], predicted, layer.backward(C.reshape(x.shape), kept), layer.gamma.grad, layer.beta.grad


def near(found, expected):
    np.testing.assert_allclose(np.ravel(found)[: len(expected)], expected, rtol=2e-5, atol=1e-6)


def test_two_batches_and_the_gradient():
    y, (mean, variance), predicted, dx, dgamma, dbeta = run(make(momentum=0.8), X)
    near(y, [-1.2115055, -1.2904937, -1.3331556, -0.45290816, -0.38133407, -0.3422798, 0.93413174, 0.9850366])
    near(mean, [4.2203784, 5.3228731, 6.5807152])
    near(variance, [38.6433563, 48.65728, 58.1860733])
    near(predicted, [-0.51835597, -0.42957699, -0.23786044, 0.73544943, 1.0756810, 1.4044828, 3.0279412, 3.337924])
    near(dgamma, [3.6033828, 3.6267884, 3.6372104])
    near(dbeta, [0.90909088, 2.0, 3.0909090])
    near(dx, [-0.029111445, -0.01883033, -0.013763577, 0.023824647, 0.016058922, 0.01204209, 0.021660421, 0.01505354])


def test_the_features_may_stand_on_any_axis():
    y, (mean, variance), _, dx, dgamma, dbeta = run(make(axis=1, momentum=0.5), X.reshape(2, 2, 3))
    near(y, [-1.1566861, -0.99010974, -0.6855371, -1.305861, -0.96182525, -0.5715934, 1.291476, 1.9283504, 2.6125059])
    near(mean, [7.4591303, 14.9352684])
    near(variance, [61.0651665, 112.3336945])
    near(dgamma, [5.052032, 5.0788198])
    near(dbeta, [0.54545444, 5.4545445])
    near(dx, [-0.026810493, 0.0030436264, 0.019994337, -0.008814536, 0.0008277297, 0.0072712898])
    again = make(axis=-2, momentum=0.5)
    np.testing.assert_array_equal(run(again, X.reshape(2, 2, 3))[3], dx)


def test_what_is_masked_counts_in_no_statistic():
    x = X.reshape(2, 2, 3)
    y, (mean, variance), predicted, dx, dgamma, dbeta = run(make(momentum=0.5), x, MASK)
    near(y, [-1.1345298, -1.2026418, -1.2343227, 0.14630675, 0.2555598, 0.30931282, 2.4882231, 2.4470823, 2.425009, 5.5208921])
    near(mean, [4.9732728, 6.880064, 9.1590461])
    near(variance, [28.0220795, 39.1362724, 49.6491661])
    near(predicted, [-0.9092097, -0.90986657, -0.8476498, 0.56315447])
    near(dgamma, [6.8447914, 7.3758502, 7.9771104])
    near(dx, [0.29165432, 0.29097855, 0.29379088, 0.01309932, -0.036476076, -0.060740143, -0.66329485])
    near(run(make(axis=1, momentum=0.5), x, MASK)[3], [-0.0268105, 0.003043619, 0.01999433, 11.4402809, -0.51705337])
    hole = np.where(MASK[..., None], x, np.nan)
    assert np.isfinite(run(make(), hole, MASK)[1]).all()
    assert np.array_equal(make()(x, training=True, mask=np.ones((2, 1))), make()(x, training=True, mask=np.ones((2, 2))))
    with pytest.raises(ValueError, match=r"mask of layer 'b' .* must have shape \(2, 2\), .* got \(2, 3\)"):
        make(name="b")(x, training=True, mask=np.ones((2, 3)))


def test_batch_renormalization():
    y, statistics, predicted, dx, dgamma, dbeta = run(make(**SLOW), X)
    near(y, [-0.89475751, -0.73743516, -0.38655317, 1.1659222, 1.7837319, 2.4017746, 4.9337244, 5.5727787])
    expected = (
        [4.2203784, 5.3228731, 6.5807152], [18.8244381, 23.0167923, 26.9513111],  # moving mean and variance
        [4.338829, 4.7976861, 5.1915617], [5.9788694, 7.5407376, 9.3226805], [5.7300081, 6.3800550, 6.9380465],
    )  # fmt: skip
    for found, numbers in zip(statistics, expected, strict=True):
        near(found, numbers)
    near(predicted, [-0.95904982, -0.85154939, -0.58415008, 0.83734024])
    near(dgamma, [7.3726306, 8.8363322, 10.618494])
    near(dx, [-0.052199982, -0.034086518, -0.025081411, 0.04272019, 0.02906973, 0.021944344])
    y, *_, dx, dgamma, _ = run(make(**SLOW, renorm_clipping={"rmax": 1.2, "rmin": 0.5, "dmax": 0.3}), X)
    near(y, [-1.1038067, -1.1985924, -1.2497869, -0.19348979, -0.10760080])
    near(dgamma, [4.596787, 4.9521461, 5.2919254])
    near(dx, [-0.03493376, -0.022596397, -0.016516253, 0.028589576])


@pytest.mark.parametrize("arguments, shape, mask", [
    ({}, (5, 3), None),
    ({"axis": 1}, (4, 3, 2, 2), None),
    ({"axis": 2, "center": False}, (2, 2, 3, 2), None),
    ({"scale": False, "center": False}, (2, 5, 3), None),
    ({**SLOW, "scale": False}, (5, 3), None),
    ({**SLOW, "axis": 1}, (5, 3, 2), None),
    ({}, (4, 3, 2), np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 0]])),
    ({"axis": 1}, (2, 3, 4), np.array([[1, 0, 1], [1, 1, 1]])),
])  # fmt: skip
@pytest.mark.parametrize("training", [True, False])
def test_gradient(arguments, shape, mask, training):
    rng = np.random.default_rng(0)
    layer, x, weight = make(**arguments), rng.standard_normal(shape), rng.standard_normal(shape)
    layer(2 * x + 1, training=True)
    start = layer.get_weights()
    statistics = [v for v in layer.non_trainable_weights]
    kept = layer.forward(x, training, mask=mask)[1]
    dx = layer.backward(weight, kept)

    def loss():
        for v, value in zip(statistics, start[-len(statistics) :]):  # r and d are constants only from one start
            v.assign(value)
        return np.sum(layer.forward(x, training, mask=mask)[0] * weight)

    for v in layer.trainable_weights:
        check_gradient(loss, v.value, v.grad)
    assert layer.backward(weight, kept, need_dx=False) is None
    if not (training and layer.renorm):  # by x they are not constant: Keras' gradient, which numbers above show
        check_gradient(loss, x, dx, rtol=1e-4 if mask is not None else 1e-5)


def test_a_frozen_layer_predicts_in_training_and_keeps_its_statistics():
    layer = make()
    layer(X, training=True)
    layer.trainable = False
    before = layer.get_weights()
    y, kept = layer.forward(X, True)
    np.testing.assert_array_equal(y, layer(X))
    near(layer.backward(C, kept), C[0] * 1.5 / np.sqrt(before[3] + 1e-3))
    assert all(map(np.array_equal, before, layer.get_weights())) and not layer.gamma.grad.any()


def test_an_empty_batch_teaches_nothing():
    layer = make()
    layer.build((None, 3))
    assert layer(np.ones((0, 3)), training=True).shape == (0, 3)
    assert layer.moving_mean.tolist() == [0.0, 0.0, 0.0]


def test_half_precision_keeps_its_statistics_in_float32():
    layer = BatchNormalization(dtype="mixed_float16")
    x = (X * 1000).astype("float16")
    y, kept = (layer.build((None, 3)), layer.forward(x, True))[1]
    assert y.dtype == "float16" and y[0].tolist() == [-1.140625, -1.1943359375, -1.22265625]
    assert {v.dtype for v in layer.weights} == {"float32"} and layer.backward(y, kept).dtype == "float16"
    near(layer.moving_mean, [117.25, 147.86, 182.79])
    near(layer.moving_variance, [1056252.0, 1333388.6, 1598070.6])
    layer = BatchNormalization(dtype="float16", axis=1)
    assert layer(X.reshape(2, 2, 3), training=True).dtype == layer.moving_mean.dtype == "float16"


def test_weights_and_config_are_those_of_keras():
    layer = BatchNormalization(name="b")
    layer.build((None, 3))
    names = ["gamma", "beta", "moving_mean", "moving_variance"]
    assert [v.name for v in layer.weights] == names and [v.trainable for v in layer.weights] == [True, True, False, False]
    told, ones, zeros = layer.get_config(), keras.initializers.Ones(), keras.initializers.Zeros()
    assert told == {
        "name": "b", "trainable": True, "dtype": told["dtype"], "axis": -1, "momentum": 0.99, "epsilon": 0.001,
        "center": True, "scale": True, "beta_initializer": keras.initializers.serialize(zeros),
        "gamma_initializer": keras.initializers.serialize(ones),
        "moving_mean_initializer": keras.initializers.serialize(zeros),
        "moving_variance_initializer": keras.initializers.serialize(ones), "beta_regularizer": None, "gamma_regularizer": None,
        "beta_constraint": None, "gamma_constraint": None, "synchronized": False, "renorm": False, "renorm_clipping": None,
        "renorm_momentum": 0.99,
    }  # fmt: skip
    slow = BatchNormalization(renorm=True, moving_variance_initializer=keras.initializers.Constant(4.0))
    slow.build((None, 3))
    assert [v.name for v in slow.weights] == [*names, "moving_stddev", "renorm_mean", "renorm_stddev"]
    assert slow.moving_stddev.tolist() == [2.0, 2.0, 2.0] and slow.get_config()["renorm_clipping"] == {}
    assert BatchNormalization.from_config(slow.get_config()).get_config() == slow.get_config()
    assert BatchNormalization(synchronized=True).get_config()["synchronized"] is True


def test_penalties_and_projections_of_gamma_and_beta():
    layer = BatchNormalization(gamma_regularizer="l2", beta_constraint="non_neg")
    layer.build((None, 3))
    assert float(layer.losses[0]) == pytest.approx(0.03) and layer.beta.constraint is layer.beta_constraint
    assert layer.get_config()["beta_constraint"]["class_name"] == "NonNeg"


def test_arguments_of_keras_1_and_2(monkeypatch):
    forget()
    old = {"name": "b", "axis": [1], "fused": True, "mode": 0, "virtual_batch_size": None, "momentum": 0.9}
    layer = BatchNormalization.from_config(old)
    assert (layer.axis, layer.momentum) == (1, 0.9) and "fused" not in layer.get_config()
    with pytest.warns(UserWarning, match="`gamma_init` of BatchNormalization still works; it is called `gamma_init"):
        assert type(BatchNormalization(gamma_init="zero").gamma_initializer).__name__ == "Zeros"
    for name in ("BatchNormalizationV1", "BatchNormalizationV2", "SyncBatchNormalization"):
        assert type(registry.deserialize({"class_name": name, "config": {"axis": [-1]}})) is BatchNormalization
    assert serialize_keras_object(layer)["class_name"] == "BatchNormalization"


@pytest.mark.parametrize("arguments, words", [
    ({"axis": [1, 2]}, r"`axis` of BatchNormalization must be one integer, got \[1, 2\]"),
    ({"axis": True}, "`axis` .* got True"),
    ({"momentum": 1.5}, "`momentum` of BatchNormalization must be a number from 0 to 1, got 1.5"),
    ({"momentum": "fast"}, "`momentum` .* got 'fast'"),
    ({"epsilon": -1e-3}, "`epsilon` of BatchNormalization must be at least 0, got -0.001"),
    ({"epsilon": float("nan")}, "`epsilon` .* got nan"),
    ({"renorm": True, "renorm_clipping": {"max": 1.0}}, "keys rmin, rmax and dmax, got {'max': 1.0}"),
    ({"renorm": True, "renorm_clipping": {"rmin": 3.0, "rmax": 1.0}}, "rmin above rmax"),
    ({"renorm": True, "renorm_clipping": {"dmax": -1.0}}, r"renorm_clipping\['dmax'\]` .* got -1.0"),
    ({"mode": 1}, "`mode` of BatchNormalization is no more: it can only be 0, got 1"),
    ({"virtual_batch_size": 8}, "`virtual_batch_size` .* got 8"),
])  # fmt: skip
def test_errors(arguments, words):
    with pytest.raises(ValueError, match=words):
        BatchNormalization(**arguments)


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match=r"Layer 'b' .* finds no axis 3 in \(None, 3\)"):
        BatchNormalization(3, name="b").build((None, 3))
    with pytest.raises(ValueError, match="Layer 'b' .* needs to know the size of axis 1"):
        BatchNormalization(1, name="b").build((None, None, 3))
    layer = BatchNormalization(name="b")
    layer.build((None, 3))
    for x in (np.ones((2, 4)), np.ones((2, 2, 3))):
        with pytest.raises(ValueError, match=r"'b' \(BatchNormalization\): expected"):
            layer(x)
