"""What every registered layer keeps, whichever it is."""

import copy
import importlib
import itertools
from pathlib import Path

import numpy as np
import pytest

from minikeras._core.serialize import serialize_keras_object
from minikeras._core.tape import vjp
from minikeras.layers import Wrapper
from minikeras.layers.calling import call_on_tape as on_tape
from minikeras.layers.layer import registry
from minikeras.models.node_step import goes_by_rows
from tests.gradcheck import check_gradient

RNG = np.random.default_rng(0)
VECTORS = RNG.uniform(0.2, 2.0, (4, 6)) * RNG.choice([-1, 1], (4, 6))  # away from the kinks at 0, 1 and 1.5
VECTORS[np.abs(np.abs(VECTORS) - 1) < 0.05] += 0.1
VECTORS[np.abs(np.abs(VECTORS) - 1.5) < 0.05] += 0.1
SERIES, IMAGES, VOLUMES = VECTORS.reshape(4, 3, 2), VECTORS.reshape(2, 2, 3, 2), VECTORS.reshape(2, 2, 1, 3, 2)
RANDOM, SLOW = {"seed": 3}, pytest.mark.slow

# class -> the arguments and inputs it is tried with; a new layer joins by a line here, or in a samples_*.py beside this file
SAMPLES = {
    "Activation": [({"activation": "tanh"}, VECTORS), ({"activation": "softmax"}, SERIES)],
    "ActivityRegularization": [({"l1": 0.1, "l2": 0.2}, VECTORS)],
    "AlphaDropout": [({"rate": 0.3, **RANDOM}, VECTORS), ({"rate": 0.3, "noise_shape": (None, 1, 2), **RANDOM}, SERIES)],
    "BatchNormalization": [({}, VECTORS), ({"axis": 1, "scale": False}, IMAGES), ({"center": False, "epsilon": 0.1}, SERIES)],
    "Dense": [({"units": 3}, VECTORS), ({"units": 3, "activation": "sigmoid", "use_bias": False}, SERIES)],
    "Dropout": [({"rate": 0.3, **RANDOM}, VECTORS), ({"rate": 0.3, "noise_shape": (None, 1, 2), **RANDOM}, SERIES)],
    "ELU": [({"alpha": 0.7}, VECTORS), ({}, IMAGES)],
    "Flatten": [({}, VECTORS), ({}, IMAGES), ({"data_format": "channels_first"}, IMAGES), ({}, VECTORS[:, 0])],
    "GaussianDropout": [({"rate": 0.3, **RANDOM}, SERIES)],
    "GaussianNoise": [({"stddev": 0.3, **RANDOM}, SERIES)],
    "Identity": [({}, IMAGES)],
    "InputLayer": [({"shape": (6,)}, VECTORS)],
    "LeakyReLU": [({}, VECTORS), ({"negative_slope": 1.5}, SERIES)],
    "PReLU": [({"alpha_initializer": "ones"}, SERIES), ({"shared_axes": [1, 2]}, IMAGES)],
    "Permute": [({"dims": (2, 1)}, SERIES), ({"dims": (3, 1, 2)}, IMAGES)],
    "ReLU": [({}, VECTORS), ({"max_value": 1.5, "negative_slope": 0.1, "threshold": 1.0}, SERIES)],
    "RepeatVector": [({"n": 3}, VECTORS)],
    "Reshape": [({"target_shape": (3, -1)}, VECTORS), ({"target_shape": (6,)}, SERIES)],
    "Softmax": [({}, VECTORS), ({"axis": 1}, SERIES), ({"axis": [1, 2]}, SERIES)],
    "SpatialDropout1D": [({"rate": 0.3, **RANDOM}, SERIES)],
    "SpatialDropout2D": [({"rate": 0.3, **RANDOM}, IMAGES), ({"rate": 0.3, "data_format": "channels_first", **RANDOM}, IMAGES)],
    "SpatialDropout3D": [({"rate": 0.3, **RANDOM}, VOLUMES)],
    "ThresholdedReLU": [({}, VECTORS)],
}
for _path in sorted(Path(__file__).parent.glob("samples_*.py")):
    SAMPLES.update(importlib.import_module(f"tests.contracts.{_path.stem}").SAMPLES)
CLASSES = {cls.__name__: cls for cls in registry.table.values() if type(cls) is type and cls is not Wrapper}  # no aliases
del CLASSES["DenseFeatures"]  # takes tables: see tests/layers/legacy
CASES = [
    pytest.param(name, *case, id=f"{name}{i}")
    for name, cases in SAMPLES.items()
    for i, case in enumerate(cases)
    if isinstance(case[1], np.ndarray)  # what takes several arrays has tests of its own
]
each = pytest.mark.parametrize("name, arguments, x", CASES)
FIRST = [case if case.id == f"{case.values[0]}0" else pytest.param(*case.values, id=case.id, marks=SLOW) for case in CASES]
each_class = pytest.mark.parametrize("name, arguments, x", FIRST)  # one sample of a class tells most; the others are slow


def given(arguments, dtype):
    """The arguments of a sample; where a layer is among them, they are a function of the float type."""
    return arguments(dtype) if callable(arguments) else arguments


def make(name, arguments, dtype="float64"):
    return CLASSES[name](**given(arguments, dtype), dtype=dtype)


def rewind(layer):
    """Make the next draws the first ones again."""
    for seeds in layer.seed_generators:
        seeds.state.value[1] = 0


def frozen(x):
    x = x.copy()
    x.flags.writeable = False
    return x


def test_every_layer_has_samples():
    assert sorted(set(CLASSES) - set(SAMPLES)) == [], "add a line to SAMPLES for each new layer"


@each
def test_config_round_trip(name, arguments, x):
    layer = make(name, arguments, "float32")
    config = layer.get_config()
    again = CLASSES[name].from_config(copy.deepcopy(config))
    assert again.get_config() == config and again.name == layer.name
    written = serialize_keras_object(layer)
    module = getattr(type(layer), "keras_module", "keras.layers")  # where Keras has it, if that is elsewhere
    assert (written["module"], written["class_name"], written["registered_name"]) == (module, name, None)
    assert registry.deserialize(written).get_config() == config
    again.build((None, *x.shape[1:]))
    again.set_weights(layer.get_weights() if layer.built else again.get_weights())


@pytest.mark.parametrize("name, arguments, x", [case for case in CASES if "by_rows" in vars(CLASSES[case.values[0]])])
def test_who_goes_by_rows_gives_each_row_by_itself(name, arguments, x):
    layer = make(name, arguments)
    layer.build((None, *x.shape[1:]))
    assert goes_by_rows(layer)
    layer.set_weights([np.abs(w) + np.linspace(0.1, 0.9, w.size).reshape(w.shape) for w in layer.get_weights()])
    one_by_one = [layer(x[i : i + 1]) for i in range(len(x))]
    np.testing.assert_allclose(np.concatenate(one_by_one), layer(x), rtol=1e-12, atol=1e-12)


@each
def test_shapes(name, arguments, x):
    layer = make(name, arguments)
    y = layer(x)
    assert tuple(layer.compute_output_shape(x.shape))[1:] == y.shape[1:]
    assert tuple(layer.compute_output_shape((None, *x.shape[1:]))) == (None, *y.shape[1:])
    fresh = make(name, arguments)
    fresh.build((None, *x.shape[1:]))
    assert tuple(fresh.compute_output_shape((None, *x.shape[1:]))) == (None, *y.shape[1:])
    empty = layer.forward(x[:0], training=True)[0]
    assert empty.shape == (0, *y.shape[1:])


@each_class
@pytest.mark.filterwarnings("ignore:softmax over an axis of size 1")
def test_an_input_of_another_size_goes_in_or_is_refused_by_name(name, arguments, x):
    for axis in range(1, x.ndim):
        for other in (np.concatenate([x, x.take([0], axis)], axis), x.take(range(x.shape[axis] - 1), axis)):
            layer = make(name, arguments, "float32")
            layer(x)
            names = [layer.name, *(inner.name for inner in layer._inner_layers())]
            try:
                layer(other)
            except ValueError as error:
                assert any(known in str(error) for known in (*names, name)), f"axis {axis}: {error}"


@each
def test_dtype_is_kept_and_inputs_are_not_changed(name, arguments, x):
    for dtype, training in itertools.product(("float32", "float64"), (False, True)):
        layer, case = make(name, arguments, dtype), (dtype, training)
        held = frozen(x.astype(dtype))
        layer(held)
        y, kept = layer.forward(held, training)
        dx = layer.backward(frozen(np.ones_like(y)), kept)
        assert y.dtype == dx.dtype == dtype and dx.shape == held.shape, case
        assert {v.dtype for v in layer.weights} <= {dtype} and {v.grad.dtype.name for v in layer.weights} <= {dtype}, case


@each
@pytest.mark.parametrize("training", [False, True])
def test_gradient(name, arguments, x, training):
    layer, x = make(name, arguments), x.copy()
    weight = RNG.standard_normal(layer(x).shape)

    def loss():
        rewind(layer)
        return np.sum(layer.forward(x, training)[0] * weight)

    rewind(layer)
    kept = layer.forward(x, training)[1]
    dx = layer.backward(weight, kept, need_dx=True)
    check_gradient(loss, x, dx)
    for v in layer.trainable_variables:
        check_gradient(loss, v.value, v.grad)
        v.grad[...] = 7.0
    layer.backward(weight, kept, need_dx=False)  # overwrites
    for v in layer.trainable_variables:
        check_gradient(loss, v.value, v.grad, probes=1)


@each_class
def test_forward_leaves_nothing_behind(name, arguments, x):
    layer = make(name, arguments)
    layer(x)
    before = dict(vars(layer))
    rewind(layer)
    y, kept = layer.forward(x, True)
    dx = layer.backward(y, kept)
    rewind(layer)
    one, kept_one = layer.forward(x, True)
    layer.forward(2 * x[::-1], True)  # the layer is shared: called again before the way back
    np.testing.assert_array_equal(layer.backward(one, kept_one), dx)
    known = {"_known"}  # what a layer without formulas has seen of its inputs
    assert vars(layer).keys() - known == before.keys() - known
    assert all(vars(layer)[key] is value for key, value in before.items() if key not in known)


@each_class
def test_training_flag(name, arguments, x):
    layer = make(name, arguments)
    still = layer(x, training=False)
    by_hand = getattr(layer, "training_by_default", False)  # called by hand, it acts as in training
    if not by_hand:
        np.testing.assert_array_equal(layer(x), still)
        np.testing.assert_array_equal(layer(x, training=None), still)
    if layer.seed_generators:
        if still.shape == x.shape:
            np.testing.assert_array_equal(still, x)
        rewind(layer)
        moved = layer(x, training=True)
        assert np.any(moved != still) and np.any(moved != layer(x, training=True))
        twin = make(name, arguments)
        np.testing.assert_array_equal(twin(x, training=True), moved)  # one seed, one stream
    elif name == "BatchNormalization":  # in training by the batch's statistics, which it remembers
        assert np.any(layer(x, training=True) != still) and np.any(layer(x) != still)
    elif not by_hand:
        np.testing.assert_array_equal(layer(x, training=True), still)


@each_class
def test_frozen_weights_get_no_gradient(name, arguments, x):
    layer = make(name, arguments)
    layer(x)
    layer.trainable = False
    for v in layer.weights:
        v.grad[...] = 7.0
    y, kept = layer.forward(x, True)
    assert layer.backward(y, kept).shape == x.shape
    assert all((v.grad == 7.0).all() for v in layer.weights)


@each
def test_inside_traced_code(name, arguments, x):
    layer = make(name, arguments)
    y, kept = (rewind(layer), layer(x), rewind(layer), layer.forward(x, True))[-1]
    dx, grads = layer.backward(3 * y, kept), [v.grad.copy() for v in layer.trainable_variables]
    rewind(layer)
    z, pullback = vjp(lambda x: on_tape(layer, x, True) * 3, x)
    np.testing.assert_allclose(z, 3 * y)
    np.testing.assert_allclose(pullback(y)[0], dx)
    for v, grad in zip(layer.trainable_variables, grads):
        np.testing.assert_array_equal(v.grad, grad)


@each_class
def test_integers_and_lists_come_in(name, arguments, x):
    layer = make(name, arguments, "float32")
    y = layer(np.ones(x.shape, int).tolist())
    assert y.dtype == "float32" if layer.float_inputs else y.dtype.kind == "i" or y.dtype == layer.compute_output_dtype("int64")


def test_unknown_arguments_are_named():
    for name, cls in CLASSES.items():
        with pytest.raises(ValueError, match="ratte"):
            cls(**given(SAMPLES[name][0][0], "float32"), ratte=1)
