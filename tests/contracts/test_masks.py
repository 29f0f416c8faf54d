"""Masks on their way from the layer that makes them through the others into the loss and the metrics."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import GradientTape, Input, Model, Sequential, layers, ops, optimizers
from tests.gradcheck import check_gradient

RNG = np.random.default_rng(0)
LENGTHS = [5, 3, 1, 4]
STEPS = RNG.normal(size=(4, 5, 3))
MASK = np.arange(5) < np.array(LENGTHS)[:, None]
WORDS = RNG.integers(1, 7, size=(4, 5)) * MASK
TARGETS = RNG.normal(size=(4, 5, 2))


@pytest.fixture(autouse=True)
def _float64():
    keras.config.set_floatx("float64")
    keras.utils.set_random_seed(0)
    yield
    keras.config.set_floatx("float32")


def per_step(kind):
    """A model that gives an answer for each step, and what it is called on."""
    if kind == "masking":
        i = Input((None, 3))
        return Model(i, layers.TimeDistributed(layers.Dense(2))(layers.Masking()(i))), STEPS * MASK[..., None]
    i = Input((None,), dtype="int32")
    h = layers.Embedding(7, 3, mask_zero=True)(i)
    if kind == "lstm":
        h = layers.LSTM(3, return_sequences=True)(h)
    elif kind == "gru_bidirectional":
        h = layers.Bidirectional(layers.GRU(2, return_sequences=True))(h)
    elif kind == "concatenate":
        h = layers.Concatenate()([layers.SimpleRNN(2, return_sequences=True)(h), layers.Dropout(0.0)(h)])
    elif kind == "add":
        h = layers.Add()([layers.LSTM(3, return_sequences=True)(h), h])
    elif kind == "layer_normalization":
        h = layers.Activation("tanh")(layers.LayerNormalization()(h))
    elif kind == "sequential_inside":
        h = Sequential([layers.Dense(3, "tanh"), layers.LSTM(3, return_sequences=True)])(h)
    elif kind == "attention":
        h = layers.MultiHeadAttention(2, 3)(h, h)
    return Model(i, layers.Dense(2)(h)), WORDS


KINDS = [
    "masking",
    "embedding",
    "lstm",
    "gru_bidirectional",
    "concatenate",
    "add",
    "layer_normalization",
    "sequential_inside",
    "attention",
]


def unpadded(model, x, targets, weights=None):
    """Loss and gradients with each sample alone, at its own length: what a padded batch must give."""
    steps = sum(LENGTHS)
    with GradientTape() as tape:
        loss = 0.0
        for k, n in enumerate(LENGTHS):
            error = ops.sum(ops.mean((model(x[k : k + 1, :n]) - targets[k : k + 1, :n]) ** 2, axis=-1))
            loss = loss + error * (1.0 if weights is None else weights[k]) / steps
    return float(loss), tape.gradient(loss, model.trainable_variables)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("style", ["functional", "subclassed", "own_step"])
def test_padding_changes_nothing(kind, style):
    """Padded batches give the loss and the gradient of the samples without padding, however wide the padding is."""
    plain, x = per_step(kind)
    model = plain
    if style != "functional":

        class Own(Model):
            def __init__(self):
                super().__init__()
                self.inner = plain

            def call(self, x):
                return self.inner(x)

        if style == "own_step":
            Own.train_step = lambda self, data: Model.train_step(self, data)
        model = Own()
    model.compile(optimizers.SGD(0.0), "mse", weighted_metrics=["mae"])
    expected, grads = unpadded(plain, x, TARGETS)
    for more in (0, 3):
        wide = np.concatenate([x, np.zeros((4, more, *x.shape[2:]), x.dtype)], axis=1)
        targets = np.concatenate([TARGETS, RNG.normal(size=(4, more, 2))], axis=1)
        loss, mae = model.train_on_batch(wide, targets)
        assert loss == pytest.approx(expected, rel=1e-9)
        p = plain.predict(x, verbose=0)
        assert mae == pytest.approx(np.abs(p - TARGETS)[MASK].mean(), rel=1e-9)
        for v, grad in zip(plain.trainable_variables, grads):
            np.testing.assert_allclose(v.grad, 0.0 if grad is None else grad, rtol=1e-6, atol=1e-10)
        assert model.evaluate(wide, targets, verbose=0)[0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("style", ["functional", "own_step"])
def test_sample_weights_and_masks(style):
    plain, x = per_step("lstm")
    model = plain
    if style == "own_step":
        model = type("Own", (Model,), {"train_step": lambda self, data: Model.train_step(self, data)})(
            plain.inputs, plain.outputs[0]
        )
    model.compile(optimizers.SGD(0.0), "mse")
    weights = np.array([1.0, 2.0, 0.5, 0.0])
    expected, grads = unpadded(plain, x, TARGETS, weights)
    assert model.train_on_batch(x, TARGETS, sample_weight=weights) == pytest.approx(expected, rel=1e-9)
    for v, grad in zip(plain.trainable_variables, grads):
        np.testing.assert_allclose(v.grad, grad, rtol=1e-6, atol=1e-10)
    by_step = RNG.uniform(size=(4, 5))
    p = model.predict(x, verbose=0)
    error = np.mean((p - TARGETS) ** 2, axis=-1) * by_step * MASK
    assert model.train_on_batch(x, TARGETS, sample_weight=by_step) == pytest.approx(error.sum() / MASK.sum(), rel=1e-9)


@pytest.mark.parametrize(
    "last", [lambda: layers.LSTM(3), lambda: layers.Bidirectional(layers.GRU(3)), lambda: layers.GlobalAveragePooling1D()]
)
def test_one_answer_for_each_series(last):
    """Where the mask ends in a layer that takes it, the loss is a plain mean over the samples."""
    model = Sequential([layers.Embedding(7, 3, mask_zero=True), last(), layers.Dense(1)])
    model.compile(optimizers.SGD(0.0), "mse")
    y = RNG.normal(size=(4, 1))
    loss = model.train_on_batch(WORDS, y)
    alone = [model.predict(WORDS[k : k + 1, :n], verbose=0)[0] for k, n in enumerate(LENGTHS)]
    np.testing.assert_allclose(model.predict(WORDS, verbose=0), alone, rtol=1e-9)
    assert loss == pytest.approx(np.mean((np.array(alone) - y) ** 2), rel=1e-9)
    for v in model.trainable_variables:
        check_gradient(lambda: model.evaluate(WORDS, y, verbose=0), v.value, v.grad.copy(), rtol=1e-5, atol=1e-8, probes=2)


def test_masks_in_a_call_of_ones_own():
    """The mask that travels with an embedding reaches layers called in call(), and the user's own ``mask`` argument."""
    seen = []

    class Mean(layers.Layer):
        supports_masking = True

        def call(self, x, mask=None):
            seen.append(mask)
            weights = ops.cast(mask, x.dtype)[..., None]
            return ops.sum(x * weights, axis=1) / ops.sum(weights, axis=1)

        def compute_mask(self, inputs, mask=None):
            return None

    class Own(Model):
        def __init__(self):
            super().__init__()
            self.embedding, self.lstm = layers.Embedding(7, 3, mask_zero=True), layers.LSTM(3, return_sequences=True)
            self.mean, self.dense = Mean(), layers.Dense(1)

        def call(self, x):
            return self.dense(self.mean(self.lstm(self.embedding(x))))

    model = Own()
    model.compile(optimizers.SGD(0.0), "mse")
    y = RNG.normal(size=(4, 1))
    model.train_on_batch(WORDS, y)
    np.testing.assert_array_equal(seen[-1], MASK)
    alone = [model.predict(WORDS[k : k + 1, :n], verbose=0)[0] for k, n in enumerate(LENGTHS)]
    np.testing.assert_allclose(model.predict(WORDS, verbose=0), alone, rtol=1e-9)
    for v in model.trainable_variables:
        check_gradient(lambda: model.evaluate(WORDS, y, verbose=0), v.value, v.grad.copy(), rtol=1e-5, atol=1e-8, probes=2)


def test_softmax_and_batch_normalization_with_masks_in_fit():
    i, m = Input((5, 3)), Input((5,), dtype="bool")
    normalized = layers.BatchNormalization(momentum=0.5)(i, mask=m)
    scores = layers.Softmax(axis=1)(layers.Dense(1)(normalized), mask=ops.expand_dims(m, -1))
    model = Model([i, m], ops.sum(scores * normalized, axis=1))
    model.compile(optimizers.SGD(0.0), "mse")
    y = RNG.normal(size=(4, 3))
    noise = STEPS + RNG.normal(size=STEPS.shape) * ~MASK[..., None] * 100
    a = model.train_on_batch([STEPS, MASK], y)
    moved = model.layers[-1], [v.numpy() for v in model.non_trainable_variables]
    first = [v.grad.copy() for v in model.trainable_variables]
    np.testing.assert_allclose(moved[1][0], 0.5 * STEPS[MASK].mean(axis=0), rtol=1e-6)
    assert model.train_on_batch([noise, MASK], y) == pytest.approx(a, rel=1e-9)
    for v, grad in zip(model.trainable_variables, first):
        np.testing.assert_allclose(v.grad, grad, rtol=1e-6, atol=1e-10)


def test_masks_of_several_outputs():
    i = Input((None,), dtype="int32")
    h = layers.Embedding(7, 3, mask_zero=True)(i)
    steps = layers.Dense(2, name="steps")(layers.LSTM(3, return_sequences=True)(h))
    model = Model(i, {"steps": steps, "whole": layers.Dense(1, name="whole")(layers.LSTM(2)(h))})
    model.compile(optimizers.SGD(0.0), "mse", loss_weights={"steps": 1.0, "whole": 3.0})
    y = RNG.normal(size=(4, 1))
    logs = model.train_on_batch(WORDS, {"steps": TARGETS, "whole": y}, return_dict=True)
    p = model.predict(WORDS, verbose=0)
    a, b = np.mean((p["steps"] - TARGETS) ** 2, axis=-1)[MASK].mean(), np.mean((p["whole"] - y) ** 2)
    assert (
        logs["steps_loss"] == pytest.approx(a)
        and logs["whole_loss"] == pytest.approx(b)
        and logs["loss"] == pytest.approx(a + 3 * b)
    )
    for v in model.trainable_variables:
        found = v.grad.copy()
        loss = lambda: model.evaluate(WORDS, {"steps": TARGETS, "whole": y}, verbose=0, return_dict=True)["loss"]  # noqa: E731
        check_gradient(loss, v.value, found, rtol=1e-5, atol=1e-8, probes=2)
