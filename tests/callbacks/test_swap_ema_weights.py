import pytest

from minikeras._core.variable import Variable
from minikeras.callbacks import CallbackList, SwapEMAWeights
from tests.callbacks.toy import Model


def make(swap_on_epoch=False, use_ema=True):
    model = Model()
    model.w = Variable([1.0])
    optimizer = model.optimizer
    optimizer.average = Variable([10.0])
    optimizer.averages = lambda: [(model.w, optimizer.average)] if use_ema else []
    return model, optimizer, CallbackList([SwapEMAWeights(swap_on_epoch)], model=model, epochs=2)


def state(model):
    return float(model.w.value[0]), float(model.optimizer.average.value[0])


def test_average_is_in_while_testing_and_predicting():
    model, _, callbacks = make()
    for mode in ("test", "predict"):
        getattr(callbacks, f"on_{mode}_begin")()
        assert state(model) == (10.0, 1.0)
        getattr(callbacks, f"on_{mode}_end")()
        assert state(model) == (1.0, 10.0)
    callbacks.on_epoch_end(0, {})
    assert state(model) == (1.0, 10.0)


def test_on_epoch_as_keras():
    model, _, callbacks = make(swap_on_epoch=True)
    for epoch, expected in ((0, (10.0, 1.0)), (1, (10.0, 10.0))):
        callbacks.on_epoch_begin(epoch)
        assert state(model) == (1.0, 10.0)
        callbacks.on_epoch_end(epoch, {})
        assert state(model) == expected  # at the very end fit writes the average into the weights


def test_needs_an_average():
    _, _, callbacks = make(use_ema=False)
    with pytest.raises(ValueError, match="`use_ema=True` is set on the optimizer, got Momentum with use_ema=False"):
        callbacks.on_test_begin()


def test_state():
    model, _, callbacks = make(swap_on_epoch=True)
    callbacks.on_epoch_end(0, {})
    other = SwapEMAWeights(True)
    other.set_state(callbacks.callbacks[0].get_state())
    other.set_model(model)
    other.on_epoch_begin(1)
    assert state(model) == (1.0, 10.0)
