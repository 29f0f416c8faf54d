import numpy as np
import pytest

from minikeras import Sequential, callbacks, config, layers
from minikeras.callbacks import Callback, CallbackList
from minikeras.models.arguments import callback_list, due, hand_over, verbosity, whole


def test_verbosity_follows_the_setting():
    config.disable_interactive_logging()
    try:
        assert verbosity("auto") == 2
    finally:
        config.enable_interactive_logging()
    assert [verbosity(v) for v in ("auto", True, np.int64(2), 0)] == [1, 1, 2, 0]
    with pytest.raises(ValueError, match="`verbose` must be 0, 1, 2 or 'auto', got 'loud'"):
        verbosity("loud")


@pytest.mark.parametrize("bad", [-1, 2.5, "3", True, None])
def test_epochs_are_whole_numbers(bad):
    with pytest.raises(ValueError, match="`epochs` must be a whole number"):
        whole(bad, "epochs")


@pytest.mark.parametrize("bad", [0, -1, 1.5, "2", True])
def test_validation_freq_is_checked(bad):
    with pytest.raises(ValueError, match="validation_freq"):
        due(bad)


def test_a_list_is_taken_as_it_is_and_silence_has_no_bar():
    ready = callbacks.CallbackList()
    assert callback_list(ready, None, 1) is ready
    assert [type(c).__name__ for c in callback_list(callbacks.Callback(), None, 0, epochs=1, steps=1)] == ["Callback"]


def test_callbacks_of_ones_own_find_the_validation_data():
    class Own(Callback):
        def on_epoch_end(self, epoch, logs=None):
            x, y, weight = self.validation_data
            seen.append((x.shape, y.shape, weight.tolist()))

    seen, model = [], Sequential([layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse")
    x, y = np.ones((6, 2)), np.ones(6)
    model.fit(x, y, epochs=1, verbose=0, validation_split=0.5, callbacks=[Own()])
    model.fit(x, y, epochs=1, verbose=0, validation_data=(x[:2], y[:2], np.array([1.0, 0.5])), callbacks=[Own()])
    assert seen == [((3, 2), (3, 1), [1.0, 1.0, 1.0]), ((2, 2), (2, 1), [1.0, 0.5])]
    own = Own()
    hand_over(CallbackList([own]), (batch for batch in ()))
    assert own.validation_data is None
