"""Optimizers in training loops of one's own: apply_gradients, apply, minimize, stateless_apply."""

import numpy as np
import pytest

from minikeras import GradientTape, Input, Sequential, layers, optimizers
from minikeras._core.variable import Variable
from minikeras.optimizers import SGD, Adam, LossScaleOptimizer, MultiOptimizer, OptimizerMap


class Traced:
    """What a tape may hand out: values behind a property, and no way to become an array by accident."""

    def __init__(self, value):
        self.untraced = np.asarray(value, "float32")

    def __array__(self, *args, **kwargs):
        raise TypeError("lost")


class Tape:
    """Knows the gradients of Σ w² / 2."""

    entered = 0

    def __enter__(self):
        self.entered += 1

    def __exit__(self, *error):
        pass

    def gradient(self, loss, variables):
        return [v.numpy() for v in variables]


@pytest.mark.parametrize("make", [lambda g: g, np.array, Traced, Variable, lambda g: np.array(g, "float64")])
@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: SGD(0.5),
        lambda: LossScaleOptimizer(SGD(0.5), initial_scale=1.0),
        lambda: MultiOptimizer(OptimizerMap(SGD(0.5), {"b": SGD(0.5)})),
    ],
)
def test_gradients_come_in_many_kinds(make, optimizer):
    a, b = Variable([1.0, 2.0], name="a"), Variable([3.0], name="b")
    optimizer = optimizer()
    optimizer.apply_gradients(zip([make([2.0, 2.0]), make([4.0])], [a, b]))
    assert a.tolist() == [0.0, 1.0] and b.tolist() == [1.0]


def test_missing_gradients():
    a, b = Variable([1.0], name="a"), Variable([3.0], name="b")
    for optimizer in (SGD(0.5), LossScaleOptimizer(SGD(0.5), initial_scale=1.0)):
        before = float(b[0])
        with pytest.warns(UserWarning, match=r"Gradients do not exist for variables \['a'\]"):
            optimizer.apply_gradients([(None, a), ([2.0], b)])
        assert a.tolist() == [1.0] and float(b[0]) == before - 1
        with pytest.raises(ValueError, match="No gradients provided for any variable"):
            optimizer.apply([None, None], [a, b])
    assert int(SGD().apply_gradients([([0.0], a)])) == 1


def test_parts_of_the_variables_in_turn():
    """Adam's state of a variable that gets no step stays as it was; the count is of steps, as in Keras."""
    a, b = Variable([1.0]), Variable([1.0])
    optimizer = Adam(0.1)
    optimizer.apply([[1.0], [1.0]], [a, b])
    kept = [v.numpy() for v in optimizer.variables[4:]]
    optimizer.apply([[1.0]], [a])
    assert float(a[0]) < 0.85 < float(b[0]) == pytest.approx(0.9, rel=1e-5)
    assert [v.tolist() for v in optimizer.variables[4:]] == [k.tolist() for k in kept]
    assert int(optimizer.iterations) == 2


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop"])
def test_two_optimizers_of_one_model(name):
    """As in a GAN: disjoint variables of one store, each optimizer built by its first step; equal to two models apart."""
    model = Sequential([Input((3,)), layers.Dense(4), layers.Dense(2)])
    parts = [layer.trainable_variables for layer in model.layers]
    apart = [[Variable(v.numpy()) for v in part] for part in parts]
    together = [getattr(optimizers, name)(0.1, clipnorm=1.0) for _ in parts]
    alone = [getattr(optimizers, name)(0.1, clipnorm=1.0) for _ in parts]
    rng = np.random.default_rng(0)
    for step in range(5):
        for i in (step % 2, 1 - step % 2):
            grads = [rng.standard_normal(v.shape) for v in parts[i]]
            together[i].apply_gradients(zip(grads, parts[i]))
            alone[i].apply_gradients(zip(grads, apart[i]))
    for mine, other in zip(sum(parts, []), sum(apart, [])):
        np.testing.assert_allclose(mine.value, other.value, rtol=1e-6)
    assert [int(o.iterations) for o in together] == [5, 5]


def test_one_step_by_hand_is_one_step_of_fit():
    """Clipping, averaging, accumulation and decay alike."""
    options = {"clipvalue": 0.3, "use_ema": True, "ema_momentum": 0.5, "weight_decay": 0.1, "gradient_accumulation_steps": 2}
    x, y = np.eye(4, 3, dtype="float32"), np.ones((4, 1), "float32")

    def make():
        model = Sequential([Input((3,)), layers.Dense(1, kernel_initializer="ones")])
        model.compile(SGD(0.1, **options), "mse")
        return model

    fitted, by_hand = make(), make()
    for _ in range(4):
        fitted.train_on_batch(x, y)
        error = x @ by_hand.layers[0].kernel.value + by_hand.layers[0].bias.value - y
        grads = [x.T @ error / 2, error.sum(0) / 2]
        by_hand.optimizer.apply_gradients(zip(grads, by_hand.trainable_variables))
    for a, b in zip(
        [*fitted.variables, *fitted.optimizer.variables], [*by_hand.variables, *by_hand.optimizer.variables], strict=True
    ):
        np.testing.assert_allclose(a.value, b.value, rtol=1e-6, atol=1e-7)


def test_minimize():
    w, tape = Variable([2.0]), Tape()
    optimizer = SGD(0.5)
    assert int(optimizer.minimize(np.array(2.0), [w], tape=tape)) == 1
    assert w.tolist() == [1.0] and tape.entered == 0
    optimizer.minimize(lambda: np.sum(w**2) / 2, lambda: [w], tape=tape)
    assert w.tolist() == [0.5] and tape.entered == 1
    with pytest.raises(ValueError, match="needs the tape under which the loss was computed: write `with GradientTape"):
        optimizer.minimize(np.array(2.0), [w])


def test_minimize_under_a_real_tape():
    w = Variable([2.0])
    optimizer = SGD(0.25)
    with GradientTape() as tape:
        loss = np.sum(w * w)
    optimizer.minimize(loss, [w], tape=tape)
    assert w.tolist() == [1.0]
    optimizer.minimize(lambda: np.sum(w * w), [w])
    assert w.tolist() == [0.5]


def test_a_gan_of_two_optimizers():
    """Each step of one leaves the weights of the other as they are; gradients come from one persistent tape."""
    maker, judge = Sequential([Input((2,)), layers.Dense(3)]), Sequential([Input((3,)), layers.Dense(1, "sigmoid")])
    noise, real = np.ones((4, 2), "float32"), np.full((4, 3), 0.5, "float32")
    of_maker, of_judge = Adam(0.05), SGD(0.1, momentum=0.5, clipnorm=1.0)
    for step in range(4):
        with GradientTape(persistent=True) as tape:
            p, q = judge(maker(noise)), judge(real)
            worth = -np.mean(np.log(q)) - np.mean(np.log(1.0 - p))
            fooled = -np.mean(np.log(p))
        before = maker.get_weights(), judge.get_weights()
        optimizer, part, loss = ((of_judge, judge, worth), (of_maker, maker, fooled))[step % 2]
        optimizer.apply_gradients(zip(tape.gradient(loss, part.trainable_variables), part.trainable_variables))
        for model, kept in zip((maker, judge), before):
            same = [np.array_equal(a, b) for a, b in zip(model.get_weights(), kept)]
            assert all(same) if model is not part else not any(same)
    assert int(of_maker.iterations) == int(of_judge.iterations) == 2


@pytest.mark.parametrize("make", [lambda: Adam(0.1), lambda: LossScaleOptimizer(Adam(0.1), initial_scale=1.0)])
def test_stateless_apply_changes_nothing(make):
    w, other = Variable([1.0, 2.0]), Variable([1.0, 2.0])
    optimizer, same = make(), make()
    with pytest.raises(ValueError, match="has no variables yet"):
        optimizer.stateless_apply([], [], [])
    optimizer.build([w])
    same.build([other])
    weights, state = [w.numpy()], [v.numpy() for v in optimizer.variables]
    for _ in range(3):
        weights, state = optimizer.stateless_apply(state, [[1.0, -1.0]], weights)
        same.apply([[1.0, -1.0]])
        assert weights[0].tolist() == other.tolist()
        assert [s.tolist() for s in state] == [v.tolist() for v in same.variables]
    assert w.tolist() == [1.0, 2.0] and int(optimizer.iterations) == 0
    with pytest.raises(ValueError, match="has 1 weights, stateless_apply.. got 2"):
        optimizer.stateless_apply(state, [[1.0, 1.0]], [*weights, *weights])
