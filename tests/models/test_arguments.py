import numpy as np
import pytest

from minikeras import callbacks, config
from minikeras.models.arguments import callback_list, due, verbosity, whole


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
