import numpy as np
import pytest

from minikeras._core.variable import Variable
from minikeras.optimizers import SGD, Adam, LossScaleOptimizer, MultiOptimizer, OptimizerMap, deserialize, serialize
from tests.optimizers.steps import flat, grads, start


def make(**kwargs):
    return MultiOptimizer(OptimizerMap(SGD(0.1, momentum=0.9, name="s"), {".*bias": Adam(0.05, name="a")}), **kwargs)


def test_each_variable_has_its_own_rule():
    optimizer, variables = make(), start("float32")
    alone, others = [SGD(0.1, momentum=0.9), Adam(0.05)], start("float32")
    optimizer.build(variables)
    for t in range(4):
        for v, g in zip(variables, grads(t)):
            v.grad[...] = g
        optimizer.step() if t % 2 else optimizer.apply(grads(t))
        for one, v, g in zip(alone, others, grads(t)):
            one.apply([g], [v])
    np.testing.assert_array_equal(flat(variables), flat(others))
    assert int(optimizer.iterations) == 4 and [int(o.iterations) for o in optimizer.optimizers] == [4, 4]


def test_names_order_and_config_as_in_keras():
    optimizer = make(name="m")
    optimizer.build(start())
    assert [v.path for v in optimizer.variables] == [
        "m/iteration", "m/learning_rate", "a/iteration", "a/learning_rate", "a/bias_momentum", "a/bias_velocity",
        "s/iteration", "s/learning_rate", "s/kernel_momentum",
    ]  # fmt: skip
    config = serialize(optimizer)
    assert sorted(config["config"]) == ["loss_scale_factor", "name", "optimizer_map"]
    assert config["config"]["optimizer_map"]["class_name"] == "OptimizerMap"
    assert serialize(deserialize(config)) == config


def test_a_function_may_choose_and_the_scale_is_handed_on():
    small, large = SGD(0.5), SGD(1.0)
    optimizer = MultiOptimizer(lambda v: small if v.ndim else large, loss_scale_factor=2.0)
    a, b = Variable([0.0]), Variable(0.0)
    optimizer.apply([[2.0], 2.0], [a, b])
    assert a.tolist() == [-0.5] and float(b) == -1.0 and optimizer.scale_loss(1.0) == 2.0


def test_what_is_refused():
    with pytest.raises(AttributeError, match="no learning rate of its own"):
        make().learning_rate = 0.1
    assert not hasattr(make(), "lr")
    with pytest.raises(ValueError, match="must be a plain one: optimizer cannot be"):
        OptimizerMap(SGD(), {"a": LossScaleOptimizer(SGD())})
    with pytest.raises(TypeError, match="`default_optimizer` must be an optimizer, got 'sgd'"):
        OptimizerMap("sgd")
    chosen = OptimizerMap(SGD(), {"a.*": SGD(), ".*b": SGD()})
    with pytest.raises(ValueError, match=r"Several optimizers are for variable 'ab'"):
        chosen["ab"]
    with pytest.raises(ValueError, match="'a.*' has an optimizer already"):
        chosen["a.*"] = SGD()
    del chosen["a.*"]
    assert list(chosen) == [".*b"] and len(chosen) == 1
