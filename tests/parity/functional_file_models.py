"""Functional models for files: each has something that a file must say in a way of its own. As in `functional_models`."""

import numpy as np

from tests.parity import functional_models as others

MODELS = {
    name: others.MODELS[name]
    for name in ("siamese", "masked_lstm", "encoder_decoder", "operators", "two_heads", "weighted_metrics")
}
ONLY_KERAS_3 = {"ops_on_shapes", "ops_on_numbers", "training_given"}
arrays = others.arrays


def model(function):
    MODELS[function.__name__] = function
    return function


def ending(k, h, optimizer="sgd"):
    return k.layers.Dense(1)(h), {"optimizer": optimizer, "loss": "mse"}


@model
def slices(k):
    x = k.Input((6, 3))
    h = [x[:, 0], x[:, -1, :], x[:, ::2, 0], x[:, 1:4, 2], x[:, None, 0, :][:, 0], x[:, ::-1, 1]]
    y, how = ending(k, k.layers.Concatenate()(h))
    return k.Model(x, y), how, "seq", "y1"


@model
def arithmetic(k):
    x, z = k.Input((4,)), k.Input((4,))
    h = (x + z) * 2.0 - z / 3.0 + 1.0 - (2.0 - x) * (1.0 / (x * x + 2.0)) + x**2 - abs(z)
    y, how = ending(k, h)
    return k.Model([x, z], y), how, ["x4", "y4"], "y1"


@model
def shared_model(k):
    a, b, i = k.Input((4,)), k.Input((4,)), k.Input((4,))
    inner = k.Sequential([k.layers.Dense(3, activation="relu"), k.layers.Dense(3)], name="inner")
    middle = k.Model(i, k.layers.Add()([inner(i), inner(i * 2.0)]), name="middle")
    outer = k.Sequential([k.Input((4,)), middle, k.layers.Dense(2)], name="outer")
    y, how = ending(k, k.layers.Concatenate()([outer(a), outer(b), middle(a)]), "adam")
    return k.Model([a, b], y), how, ["x4", "y4"], "y1"


@model
def states(k):
    x = k.Input((6, 3))
    s, h, c = k.layers.LSTM(3, return_sequences=True, return_state=True)(x)
    g, t = k.layers.GRU(3, return_sequences=True, return_state=True)(s, initial_state=h)
    o, f, b = k.layers.Bidirectional(k.layers.GRU(3, return_state=True))(g, initial_state=[t, c])
    y, how = ending(k, k.layers.Concatenate()([o, f, b]))
    return k.Model(x, y), how, "seq", "y1"


@model
def attention(k):
    q, v = k.Input((6, 3)), k.Input((6, 3))
    h, scores = k.layers.MultiHeadAttention(num_heads=2, key_dim=2, value_dim=3)(q, v, return_attention_scores=True)
    h2 = k.layers.MultiHeadAttention(1, 2)(query=h, value=v, key=q)
    flat = [k.layers.Flatten()(t) for t in (h2, scores)]
    y, how = ending(k, k.layers.Concatenate()(flat))
    return k.Model([q, v], y), how, ["seq", "seq"], "y1"


@model
def named_structures(k):
    i = {"p": k.Input((4,), name="p"), "q": k.Input((6,), name="q")}
    h = k.layers.Concatenate()([i["p"], i["q"]])
    out = {"one": k.layers.Dense(1, name="one")(h), "two": k.layers.Dense(2, name="two")(h)}
    how = {
        "optimizer": "adam",
        "loss": {"one": "mse", "two": "mae"},
        "metrics": {"one": ["mae"], "two": ["mse"]},
        "loss_weights": {"one": 1.0, "two": 0.2},
    }
    return k.Model(i, out), how, {"p": "x4", "q": "x6"}, {"one": "y1", "two": "y2"}


@model
def frozen_batchnorm(k):
    x = k.Input((8, 8, 2))
    b = k.layers.BatchNormalization()
    b.trainable = False
    h = k.layers.BatchNormalization()(b(k.layers.Conv2D(2, 3)(x)))
    y, how = ending(k, k.layers.GlobalAveragePooling2D()(h), "adam")
    return k.Model(x, y), how, "img", "y1"


@model
def training_given(k):
    x = k.Input((4,))
    h = k.layers.BatchNormalization()(k.layers.Dense(4)(x), training=False)
    y, how = ending(k, k.layers.Dropout(0.0)(h))
    return k.Model(x, y), how, "x4", "y1"


@model
def ops_on_shapes(k):
    x = k.Input((6,))
    o = k.ops
    a = o.transpose(o.reshape(x, (-1, 2, 3)), (0, 2, 1))
    c = o.stack([x[:, :3], x[:, 3:]], axis=1)
    d = o.concatenate([a, o.swapaxes(c, 1, 2)], axis=-1)
    g = o.roll(o.flip(o.pad(o.repeat(o.tile(d, (1, 1, 2)), 2, axis=1), [[0, 0], [1, 0], [0, 1]]), axis=1), 1, axis=2)
    s = o.split(x, 3, axis=1)
    y, how = ending(k, o.concatenate([o.mean(g, axis=2), s[1] * s[2], o.squeeze(o.expand_dims(x, 1), 1)], axis=-1))
    return k.Model(x, y), how, "x6", "y1"


@model
def ops_on_numbers(k):
    x = k.Input((6, 3))
    o = k.ops
    t, i = o.top_k(x, 2)
    h = [
        o.einsum("bij,bjk->bik", o.matmul(x, o.transpose(x, (0, 2, 1))), x),
        o.take(x, np.array([0, 2]), axis=2),
        t,
        o.cast(i, "float32"),
        o.one_hot(o.argmax(x, axis=-1), 3),
        o.where(x > 0, x, x * 0.1),
        o.clip(x, -1, 1),
        o.softmax(x),
        o.cumsum(x, axis=1),
        o.full_like(x, 2.0),
    ]
    y, how = ending(k, o.max(o.concatenate(h, axis=-1), axis=1), "adam")
    return k.Model(x, y), how, "seq", "y1"
