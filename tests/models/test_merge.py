import numpy as np
import pytest

from minikeras import Input, Model, Sequential, config, layers, saving
from minikeras.models.merge import MODES, Merge, merge, merging_layer

A, B = np.array([[1.0, 2.0], [0.5, -1.0]], "float32"), np.array([[3.0, 5.0], [2.0, 4.0]], "float32")


@pytest.fixture(autouse=True)
def no_hints():
    config.disable_hints()
    yield
    config.enable_hints()


@pytest.mark.parametrize("mode, expected", [
    ("sum", A + B), ("mul", A * B), ("ave", (A + B) / 2), ("max", np.maximum(A, B)), ("min", np.minimum(A, B)),
    ("concat", np.concatenate([A, B], -1)), ("dot", (A * B).sum(1, keepdims=True)),
    ("cos", (A * B).sum(1, keepdims=True) / np.linalg.norm(A, axis=1)[:, None] / np.linalg.norm(B, axis=1)[:, None]),
    (lambda x: x[0] - x[1], A - B),
])  # fmt: skip
def test_modes(mode, expected):
    inputs = [Input((2,)), Input((2,))]
    for outputs in (merge(inputs, mode=mode), Merge(mode=mode)(inputs)):
        np.testing.assert_allclose(Model(inputs, outputs).predict([A, B]), expected, rtol=1e-5)


def test_branches_as_the_first_layer_of_a_sequential(tmp_path):
    left = Sequential([layers.Dense(4, input_dim=2, activation="tanh")])
    right = Sequential([layers.Dense(3, input_dim=5, activation="tanh")])
    model = Sequential()
    model.add(Merge([left, right], mode="concat", concat_axis=1))
    model.add(layers.Dense(1))
    assert model.input_shape == [(None, 2), (None, 5)] and model.output_shape == (None, 1) and len(model.layers) == 2
    rng = np.random.default_rng(0)
    x, y = [rng.normal(size=(64, 2)), rng.normal(size=(64, 5))], rng.normal(size=(64, 1))
    model.compile("adam", "mse")
    before = [w.copy() for w in left.get_weights()]
    losses = model.fit(x, y, epochs=20, verbose=0, validation_split=0.25).history["loss"]
    assert losses[-1] < losses[0] and np.abs(before[0] - left.get_weights()[0]).max() > 0
    hand = np.concatenate([left.predict(x[0], verbose=0), right.predict(x[1], verbose=0)], 1)
    np.testing.assert_allclose(model.predict(x, verbose=0), model.layers[1](hand), rtol=1e-5)
    model.save(tmp_path / "m.keras")
    np.testing.assert_allclose(saving.load_model(tmp_path / "m.keras").predict(x), model.predict(x), rtol=1e-6)
    model.pop()
    assert model.output_shape == (None, 7)


def test_merged_branches_of_merged_branches():
    def branch(n):
        return Sequential([layers.Dense(2, input_shape=(n,))])

    inner = Sequential([Merge([branch(2), branch(3)], mode="sum")])
    model = Sequential([Merge([inner, branch(4)], mode="mul"), layers.Dense(1)])
    assert model.input_shape == [(None, 2), (None, 3), (None, 4)]
    assert model.predict([np.ones((3, n)) for n in (2, 3, 4)]).shape == (3, 1)


def test_what_is_wrong_is_said():
    with pytest.raises(ValueError, match=r"`mode` of merge must be a function or one of .*'concat'.*got 'add'"):
        merging_layer("add", -1, -1, None)
    with pytest.raises(ValueError, match="Merge joins models that know the shape of their input.*input_shape"):
        Merge([Sequential([layers.Dense(2)]), Sequential([layers.Dense(2)])], mode="sum")
    assert set(MODES) >= {"sum", "mul", "ave", "max", "concat", "dot", "cos"}


def test_a_branch_in_two_places_has_its_inputs_once():
    question, story = (Sequential([layers.Dense(2, input_dim=n, activation="tanh")]) for n in (3, 4))
    first = Sequential([Merge([story, question], mode="sum"), layers.Dense(2)])
    inner = Sequential([question, layers.Dense(2)])  # a model in a model comes from the same input
    model = Sequential([Merge([first, question, inner], mode="concat"), layers.Dense(1)])
    assert model.input_shape == [(None, 4), (None, 3)]
    a, q = np.random.default_rng(0).normal(size=(2, 8, 4))
    q = q[:, :3]
    joined = np.concatenate([first.predict([a, q]), question.predict(q), inner.predict(q)], axis=1)
    np.testing.assert_allclose(model.predict([a, q]), model.layers[-1](joined), rtol=1e-5)
