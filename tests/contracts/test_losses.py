"""What every loss of the registry must do; a new loss is tested by being registered."""

from __future__ import annotations

import inspect
import json
import pickle

import numpy as np
import pytest

from minikeras import losses
from minikeras._core.serialize import deserialize_keras_object, serialize_keras_object
from minikeras._core.tape import vjp
from minikeras.activations import linear, sigmoid, softmax
from tests.gradcheck import check_gradient

FAMILIES = [
    (getattr(losses, function), getattr(losses, cls), aliases.split())
    for family in losses.FAMILIES.values()
    for function, cls, aliases in family
]
CLASSES = sorted({c for _, c, _ in FAMILIES}, key=lambda c: c.__name__)
REDUCTIONS = ["sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none", None]

# What to make of the class besides its defaults: each argument away from its default at least once.
VARIANTS = [
    *((cls, {}) for cls in CLASSES),
    (losses.Huber, {"delta": 0.3}),
    (losses.CosineSimilarity, {"axis": 0}),
    (losses.BinaryCrossentropy, {"from_logits": True, "label_smoothing": 0.2}),
    (losses.BinaryCrossentropy, {"label_smoothing": 0.2, "axis": 0}),
    (losses.BinaryFocalCrossentropy, {"apply_class_balancing": True, "alpha": 0.4, "gamma": 1.5}),
    (losses.BinaryFocalCrossentropy, {"from_logits": True, "label_smoothing": 0.2, "gamma": 0.0}),
    (losses.CategoricalCrossentropy, {"from_logits": True, "label_smoothing": 0.2}),
    (losses.CategoricalCrossentropy, {"label_smoothing": 0.2}),
    (losses.CategoricalFocalCrossentropy, {"alpha": [0.1, 0.2, 0.3, 0.4], "gamma": 1.5, "label_smoothing": 0.2}),
    (losses.CategoricalFocalCrossentropy, {"from_logits": True}),
    (losses.SparseCategoricalCrossentropy, {"from_logits": True}),
    (losses.SparseCategoricalCrossentropy, {"ignore_class": 2}),
    (losses.SparseCategoricalCrossentropy, {"from_logits": True, "ignore_class": -1}),
    (losses.CategoricalGeneralizedCrossEntropy, {"q": 0.3}),
    (losses.Tversky, {"alpha": 0.2, "beta": 0.7, "axis": -1}),
    (losses.Dice, {"axis": -1}),
    (losses.Circle, {"gamma": 2.0, "margin": 0.25, "remove_diagonal": False}),
]
IDS = [f"{cls.__name__}-{'-'.join(kwargs)}" for cls, kwargs in VARIANTS]
every_variant = pytest.mark.parametrize(("cls", "kwargs"), VARIANTS, ids=IDS)
every_class = pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)


def data(cls, kwargs, dtype="float64", n=6, k=4):
    """Targets and predictions that the loss is made for, away from its kinks, frozen."""
    rng = np.random.default_rng(7)
    scores, labels = rng.normal(size=(n, k)), rng.integers(0, k, n)
    name = cls.__name__
    if name == "CTC":
        y, p = np.array([[1, 2], [3, 3], [2, 0]]), rng.normal(size=(3, 6, k))
    elif name == "Circle":
        y, p = np.array([0, 1, 0, 2, 1, 0]), scores / np.linalg.norm(scores, axis=-1, keepdims=True)
    elif name.startswith("Sparse") or "Generalized" in name:
        y, p = labels, scores if kwargs.get("from_logits") else softmax(scores)
        if kwargs.get("ignore_class") == -1:
            y = np.where(np.arange(n) % 2, y, -1)
    elif name.startswith("Categorical"):
        y, p = np.eye(k)[labels], scores if kwargs.get("from_logits") or "Hinge" in name else softmax(scores)
    elif name.startswith("Binary") or name in ("Dice", "Tversky"):
        y, p = (rng.random((n, k)) > 0.5) * 1.0, scores if kwargs.get("from_logits") else sigmoid(scores)
    elif "Hinge" in name:
        y, p = np.sign(rng.normal(size=(n, k))), scores
    elif name in ("KLDivergence", "Poisson", "MeanSquaredLogarithmicError"):
        y, p = softmax(rng.normal(size=(n, k))), softmax(scores)
    else:
        y, p = rng.normal(size=(n, k)), scores
    y, p = y.astype(dtype) if y.dtype.kind == "f" else y, p.astype(dtype)
    y.flags.writeable = p.flags.writeable = False
    return y, p


def weights(loss, y, p):
    """One weight for each value of the loss."""
    w = np.random.default_rng(3).random(np.shape(loss.call(loss.prepare_targets(y, p.shape, p.dtype), p)) or (4,)) + 0.5
    w.flags.writeable = False
    return w.astype(p.dtype)


@every_variant
def test_the_config_rebuilds_the_loss(cls, kwargs):
    loss = cls(**kwargs, reduction="sum", name="mine")
    config = json.loads(json.dumps(loss.get_config()))
    assert config["name"] == "mine" and config["reduction"] == "sum" and "dtype" not in config and "fn" not in config
    assert {**config, **kwargs} == config
    assert cls.from_config(config).get_config() == loss.get_config()
    again = deserialize_keras_object(json.loads(json.dumps(serialize_keras_object(loss))))
    assert type(again) is cls and again.get_config() == loss.get_config()
    y, p = data(cls, kwargs)
    assert float(again(y, p)) == float(loss(y, p)) == float(pickle.loads(pickle.dumps(loss))(y, p))


@every_variant
def test_batches_may_be_joined_where_it_is_said(cls, kwargs):
    loss, (y, p) = cls(**kwargs), data(cls, kwargs)
    whole = cls.__name__ in ("Circle", "Dice", "Tversky") and kwargs.get("axis") != -1
    assert loss.by_rows == (not whole and kwargs.get("axis", -1) == -1 and "ignore_class" not in kwargs)
    assert not any(cls(**kwargs, reduction=r).by_rows for r in REDUCTIONS[2:])
    y = loss.prepare_targets(y, p.shape, p.dtype)
    value, *parts = (loss.value_and_grad(y[some], p[some])[0] for some in (slice(None), slice(0, 2), slice(2, None)))
    if loss.by_rows:
        assert value == pytest.approx((2 * parts[0] + (len(p) - 2) * parts[1]) / len(p), rel=1e-12)


@every_variant
@pytest.mark.parametrize("activation", [sigmoid, softmax, linear], ids=lambda f: f.__name__)
@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum"])
def test_the_slope_alone_is_that_beside_the_value_to_the_bit(cls, kwargs, activation, reduction):
    loss, (y, p) = cls(**kwargs, reduction=reduction), data(cls, kwargs, "float32")
    slope, fused = loss.slope(activation), loss.fused(activation)
    assert (slope is None) <= (fused is None or "ignore_class" in kwargs)
    if slope is not None:
        y, z = loss.prepare_targets(y, p.shape, p.dtype), p
        p = activation(z)
        expected = fused(y, z, p)[1] if fused is not None else loss.value_and_grad(y, p)[1]
        assert np.array_equal(slope(y, p), expected)


@every_class
def test_every_argument_is_an_attribute_and_the_constructor_ends_in_dtype(cls):
    loss = cls()
    arguments = list(inspect.signature(cls).parameters)
    assert {"reduction", "name", "dtype"} <= set(arguments)
    assert all(hasattr(loss, argument) for argument in arguments)
    assert loss.dtype == "float32" and cls(dtype="float64").dtype == "float64" and cls(dtype="mixed_float16").dtype == "float16"


@pytest.mark.parametrize(("function", "cls", "aliases"), FAMILIES, ids=lambda x: getattr(x, "__name__", ""))
def test_names(function, cls, aliases):
    for name in (function.__name__, *aliases):
        assert losses.get(name) is losses.deserialize(name) is function
        made = losses.resolve(name)
        assert type(made) is cls and made.name == name
    assert losses.get(function) is function and type(losses.get(cls)) is type(losses.get(cls.__name__)) is cls
    assert losses.resolve(function).name == function.__name__
    assert function.__name__ in losses.__all__ and cls.__name__ in losses.__all__


@every_variant
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_is_kept_and_inputs_are_not_changed(cls, kwargs, dtype):
    y, p = data(cls, kwargs, dtype)
    before = y.copy(), p.copy()
    for reduction in REDUCTIONS:
        loss = cls(**kwargs, reduction=reduction)
        w = weights(loss, y, p)
        assert loss(y, p).dtype == loss(y, p, w).dtype == dtype
        targets = loss.prepare_targets(y, p.shape, dtype)
        targets.flags.writeable = False
        for value, grad in (loss.value_and_grad(targets, p), loss.value_and_grad(targets, p, w)):
            assert type(value) is float and grad.dtype == dtype and grad.shape == p.shape
            assert not np.shares_memory(grad, p) and not np.shares_memory(grad, y)
    np.testing.assert_array_equal(y, before[0])
    np.testing.assert_array_equal(p, before[1])
    assert cls(**kwargs, dtype="float32")(y, p).dtype == "float32"


@every_variant
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_gradient(cls, kwargs, weighted):
    y, p = data(cls, kwargs)
    p = p.copy()
    for reduction in REDUCTIONS:
        loss = cls(**kwargs, reduction=reduction)
        w = weights(loss, y, p) if weighted else None
        targets = loss.prepare_targets(y, (None, *p.shape[1:]), p.dtype)
        value, grad = loss.value_and_grad(targets, p, w)
        np.testing.assert_allclose(value, np.sum(loss(y, p, w)), rtol=1e-12)
        check_gradient(lambda: np.sum(loss(y, p, w)), p, grad, probes=2, rtol=1e-6)  # noqa: B023
        total, pullback = vjp(lambda p: np.sum(loss(y, p, w)), p)  # noqa: B023  the third opinion: a loss inside a user's
        np.testing.assert_allclose(pullback(np.ones(()))[0], grad, rtol=1e-9, atol=1e-12)


@every_variant
def test_a_weight_of_each_sample_is_as_good_as_repeating_it(cls, kwargs):
    if cls in (losses.Circle, losses.Dice, losses.Tversky) or kwargs.get("axis") == 0:
        pytest.skip("a value is not one sample's")
    y, p = data(cls, kwargs)
    w = np.array([1, 2, 0, 3, 1, 1][: len(p)])
    many = np.repeat(np.arange(len(p)), w)
    loss = cls(**kwargs, reduction="sum")
    np.testing.assert_allclose(float(loss(y, p, w)), float(loss(y[many], p[many])), rtol=1e-12)
    mean = cls(**kwargs, reduction="mean_with_sample_weight")
    if kwargs.get("ignore_class") is None:
        np.testing.assert_allclose(float(mean(y, p, w)), float(mean(y[many], p[many])), rtol=1e-12)


def test_losses_are_as_keras_lists_them():
    """The names that real Keras 3.15.1 exports; quadratic_cost is the lecture's."""
    keras = (
        "BinaryCrossentropy BinaryFocalCrossentropy CTC CategoricalCrossentropy CategoricalFocalCrossentropy "
        "CategoricalGeneralizedCrossEntropy CategoricalHinge Circle CosineSimilarity Dice Hinge Huber KLDivergence LogCosh "
        "Loss MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson "
        "SparseCategoricalCrossentropy SquaredHinge Tversky binary_crossentropy binary_focal_crossentropy "
        "categorical_crossentropy categorical_focal_crossentropy categorical_generalized_cross_entropy categorical_hinge "
        "circle cosine_similarity ctc deserialize dice get hinge huber kl_divergence log_cosh mean_absolute_error "
        "mean_absolute_percentage_error mean_squared_error mean_squared_logarithmic_error poisson serialize "
        "sparse_categorical_crossentropy squared_hinge tversky"
    ).split()
    assert set(losses.__all__) - set(keras) == {"LossFunctionWrapper", "QuadraticCost", "quadratic_cost"}
    assert set(keras) <= set(losses.__all__) and losses.__all__ == sorted(losses.__all__)
    for alias in "bce BCE kld KLD mae MAE mse MSE mape MAPE msle MSLE logcosh kullback_leibler_divergence huber_loss".split():
        assert callable(losses.get(alias))


SIGNATURES = {  # order and defaults of real Keras 3.15.1
    "BinaryCrossentropy": "from_logits=False label_smoothing=0.0 axis=-1 reduction name='binary_crossentropy' dtype",
    "BinaryFocalCrossentropy": "apply_class_balancing=False alpha=0.25 gamma=2.0 from_logits=False label_smoothing=0.0 axis=-1 "
    "reduction name='binary_focal_crossentropy' dtype",
    "CTC": "reduction name='ctc' dtype",
    "CategoricalCrossentropy": "from_logits=False label_smoothing=0.0 axis=-1 reduction name='categorical_crossentropy' dtype",
    "CategoricalFocalCrossentropy": "alpha=0.25 gamma=2.0 from_logits=False label_smoothing=0.0 axis=-1 reduction "
    "name='categorical_focal_crossentropy' dtype",
    "CategoricalGeneralizedCrossEntropy": "q=0.5 reduction name='categorical_generalized_cross_entropy' dtype",
    "CategoricalHinge": "reduction name='categorical_hinge' dtype",
    "Circle": "gamma=80.0 margin=0.4 remove_diagonal=True reduction name='circle' dtype",
    "CosineSimilarity": "axis=-1 reduction name='cosine_similarity' dtype",
    "Dice": "reduction name='dice' axis=None dtype",
    "Hinge": "reduction name='hinge' dtype",
    "Huber": "delta=1.0 reduction name='huber_loss' dtype",
    "KLDivergence": "reduction name='kl_divergence' dtype",
    "LogCosh": "reduction name='log_cosh' dtype",
    "MeanAbsoluteError": "reduction name='mean_absolute_error' dtype",
    "MeanAbsolutePercentageError": "reduction name='mean_absolute_percentage_error' dtype",
    "MeanSquaredError": "reduction name='mean_squared_error' dtype",
    "MeanSquaredLogarithmicError": "reduction name='mean_squared_logarithmic_error' dtype",
    "Poisson": "reduction name='poisson' dtype",
    "QuadraticCost": "reduction name='quadratic_cost' dtype",
    "SparseCategoricalCrossentropy": "from_logits=False ignore_class=None reduction axis=-1 "
    "name='sparse_categorical_crossentropy' dtype",
    "SquaredHinge": "reduction name='squared_hinge' dtype",
    "Tversky": "alpha=0.5 beta=0.5 reduction name='tversky' axis=None dtype",
}


@every_class
def test_signature_and_config_are_those_of_keras(cls):
    implied = {"reduction": "sum_over_batch_size", "dtype": None}
    parameters = inspect.signature(cls).parameters
    words = [f"{n}" if n in implied and p.default == implied[n] else f"{n}={p.default!r}" for n, p in parameters.items()]
    assert " ".join(words) == SIGNATURES[cls.__name__]
    config = cls().get_config()
    expected = {name: p.default for name, p in parameters.items() if name != "dtype"}
    if cls is losses.SparseCategoricalCrossentropy:
        del expected["axis"]  # as Keras; said when it is another
    assert config == expected
