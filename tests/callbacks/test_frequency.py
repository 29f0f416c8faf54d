import pytest

from minikeras.callbacks.frequency import SaveFrequency


def saved(save_freq, batches, epochs=4):
    frequency = SaveFrequency(save_freq, "X")
    return [(epoch, batch) for epoch in range(epochs) for batch in batches if frequency.due(batch)]


def test_batches_are_counted_across_epochs_as_keras_does():
    assert saved(4, range(3)) == [(1, 0), (2, 1), (3, 2)]
    assert saved(5, range(3), 5) == [(1, 1), (3, 0), (4, 2)]
    assert saved(1, [0], 2) == [(0, 0), (1, 0)]
    assert saved("epoch", range(3)) == []


def test_steps_of_several_batches():
    assert saved(4, [1, 3, 5], 2) == [(0, 3), (1, 1), (1, 5)]  # batches 0-1, 2-3, 4-5 run at once


def test_arguments():
    for save_freq in ("batch", 0, 2.0, False):
        with pytest.raises(ValueError, match="Invalid value of `save_freq` for X"):
            SaveFrequency(save_freq, "X")
