import numpy as np
import pytest

import minikeras as keras
from tests.models.samples import X, Y, fit, fixed, line, net


def test_the_loss_alone_where_there_are_no_metrics():
    model = line()
    assert isinstance(model.train_on_batch(X, Y), float) and isinstance(model.evaluate(X, Y, verbose=0), float)


def test_evaluating_within_an_epoch_leaves_its_sums_alone():
    class Look(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(self.model.evaluate(X[:3], Y[:3], verbose=0))

    plain, looked, seen = net(metrics=["mae", keras.metrics.AUC()]), net(metrics=["mae", keras.metrics.AUC()]), []
    expected = fit(plain, epochs=2, batch_size=5).history
    found = fit(looked, epochs=2, batch_size=5, callbacks=[Look()]).history
    np.testing.assert_allclose(list(found.values()), list(expected.values()), rtol=1e-6)
    assert len(seen) == 8 and seen[-1] == plain.test_on_batch(X[:3], Y[:3])


def penalized(**options):
    model = fixed(keras.Sequential([keras.layers.Dense(1, "sigmoid", input_shape=(3,), **options)]))
    model.compile("sgd", "mse", metrics=["mae", keras.metrics.AUC()])
    return model


def rate(y_true, y_pred):  # of a batch: not the mean over its rows
    return np.float32(np.max(np.abs(y_true - y_pred)))


def measured(model, x=X, y=Y, **how):
    """What evaluate() returns, and how many rows each step of it took."""
    seen, one = [], type(model)._test_on
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(model), "_test_on", lambda self, x, y, w: seen.append(len(x)) or one(self, x, y, w))
        return model.evaluate(x, y, batch_size=4, verbose=0, **how), seen


class Watching(keras.callbacks.Callback):
    def on_test_batch_end(self, batch, logs=None):
        self.last = batch


def test_batches_are_joined_where_nobody_can_tell():
    model = penalized(kernel_regularizer="l2")
    joined, seen = measured(model)
    apart, all_seen = measured(model, callbacks=[Watching()])
    assert seen == [20] and all_seen == [4, 4, 4, 4, 4]
    np.testing.assert_allclose(joined, apart, rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "how"),
    [
        ({"metrics": [rate]}, {}),
        ({"metrics": [keras.metrics.MeanMetricWrapper(rate)]}, {}),
        ({"metrics": [keras.losses.dice]}, {}),
        ({"loss": lambda y, p: np.mean(np.square(y - p))}, {}),
        ({"loss": keras.losses.MeanSquaredError(reduction="sum")}, {}),
        ({"loss": keras.losses.Dice()}, {}),
        ({}, {"sample_weight": np.ones(len(X))}),
        ({}, {"steps": 2}),
    ],
)
def test_batches_stay_apart_where_it_would_show(options, how):
    assert max(measured(net(**options), **how)[1]) == 4
    assert max(measured(penalized(activity_regularizer="l2"))[1]) == 4


def test_batches_stay_apart_where_a_metric_of_a_tensor_counts_them():
    x = keras.Input((3,))
    h = keras.layers.Dense(2)(x)
    model = keras.Model(x, keras.layers.Dense(1)(h))
    model.add_metric(h, name="level")
    model.compile("sgd", "mse")
    assert max(measured(model)[1]) == 4


def test_the_bar_of_joined_batches_ends_at_their_number(capsys):
    line().evaluate(X, Y, batch_size=4, verbose=1)
    assert "5/5" in capsys.readouterr().out
