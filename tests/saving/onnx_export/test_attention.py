"""Attention beyond the samples: masks, windows, several axes, scores."""

import numpy as np
import pytest

from minikeras import Input, Model, layers
from tests.saving.onnx_export.checks import TOLERANCE, check, floats, shaken

RNG = np.random.default_rng(9)
Q, V = RNG.normal(size=(4, 3, 6)), RNG.normal(size=(4, 5, 6))
Q_SEEN, V_SEEN = RNG.random((4, 3)) > 0.3, RNG.random((4, 5)) > 0.3
V_SEEN[0] = False  # nowhere to look
PAIRS = RNG.random((4, 3, 5)) > 0.4


def model_of(call, arrays):
    inputs = [Input(a.shape[1:], dtype=a.dtype.name) for a in arrays]
    return shaken(Model(inputs, call(*inputs)))


@floats
@pytest.mark.parametrize("layer", [
    lambda d: layers.Attention(use_scale=True, dtype=d), lambda d: layers.AdditiveAttention(dtype=d),
    lambda d: layers.Attention(score_mode="concat", dtype=d),
], ids="dot additive concat".split())  # fmt: skip
@pytest.mark.parametrize("causal", [False, True])
def test_scored(layer, causal, dtype):
    def call(q, v, q_seen, v_seen):
        return layer(dtype)([q, v], mask=[q_seen, v_seen], use_causal_mask=causal, return_attention_scores=True)

    arrays = [Q.astype(dtype), V.astype(dtype), Q_SEEN, V_SEEN]
    check(model_of(lambda *t: list(call(*t)), arrays), arrays, 10 * TOLERANCE[dtype])


@floats
@pytest.mark.parametrize("options", [
    {}, {"use_causal_mask": True}, {"return_attention_scores": True},
], ids="plain causal scores".split())  # fmt: skip
@pytest.mark.parametrize("layer", [
    lambda d: layers.MultiHeadAttention(2, 3, sliding_window=2, dtype=d),
    lambda d: layers.MultiHeadAttention(3, 2, value_dim=4, dropout=0.1, use_gate=True, dtype=d),
    lambda d: layers.GroupQueryAttention(3, 4, 2, dtype=d),
], ids="window gate groups".split())  # fmt: skip
def test_heads(layer, options, dtype):
    def call(q, v, v_seen, pairs):
        y = layer(dtype)(q, v, value_mask=v_seen, attention_mask=pairs, **options)
        return list(y) if isinstance(y, tuple) else y

    arrays = [Q.astype(dtype), V.astype(dtype), V_SEEN, PAIRS]
    check(model_of(call, arrays), arrays, 10 * TOLERANCE[dtype])


def test_several_axes_of_attention():
    x = RNG.normal(size=(4, 2, 3, 5))
    for axes in ((1, 2), (2,), (1,)):
        layer = layers.MultiHeadAttention(2, 3, attention_axes=axes, dtype="float64")
        check(model_of(lambda t, layer=layer: list(layer(t, t, return_attention_scores=True)), [x]), [x], 1e-11)


def test_steps_of_any_number():
    x = Input((None, 6))
    h = layers.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True)
    h = layers.GroupQueryAttention(3, 4, 2)(h, x, use_causal_mask=True) + layers.Attention()([x, x], use_causal_mask=True)
    model = shaken(Model(x, h))
    for data in (Q, V, V[:, :1]):
        check(model, data.astype("float32"), 1e-4)
