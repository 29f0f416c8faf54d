import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.models.nested_outputs import entries

X = np.random.RandomState(0).randn(40, 4).astype("float32")
Y = (X[:, :1] > 0).astype("float32")
Y2 = X[:, :2] * 0.5


@keras.saving.register_keras_serializable("tests")
class Both(keras.losses.Loss):
    """A loss over all that is below."""

    def call(self, y_true, y_pred):
        pairs = zip(keras.tree.flatten(y_true), keras.tree.flatten(y_pred))
        return sum(keras.ops.mean((p - y) ** 2, axis=-1) * (i + 1) for i, (y, p) in enumerate(pairs))


def both(y_true, y_pred):
    return Both().call(y_true, y_pred)


def model(nest, cls=keras.Model):
    x = keras.Input((4,))
    m = cls(x, nest(*(layers.Dense(n, name=name)(x) for n, name in ((1, "a"), (2, "b"), (1, "c")))))
    for i, w in enumerate(m.weights):
        w.assign(np.random.RandomState(i).randn(*w.shape).astype("float32") * 0.3)
    return m


def in_dict(a, b, c):
    return {"d": {"a": a, "b": b}, "c": c}


def in_list(a, b, c):
    return [a, [b, c]]


def trained(m, y, loss, **arguments):
    m.compile(keras.optimizers.SGD(0.1), loss, **arguments)
    history = m.fit(X, y, epochs=2, verbose=0, shuffle=False).history
    return {k: np.round(v, 5).tolist() for k, v in history.items()}, np.round(m.evaluate(X, y, verbose=0), 5).tolist()


@pytest.mark.parametrize("loss", [Both(), both])
def test_a_loss_over_a_dict_of_outputs(loss):
    history, values = trained(model(in_dict), in_dict(Y, Y2, Y), {"d": loss, "c": "mse"})
    assert history == {"c_loss": [0.63248, 0.30167], "d_loss": [1.87439, 0.71389], "loss": [2.50687, 1.01556]}  # Keras 3.15
    assert values == [0.52802, 0.3468, 0.18122]  # in the order of compile()


def test_weights_and_metrics_beside_it():
    def nest(a, b, c):
        return {"d": [a, b], "c": c}

    history, values = trained(model(nest), nest(Y, Y2, Y), {"d": Both(), "c": "mse"}, loss_weights={"d": 0.5, "c": 2.0})
    assert history == {"c_loss": [0.61145, 0.15177], "d_loss": [1.93384, 1.20725], "loss": [2.18982, 0.90717]}
    metrics = {"d": ["mae", "mse"], "c": ["mae"]}
    history, values = trained(model(nest), nest(Y, Y2, Y), {"d": Both(), "c": "mse"}, metrics=metrics)
    assert {k: history[k] for k in ("a_mae", "b_mse", "c_mae")} == {
        "a_mae": [0.83924, 0.55219],
        "b_mse": [0.41592, 0.14945],
        "c_mae": [0.64135, 0.44564],
    }
    assert values == [0.52802, 0.3468, 0.18122, 0.40586, 0.06621, 0.3457]


def test_sample_weights_go_into_it():
    m = model(lambda a, b, c: {"d": [a, b], "c": c})
    m.compile("sgd", {"d": Both(), "c": "mse"})
    y = {"d": [Y, Y2], "c": Y}
    logs = m.fit(X, y, sample_weight=np.linspace(0, 1, 40), verbose=0, shuffle=False).history
    assert {k: round(v[0], 4) for k, v in logs.items()} == {"c_loss": 0.293, "d_loss": 0.9364, "loss": 1.2294}


def test_a_loss_over_a_list_in_a_list():
    history, values = trained(model(in_list), in_list(Y, Y2, Y), ["mse", Both()], loss_weights=[1, 2])
    assert history == {"1_loss": [1.75974, 0.4662], "a_loss": [0.63248, 0.30167], "loss": [4.15196, 1.23406]}
    assert values == [0.69181, 0.18122, 0.25529]


def test_names_in_nested_lists():
    history, values = trained(model(in_list), in_list(Y, Y2, Y), "mse", metrics=[["mae"], [["mse"], ["mae"]]])
    assert {k: v[0] for k, v in history.items()} == {
        "1/b_loss": 0.93564, "1/c_loss": 0.43888, "a_loss": 0.63248, "a_mae": 0.64135, "b_mse": 0.93564, "c_mae": 0.55942,
        "loss": 2.007,
    }  # fmt: skip
    assert values == [0.68365, 0.18122, 0.36516, 0.13727, 0.3457, 0.36516, 0.31052]


def test_evaluate_lists_losses_in_the_order_of_the_dict():
    y = {"z": Y, "b": Y2, "q": Y}
    m = model(lambda a, b, c: {"z": a, "b": b, "q": c})
    _, values = trained(m, y, {"q": "mse", "z": "mae", "b": "mse"}, metrics={"q": ["mae", "mse"], "z": ["mse"]})
    assert values == [0.76356, 0.21439, 0.35403, 0.19514, 0.40586, 0.21439, 0.17549]
    assert m.metrics_names[:4] == ["loss", "q_loss", "z_loss", "b_loss"]


def test_built_in_losses_take_arrays_of_one_shape_or_say_so():
    history, _ = trained(model(lambda a, b, c: {"d": [a, c], "b": b}), {"d": [Y, Y], "b": Y2}, {"d": "mse", "b": "mse"})
    assert history == {"b_loss": [0.39006, 0.27045], "d_loss": [0.76234, 0.49602], "loss": [1.1524, 0.76647]}
    with pytest.raises(ValueError, match="'mse' takes one output; at 'd' there are 2.*Give a loss for each"):
        model(in_dict).compile("sgd", {"d": "mse", "c": "mse"})


def test_several_losses_of_one_output_are_summed():
    m = model(lambda a, b, c: {"a": a, "b": b})
    history, _ = trained(m, {"a": Y, "b": Y2}, {"a": ["mse", "mae"], "b": "mse"})
    assert history["loss"] == [2.18936, 1.12758]  # Keras' sum; it logs the last of them alone as a_loss
    assert history["a_loss"] == [1.25372, 0.55787]


def test_own_steps_call_it_too():
    class Own(keras.Model):
        def train_step(self, data):
            return super().train_step(data)

    history, _ = trained(model(in_dict, Own), in_dict(Y, Y2, Y), {"d": Both(), "c": "mse"})
    np.testing.assert_allclose(history["loss"], [2.50687, 1.01556], atol=2e-5)


def test_files_keep_it(tmp_path):
    m = model(in_dict)
    _, values = trained(m, in_dict(Y, Y2, Y), {"d": Both(), "c": "mse"})
    m.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(again.evaluate(X, in_dict(Y, Y2, Y), verbose=0), values, atol=1e-5)
    assert [metric.name for metric in again.metrics] == ["loss", "c_loss", "d_loss"]


def test_a_loss_of_ones_own_called_by_hand_on_nests():
    assert float(Both()({"a": Y, "b": Y2}, {"a": Y * 0.5, "b": Y2 * 0})) == pytest.approx(0.7855670, abs=1e-6)
    w = np.linspace(0, 1, 40)
    assert float(Both()([Y, Y2], [Y * 0.5, Y2 * 0], w)) == pytest.approx(0.3695951, abs=1e-6)


def test_entries_that_do_not_fit():
    with pytest.raises(ValueError, match=r"loss has a key 'd/x', the outputs there are \['a', 'b'\]"):
        entries({"d": {"x": 1}}, {"d": {"a": 0, "b": 0}, "c": 0}, "loss")
    with pytest.raises(ValueError, match=r"loss does not fit the outputs, which are nested as \[\*, \[\*, \*\]\]: got \[\*\]"):
        entries(["mse"], [0, [1, 2]], "loss")


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_files_keep_what_has_no_loss_and_nests(ending, tmp_path):
    flat = model(lambda a, b, c: [a, b, c])
    _, values = trained(flat, [Y, Y], ["mse", None, "mae"], loss_weights=[2.0, None, 1.0])  # a target for each loss will do
    nested = model(in_list)
    _, more = trained(nested, in_list(Y, Y2, Y), ["mse", ["mae", None]])
    for m, y, right in ((flat, [Y, Y2, Y], values), (nested, in_list(Y, Y2, Y), more)):
        m.save(tmp_path / f"m.{ending}")
        again = keras.models.load_model(tmp_path / f"m.{ending}")
        np.testing.assert_allclose(again.evaluate(X, y, verbose=0), right, atol=1e-5)
