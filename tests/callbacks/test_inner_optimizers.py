import numpy as np

from minikeras import Sequential
from minikeras.callbacks import LearningRateScheduler, ReduceLROnPlateau, SwapEMAWeights
from minikeras.callbacks.inner_optimizers import log_rates
from minikeras.layers import Dense
from minikeras.optimizers import SGD, LossScaleOptimizer, MultiOptimizer, OptimizerMap


def make(**options):
    joined = MultiOptimizer(OptimizerMap(SGD(0.01, name="slow"), {".*/top/.*": SGD(0.1, name="fast", **options)}))
    model = Sequential([Dense(2, input_shape=(3,)), Dense(1, name="top")])
    model.compile(joined, "mse")
    return model


def fit(model, callback, epochs=3):
    return model.fit(np.zeros((4, 3)), np.zeros(4), epochs=epochs, verbose=0, callbacks=[callback]).history


def test_rates_are_logged_by_name():
    logs = {}
    log_rates(make().optimizer, logs)
    assert {name: round(rate, 6) for name, rate in logs.items()} == {"learning_rate_fast": 0.1, "learning_rate_slow": 0.01}


def test_rates_behind_a_loss_scale():
    logs = {}
    log_rates(LossScaleOptimizer(make().optimizer), logs)
    assert sorted(logs) == ["learning_rate_fast", "learning_rate_slow"]


def test_a_schedule_is_for_each_of_them(capsys):
    history = fit(make(), LearningRateScheduler(lambda epoch, rate: rate / 2, verbose=1), epochs=2)
    np.testing.assert_allclose(history["learning_rate_fast"], [0.05, 0.025], rtol=1e-6)
    np.testing.assert_allclose(history["learning_rate_slow"], [0.005, 0.0025], rtol=1e-6)
    assert "Epoch 2: LearningRateScheduler setting slow learning rate to 0.0024" in capsys.readouterr().out


def test_a_plateau_is_for_all_of_them():
    history = fit(make(), ReduceLROnPlateau(monitor="loss", factor=0.5, patience=1, min_lr=0.02))
    np.testing.assert_allclose(history["learning_rate_fast"], [0.1, 0.1, 0.05], rtol=1e-6)
    np.testing.assert_allclose(history["learning_rate_slow"], [0.01] * 3, rtol=1e-6)  # is below min_lr and stays


def test_only_what_is_averaged_is_swapped():
    model = make(use_ema=True, ema_momentum=0.5)
    callback = SwapEMAWeights()
    callback.set_model(model)
    model.train_on_batch(np.ones((2, 3)), np.ones(2))
    before, average = model.get_weights(), model.optimizer.joined()[0][1]._model_variables_moving_average
    averages = [v.numpy() for v in average]
    callback.on_test_begin()
    for weight, expected in zip(model.get_weights(), [*before[:2], *averages], strict=True):
        assert np.array_equal(weight, expected)
    callback.on_test_end()
    for weight, expected in zip(model.get_weights(), before, strict=True):
        assert np.array_equal(weight, expected)
