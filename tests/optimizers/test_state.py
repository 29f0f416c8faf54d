import copy
import pickle
import tracemalloc

import numpy as np
import pytest

from minikeras._core.variable import Variable
from minikeras.optimizers import SGD, Adafactor, Adam, Nadam, RMSprop, schedules
from tests.optimizers.steps import flat, grads, start


def paths(optimizer):
    return [v.path for v in optimizer.variables]


def built(optimizer):
    kernel, bias = Variable(np.zeros((4, 3)), name="kernel"), Variable(np.zeros(3), name="bias")
    kernel.path, bias.path = "sequential/dense/kernel", "sequential/dense/bias"
    optimizer.build([kernel, bias])
    return optimizer


def test_names_and_order_as_in_keras_files():
    assert paths(built(Adam(amsgrad=True, name="adam"))) == [
        "adam/iteration", "adam/learning_rate",
        "adam/sequential_dense_kernel_momentum", "adam/sequential_dense_kernel_velocity",
        "adam/sequential_dense_bias_momentum", "adam/sequential_dense_bias_velocity",
        "adam/sequential_dense_kernel_velocity_hat", "adam/sequential_dense_bias_velocity_hat",
    ]  # fmt: skip
    assert paths(built(RMSprop(momentum=0.5, centered=True, name="r")))[2:] == [
        f"r/sequential_dense_{w}_{slot}" for slot in ("velocity", "momentum", "average_gradient") for w in ("kernel", "bias")
    ]
    assert paths(built(SGD(momentum=0.5, use_ema=True, gradient_accumulation_steps=2, name="s")))[2:] == [
        f"s/sequential_dense_{w}_{slot}" for slot in ("average", "gradient_accumulator", "momentum") for w in ("kernel", "bias")
    ]
    assert paths(built(SGD(schedules.CosineDecay(0.1, 10), name="s"))) == ["s/iteration"]
    optimizer = built(Adafactor(name="a"))
    found = [(v.path, v.shape, v.dtype) for v in optimizer.variables[2:]]
    assert found[:3] == [
        ("a/kernel", (4,), "float32"), ("a/kernel", (3,), "float32"),
        ("a/sequential_dense_kernel_velocity", (4, 3), "float32"),
    ]  # fmt: skip
    assert found[3:5] == [("bias", (), "int32")] * 2 and optimizer.iterations.dtype == "int32"
    nadam = built(Nadam())
    assert nadam.variables[-1].shape == () and float(nadam.variables[-1]) == 1.0 and len(nadam.variables) == 7


MAKERS = [lambda: Adam(0.05, amsgrad=True), lambda: Nadam(0.05), lambda: SGD(0.1, momentum=0.9, use_ema=True)]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("way", ["weights", "store", "pickle", "copy"])
def test_going_on_from_a_saved_state_is_equal_to_the_bit(make, way):
    first, variables = make(), start("float32")
    for t in range(3):
        first.apply(grads(t), variables)
    others = [Variable(v.numpy(), name=v.name) for v in variables]
    if way in ("pickle", "copy"):
        second = pickle.loads(pickle.dumps(first)) if way == "pickle" else copy.deepcopy(first)
        assert not second.built
        second = pickle.loads(pickle.dumps(second))  # also a copy of a copy that was not built
    else:
        second = make()
        second.build(others)
        if way == "store":
            store = {}
            first.save_own_variables(store)
            assert list(store) == [str(i) for i in range(len(first.variables))]
            second.load_own_variables(store)
        else:
            second.set_weights(first.get_weights())
    for t in range(3, 6):
        first.apply(grads(t), variables)
        second.apply(grads(t), others)
    np.testing.assert_array_equal(flat(variables), flat(others))
    for a, b in zip(first.get_weights(), second.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_what_does_not_fit_is_refused_before_anything_changes():
    optimizer = built(Adam())
    before = optimizer.get_weights()
    with pytest.raises(ValueError, match="has 6 variables, got 2 weights"):
        optimizer.set_weights([1, 0.5])
    with pytest.raises(ValueError, match=r"dense_bias_velocity' has shape \(3,\), got a weight of shape \(4,\)"):
        optimizer.set_weights([9, *before[1:-1], np.zeros(4)])
    with pytest.raises(ValueError, match=r"has shape \(3,\), got a saved value of shape \(4,\)"):
        optimizer.load_own_variables({str(i): w for i, w in enumerate([9, *before[1:-1], np.zeros(4)])})
    with pytest.warns(UserWarning, match="it has 6 variables, but 1 were saved"):
        optimizer.load_own_variables({"0": 9})
    for a, b in zip(before, optimizer.get_weights()):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match=r"You are calling set_weights\(\) too early"):
        Adam().set_weights([])


def test_building_anew_keeps_the_slots_of_known_variables():
    a, b, c = Variable([0.0, 0.0]), Variable([0.0]), Variable([0.0, 0.0])
    optimizer = SGD(1.0, momentum=0.5)
    optimizer.build([a, b])
    optimizer.apply([[1.0, 1.0], [1.0]])
    optimizer.build([a, c])  # b is frozen, c is new
    assert [v.path.rpartition("/")[2] for v in optimizer.variables[2:]] == [f"{a.name}_momentum", f"{c.name}_momentum"]
    optimizer.apply([[1.0, 1.0], [1.0, 1.0]])
    assert b.tolist() == [-1.0] and c.tolist() == [-1.0, -1.0] and a.tolist() == [-2.5, -2.5]
    optimizer.build([a, b, c])  # b is thawed, with the momentum it had
    optimizer.apply([[0.0, 0.0], [0.0], [0.0, 0.0]])
    assert b.tolist() == [-1.5] and int(optimizer.iterations) == 3


def test_slots_are_one_vector_beside_the_weights():
    variables = start("float32")
    optimizer = Adam()
    optimizer.build(variables)
    _, m, v = (optimizer.row(variables[0])[i] for i in range(3))
    m2 = optimizer.row(variables[1])[1]
    assert m.value.base is m2.value.base and m.value.base is not v.value.base
    assert m.span.stop == m2.span.start


@pytest.mark.parametrize(
    "how, expected",
    [({"clipnorm": 1}, [0.6, 0.8]), ({"clipvalue": 2}, [2.0, 2.0]), ({"global_clipnorm": 1}, [0.6, 0.8]), ({}, [3.0, 4.0])],
)
def test_clipping_by_hand_leaves_the_gradients_alone(how, expected):
    g = np.array([3.0, 4.0])
    g.flags.writeable = False
    np.testing.assert_allclose(SGD(**how)._clip_gradients([g])[0], expected)


def test_slots_hold_no_gradients_of_their_own():
    w = Variable(np.ones((300, 400), "float32"))
    optimizer = Adam(0.1)
    optimizer.build([w])
    tracemalloc.start()
    try:
        w = Variable(np.ones((300, 400), "float32"))
        Adam(0.1).build([w])
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    slot = optimizer.variables[2]
    assert slot.shape == (300, 400) and not slot.grad.flags.writeable and not slot.grad.any() and w.grad.flags.writeable
    assert most < 6.5 * w.value.nbytes  # w and its gradient, two slots, two rows of scratch


def test_what_an_optimizer_keeps_may_be_trained_itself():
    w = Variable(np.ones(4, "float32"))
    optimizer = Adam(0.1)
    optimizer.build([w])
    momentum, velocity = optimizer.variables[2:]
    SGD(0.5).apply([np.ones(4)], [momentum])
    assert momentum.numpy().tolist() == [-0.5] * 4 and velocity.numpy().tolist() == [0.0] * 4
    velocity.trainable = True
    velocity.grad[...] = 1.0
    outer = SGD(0.5)
    outer.build([velocity])
    outer.step()
    assert velocity.numpy().tolist() == [-0.5] * 4 and momentum.numpy().tolist() == [-0.5] * 4
    alone = optimizer.add_variable((2,), "ones", name="alone")
    Adam(0.5).apply_gradients([(np.ones(2), alone)])
    np.testing.assert_allclose(alone.numpy(), [0.5, 0.5], rtol=1e-4)
