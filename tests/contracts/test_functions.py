"""What holds for every activation, regularizer, initializer and constraint there is: the registries say which."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest

from minikeras import activations, constraints, initializers, regularizers
from minikeras._core.serialize import deserialize_keras_object, serialize_keras_object
from minikeras._core.tape import vjp
from tests.gradcheck import check_gradient

ACTIVATIONS = sorted({f.__name__ for f in activations.registry.table.values()})
ARGUMENTS = {"threshold": {"threshold": 0.5, "default_value": -2.0}}  # the one that has no defaults
NO_GRADIENT = {"step"}
FLOATS = ["float32", "float64"]


def classes(module):
    return sorted({cls for cls in module.registry.table.values() if isinstance(cls, type)}, key=lambda cls: cls.__name__)


def frozen(shape, dtype="float64", seed=0, scale=1.5):
    x = (np.random.default_rng(seed).standard_normal(shape) * scale).astype(dtype)
    x[np.abs(np.abs(x) * 2 - np.round(np.abs(x) * 2)) < 0.02] += 0.05  # away from kinks, which lie at halves
    x.flags.writeable = False
    return x


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_is_found_by_its_name_and_its_config(name):
    f = activations.get(name)
    if name == "keras2_hard_sigmoid":  # written in Keras 3's words: see tests/activations/test_rectifiers
        assert activations.deserialize(activations.serialize(f))(2.0) == f(2.0)
        return
    assert f.__name__ == name and activations.serialize(f) == name
    assert activations.deserialize(activations.serialize(f)) is f
    config = json.loads(json.dumps(serialize_keras_object(f)))
    assert activations.get(config) is f and activations.deserialize(config) is f


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_is_public_and_has_a_rule(name):
    assert name in activations.__all__ and getattr(activations, name) in activations.DERIVATIVES


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_keeps_dtype_and_inputs(name, dtype):
    f, kwargs = activations.get(name), ARGUMENTS.get(name, {})
    x = frozen((6, 8), dtype)
    y = f(x, **kwargs)
    assert y.dtype == dtype and y.shape == ((6, 4) if name == "glu" else (6, 8))
    assert y is x or not np.shares_memory(x, y)
    if name not in NO_GRADIENT:
        dy = frozen(y.shape, dtype, seed=1)
        y.flags.writeable = False
        dx = activations.derivative(f)(dy, x, y, **kwargs)
        assert dx.dtype == dtype and dx.shape == x.shape


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_takes_extreme_inputs_without_a_warning(name, dtype):
    f, kwargs = activations.get(name), ARGUMENTS.get(name, {})
    x = np.array([[-1e4, -100, -20, -1e-30, 0, 1e-30, 20, 100, 1e4, -88.5, 88.5, 1]], dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        y = f(x, **kwargs)
        assert np.all(np.isfinite(y)) or name == "exponential"
        if name not in NO_GRADIENT:
            dx = activations.derivative(f)(np.ones_like(y), x, y, **kwargs)
            assert np.all(np.isfinite(dx)) or name == "exponential"


@pytest.mark.parametrize("shape", [(4, 6), (6,), (2, 3, 4), (3, 2, 2, 2)])
@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - NO_GRADIENT))
def test_activation_has_the_right_derivative(name, shape):
    f, kwargs = activations.get(name), ARGUMENTS.get(name, {})
    x = frozen(shape).copy()
    dy = frozen(f(x, **kwargs).shape, seed=1)
    check_gradient(lambda: np.sum(f(x, **kwargs) * dy), x, activations.derivative(f)(dy, x, f(x, **kwargs), **kwargs))


MORE = [
    ("relu", {"negative_slope": 0.1}),
    ("relu", {"max_value": 2.0}),
    ("relu", {"threshold": 1.0}),
    ("relu", {"threshold": -1.0, "max_value": 2.0}),
    ("relu", {"negative_slope": 0.2, "max_value": 1.0, "threshold": 0.5}),
    ("leaky_relu", {"negative_slope": 0.01}),
    ("leaky_relu", {"negative_slope": 1.5}),
    ("elu", {"alpha": 0.3}),
    ("celu", {"alpha": 0.3}),
    ("gelu", {"approximate": True}),
    ("squareplus", {"b": 1}),
    ("soft_shrink", {"threshold": 1.0}),
    ("hard_shrink", {"threshold": 1.0}),
    ("softmax", {"axis": 0}),
    ("softmax", {"axis": (0, 1)}),
    ("log_softmax", {"axis": 0}),
    ("sparsemax", {"axis": 0}),
    ("glu", {"axis": 0}),
]


@pytest.mark.parametrize("name, kwargs", MORE)
def test_activation_with_arguments_has_the_right_derivative(name, kwargs):
    f = activations.get(name)
    x = frozen((4, 6)).copy()
    dy = frozen(f(x, **kwargs).shape, seed=1)
    check_gradient(lambda: np.sum(f(x, **kwargs) * dy), x, activations.DERIVATIVES[f](dy, x, f(x, **kwargs), **kwargs))


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - NO_GRADIENT))
def test_activation_inside_traced_code_has_the_same_derivative(name):
    f, kwargs = activations.get(name), ARGUMENTS.get(name, {})
    x = frozen((4, 6))
    y, pullback = vjp(lambda z: f(2.0 * z, **kwargs) * 3.0, x)
    dy = frozen(y.shape, seed=1)
    np.testing.assert_allclose(y, 3.0 * f(2.0 * x, **kwargs), rtol=1e-12)
    expected = activations.derivative(f)(dy, 2.0 * x, f(2.0 * x, **kwargs), **kwargs) * 6.0
    np.testing.assert_allclose(pullback(dy)[0], expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_of_an_empty_batch(name):
    f = activations.get(name)
    assert f(np.zeros((0, 4), "float32"), **ARGUMENTS.get(name, {})).shape[0] == 0


@pytest.mark.parametrize("module", [regularizers, initializers, constraints], ids=lambda m: m.__name__.split(".")[-1])
def test_objects_survive_their_configs(module):
    for cls in classes(module):
        obj = cls()
        config = json.loads(json.dumps(module.serialize(obj)))
        assert config["module"] in (module.registry.module, "keras") and config["class_name"] == cls.__name__
        again = module.deserialize(config)
        assert type(again) is cls and again.get_config() == obj.get_config() == config["config"]
        assert type(deserialize_keras_object(config)) is cls
        for name in (cls, cls.__name__, cls.__name__.lower()):
            assert type(module.get(name)) is cls
        assert module.get(obj) is obj


@pytest.mark.parametrize("module", [regularizers, initializers, constraints, activations])
def test_what_is_public_is_sorted_and_there(module):
    assert module.__all__ == sorted(module.__all__) and all(hasattr(module, name) for name in module.__all__)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("cls", classes(regularizers))
def test_regularizer_keeps_dtype_and_inputs(cls, dtype):
    x = frozen((4, 3), dtype)
    penalty = cls()(x)
    assert float(penalty) >= 0 and np.ndim(penalty) == 0
    g = cls().grad(x)
    assert g.dtype == dtype and g.shape == x.shape and not np.shares_memory(g, x)


@pytest.mark.parametrize("cls", classes(regularizers))
def test_regularizer_has_the_right_gradient(cls):
    x = frozen((4, 3)).copy()
    check_gradient(lambda: cls()(x), x, cls().grad(x))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", None])
@pytest.mark.parametrize("cls", [c for c in classes(initializers) if c not in (initializers.Initializer, initializers.STFT)])
def test_initializer_gives_shape_and_dtype(cls, dtype):
    for shape in [(5, 3), (3, 5)] + [(3, 3, 2, 4), (3, 4, 5)] * (cls is not initializers.Identity):
        values = cls()(shape, dtype)
        assert values.shape == shape and values.dtype == (dtype or "float32") and np.all(np.isfinite(values))
        assert values.flags.writeable and values is not cls()(shape, dtype)
    assert cls()([np.int64(2), 2]).shape == (2, 2)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("cls", classes(constraints))
def test_constraint_keeps_shape_dtype_and_inputs(cls, dtype):
    for shape in [(5, 3), (4,), (3, 3, 2, 4)]:
        w = frozen(shape, dtype)
        allowed = cls()(w)
        assert allowed.shape == shape and allowed.dtype == dtype and np.all(np.isfinite(allowed))
