"""Graphs of layers whose compiled epoch gives the numbers of the NumPy steps."""

import numpy as np
import pytest

pytest.importorskip("numba")

import minikeras as keras
from minikeras import layers, ops
from minikeras.fast.passes import DELTA, MORE
from minikeras.fast.plan import Unfit, parts_of, plan
from minikeras.fast.table import Table
from minikeras.models import jit

RNG = np.random.default_rng(0)
X = RNG.standard_normal((90, 6), dtype=np.float32)
CLASS = (X @ RNG.standard_normal((6, 3))).argmax(1)
YES = (X.sum(1) > 0).astype("float32")


def trained(make, jit, y=CLASS, loss="sparse_categorical_crossentropy", x=X):
    keras.utils.set_random_seed(3)
    inputs = keras.Input(x.shape[1:])
    model = keras.Model(inputs, make(inputs))
    model.compile("adam", loss, metrics=["accuracy"], jit_compile=jit)
    history = model.fit(x, y, batch_size=32, epochs=3, verbose=0, validation_data=(x[:40], y[:40])).history
    return model, history


def check(make, **options):
    model, history = trained(make, True, **options)
    theirs, expected = trained(make, False, **options)
    assert model._compiled.training is not None, "not compiled"
    for name in expected:
        np.testing.assert_allclose(history[name], expected[name], rtol=2e-6, atol=1e-6, err_msg=name)
    for a, b in zip(model.get_weights(), theirs.get_weights()):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-6)
    return model


def end(h):
    return layers.Dense(3, "softmax")(h)


def residual(x):
    h = layers.Dense(8, "relu")(x)
    for _ in range(3):
        h = h + layers.Dense(8, "relu")(h)
    return end(h)


def with_layers(x):
    """What is shared by some readers is changed in place by none of them."""
    h = layers.Dense(8)(x)
    a, b = layers.Activation("tanh")(h), layers.BatchNormalization()(h)
    c = layers.Dropout(0.3, seed=1)(h)
    return end(layers.Add()([layers.ReLU()(b), a, c, h]))


def wide_and_deep(x):
    return end(layers.Concatenate()([x, layers.Dense(5, "gelu")(x), layers.Dense(4, "sigmoid")(x)]))


def gated(x):
    h = layers.Dense(6, "tanh")(x)
    return end(layers.Multiply()([x, layers.Dense(6, "sigmoid")(h), h]))


def differences(x):
    h = layers.Dense(6, "tanh")(x)
    return end((h - layers.Dense(6)(x)) * h - x)


def twice(x):
    h = layers.Dense(6, "tanh")(x)
    return end(layers.Concatenate()([layers.Multiply()([h, h]), h + h]))


def mean_of_three(x):
    return end(layers.Average()([layers.Dense(4, "relu")(x) for _ in range(3)]))


@pytest.mark.parametrize("make", [residual, with_layers, wide_and_deep, gated, differences, twice, mean_of_three])
def test_graphs(make):
    check(make)


def test_a_graph_that_ends_in_one_number():
    check(lambda x: layers.Dense(1, "sigmoid")(x + layers.Dense(6, "silu")(x)), y=YES, loss="binary_crossentropy")


def test_flattened_images_go_two_ways():
    def make(x):
        h = layers.Flatten()(x)
        return end(h + layers.Dense(6, "relu")(h))

    check(make, x=X.reshape(-1, 2, 3))


def test_a_frozen_layer_in_a_graph():
    def make(x):
        h = layers.Dense(6, "relu")(x)
        return end(h + layers.Dense(6, "relu", trainable=False)(h))

    check(make)


@pytest.mark.parametrize("parts", [residual, wide_and_deep])
def test_shares_of_a_batch_side_by_side(parts, monkeypatch):
    from minikeras._core import threads
    from minikeras.fast import pieces

    monkeypatch.setattr(threads, "LARGE", 1.0)
    monkeypatch.setattr(pieces, "LARGE", 1.0)
    monkeypatch.setattr(threads, "_threads", lambda: 2)
    check(parts)


def test_places_of_gradients_are_taken_again_but_for_layers_with_weights():
    def deep(x, trained):
        for _ in range(9):
            x = layers.Dense(6, trainable=trained)(x)
        return end(x)

    model, _ = trained(lambda x: deep(x, False), True)
    assert len(set(plan(model).layers[:, DELTA])) == 3  # that of the output, and two in turns
    model, _ = trained(lambda x: deep(x, True), True)
    assert len(set(plan(model).layers[:, DELTA])) == len(plan(model).layers)
    model, _ = trained(residual, True)
    assert plan(model).layers[:, MORE].sum() == 3


def test_the_weights_fall_into_parts_that_follow_from_sizes():
    model, _ = trained(residual, True)
    made = plan(model)
    whole, parts = parts_of(made, 10**6)
    assert parts.tolist() == [[0, made.store.values.size, 0, len(whole)]]
    entries, parts = parts_of(made, 20)
    assert len(parts) > 3 and parts[0, 0] == 0 and parts[-1, 1] == made.store.values.size
    assert (parts[1:, 0] == parts[:-1, 1]).all() and (parts[1:, 2] == parts[:-1, 3]).all()
    rows = {l: 0 for l in set(entries[:, 0].tolist())}
    for l, first, last in entries.tolist():
        assert first == rows[l] or last == 0
        rows[l] = last or rows[l]
    assert rows == {l: end for l, _, end in whole.tolist() if end}


def reused(x):
    layer = layers.Dense(6)
    return end(layer(layer(x)) + x)


@pytest.mark.parametrize(
    "make, word",
    [
        (reused, "twice"),
        (lambda x: end(x + layers.Dense(1)(x)), "widths"),
        (lambda x: end(layers.Dense(6)(x) + 1.0), "several arrays"),
        (lambda x: end(ops.roll(layers.Dense(6)(x), 1, 1) + x), "roll"),
        (lambda x: end(layers.Dropout(0.5)(layers.Dense(6)(x), training=True) + x), "more than arrays"),
        (lambda x: end(layers.Dense(6, activity_regularizer="l2")(x) + x), "losses"),
        (lambda x: end(layers.Maximum()([x, layers.Dense(6)(x)])), "Maximum"),
    ],
)
def test_what_is_not_compiled_says_why(make, word):
    model, history = trained(make, True)
    _, expected = trained(make, False)
    if word != "more than arrays":
        np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-6)
    with pytest.raises(Unfit, match=word):
        plan(model)


def given(kind, numbers):
    layer = layers.Normalization(**kind)
    layer.adapt(np.asarray(numbers, np.float32))
    return layer


SHIFTED = 100.0 + 3.0 * X


@pytest.mark.parametrize(
    "stack, x",
    [
        (lambda: [layers.Rescaling(1 / 103.0, offset=-1.0)], SHIFTED),
        (lambda: [layers.Rescaling([0.5] * 6, offset=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])], X),
        (lambda: [given({}, SHIFTED)], SHIFTED),
        (lambda: [layers.Normalization(mean=100.0, variance=9.0)], SHIFTED),
        (lambda: [layers.Normalization(mean=1.0, variance=0.04, invert=True)], X),
        (lambda: [layers.Dense(5, "tanh"), layers.Rescaling(2.0, offset=0.5)], X),
        (lambda: [layers.Rescaling(0.5), layers.Flatten()], X.reshape(-1, 3, 2)),
        (lambda: [given({}, SHIFTED.reshape(-1, 3, 2)), layers.Flatten()], SHIFTED.reshape(-1, 3, 2)),
        (lambda: [given({"axis": 1}, SHIFTED.reshape(-1, 3, 2)), layers.Flatten()], SHIFTED.reshape(-1, 3, 2)),
        (lambda: [given({"axis": None}, SHIFTED), layers.Dense(5, "relu")], SHIFTED),
    ],
    ids=["rescaling", "columns", "adapted", "given", "inverse", "behind", "flattened", "channels", "rows", "one"],
)
def test_scaling(stack, x, monkeypatch):
    def make(inputs):
        for layer in stack():
            inputs = layer(inputs)
        return end(inputs)

    monkeypatch.setattr(jit, "LARGE", 0)
    model = check(make, x=x)
    assert len(plan(model).fixed)
    np.testing.assert_allclose(model.predict(np.tile(x, (40, *[1] * (x.ndim - 1))), verbose=0)[:90], model(x), atol=1e-6)


@pytest.mark.parametrize(
    "stack, word",
    [
        ([layers.Rescaling(0.5), layers.Dense(4)], "3 axes"),
        ([layers.Rescaling(0.5), layers.ReLU()], "3 axes"),
        ([layers.Rescaling(np.ones((5, 1, 2)))], "other axes"),
        ([layers.Normalization()], "adapted"),
    ],
    ids=["not flattened", "in its place", "wider", "not adapted"],
)
def test_scaling_that_is_not_compiled(stack, word):
    table = Table((3, 2))
    with pytest.raises(Unfit, match=word):
        for i, layer in enumerate(stack):
            table.add(layer, [i], i + 1)


def test_what_is_adapted_anew_counts():
    seen = []
    for compiled in (True, False):
        keras.utils.set_random_seed(3)
        scaling = given({}, SHIFTED)
        model = keras.Sequential([layers.Input((6,)), scaling, layers.Dense(3, "softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy", jit_compile=compiled)
        model.fit(SHIFTED, CLASS, verbose=0)
        scaling.adapt(2.0 * SHIFTED)
        seen.append((model.fit(SHIFTED, CLASS, verbose=0).history["loss"], model.predict(SHIFTED, verbose=0)))
    np.testing.assert_allclose(*[loss for loss, _ in seen], rtol=1e-6)
    np.testing.assert_allclose(*[y for _, y in seen], rtol=1e-5)
