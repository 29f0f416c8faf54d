import inspect

import numpy as np
import pytest

from minikeras._core.naming import reset_names
from minikeras._core.variable import Variable
from minikeras.optimizers import SGD, Adam, AdamW, LossScaleOptimizer, Muon, Optimizer, schedules
from tests.optimizers.steps import float64

COMMON = [
    "weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "use_ema", "ema_momentum", "ema_overwrite_frequency",
    "loss_scale_factor", "gradient_accumulation_steps", "name",
]  # fmt: skip


def test_signatures_are_those_of_keras():
    assert list(inspect.signature(SGD).parameters) == ["learning_rate", "momentum", "nesterov", *COMMON]
    assert list(inspect.signature(Adam).parameters) == ["learning_rate", "beta_1", "beta_2", "epsilon", "amsgrad", *COMMON]
    adamw = ["learning_rate", "weight_decay", "beta_1", "beta_2", "epsilon", "amsgrad", *COMMON[1:]]
    assert list(inspect.signature(AdamW).parameters) == adamw
    assert list(inspect.signature(Muon).parameters)[5:15] == COMMON
    names = ["inner_optimizer", "initial_scale", "dynamic_growth_steps", "name"]
    assert [p.name for p in inspect.signature(LossScaleOptimizer).parameters.values() if p.kind != p.VAR_KEYWORD] == names
    assert inspect.signature(Adam).parameters["ema_momentum"].default == 0.99


def test_arguments_by_place_go_where_keras_has_them():
    assert SGD(0.1, 0.9, True, 0.01, 1.0).get_config() | {"name": ""} == {
        "name": "", "learning_rate": float(np.float32(0.1)), "weight_decay": 0.01, "clipnorm": 1.0, "global_clipnorm": None,
        "clipvalue": None, "use_ema": False, "ema_momentum": 0.99, "ema_overwrite_frequency": None,
        "loss_scale_factor": None, "gradient_accumulation_steps": None, "momentum": 0.9, "nesterov": True,
    }  # fmt: skip
    optimizer = AdamW(0.1, 0.5, 0.8, 0.9, 1e-3, True, None, 2.0)
    assert (optimizer.weight_decay, optimizer.beta_1, optimizer.amsgrad, optimizer.clipvalue) == (0.5, 0.8, True, 2.0)


def test_names():
    reset_names()
    assert [Adam().name, Adam().name, AdamW().name, SGD(name="mine").name] == ["adam", "adam_1", "adam_w", "mine"]


def test_the_learning_rate_is_a_float32_variable():
    optimizer = SGD(0.001)
    assert optimizer.get_config()["learning_rate"] == 0.0010000000474974513
    assert isinstance(optimizer.learning_rate, Variable) and optimizer.learning_rate.path == f"{optimizer.name}/learning_rate"
    assert optimizer.learning_rate.numpy() == np.float32(0.001)
    optimizer.learning_rate.assign(0.5)
    assert float(optimizer.lr) == 0.5
    optimizer.lr = 0.25
    assert float(optimizer.learning_rate) == 0.25
    with float64():
        assert SGD(0.1).get_config()["learning_rate"] == 0.1


@pytest.mark.parametrize("rate", [1, np.float32(1), np.float64(1), np.array(1.0), Variable(1.0)])
def test_numbers_of_any_kind_are_rates(rate):
    assert float(SGD(rate).learning_rate) == 1.0


@pytest.mark.parametrize("rate", ["0.1", None, True, [0.1]])
def test_other_things_are_not(rate):
    with pytest.raises(ValueError, match="`learning_rate` should be a float"):
        SGD(rate)


def test_a_function_is_asked_at_each_step():
    rates = iter([1.0, 2.0, 3.0])
    optimizer, w = SGD(lambda: next(rates)), Variable([0.0])
    optimizer.apply([[1.0]], [w])
    optimizer.apply([[1.0]], [w])
    assert w.tolist() == [-3.0] and len(optimizer.variables) == 1


def test_a_new_rate_counts_from_the_next_step_on():
    optimizer, w = SGD(1.0), Variable([0.0])
    optimizer.apply([[1.0]], [w])
    optimizer.learning_rate = 0.5
    optimizer.apply([[1.0]], [w])
    optimizer.learning_rate = schedules.PiecewiseConstantDecay([2], [0.25, 8.0])
    optimizer.apply([[1.0]], [w])
    optimizer.apply([[1.0]], [w])
    assert w.tolist() == [-9.75] and float(optimizer.learning_rate) == 8.0
    with pytest.raises(TypeError, match="created with a `LearningRateSchedule`"):
        optimizer.learning_rate = 0.1


def test_bad_options():
    with pytest.raises(ValueError, match="Only one of `clipnorm`, `clipvalue` and `global_clipnorm`"):
        SGD(clipnorm=1.0, clipvalue=1.0)
    with pytest.raises(ValueError, match=">= 2 or None, got 1"):
        SGD(gradient_accumulation_steps=1)
    with pytest.raises(ValueError, match="`ema_momentum` of SGD must be from 0 to 1, got 1.5"):
        SGD(use_ema=True, ema_momentum=1.5)
    with pytest.raises(ValueError, match="`ema_overwrite_frequency` of .* must be an integer >= 1 or None, got 0.5"):
        SGD(use_ema=True, ema_overwrite_frequency=0.5)


class Forgetful(Optimizer):
    def __init__(self, learning_rate=0.1, strength=1.0, **kwargs):
        super().__init__(learning_rate, **kwargs)


def test_an_argument_that_is_not_kept_is_noticed():
    with pytest.raises(NotImplementedError, match=r"takes the arguments \['strength'\] but keeps no attributes"):
        Forgetful().get_config()


@pytest.mark.parametrize(
    "options, message",
    [
        ({"clipnorm": -1}, "`clipnorm` of SGD must be a number above 0, or None for none, got -1"),
        ({"clipvalue": 0}, "`clipvalue` of SGD must be a number above 0"),
        ({"global_clipnorm": -0.5}, "`global_clipnorm` of SGD must be a number above 0"),
        ({"clipnorm": "1"}, "`clipnorm` of SGD must be a number above 0.*got '1'"),
        ({"loss_scale_factor": 0.0}, "`loss_scale_factor` of SGD must be a number above 0"),
        ({"gradient_accumulation_steps": 0}, "`gradient_accumulation_steps` of .* must be an integer >= 2 or None, got 0"),
        ({"gradient_accumulation_steps": 2.5}, "must be an integer >= 2 or None, got 2.5"),
        ({"ema_overwrite_frequency": 0}, "must be an integer >= 1 or None, got 0"),
        ({"weight_decay": -0.1}, "`weight_decay` of SGD must be 0 or more, got -0.1"),
        ({"learning_rate": -0.1}, "`learning_rate` of SGD must be 0 or more, and finite, got -0.1"),
        ({"learning_rate": float("inf")}, "`learning_rate` of SGD must be 0 or more, and finite"),
    ],
)
def test_numbers_that_mean_nothing(options, message):
    with pytest.raises(ValueError, match=message):
        SGD(**options)
    if "learning_rate" in options:
        optimizer = SGD(0.5)
        with pytest.raises(ValueError, match=message):
            optimizer.learning_rate = options["learning_rate"]
        assert float(optimizer.learning_rate) == 0.5


def test_nan_is_refused_everywhere():
    nan = float("nan")
    for name in ("learning_rate", "momentum", "clipnorm", "clipvalue", "weight_decay", "loss_scale_factor"):
        with pytest.raises(ValueError, match=f"`{name}`.* SGD"):
            SGD(**{name: nan})
    optimizer = SGD(0.5)
    with pytest.raises(ValueError, match="finite, got nan"):
        optimizer.learning_rate = nan


def test_shares_are_shares():
    from minikeras.optimizers import Adam, RMSprop

    for make, options in ((Adam, {"beta_1": 1.0}), (Adam, {"beta_2": -0.1}), (Adam, {"epsilon": -1e-7}), (RMSprop, {"rho": 2})):
        with pytest.raises(ValueError, match=f"Argument `{next(iter(options))}` of {make.__name__} must be"):
            make(**options)
    assert Adam(0.1, 0.0, 0.0).beta_1 == 0.0


def test_the_rate_is_read_and_set_as_keras_does_it():
    optimizer = SGD(0.5)
    rate = optimizer.learning_rate
    assert rate.numpy() == 0.5 and rate.shape == () and rate.dtype == "float32" and optimizer.lr is rate
    rate.assign(0.25)
    assert float(optimizer.learning_rate) == 0.25
    for value in (0.125, np.float64(0.125), Variable(0.125), np.array(0.125)):
        optimizer.lr = 1.0
        optimizer.learning_rate = value
        assert float(optimizer.lr) == 0.125 and optimizer.learning_rate is rate
    assert optimizer.iterations.numpy() == 0
    for optimizer in (SGD(schedules.ExponentialDecay(0.5, 10, 0.5)), SGD(lambda: 0.5, gradient_accumulation_steps=2)):
        optimizer.build([Variable([1.0])])
        assert optimizer.learning_rate.numpy() == 0.5 == float(optimizer.lr) and optimizer.iterations.numpy() == 0
