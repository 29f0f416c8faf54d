"""Functional models in the manner of real notebooks: the same text builds them with real Keras and with this library.

``MODELS[name](keras) -> (model, compile arguments, x, y)``; x and y are names of arrays in `arrays`, or structures of them.
"""

import numpy as np

N = 24


def arrays():
    rng = np.random.RandomState(7)
    a = {
        "x4": rng.randn(N, 4), "x6": rng.randn(N, 6), "x3": rng.randn(N, 3), "img": rng.randn(N, 8, 8, 2), "seq": rng.randn(N,
        6, 3),
        "y1": rng.randn(N, 1), "y2": rng.randn(N, 2), "y3": rng.randn(N, 3), "y4": rng.randn(N, 4), "yimg": rng.rand(N, 8, 8,
        1),
        "yseq": rng.randn(N, 6, 2),
    }  # fmt: skip
    a = {key: value.astype("float32") for key, value in a.items()}
    a["ids"] = rng.randint(1, 9, (N, 5)).astype("int32")
    a["pad"] = a["ids"] * (np.arange(5) < rng.randint(1, 6, (N, 1)))
    a["one"] = rng.randint(0, 7, (N, 1)).astype("int32")
    a["bin"] = (a["x4"][:, :1] > 0).astype("float32")
    a["cls"] = rng.randint(0, 3, N).astype("int32")
    a["hot"] = np.eye(3, dtype="float32")[a["cls"]]
    return a


MODELS = {}


def model(function):
    MODELS[function.__name__] = function
    return function


@model
def straight(k):
    x = k.Input((4,))
    h = k.layers.Dense(8, activation="relu")(x)
    y = k.layers.Dense(1, activation="sigmoid")(h)
    return k.Model(x, y), {"optimizer": "adam", "loss": "binary_crossentropy", "metrics": ["accuracy"]}, "x4", "bin"


@model
def residual(k):
    x = k.Input((4,))
    h = k.layers.Dense(4, activation="tanh")(x)
    h = k.layers.Add()([h, x])
    h = k.layers.Dense(4, activation="tanh")(h) + h
    return k.Model(x, k.layers.Dense(2)(h)), {"optimizer": "sgd", "loss": "mse", "metrics": ["mae"]}, "x4", "y2"


@model
def two_inputs(k):
    a, b = k.Input((4,), name="a"), k.Input((6,), name="b")
    h = k.layers.Concatenate()([k.layers.Dense(3, activation="relu")(a), k.layers.Dense(5, activation="relu")(b)])
    return k.Model([a, b], k.layers.Dense(1)(h)), {"optimizer": "rmsprop", "loss": "mse"}, ["x4", "x6"], "y1"


@model
def inputs_by_name(k):
    a, b = k.Input((4,), name="left"), k.Input((6,), name="right")
    h = k.layers.concatenate([a, b])
    made = k.Model({"left": a, "right": b}, k.layers.Dense(3, activation="softmax")(h))
    return (
        made,
        {"optimizer": "adam", "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]},
        {"left": "x4", "right": "x6"},
        "cls",
    )


@model
def two_kinds_of_input(k):
    image, table = k.Input((8, 8, 2)), k.Input((4,))
    h = k.layers.Conv2D(3, 3, activation="relu")(image)
    h = k.layers.GlobalAveragePooling2D()(h)
    h = k.layers.concatenate([h, k.layers.Dense(3, activation="relu")(table)])
    return (
        k.Model([image, table], k.layers.Dense(1, activation="sigmoid")(h)),
        {"optimizer": "adam", "loss": "binary_crossentropy"},
        ["img", "x4"],
        "bin",
    )


@model
def two_heads(k):
    x = k.Input((4,))
    h = k.layers.Dense(6, activation="relu")(x)
    p = k.layers.Dense(3, activation="softmax", name="kind")(h)
    q = k.layers.Dense(1, name="size")(h)
    how = {
        "optimizer": "adam",
        "loss": ["sparse_categorical_crossentropy", "mse"],
        "loss_weights": [1.0, 0.3],
        "metrics": [["accuracy"], ["mae"]],
    }
    return k.Model(x, [p, q]), how, "x4", ["cls", "y1"]


@model
def heads_by_name(k):
    x = k.Input((4,))
    h = k.layers.Dense(6, activation="tanh")(x)
    out = {"b": k.layers.Dense(1, activation="sigmoid")(h), "a": k.layers.Dense(2)(h)}
    how = {
        "optimizer": "sgd",
        "loss": {"a": "mae", "b": "binary_crossentropy"},
        "loss_weights": {"a": 0.5, "b": 2.0},
        "metrics": {"b": "accuracy"},
    }
    return k.Model(x, out), how, "x4", {"a": "y2", "b": "bin"}


@model
def three_heads_on_each_other(k):
    x = k.Input((4,))
    a = k.layers.Dense(3, activation="relu", name="first")(x)
    b = k.layers.Dense(2, activation="tanh", name="second")(a)
    c = k.layers.Dense(1, name="third")(k.layers.concatenate([a, b]))
    return k.Model(x, [a, b, c]), {"optimizer": "adam", "loss": "mse"}, "x4", ["y3", "y2", "y1"]


@model
def weighted_metrics(k):
    x = k.Input((4,))
    p, q = k.layers.Dense(1, name="p")(x), k.layers.Dense(1, name="q")(x)
    how = {"optimizer": "sgd", "loss": "mse", "metrics": [["mae"], ["mse"]], "weighted_metrics": [["mae"], []]}
    return k.Model(x, [p, q]), how, "x4", ["y1", "bin"]


@model
def siamese(k):
    left, right = k.Input((4,)), k.Input((4,))
    twin = k.Sequential([k.layers.Dense(6, activation="relu"), k.layers.Dense(3)])
    a, b = twin(left), twin(right)
    distance = k.ops.sqrt(k.ops.sum((a - b) ** 2, axis=-1, keepdims=True) + 1e-6)
    return (
        k.Model([left, right], k.layers.Dense(1, activation="sigmoid")(distance)),
        {"optimizer": "adam", "loss": "binary_crossentropy"},
        ["x4", "y4"],
        "bin",
    )


@model
def shared_layer(k):
    x = k.Input((4,))
    same = k.layers.Dense(4, activation="tanh")
    return k.Model(x, k.layers.Dense(1)(same(same(x)) * same(x))), {"optimizer": "adam", "loss": "mse"}, "x4", "y1"


@model
def inception(k):
    x = k.Input((8, 8, 2))
    a = k.layers.Conv2D(2, 1, padding="same", activation="relu")(x)
    b = k.layers.Conv2D(2, 3, padding="same", activation="relu")(k.layers.Conv2D(2, 1, padding="same", activation="relu")(x))
    c = k.layers.Conv2D(2, 1, padding="same", activation="relu")(k.layers.MaxPooling2D(3, strides=1, padding="same")(x))
    h = k.layers.concatenate([a, b, c], axis=-1)
    return (
        k.Model(x, k.layers.Dense(3, activation="softmax")(k.layers.Flatten()(h))),
        {"optimizer": "sgd", "loss": "categorical_crossentropy"},
        "img",
        "hot",
    )


@model
def unet(k):
    x = k.Input((8, 8, 2))
    a = k.layers.Conv2D(3, 3, padding="same", activation="relu")(x)
    b = k.layers.Conv2D(4, 3, padding="same", activation="relu")(k.layers.MaxPooling2D()(a))
    c = k.layers.Conv2DTranspose(3, 2, strides=2, activation="relu")(b)
    d = k.layers.concatenate([a, c])
    return (
        k.Model(x, k.layers.Conv2D(1, 1, activation="sigmoid")(d)),
        {"optimizer": "adam", "loss": "binary_crossentropy"},
        "img",
        "yimg",
    )


@model
def batchnorm_residual_cnn(k):
    x = k.Input((8, 8, 2))
    h = k.layers.Conv2D(2, 3, padding="same", use_bias=False)(x)
    h = k.layers.BatchNormalization()(h)
    h = k.layers.ReLU()(h)
    h = k.layers.add([h, x])
    h = k.layers.GlobalMaxPooling2D()(h)
    return k.Model(x, k.layers.Dense(1)(h)), {"optimizer": "sgd", "loss": "mse"}, "img", "y1"


@model
def autoencoder(k):
    x = k.Input((6,))
    code = k.layers.Dense(2, activation="relu", name="code")(x)
    encoder = k.Model(x, code, name="encoder")
    z = k.Input((2,))
    decoder = k.Model(z, k.layers.Dense(6)(z), name="decoder")
    return k.Model(x, decoder(encoder(x)), name="whole"), {"optimizer": "adam", "loss": "mse"}, "x6", "x6"


@model
def nested_in_nested(k):
    i = k.Input((4,))
    inner = k.Model(i, k.layers.Dense(3, activation="tanh")(i), name="inner")
    j = k.Input((4,))
    middle = k.Model(j, inner(j) * 2.0 + inner(j * 0.5), name="middle")
    x = k.Input((4,))
    return k.Model(x, k.layers.Dense(1)(middle(x))), {"optimizer": "sgd", "loss": "mse"}, "x4", "y1"


@model
def cut_out_of_sequential(k):
    base = k.Sequential(
        [
            k.Input((4,)),
            k.layers.Dense(5, activation="relu", name="a"),
            k.layers.Dense(3, activation="tanh", name="b"),
            k.layers.Dense(2),
        ]
    )
    y = k.layers.Dense(1, activation="sigmoid")(base.get_layer("b").output)
    return k.Model(base.inputs, y), {"optimizer": "adam", "loss": "binary_crossentropy"}, "x4", "bin"


@model
def frozen_base(k):
    base = k.Sequential([k.Input((4,)), k.layers.Dense(5, activation="relu"), k.layers.Dense(3, activation="tanh")])
    base.trainable = False
    x = k.Input((4,))
    return k.Model(x, k.layers.Dense(1)(base(x))), {"optimizer": "adam", "loss": "mse"}, "x4", "y1"


@model
def wide_and_deep(k):
    x = k.Input((6,))
    deep = k.layers.Dense(5, activation="relu")(k.layers.Dense(5, activation="relu")(x))
    both = k.layers.concatenate([x[:, :3], deep])
    return k.Model(x, k.layers.Dense(1)(both)), {"optimizer": "adagrad", "loss": "mse", "metrics": ["mae"]}, "x6", "y1"


@model
def operators(k):
    x = k.Input((6,))
    y = -x[:, 1:4] * 2.0 + k.ops.exp(x[:, :3] * 0.1) - 1.0 / (k.ops.abs(x[:, 3:]) + 1.0)
    return k.Model(x, k.layers.Dense(2)(y)), {"optimizer": "sgd", "loss": "mse"}, "x6", "y2"


@model
def gates(k):
    x = k.Input((4,))
    gate = k.layers.Dense(4, activation="sigmoid")(x)
    h = k.layers.Multiply()([gate, k.layers.Dense(4, activation="tanh")(x)])
    h = k.layers.Average()([h, x])
    h = k.layers.Maximum()([h, k.layers.Subtract()([x, h])])
    return (
        k.Model(x, k.layers.Dense(3, activation="softmax")(h)),
        {"optimizer": "adam", "loss": "categorical_crossentropy"},
        "x4",
        "hot",
    )


@model
def dot_products(k):
    a, b = k.Input((4,)), k.Input((4,))
    d = k.layers.Dot(axes=1, normalize=True)([k.layers.Dense(4)(a), k.layers.Dense(4)(b)])
    return k.Model([a, b], d), {"optimizer": "sgd", "loss": "mse"}, ["x4", "y4"], "y1"


@model
def recommender(k):
    user, item = k.Input((1,), dtype="int32"), k.Input((1,), dtype="int32")
    u = k.layers.Flatten()(k.layers.Embedding(7, 3, name="users")(user))
    v = k.layers.Flatten()(k.layers.Embedding(7, 3, name="items")(item))
    return k.Model([user, item], k.layers.Dot(axes=1)([u, v])), {"optimizer": "adam", "loss": "mse"}, ["one", "one"], "y1"


@model
def masked_lstm(k):
    x = k.Input((5,), dtype="int32")
    h = k.layers.Embedding(9, 3, mask_zero=True)(x)
    h = k.layers.LSTM(4)(h)
    return (
        k.Model(x, k.layers.Dense(1, activation="sigmoid")(h)),
        {"optimizer": "adam", "loss": "binary_crossentropy", "metrics": ["accuracy"]},
        "pad",
        "bin",
    )


@model
def bidirectional_gru(k):
    x = k.Input((6, 3))
    h = k.layers.Bidirectional(k.layers.GRU(2, return_sequences=True))(x)
    y = k.layers.TimeDistributed(k.layers.Dense(2))(h)
    return k.Model(x, y), {"optimizer": "rmsprop", "loss": "mse"}, "seq", "yseq"


@model
def encoder_decoder(k):
    a, b = k.Input((6, 3)), k.Input((6, 3))
    _, h, c = k.layers.LSTM(3, return_state=True)(a)
    y = k.layers.LSTM(3, return_sequences=True)(b, initial_state=[h, c])
    return k.Model([a, b], k.layers.Dense(2)(y)), {"optimizer": "adam", "loss": "mse"}, ["seq", "seq"], "yseq"


@model
def conv1d_branches(k):
    x = k.Input((6, 3))
    a = k.layers.GlobalMaxPooling1D()(k.layers.Conv1D(3, 2, activation="relu")(x))
    b = k.layers.GlobalAveragePooling1D()(k.layers.Conv1D(3, 3, padding="causal", activation="relu")(x))
    return k.Model(x, k.layers.Dense(1)(k.layers.concatenate([a, b]))), {"optimizer": "adam", "loss": "mse"}, "seq", "y1"


@model
def transformer_block(k):
    x = k.Input((6, 3))
    h = k.layers.LayerNormalization()(x + k.layers.MultiHeadAttention(2, 2)(x, x))
    h = k.layers.LayerNormalization()(h + k.layers.Dense(3)(k.layers.Dense(5, activation="gelu")(h)))
    return (
        k.Model(x, k.layers.Dense(1)(k.layers.GlobalAveragePooling1D()(h))),
        {"optimizer": "adam", "loss": "mse"},
        "seq",
        "y1",
    )


@model
def attention_over_steps(k):
    x = k.Input((6, 3))
    q = k.layers.Dense(2)(x)
    h = k.layers.Attention()([q, k.layers.Dense(2)(x)])
    return k.Model(x, k.layers.Dense(1)(k.layers.Flatten()(h))), {"optimizer": "sgd", "loss": "mse"}, "seq", "y1"


@model
def regularized(k):
    x = k.Input((4,))
    h = k.layers.Dense(4, activation="relu", kernel_regularizer="l2", activity_regularizer=k.regularizers.L1(0.02))(x)
    h = k.layers.Dense(4, bias_regularizer=k.regularizers.L2(0.1))(h) + h
    return k.Model(x, k.layers.Dense(1)(h)), {"optimizer": "sgd", "loss": "mse"}, "x4", "y1"


@model
def reshaping(k):
    x = k.Input((6,))
    h = k.layers.Reshape((2, 3))(x)
    h = k.layers.Permute((2, 1))(h)
    h = k.layers.RepeatVector(2)(k.layers.Flatten()(h))
    return k.Model(x, k.layers.Dense(1)(k.layers.Flatten()(h))), {"optimizer": "sgd", "loss": "mse"}, "x6", "y1"


@model
def one_output_in_a_list(k):
    x = k.Input((4,))
    return k.Model([x], [k.layers.Dense(1)(x)]), {"optimizer": "sgd", "loss": ["mse"], "metrics": ["mae"]}, "x4", "y1"
