"""What every layer keeps that takes several arrays: in a list, or as arguments of their own."""

import copy
import itertools
import pickle

import numpy as np
import pytest

import minikeras as keras
from minikeras._core.serialize import serialize_keras_object
from minikeras._core.tape import vjp
from minikeras.layers.layer import registry
from minikeras.layers.shares import Shares
from minikeras.models.node_step import goes_by_rows
from tests.contracts.samples_attention import SAMPLES
from tests.gradcheck import check_gradient

CLASSES = {cls.__name__: cls for cls in registry.table.values()}
CASES = [
    pytest.param(name, *case, id=f"{name}{i}")
    for name, cases in SAMPLES.items()
    for i, case in enumerate(cases)
    if isinstance(case[1], (list, dict))
]
each = pytest.mark.parametrize("name, arguments, x", CASES)


def make(name, arguments, dtype="float64"):
    return CLASSES[name](**arguments, dtype=dtype)


def arrays(x):
    return list(x.values()) if isinstance(x, dict) else x


def mapped(x, function):
    return {k: function(a) for k, a in x.items()} if isinstance(x, dict) else [function(a) for a in x]


def call(layer, x, **more):
    return layer(**x, **more) if isinstance(x, dict) else layer(x, **more)


def forward(layer, x, training=False):
    if isinstance(x, dict):
        first, *rest = x
        return layer.forward(x[first], training, **{name: x[name] for name in rest})
    return layer.forward(x, training)


def slopes(dx):
    return [dx.x, *(dx.arguments[n] for n in ("value", "key") if n in dx.arguments)] if isinstance(dx, Shares) else list(dx)


def rewind(layer):
    for seeds in layer.seed_generators:
        seeds.state.value[1] = 0


def frozen(a):
    a = a.copy()
    a.flags.writeable = False
    return a


@pytest.mark.parametrize("name, arguments, x", [case for case in CASES if "by_rows" in vars(CLASSES[case.values[0]])])
def test_who_goes_by_rows_gives_each_row_by_itself(name, arguments, x):
    layer = make(name, arguments)
    assert goes_by_rows(layer)
    one_by_one = [call(layer, mapped(x, lambda a, i=i: a[i : i + 1])) for i in range(len(arrays(x)[0]))]
    np.testing.assert_allclose(np.concatenate(one_by_one), call(layer, x), rtol=1e-12, atol=1e-12)


@each
def test_config_round_trip(name, arguments, x):
    layer = make(name, arguments, "float32")
    config = layer.get_config()
    again = CLASSES[name].from_config(copy.deepcopy(config))
    assert again.get_config() == config and again.name == layer.name
    written = serialize_keras_object(layer)
    assert (written["module"], written["class_name"], written["registered_name"]) == ("keras.layers", name, None)
    assert registry.deserialize(written).get_config() == config


@each
def test_copies_compute_the_same(name, arguments, x):
    layer = make(name, arguments)
    y = call(layer, x)
    for again in copy.deepcopy(layer), pickle.loads(pickle.dumps(layer)):
        np.testing.assert_array_equal(call(again, x), y)
    fresh = CLASSES[name].from_config(layer.get_config())
    fresh.build_from_config(layer.get_build_config())
    fresh.set_weights(layer.get_weights())
    np.testing.assert_array_equal(call(fresh, x), y)


@each
def test_shapes(name, arguments, x):
    layer = make(name, arguments)
    y = call(layer, x)
    shapes = [(None, *a.shape[1:]) for a in arrays(x)]
    shape = layer.compute_output_shape(*shapes) if isinstance(x, dict) else layer.compute_output_shape(shapes)
    assert tuple(shape) == (None, *y.shape[1:])
    symbolic = call(make(name, arguments), mapped(x, lambda a: keras.Input(a.shape[1:])))
    assert tuple(symbolic.shape) == (None, *y.shape[1:])
    assert forward(layer, mapped(x, lambda a: a[:0]), True)[0].shape == (0, *y.shape[1:])


@each
def test_dtype_is_kept_and_inputs_are_not_changed(name, arguments, x):
    for dtype, training in itertools.product(("float32", "float64"), (False, True)):
        layer, case = make(name, arguments, dtype), (dtype, training)
        held = mapped(x, lambda a, dtype=dtype: frozen(a.astype(dtype)))
        call(layer, held)
        y, kept = forward(layer, held, training)
        dxs = slopes(layer.backward(frozen(np.ones_like(y)), kept))
        assert y.dtype == dtype, case
        for dx, a in zip(dxs, arrays(held), strict=True):
            assert dx.dtype == dtype and dx.shape == a.shape, case
        assert {v.dtype for v in layer.weights} <= {dtype} and {v.grad.dtype.name for v in layer.weights} <= {dtype}, case


@each
@pytest.mark.parametrize("training", [False, True])
def test_gradient(name, arguments, x, training):
    layer, x = make(name, arguments), mapped(x, np.array)
    weight = np.random.default_rng(1).standard_normal(call(layer, x).shape)

    def loss():
        rewind(layer)
        return np.sum(forward(layer, x, training)[0] * weight)

    rewind(layer)
    kept = forward(layer, x, training)[1]
    for a, dx in zip(arrays(x), slopes(layer.backward(weight, kept)), strict=True):
        check_gradient(loss, a, dx)
    for v in layer.trainable_variables:
        check_gradient(loss, v.value, v.grad)
        v.grad[...] = 7.0
    layer.backward(weight, kept, need_dx=False)  # overwrites
    for v in layer.trainable_variables:
        check_gradient(loss, v.value, v.grad, probes=1)


@each
def test_forward_leaves_nothing_behind(name, arguments, x):
    layer = make(name, arguments)
    call(layer, x)
    before = dict(vars(layer))
    rewind(layer)
    y, kept = forward(layer, x, True)
    dxs = slopes(layer.backward(y, kept))
    rewind(layer)
    one, kept = forward(layer, x, True)
    forward(layer, mapped(x, lambda a: 2 * a[::-1]), True)  # the layer is shared: called again before the way back
    for dx, again in zip(dxs, slopes(layer.backward(one, kept))):
        np.testing.assert_array_equal(again, dx)
    assert vars(layer).keys() == before.keys() and all(vars(layer)[key] is value for key, value in before.items())


@each
def test_training_flag(name, arguments, x):
    layer = make(name, arguments)
    still = call(layer, x)
    np.testing.assert_array_equal(call(layer, x, training=False), still)
    moved = call(layer, x, training=True)
    assert np.any(moved != still) == bool(arguments.get("dropout"))
    np.testing.assert_array_equal(call(layer, x), still)


@each
def test_frozen_weights_get_no_gradient(name, arguments, x):
    layer = make(name, arguments)
    call(layer, x)
    layer.trainable = False
    for v in layer.weights:
        v.grad[...] = 7.0
    y, kept = forward(layer, x, True)
    layer.backward(y, kept)
    assert all((v.grad == 7.0).all() for v in layer.weights)


@each
def test_inside_traced_code(name, arguments, x):
    layer = make(name, arguments)
    y = (call(layer, x), rewind(layer), forward(layer, x)[0])[-1]
    dxs = slopes(layer.backward(3 * y, forward(layer, x)[1]))
    keys = list(x) if isinstance(x, dict) else None
    z, pullback = vjp(lambda *given: call(layer, dict(zip(keys, given)) if keys else list(given)) * 3, *arrays(x))
    np.testing.assert_allclose(z, 3 * y)
    for dx, traced in zip(dxs, pullback(y)):
        np.testing.assert_allclose(traced, dx, atol=1e-12)


@each
def test_in_a_model(name, arguments, x):
    keras.utils.set_random_seed(1)
    layer = make(name, arguments, "float32")
    inputs = mapped(x, lambda a: keras.Input(a.shape[1:]))
    model = keras.Model(arrays(inputs), keras.layers.Flatten()(call(layer, inputs)))
    model.compile(keras.optimizers.SGD(0.01), "mse")
    data = [a.astype("float32") for a in arrays(x)]
    first = model.predict(data, verbose=0)
    np.testing.assert_allclose(first, np.reshape(call(layer, mapped(x, np.float32)), first.shape), atol=1e-6)
    target = np.zeros_like(first)
    before = model.evaluate(data, target, verbose=0)
    for _ in range(20):
        model.train_on_batch(data, target)
    assert model.evaluate(data, target, verbose=0) < before or not layer.trainable_variables
    again = keras.models.clone_model(model)
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again.predict(data, verbose=0), model.predict(data, verbose=0))
