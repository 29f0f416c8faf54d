"""What compile() takes for several outputs, and what History calls it."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.models.heads import by_head, per_head

X = np.random.default_rng(0).standard_normal((16, 4)).astype("float32")
A, B = X[:, :1], X[:, 1:3]


def model(as_dict=False):
    x = keras.Input((4,))
    a, b = layers.Dense(1, name="a", kernel_initializer="ones")(x), layers.Dense(2, name="b", kernel_initializer="ones")(x)
    return keras.Model(x, {"a": a, "b": b} if as_dict else [a, b])


def test_loss_is_the_weighted_sum():
    m = model()
    m.compile("sgd", loss={"a": "mse", "b": "mae"}, loss_weights=[2.0, 0.5])
    total, a, b = m.evaluate(X, [A, B], verbose=0)
    np.testing.assert_allclose(total, 2 * a + 0.5 * b, rtol=1e-6)
    np.testing.assert_allclose(a, np.mean((X.sum(1, keepdims=True) - A) ** 2), rtol=1e-5)
    assert m.metrics_names == ["loss", "a_loss", "b_loss"]


@pytest.mark.parametrize("as_dict", [False, True])
@pytest.mark.parametrize("y", [[A, B], (A, B), {"a": A, "b": B}])
def test_targets_in_any_form(as_dict, y):
    if as_dict and not isinstance(y, dict):
        y = list(y)
    m = model(as_dict)
    m.compile("sgd", "mse", metrics={"b": ["mae"]})
    history = m.fit(X, y, verbose=0, validation_split=0.25).history
    assert set(history) == {n for k in ("loss", "a_loss", "b_loss", "b_mae") for n in (k, f"val_{k}")}
    found = m.predict(X)
    assert type(found) is (dict if as_dict else list)


def test_metrics_as_keras_2_had_them_hold_for_all_outputs():
    m = model()
    m.compile("sgd", "mse", metrics=["mae"])
    assert {"a_mae", "b_mae"} <= set(m.fit(X, [A, B], verbose=0).history)


@pytest.mark.parametrize(
    "how, message",
    [
        ({"loss": {"aa": "mse"}}, "`loss` of compile.. names an output 'aa'. Did you mean 'a'?"),
        ({"loss": ["mse"]}, "2 outputs .* `loss` takes one entry for each, got 1"),
        ({"loss": "mse", "loss_weights": 3.0}, "`loss_weights` takes a list or a dict"),
        ({"loss": "mse", "loss_weights": {"a": "mae"}}, "must be a number for output 'a'"),
    ],
)
def test_what_fits_no_output_is_said_at_once(how, message):
    with pytest.raises(ValueError, match=message):
        model().compile("sgd", **how)


@pytest.mark.parametrize(
    "y, message",
    [
        ({"a": A, "c": B}, "y has a key 'c'.*outputs of the model are"),
        ([A], "so y is a list, tuple or dict of 2 arrays; got one array"),
        ({"a": A}, "need targets for output 'b'"),
    ],
)
def test_targets_that_fit_no_output_are_said(y, message):
    m = model()
    m.compile("sgd", "mse")
    with pytest.raises(ValueError, match=message):
        m.fit(X, y, verbose=0)


def test_sample_weights_for_all_or_for_each():
    m, w = model(), np.linspace(0, 2, 16)
    m.compile("sgd", "mse")
    both = m.evaluate(X, [A, B], sample_weight=w, verbose=0)
    each = m.evaluate(X, [A, B], sample_weight=[w, None], verbose=0)
    plain = m.evaluate(X, [A, B], verbose=0)
    assert both[1] == each[1] != plain[1] and each[2] == plain[2] != both[2]


def test_an_output_without_loss_needs_no_target():
    m = model()
    m.compile("sgd", loss=["mse", None])
    assert set(m.fit(X, {"a": A}, verbose=0).history) == {"loss"}  # as in Keras: there is but one


def test_two_outputs_of_one_layer_are_numbered():
    x = keras.Input((4,))
    d = layers.Dense(2, name="d")
    m = keras.Model(x, [d(x), d(x * 2.0)])
    m.compile("sgd", "mse", metrics=[["mae"], ["mae"]])
    names = {"loss", "d_loss", "d_1_loss", "d_mae", "d_1_mae"}  # as in Keras 2; Keras 3 loses a loss
    assert set(m.fit(X, [B, B], verbose=0).history) == names


def test_pieces():
    assert per_head([["mae"], ["mse"]], ["a", "b"], "metrics", spread=True) == [["mae"], ["mse"]]
    assert by_head(None, ["a", "b"], None, "y") == [None, None]


def test_nested_outputs_take_nested_losses_and_targets():
    x = keras.Input((3,))
    h = layers.Dense(2)(x)
    m = keras.Model(x, {"first": h, "rest": [layers.Dense(1, name="p")(h), layers.Dense(1, name="q")(h)]})
    m.compile("sgd", {"first": "mse", "rest": ["mse", "mae"]}, metrics={"rest": [["mae"], None]})
    y = {"first": np.ones((4, 2)), "rest": [np.ones((4, 1)), np.ones((4, 1))]}
    names = {"loss", "first_loss", "rest/p_loss", "p_mae", "rest/q_loss"}  # as Keras has them
    assert set(m.fit(np.ones((4, 3)), y, verbose=0).history) == names


def test_the_loss_of_an_output_may_stand_in_a_list():
    m = model()
    m.compile("sgd", loss=["mse", ["mae"]])
    assert m.evaluate(X, [A, B], verbose=0) == _with({"a": ["mse"], "b": "mae"})


def _with(loss):
    m = model()
    m.compile("sgd", loss=loss)
    return m.evaluate(X, [A, B], verbose=0)
