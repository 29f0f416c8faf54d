"""What every registered optimizer and schedule keeps, whichever it is."""

import copy
import json
import math

import numpy as np
import pytest

from minikeras._core.variable import Variable
from minikeras.optimizers import SGD, LossScaleOptimizer, Optimizer, deserialize, get, registry, schedules, serialize
from tests.optimizers.steps import flat, float64, grads, seven_steps, start

# class -> the arguments it is tried with; a new optimizer joins by a line here
SAMPLES = {
    "Adadelta": [{"rho": 0.9}],
    "Adafactor": [{"clip_threshold": 0.5}],
    "Adagrad": [{"initial_accumulator_value": 0.2}],
    "Adam": [{}, {"amsgrad": True, "clipnorm": 0.5}],
    "AdamW": [{"weight_decay": 0.1, "use_ema": True}],
    "Adamax": [{"beta_1": 0.8}],
    "Ftrl": [{"l1_regularization_strength": 0.01, "beta": 0.1}],
    "Lamb": [{"weight_decay": 0.1}],
    "Lion": [{"beta_2": 0.9}],
    "Muon": [{"ns_steps": 3}],
    "Nadam": [{"gradient_accumulation_steps": 2}],
    "RMSprop": [{}, {"momentum": 0.5, "centered": True, "global_clipnorm": 0.5}],
    "SGD": [{}, {"momentum": 0.9, "nesterov": True, "clipvalue": 0.5}, {"momentum": 0.5, "weight_decay": 0.1}],
    "ScheduleFreeAdamW": [{"warmup_steps": 2}],
}
SCHEDULES = {
    "CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 10, "warmup_target": 0.2, "warmup_steps": 3},
    "CosineDecayRestarts": {"initial_learning_rate": 0.1, "first_decay_steps": 10, "t_mul": 1.5},
    "ExponentialDecay": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5, "staircase": True},
    "InverseTimeDecay": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
    "PiecewiseConstantDecay": {"boundaries": [2, 4], "values": [0.1, 0.05, 0.01]},
    "PolynomialDecay": {"initial_learning_rate": 0.1, "decay_steps": 10, "cycle": True},
}
CLASSES = {cls.__name__: cls for cls in registry.table.values()}
CASES = [pytest.param(name, kwargs, id=f"{name}{i}") for name, cases in SAMPLES.items() for i, kwargs in enumerate(cases)]
each = pytest.mark.parametrize("name, arguments", CASES)


def test_every_optimizer_and_schedule_has_samples():
    assert set(CLASSES) - {"Optimizer", "OptimizerMap", "LossScaleOptimizer", "MultiOptimizer"} == set(SAMPLES)
    known = {cls.__name__ for cls in schedules.registry.table.values()}
    assert known - {"LearningRateSchedule"} == set(SCHEDULES)


@each
def test_config_round_trip(name, arguments):
    for rate in (0.05, schedules.ExponentialDecay(0.1, 5, 0.5)):
        optimizer = CLASSES[name](learning_rate=rate, **arguments)
        config = json.loads(json.dumps(serialize(optimizer)))
        assert (config["module"], config["class_name"], config["registered_name"]) == ("keras.optimizers", name, None)
        kept = copy.deepcopy(config)
        assert serialize(deserialize(config)) == serialize(optimizer) and config == kept
        assert {k: optimizer.get_config()[k] for k in arguments} == arguments


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedule_config_round_trip(name):
    schedule = getattr(schedules, name)(**SCHEDULES[name])
    config = json.loads(json.dumps(schedules.serialize(schedule)))
    assert (config["module"], config["class_name"]) == ("keras.optimizers.schedules", name)
    again = schedules.deserialize(config)
    assert schedules.serialize(again) == config
    np.testing.assert_array_equal(again(np.arange(30)), schedule(np.arange(30)))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_way_to_name_one(name):
    cls = CLASSES[name]
    for identifier in (name, name.lower(), name.upper(), cls, {"class_name": name, "config": {}}):
        assert type(get(identifier)) is cls
    assert type(deserialize({"class_name": f"Custom>{name}", "config": {}})) is cls  # as Keras 2.15 wrote it


def test_what_names_none():
    assert get(None) is None
    optimizer = SGD()
    assert get(optimizer) is optimizer
    with pytest.raises(ValueError, match="Unknown name in keras.optimizers: 'adm'. Did you mean 'adam'"):
        get("adm")
    with pytest.raises(ValueError, match="Could not interpret 1"):
        get(1)
    with pytest.raises(ValueError, match="as an optimizer"):
        get(print)


class Mine(SGD):
    pass


def test_the_users_own_come_first():
    assert type(deserialize({"class_name": "SGD", "config": {}}, {"SGD": Mine})) is Mine
    config = serialize(Mine(0.5))
    assert config["registered_name"] == "Mine" and type(deserialize(config, {"Mine": Mine})) is Mine


@each
def test_two_runs_are_equal_to_the_bit(name, arguments):
    first, second = (seven_steps(lambda: CLASSES[name](0.05, **arguments)) for _ in range(2))
    np.testing.assert_array_equal(flat(first[1]), flat(second[1]))
    assert all(np.isfinite(v.value).all() for v in first[0].variables)


@each
def test_types_are_kept_and_float32_is_close_to_float64(name, arguments):
    results = {}
    for dtype in ("float32", "float64"):
        optimizer, variables = CLASSES[name](learning_rate=0.05, **arguments), start(dtype)
        for t in range(3):
            optimizer.apply(grads(t), variables)
        slots = [v for v in optimizer.variables[2:] if v.dtype != "int32"]
        assert {v.dtype for v in [*variables, *slots]} == {dtype}
        results[dtype] = flat(variables)
    np.testing.assert_allclose(results["float32"], results["float64"], rtol=1e-4, atol=1e-6)


@each
def test_one_long_run_is_equal_to_each_variable_alone(name, arguments):
    """Flat, and one optimizer per variable: the same bits (a norm over all variables apart)."""
    arguments = {k: v for k, v in arguments.items() if k != "global_clipnorm"}
    _, together = seven_steps(lambda: CLASSES[name](0.05, **arguments))
    with float64():
        alone = start()
        for i, v in enumerate(alone):
            optimizer = CLASSES[name](0.05, **arguments)
            for t in range(7):
                optimizer.apply([grads(t)[i]], [v])
    np.testing.assert_array_equal(flat(together), flat(alone))


@each
def test_a_zero_gradient_is_harmless(name, arguments):
    optimizer, variables = CLASSES[name](learning_rate=0.05, **arguments), start("float32")
    optimizer.build(variables)
    for v in variables:
        v.grad[...] = 0
    optimizer.step()
    assert np.isfinite(flat(variables)).all()


@each
def test_it_goes_downhill(name, arguments):
    """½ ‖w − c‖² gets smaller, also when it is wrapped for loss scaling."""
    for wrap in (False, True):
        optimizer = CLASSES[name](learning_rate=0.02, **arguments)
        optimizer = LossScaleOptimizer(optimizer, initial_scale=2.0) if wrap else optimizer
        variables = start("float64")
        c = [v.numpy() + 1.0 for v in variables]
        for _ in range(20):
            scale = optimizer.scale_loss(1.0)
            optimizer.apply([scale * (v.value - t) for v, t in zip(variables, c)], variables)
        assert all(((v.value - t) ** 2).sum() < t.size for v, t in zip(variables, c))


def adam_loop(w, g, m, v, t):
    """Adam, one number at a time."""
    for i in range(w.size):
        m[i] = 0.9 * m[i] + 0.1 * g[i]
        v[i] = 0.999 * v[i] + 0.001 * g[i] ** 2
        w[i] -= 0.01 * math.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m[i] / (math.sqrt(v[i]) + 1e-7)


def sgd_loop(w, g, m, v, t):
    for i in range(w.size):
        m[i] = 0.9 * m[i] - 0.01 * g[i]
        w[i] += m[i]


@pytest.mark.parametrize("make, loop", [(lambda: get("adam"), adam_loop), (lambda: SGD(0.01, momentum=0.9), sgd_loop)])
def test_flat_is_a_plain_loop(make, loop):
    with float64():
        optimizer, variables = make(), start()
        optimizer.learning_rate = 0.01
    plain = [[v.numpy().ravel(), np.zeros(v.size), np.zeros(v.size)] for v in variables]
    for t in range(5):
        optimizer.apply(grads(t), variables)
        for (w, m, v), g in zip(plain, grads(t)):
            loop(w, g.ravel(), m, v, t + 1)
    np.testing.assert_allclose(flat(variables), np.concatenate([w for w, _, _ in plain]), rtol=1e-12)


def test_the_base_alone_says_what_is_missing():
    with pytest.raises(NotImplementedError, match=r"Optimizer must override update\(w, g"):
        Optimizer(0.1).apply([[1.0]], [Variable([1.0])])
