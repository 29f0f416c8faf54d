import numpy as np
import pytest

from minikeras._core.variable import Variable
from minikeras.optimizers import SGD, Adam, LossScaleOptimizer, MultiOptimizer, OptimizerMap, deserialize, serialize


def test_a_step_that_is_not_finite_is_left_out_and_halves_the_scale():
    w = Variable([1.0, 2.0])
    optimizer = LossScaleOptimizer(SGD(0.5), initial_scale=8.0, dynamic_growth_steps=2)
    assert optimizer.scale_loss(1.0) == 8.0
    scales = []
    for g in ([8.0, 8.0], [np.inf, 8.0], [4.0, 4.0], [4.0, 4.0], [8.0, 8.0]):
        optimizer.apply([g], [w])
        scales.append(optimizer.scale_loss(1.0))
    assert scales == [8.0, 4.0, 4.0, 8.0, 8.0] and w.tolist() == [-1.0, 0.0]
    assert int(optimizer.iterations) == 4


def test_step_is_the_same_on_the_built_variables():
    w = Variable([1.0])
    optimizer = LossScaleOptimizer(SGD(0.5), initial_scale=4.0)
    with pytest.raises(ValueError, match="call build"):
        optimizer.step()
    optimizer.build([w])
    w.grad[...] = 4.0
    optimizer.step()
    w.grad[...] = np.nan
    optimizer.step()
    assert w.tolist() == [0.5] and optimizer.scale_loss(1.0) == 2.0


def test_names_order_and_config():
    optimizer = LossScaleOptimizer(SGD(0.1, momentum=0.9, name="s"), name="l")
    optimizer.build([Variable([1.0], name="w")])
    own = ["l/iteration", "l/learning_rate", "l/step_counter", "l/dynamic_scale"]
    assert [v.path for v in optimizer.variables] == [*own, "s/iteration", "s/learning_rate", "s/w_momentum"]
    again = deserialize(serialize(optimizer))
    assert again.get_config() == optimizer.get_config() and again.inner_optimizer.momentum == 0.9
    assert sorted(optimizer.get_config()) == ["dynamic_growth_steps", "initial_scale", "inner_optimizer", "name"]
    optimizer.learning_rate = 0.5
    assert float(optimizer.inner_optimizer.learning_rate) == float(optimizer.lr) == 0.5


def test_options_belong_to_the_inner_optimizer():
    LossScaleOptimizer(Adam(), use_ema=False, ema_momentum=0.99, clipnorm=None)
    with pytest.raises(ValueError, match=r"arguments: `clipnorm`. Set them on the `inner_optimizer`"):
        LossScaleOptimizer(Adam(), clipnorm=1.0)
    with pytest.raises(ValueError, match="set `loss_scale_factor`"):
        LossScaleOptimizer(Adam(), dynamic=False)


def test_joined_optimizers_do_not_divide_by_a_scale_of_their_own():
    w = Variable([2.0])
    inner = MultiOptimizer(OptimizerMap(SGD(0.1)), loss_scale_factor=5.0)
    LossScaleOptimizer(inner, initial_scale=10.0).apply([[10.0]], [w])
    assert inner.loss_scale_factor is None and [o.loss_scale_factor for o in inner.optimizers] == [None]
    np.testing.assert_allclose(w, [1.9], rtol=1e-6)
