"""Calls of keras.backend, as text that Keras 2.15 and this library run alike; the letters are the small arrays in `DATA`."""

import numpy as np

rng = np.random.default_rng(5)
DATA = {
    "a": rng.normal(size=(2, 3)).astype("float32"),
    "b": rng.normal(size=(3, 4)).astype("float32"),
    "p": np.array([[0.2, 0.3, 0.5], [0.1, 0.8, 0.1]], "float32"),
    "q": np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]], "float32"),
    "n": np.array([2, 1], "int32"),
    "s": rng.normal(size=(2, 4, 3)).astype("float32"),
    "t": rng.normal(size=(2, 3, 5)).astype("float32"),
    "u": rng.normal(size=(2, 4)).astype("float32"),
    "im": rng.normal(size=(2, 6, 5, 3)).astype("float32"),
    "vol": rng.normal(size=(1, 4, 4, 4, 2)).astype("float32"),
    "k1": rng.normal(size=(3, 3, 2)).astype("float32"),
    "k2": rng.normal(size=(3, 2, 3, 4)).astype("float32"),
    "kt": rng.normal(size=(3, 2, 4, 3)).astype("float32"),
    "kd": rng.normal(size=(3, 2, 3, 2)).astype("float32"),
    "kp": rng.normal(size=(1, 1, 6, 4)).astype("float32"),
    "k3": rng.normal(size=(2, 2, 2, 2, 3)).astype("float32"),
    "l1": rng.normal(size=(2, 9, 4)).astype("float32"),
    "l2": rng.normal(size=(20, 18, 4)).astype("float32"),
    "ctc": rng.dirichlet(np.ones(4), (2, 6)).astype("float32"),
    "labels": np.array([[0, 1], [2, 2]], "int32"),
    "mask": np.array([[True, True, False, True], [True, False, False, False]]),
}
CASES = """
K.abs(a)
K.all(a > 0, axis=1)
K.any(a > 0)
K.arange(2, 9, 3)
K.argmax(a)
K.argmin(a, axis=0)
K.batch_dot(a, a)
K.batch_dot(s, t)
K.batch_dot(s, u, axes=(1, 1))
K.batch_dot(s, s, axes=2)
K.batch_dot(s, t, axes=(2, 1))
K.batch_flatten(im)
K.batch_normalization(im, *(K.constant(v, shape=(3,)) for v in (0.5, 2.0, 1.0, 3.0)))
K.bias_add(im, np.arange(3, dtype="f"))
K.bias_add(s, np.arange(4, dtype="f"), data_format="channels_first")
K.binary_crossentropy(K.constant(q), K.constant(p))
K.binary_crossentropy(K.constant(q), K.constant(a), from_logits=True)
K.binary_focal_crossentropy(K.constant(q), K.constant(p))
K.cast(a, "int32")
K.categorical_crossentropy(K.constant(q), K.constant(p))
K.categorical_crossentropy(K.constant(q), K.constant(a), from_logits=True)
K.categorical_focal_crossentropy(K.constant(q), K.constant(p))
K.clip(a, -0.5, 0.5)
K.concatenate([a, a])
K.constant(3.0, shape=(2, 2))
K.conv1d(s, k1)
K.conv1d(s, k1, padding="causal", dilation_rate=2)
K.conv2d(im, k2, (2, 1), "same")
K.conv2d_transpose(im, kt, (2, 12, 10, 4), (2, 2), "same")
K.conv3d(vol, k3)
K.cos(a)
K.ctc_batch_cost(labels, ctc, np.array([[6], [5]]), np.array([[2], [2]]))
K.ctc_decode(ctc, np.array([6, 6]))[0][0]
K.cumprod(a, axis=1)
K.cumsum(a)
K.depthwise_conv2d(im, kd, (1, 1), "same")
K.dot(a, b)
K.dot(s, b)
K.dot(s, t)
K.elu(a, 0.5)
K.equal(a, a)
K.exp(a)
K.expand_dims(a)
K.eye(3)
K.flatten(a)
K.foldl(lambda acc, x: acc - x, s)
K.foldr(lambda acc, x: acc - x, s)
K.gather(s, np.array([1, 0, 1]))
K.greater(a, 0.0)
K.greater_equal(a, 0.0)
K.hard_sigmoid(a)
K.in_test_phase(a, a + 1)
K.in_train_phase(a, a + 1)
K.in_top_k(p, n, 2)
K.l2_normalize(a, axis=1)
K.l2_normalize(a)
K.less(a, 0.0)
K.less_equal(a, 0.0)
K.local_conv1d(s, l1, (3,), (1,))
K.local_conv2d(im, l2[:16], (3, 2), (1, 1), (4, 4))
K.log(p)
K.map_fn(lambda x: x * 2, a)
K.max(a, axis=1)
K.maximum(a, 0.1)
K.mean(a, axis=1, keepdims=True)
K.mean(a > 0)
K.min(a)
K.minimum(a, 0.1)
K.normalize_batch_in_training(a, np.ones(3, "f"), np.zeros(3, "f"), [0])[0]
K.not_equal(a, 0.0)
K.one_hot(n, 4)
K.ones_like(a)
K.permute_dimensions(s, (2, 0, 1))
K.pool2d(im, (2, 2), (2, 2), "same")
K.pool2d(im, (2, 2), (1, 1), "valid", pool_mode="avg")
K.pool3d(vol, (2, 2, 2), (2, 2, 2))
K.pow(p, 2)
K.prod(a, axis=0)
K.relu(a)
K.relu(a, alpha=0.2, max_value=0.5)
K.relu(a, threshold=0.3)
K.repeat(a, 2)
K.repeat_elements(a, 2, 1)
K.reshape(a, (3, -1))
K.resize_images(im, 2, 3, "channels_last")
K.resize_images(im, 2, 2, "channels_last", interpolation="bilinear")
K.resize_volumes(vol, 1, 2, 1, "channels_last")
K.reverse(a, 1)
K.rnn(lambda x, s: (x + s[0] * 0.5, [x + s[0] * 0.5]), s, [K.zeros((2, 3))])[1]
K.rnn(lambda x, s: (x + s[0] * 0.5, [x + s[0] * 0.5]), s, [K.zeros((2, 3))], go_backwards=True)[0]
K.rnn(lambda x, s: (x + s[0], [x + s[0]]), s, [K.zeros((2, 3))], mask=mask)[1]
K.rnn(lambda x, s: (x + s[0], [x + s[0]]), s, [K.zeros((2, 3))], mask=mask)[2][0]
K.round(a * 10)
K.separable_conv2d(im, kd, kp)
K.shape(s)
K.sigmoid(a)
K.sign(a)
K.sin(a)
K.softmax(a)
K.softmax(s, axis=1)
K.softplus(a)
K.softsign(a)
K.sparse_categorical_crossentropy(K.constant(n, dtype="int32"), K.constant(p))
K.sparse_categorical_crossentropy(K.constant(n, dtype="int32"), K.constant(a), from_logits=True)
K.spatial_2d_padding(im, ((1, 0), (2, 1)))
K.spatial_3d_padding(vol)
K.sqrt(p)
K.square(a)
K.squeeze(K.expand_dims(a), -1)
K.stack([a, a], axis=1)
K.std(a, axis=1)
K.sum(a, axis=[0, 1])
K.switch(K.constant(True, dtype="bool"), a, a + 1)
K.switch(a > 0, a, a + 1)
K.tanh(a)
K.temporal_padding(s, (1, 2))
K.tile(a, (1, 2))
K.transpose(a)
K.var(a)
K.zeros_like(a)
K.get_value(K.variable(a) * 2)
K.eval(K.update_add(K.variable(a), a))
K.int_shape(K.variable(a))
K.ndim(K.variable(a))
K.count_params(K.variable(a))
""".strip().splitlines()


def compute(K, text):
    """The result of one call as an array."""
    tensors = {name: K.constant(value, dtype=value.dtype.name) for name, value in DATA.items()}
    return np.asarray(eval(text, {"K": K, "np": np, **tensors}))
