import numpy as np
import pytest

from minikeras.callbacks import CallbackList, EarlyStopping
from tests.callbacks.toy import Model

VALUES = [1.0, 0.9, 0.95, 0.92, 0.91, 0.89, 0.89, 0.88, 1, 1, 1, 1, 1]


def run(values=VALUES, metrics=(), **options):
    model, stop = Model(metrics), EarlyStopping(**options)
    callbacks = CallbackList([stop], model=model)
    callbacks.on_train_begin()
    for epoch, value in enumerate(values):
        model.w.assign(np.full(4, epoch))
        callbacks.on_epoch_begin(epoch)
        callbacks.on_epoch_end(epoch, {"val_loss": value, "loss": value, "val_accuracy": value})
        if model.stop_training:
            break
    callbacks.on_train_end()
    return epoch, stop, model


@pytest.mark.parametrize(
    "options, expected",  # last epoch, wait, best, stopped_epoch, best_epoch: as Keras 3.15.1 ends
    [
        ({}, (2, 1, 0.9, 2, 1)),
        ({"patience": 2}, (3, 2, 0.9, 3, 1)),
        ({"patience": 3}, (4, 3, 0.9, 4, 1)),
        ({"patience": 3, "min_delta": 0.02}, (4, 3, 0.9, 4, 1)),
        ({"patience": 2, "start_from_epoch": 4}, (9, 2, 0.88, 9, 7)),
        ({"patience": 3, "baseline": 0.885}, (2, 3, 0.9, 2, 1)),
        ({"patience": 2, "baseline": 0.5}, (2, 3, 0.9, 2, 1)),
        ({"mode": "max", "patience": 2}, (2, 2, 1.0, 2, 0)),
        ({"patience": 1, "monitor": "loss"}, (2, 1, 0.9, 2, 1)),
        ({"patience": 20}, (12, 5, 0.88, 0, 7)),
    ],
)
def test_stops_where_keras_stops(options, expected):
    epoch, stop, model = run(**options)
    assert (epoch, stop.wait, stop.best, stop.stopped_epoch, stop.best_epoch) == expected
    assert model.stop_training == (stop.stopped_epoch > 0)


def test_restores_the_best_weights_and_says_so(capsys):
    for options in ({"patience": 3}, {"patience": 20}):
        epoch, stop, model = run(restore_best_weights=True, verbose=1, **options)
        assert model.w.tolist() == [float(stop.best_epoch)] * 4
    assert capsys.readouterr().out == (
        "Epoch 5: early stopping\n"
        "Restoring model weights from the end of the best epoch: 2.\n"
        "Restoring model weights from the end of the best epoch: 8.\n"
    )


def test_silent_by_default(capsys):
    run(restore_best_weights=True)
    assert capsys.readouterr().out == ""


def test_auto_mode_asks_the_metric():
    values = [0.5, 0.6, 0.55, 0.5, 0.4]
    epoch, stop, _ = run(values, [("accuracy", "up")], monitor="val_accuracy", patience=2)
    assert (epoch, stop.best) == (3, 0.6)
    epoch, stop, _ = run(values, [("accuracy", "down")], monitor="val_accuracy", patience=2)
    assert (epoch, stop.best) == (2, 0.5)


def test_missing_value_warns_once():
    stop = EarlyStopping("val_acc", mode="max")
    stop.set_model(Model())
    stop.on_train_begin()
    message = "conditioned on metric `val_acc` which is not available. Available metrics are: loss,accuracy"
    with pytest.warns(UserWarning, match=message):
        stop.on_epoch_end(0, {"loss": 1.0, "accuracy": 0.5})
    stop.on_epoch_end(1, {"loss": 1.0, "accuracy": 0.5})  # a second warning would be an error here
    assert not stop.model.stop_training


def test_any_number_beats_nan():
    nan = float("nan")
    epoch, stop, _ = run([nan, 5.0, 4.0, 3.0, 2.0, 1.0], patience=2)
    assert (epoch, stop.best, stop.best_epoch, stop.stopped_epoch) == (5, 1.0, 5, 0)
    epoch, stop, _ = run([3.0, nan, nan, 1.0], patience=2)  # NaN is no improvement
    assert (epoch, stop.best) == (2, 3.0)
    epoch, stop, model = run([nan] * 9, patience=2, restore_best_weights=True)
    assert (epoch, stop.best) == (1, None)
    assert model.w.tolist() == [0.0] * 4


def test_several_values_are_refused_at_once():
    from minikeras.metrics import F1Score, Recall

    for metric, hint in ((F1Score(name="f"), 'average="macro"'), (Recall([0.1, 0.2], name="f"), "one threshold")):
        stop = EarlyStopping("val_f", mode="max")
        stop.set_model(Model())
        stop.model.metrics = [metric]
        with pytest.raises(ValueError, match=f"monitor='val_f' gives several values: .*{hint}"):
            stop.on_train_begin()
    stop = EarlyStopping("val_own", mode="max")
    stop.set_model(Model())
    stop.on_train_begin()
    with pytest.raises(ValueError, match="monitor='val_own' gives 3 values: write a metric"):
        stop.on_epoch_end(0, {"val_own": np.zeros(3)})


def test_one_object_serves_several_fits():
    stop = EarlyStopping(patience=1)
    stop.set_model(Model())
    for _ in range(2):
        stop.on_train_begin()
        stop.model.stop_training = False
        for epoch, value in enumerate([1.0, 0.5, 0.6]):
            stop.on_epoch_end(epoch, {"val_loss": value})
        assert stop.model.stop_training and stop.best == 0.5


def test_state():
    _, stop, _ = run(VALUES[:4], patience=5, restore_best_weights=True)
    other = EarlyStopping(patience=5, restore_best_weights=True)
    other.set_state(stop.get_state())
    assert (other.wait, other.best, other.best_epoch, other.stopped_epoch) == (2, 0.9, 1, 0)
    assert other.best_weights[0].tolist() == [1.0] * 4
