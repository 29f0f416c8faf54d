import numpy as np
import pytest

from minikeras.callbacks import CallbackList, LearningRateScheduler
from tests.callbacks.test_reduce_lr_on_plateau import Optimizer
from tests.callbacks.toy import Model


def run(schedule, epochs=3, **options):
    model = Model()
    model.optimizer = Optimizer(0.1)
    callbacks = CallbackList([LearningRateScheduler(schedule, **options)], add_history=True, model=model)
    callbacks.on_train_begin()
    for epoch in range(epochs):
        callbacks.on_epoch_begin(epoch)
        callbacks.on_epoch_end(epoch, {"loss": 1.0})
    return model.history.history["learning_rate"]


def test_rates_and_text(capsys):
    assert run(lambda epoch, rate: rate * 0.5, verbose=1) == [0.05, 0.025, 0.0125]
    assert capsys.readouterr().out == (
        "\nEpoch 1: LearningRateScheduler setting learning rate to 0.05.\n"
        "\nEpoch 2: LearningRateScheduler setting learning rate to 0.025.\n"
        "\nEpoch 3: LearningRateScheduler setting learning rate to 0.0125.\n"
    )


def test_schedules_of_the_epoch_alone():
    assert run(lambda epoch: 0.1 / (1 + epoch)) == [0.1, 0.05, 0.1 / 3]

    class Step:
        def __call__(self, epoch):
            return np.float32(0.5)

    assert run(Step()) == [0.5] * 3
    assert run(lambda epoch, rate=None: np.array(0.25)) == [0.25] * 3


def test_an_error_inside_the_schedule_is_seen():
    """Keras takes a TypeError within for a schedule of one argument, and calls it again."""
    calls = []

    def schedule(epoch, rate):
        calls.append(epoch)
        return rate + None

    with pytest.raises(TypeError, match="NoneType"):
        run(schedule)
    assert calls == [0]


def test_what_is_no_rate_is_refused():
    for rate in (None, "0.1", [0.1, 0.2], True):
        with pytest.raises(ValueError, match="should be a float, got .* for epoch 0"):
            run(lambda epoch, _, rate=rate: rate)
    with pytest.raises(TypeError, match="must be a function"):
        LearningRateScheduler(0.1)
