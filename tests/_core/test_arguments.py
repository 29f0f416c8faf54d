from __future__ import annotations

import numpy as np
import pytest

from minikeras import losses, metrics, optimizers
from minikeras._core.arguments import check_numbers, checked_name, is_number


def test_numbers_are_numbers():
    assert all(map(is_number, (1, 0.5, True, np.float32(1), np.array(2.0))))
    assert not any(map(is_number, ("1", None, [1.0], {}, np.zeros(1))))


def test_only_arguments_declared_as_numbers_are_checked():
    class Step:
        def __init__(self, size: float, limit: float | None = None, kind: str = "x"):
            self.size, self.limit, self.kind = size, limit, kind

    assert check_numbers(Step(1, None, "y")).kind == "y"
    with pytest.raises(ValueError, match="`limit` of Step must be a number, got {'a': 1}"):
        check_numbers(Step(1, {"a": 1}))


@pytest.mark.parametrize(
    ("module", "name", "config", "said"),
    [
        (optimizers, "Adam", {"beta_1": "x"}, "`beta_1` of Adam must be a number, got 'x'"),
        (optimizers, "RMSprop", {"rho": [0.9]}, "`rho` of RMSprop"),
        (optimizers, "Muon", {"ns_steps": "5"}, "`ns_steps` of Muon"),
        (optimizers, "LossScaleOptimizer", {"initial_scale": 1.0}, "`inner_optimizer` of LossScaleOptimizer"),
        (optimizers.schedules, "ExponentialDecay", {"initial_learning_rate": {}, "decay_steps": 1, "decay_rate": 1}, "`init"),
        (losses, "Huber", {"delta": {"a": 1}}, "`delta` of Huber"),
        (optimizers, "RMSprop", {"rho": None}, "`rho` of RMSprop must be a number, got None"),
        (metrics, "MeanIoU", {"num_classes": 2.5}, "`num_classes` of MeanIoU must be a positive integer, got 2.5"),
        (losses, "Huber", {"name": ["a"]}, "`name` of Huber"),
        (metrics, "Precision", {"name": {}}, "`name` of Precision"),
    ],
)
def test_a_config_of_nonsense_is_refused_when_it_is_read(module, name, config, said):
    with pytest.raises(ValueError, match=said):
        module.deserialize({"class_name": name, "config": config})


def test_names_are_strings():
    assert checked_name(object(), None) is None
    with pytest.raises(ValueError, match="`name` of object must be a string, got 5"):
        checked_name(object(), 5)
