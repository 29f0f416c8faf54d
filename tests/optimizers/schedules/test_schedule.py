import pytest

from minikeras._core.custom import CustomObjectScope
from minikeras._core.variable import Variable
from minikeras.optimizers import SGD, schedules
from minikeras.optimizers.schedules import LearningRateSchedule


class Halving(LearningRateSchedule):
    def __init__(self, start, every):
        self.start, self.every = start, every

    def __call__(self, step):
        return self.start * 0.5 ** (step // self.every)


def test_a_schedule_of_ones_own_trains_and_round_trips():
    optimizer, w = SGD(Halving(0.5, 2)), Variable([0.0])
    for _ in range(4):
        optimizer.apply([[1.0]], [w])
    assert w.tolist() == [-1.5] and float(optimizer.learning_rate) == 0.125
    with CustomObjectScope({"Halving": Halving}):
        again = SGD.from_config(optimizer.get_config())
        assert again.get_config() == optimizer.get_config()
    assert schedules.deserialize(schedules.serialize(Halving(0.5, 2)), {"Halving": Halving}).every == 2


def test_the_base_says_what_to_override():
    with pytest.raises(NotImplementedError, match="'LearningRateSchedule' must override `__call__"):
        LearningRateSchedule()(0)


def test_unknown_names():
    with pytest.raises(ValueError, match="'ExponentialDecai'. Did you mean 'ExponentialDecay'"):
        schedules.deserialize({"class_name": "ExponentialDecai", "config": {}})


def test_rates_answer_as_tensors_do():
    assert schedules.ExponentialDecay(0.5, 2, 0.5)(2).numpy() == 0.25
    assert schedules.ExponentialDecay(0.5, 2, 0.5)([0, 2]).numpy().tolist() == [0.5, 0.25]
