from types import SimpleNamespace

import pytest

from minikeras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from minikeras.callbacks.monitor_callback import MonitorCallback
from tests.callbacks.toy import Model, Named


def better(monitor, metrics=(), mode="auto", value=2.0, reference=1.0, **options):
    callback = MonitorCallback(monitor, mode, **options)
    callback.set_model(Model(metrics))
    return callback._is_improvement(value, reference)


def test_which_way_is_better():
    assert not better("loss") and not better("val_loss")
    assert better("val_f", [("f", "up")]) and not better("f", [("f", "down")])
    assert better("loss", mode="max") and not better("f", mode="min")


def test_min_delta_counts_both_ways():
    assert not better("loss", value=0.9, min_delta=0.1 + 1e-9) and better("loss", value=0.9, min_delta=-0.05)
    assert better("x", mode="max", value=1.2, min_delta=0.1) and not better("x", mode="max", value=1.05, min_delta=0.1)


def test_metrics_within_metrics():
    callback = MonitorCallback("val_auc")
    callback.set_model(SimpleNamespace(metrics=[Named("loss"), SimpleNamespace(name="all", metrics=[Named("auc", "up")])]))
    assert callback._is_improvement(2.0, 1.0)


def test_unknown_direction_is_an_error():
    for callback in (EarlyStopping("val_f2"), ModelCheckpoint("a.keras", "val_f2", save_best_only=True)):
        callback.set_model(Model([("accuracy", "up"), ("own", None)]))
        callback.on_train_begin()
        with pytest.raises(ValueError, match=r"watches monitor='val_f2'.*mode='max' or mode='min'.*\['accuracy', 'own'\]"):
            callback.on_epoch_end(0, {"loss": 1.0})
    with pytest.raises(ValueError, match="watches monitor='own'"):
        better("own", [("own", None)])


def test_unknown_mode_warns():
    with pytest.warns(UserWarning, match="EarlyStopping mode 'least' is unknown, fallback to auto mode"):
        assert EarlyStopping(mode="least").mode == "auto"


def test_a_mode_of_none_is_auto():
    for cls in (EarlyStopping, ReduceLROnPlateau):
        assert cls(mode=None).mode == "auto"
    assert ModelCheckpoint("x.keras", mode=None).mode == "auto"
