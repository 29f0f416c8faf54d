"""Penalties on gradients, as WGAN-GP has them: second derivatives through layers, against finite differences in float64."""

import contextlib

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers as L
from minikeras import ops
from tests.pace import some_quick

RNG = np.random.default_rng(0)
D = {"dtype": "float64"}
ON_THEMSELVES = (L.MultiHeadAttention, L.GroupQueryAttention)
ON_A_PAIR = (L.Attention, L.AdditiveAttention)

CASES = {
    "MultiHeadAttention": (lambda: L.MultiHeadAttention(2, 3, **D), (2, 4, 6)),
    "MultiHeadAttention of other sizes": (lambda: L.MultiHeadAttention(2, 3, value_dim=2, output_shape=4, **D), (2, 4, 6)),
    "MultiHeadAttention over two axes": (lambda: L.MultiHeadAttention(2, 3, attention_axes=(1, 2), **D), (2, 2, 3, 4)),
    "GroupQueryAttention": (lambda: L.GroupQueryAttention(2, 4, 2, **D), (2, 4, 6)),
    "Attention": (lambda: L.Attention(use_scale=True, **D), (2, 4, 6)),
    "AdditiveAttention": (lambda: L.AdditiveAttention(**D), (2, 4, 6)),
    "LayerNormalization": (lambda: L.LayerNormalization(**D), (4, 6)),
    "BatchNormalization": (lambda: L.BatchNormalization(**D), (4, 6)),
    "GroupNormalization": (lambda: L.GroupNormalization(2, **D), (4, 6)),
    "RMSNormalization": (lambda: L.RMSNormalization(**D), (4, 6)),
    "LSTM": (lambda: L.LSTM(3, **D), (2, 4, 5)),
    "LSTM backwards": (lambda: L.LSTM(3, return_sequences=True, go_backwards=True, **D), (2, 4, 5)),
    "GRU": (lambda: L.GRU(3, **D), (2, 4, 5)),
    "SimpleRNN": (lambda: L.SimpleRNN(3, **D), (2, 4, 5)),
    "Bidirectional": (lambda: L.Bidirectional(L.LSTM(3, **D), **D), (2, 4, 5)),
    "TimeDistributed": (lambda: L.TimeDistributed(L.LayerNormalization(**D), **D), (2, 3, 4)),
    "TimeDistributed of one by one": (lambda: L.TimeDistributed(L.BatchNormalization(**D), **D), (2, 3, 4)),
    "Conv2D": (lambda: L.Conv2D(3, 2, activation="tanh", **D), (2, 4, 4, 2)),
    "Conv2DTranspose": (lambda: L.Conv2DTranspose(3, 3, strides=2, padding="same", activation="softplus", **D), (2, 3, 3, 2)),
    "SeparableConv2D": (lambda: L.SeparableConv2D(3, 2, activation="tanh", **D), (2, 4, 4, 2)),
    "EinsumDense": (lambda: L.EinsumDense("abc,cd->abd", (None, 3), "gelu", "d", **D), (2, 4, 4)),
}


class Critic(keras.Model):
    def __init__(self, layer):
        super().__init__(**D)
        self.layer, self.score = layer, L.Dense(1, **D)

    def call(self, x, training=False):
        if isinstance(self.layer, ON_THEMSELVES):
            return self.score(self.layer(x, x))
        return self.score(self.layer([x, x] if isinstance(self.layer, ON_A_PAIR) else x))


def residual(layer):
    """A block whose inputs follow from each other: what an entry of the tape must not count twice."""
    x = keras.Input((3, 4), **D)
    h = L.Dense(4, "tanh", **D)(x)
    return keras.Model(x, L.Dense(1, **D)(layer([x, h])))


GRAPHS = {
    "Add": lambda: residual(L.Add(**D)),
    "Subtract": lambda: residual(L.Subtract(**D)),
    "Multiply": lambda: residual(L.Multiply(**D)),
    "Average": lambda: residual(L.Average(**D)),
    "Maximum": lambda: residual(L.Maximum(**D)),
    "Concatenate": lambda: residual(L.Concatenate(**D)),
    "Dot": lambda: residual(L.Dot(axes=2, **D)),
    "Attention": lambda: residual(L.Attention(**D)),
    "MultiHeadAttention": lambda: residual(lambda pair: L.MultiHeadAttention(2, 3, **D)(pair[0], pair[1], pair[1])),
    "shared": lambda: residual(lambda pair: (lambda layer: layer(layer(pair[1])))(L.Dense(4, "tanh", **D))),
    "recurrent": lambda: residual(lambda pair: L.LSTM(4, **D)(pair[1], initial_state=[pair[0][:, 0], pair[1][:, 0]])),
}


def penalty(model, x):
    """((‖∂y/∂x‖ - 1)²) and its gradient by each weight."""
    x = ops.convert_to_tensor(x, "float64")
    with keras.GradientTape() as outer:
        with keras.GradientTape() as inner:
            inner.watch(x)
            y = ops.sum(model(x) ** 2)
        slope = inner.gradient(y, x)
        norm = ops.sqrt(ops.sum(slope * slope, axis=tuple(range(1, x.ndim))) + 1e-8)
        value = ops.mean((norm - 1.0) ** 2)
    return float(value), outer.gradient(value, model.trainable_variables)


def made(name):
    if name in GRAPHS:
        return GRAPHS[name](), RNG.normal(size=(2, 3, 4))
    make, shape = CASES[name]
    return Critic(make()), RNG.normal(size=shape)


CASES.update({f"graph of {name}": None for name in GRAPHS})
GRAPHS = {f"graph of {name}": make for name, make in GRAPHS.items()}


@pytest.mark.parametrize("name", CASES)
def test_a_slope_is_the_same_under_another_tape(name):
    model, x = made(name)
    x = ops.convert_to_tensor(x, "float64")
    model(x)
    found = []
    for outer in (contextlib.nullcontext(), keras.GradientTape()):
        with outer:
            with keras.GradientTape() as tape:
                tape.watch(x)
                y = ops.sum(model(x) ** 2)
            found.append(np.array(getattr(slope := tape.gradient(y, x), "untraced", slope)))
    np.testing.assert_allclose(*found, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", some_quick(CASES, set(CASES) - {"Bidirectional", "LSTM backwards", "graph of recurrent"}))
def test_gradient_penalty(name):
    model, x = made(name)
    model(x)
    for v in model.trainable_variables:
        v.assign(RNG.normal(size=v.shape) * 0.5)
    for v, g in zip(model.trainable_variables, penalty(model, x)[1]):
        way, now, step = RNG.normal(size=v.shape), v.numpy(), 1e-5
        v.assign(now + step * way)
        above = penalty(model, x)[0]
        v.assign(now - step * way)
        below = penalty(model, x)[0]
        v.assign(now)
        found = 0.0 if g is None else float(np.sum(np.asarray(g) * way))
        assert found == pytest.approx((above - below) / (2 * step), rel=1e-4, abs=1e-6), v.path
