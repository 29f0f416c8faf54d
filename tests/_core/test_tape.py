"""Going back along a tape: sums over places, what is not asked for, what has gone."""

import gc
import weakref

import numpy as np
import pytest

from minikeras import GradientTape, Variable, layers, ops
from minikeras._core.now import TAPE
from minikeras._core.tape import Recording, boxed_inputs, gradients, now, paused, traced, vjp
from minikeras._core.tensor import Tensor
from minikeras._core.trace import Box
from tests.gradcheck import check_gradient

RNG = np.random.default_rng(0)


def test_structures_in_and_out():
    a, b = RNG.normal(size=3), RNG.normal(size=3)
    run = traced(lambda x: {"s": x["a"] * x["b"][0], "n": (x["a"], 2)}, {"a": a, "b": [b, 5]})
    y = run.value()
    assert set(y) == {"s", "n"} and y["n"][1] == 2 and type(y["s"]) is np.ndarray
    dxs, grads = run.back({"s": np.ones(3), "n": (np.full(3, 2.0), None)})
    np.testing.assert_allclose(dxs[0], b + 2.0)
    np.testing.assert_allclose(dxs[1], a)
    assert dxs[2] is None and grads == {}
    with pytest.raises(ValueError, match=r"shape of y, \(3,\), got \(2,\)"):
        run.back({"s": np.ones(2), "n": (None, None)})


def test_layers_in_a_row_and_elsewhere():
    """The short way back through layers in a row gives what the long one gives."""
    kinds = {"dtype": "float64"}
    a, b = layers.Dense(3, "tanh", **kinds), layers.Dense(3, "sigmoid", **kinds)
    x = RNG.normal(size=(4, 3))
    a(x), b(x)
    dy = RNG.normal(size=(4, 3))
    cases = {
        "row": (lambda x: b(a(x)), True),
        "twice": (lambda x: a(b(a(x))), False),
        "more": (lambda x: b(a(x)) * 2.0, False),
        "branch": (lambda x: b(a(x)) + a(x), False),
        "weights": (lambda x: b(a(x)) + now(a.bias), False),
        "unused": (lambda x: (b(a(x)), a(x))[0], False),
    }
    from minikeras._core.now import CALL, Call

    for name, (f, straight) in cases.items():
        token = CALL.set(Call(True))
        run = traced(f, x)
        CALL.reset(token)
        assert (run._in_a_row() is not None) is straight, name
        for need_dx in (True, False):
            dxs, grads = run.back(dy, need_dx)
            assert len(dxs) == need_dx
            own = {id(v): g.copy() for v, g in ((v, grads[id(v)]) for v in (*a.weights, *b.weights))}
            for v in (*a.weights, *b.weights):
                check_gradient(lambda f=f: float(np.sum(dy * np.asarray(f(x)))), v.value, own[id(v)], probes=2)
            if need_dx:
                check_gradient(lambda f=f: float(np.sum(dy * np.asarray(f(x)))), x, dxs[0], probes=2)


def test_nothing_older_than_what_is_asked_for_is_computed():
    """A gradient penalty asks for ∂/∂x only: the way back ends there."""
    walked = []

    @ops.custom_gradient
    def old(x):
        def grad(g):
            walked.append(1)
            return g

        return x * 2.0, grad

    w = Variable([3.0])
    with GradientTape(persistent=True) as tape:
        h = old(w)
        tape.watch(h)
        y = h * h
    assert tape.gradient(y, h).tolist() == [12.0] and walked == []
    assert tape.gradient(y, w).tolist() == [12.0] and walked == [1]


def test_reading_variables():
    w, frozen = Variable([2.0]), Variable([3.0], trainable=False)
    assert now(w) is w.value and boxed_inputs([w, 1])[0] is w
    with Recording() as tape:
        assert isinstance(now(w), Box) and type(now(frozen)) is np.ndarray
        with paused():
            assert TAPE.get() is None and now(w) is w.value
        mixed = boxed_inputs([w, {"a": 5}])
    assert isinstance(mixed[0], Box) and mixed[1] == {"a": 5} and not tape.roll.active
    y = mixed[0] * 2  # recording is over
    assert type(y) is Tensor
    assert gradients([y], [w], [np.ones(1)]) == [None]


def test_vjp_of_a_function_that_reads_variables():
    w = Variable(RNG.normal(size=3), dtype="float64")
    x = RNG.normal(size=3)
    y, pullback = vjp(lambda x: np.sum(x * w * w), x, variables=[w])
    dx, dw = pullback(np.array(1.0))
    np.testing.assert_allclose(dw, 2 * x * w.value)
    np.testing.assert_allclose(dx, w.value**2)
    assert pullback(np.array(2.0))[0].tolist() == (2 * dx).tolist()
    with pytest.raises(TypeError, match="must return arrays"):
        vjp(lambda x: object(), x)


def test_a_run_is_gone_when_nobody_holds_it():
    layer = layers.Dense(3)
    x = np.ones((2, 3), "float32")
    layer(x)
    gc.collect()
    gc.disable()
    try:
        run = traced(lambda x: layer(x) * 2.0, x)
        run.back(np.ones((2, 3), "float32"))
        gone = weakref.ref(run), weakref.ref(run.y.entry.value)
        del run
        assert [ref() for ref in gone] == [None, None]
    finally:
        gc.enable()


def test_an_array_given_twice_has_its_share_in_each_place_under_another_tape():
    from minikeras import GradientTape, ops

    x = ops.convert_to_tensor([2.0, 3.0], "float64")
    with GradientTape() as tape:
        tape.watch(x)
        y, pullback = vjp(lambda a, b: a * a * b, x * 1.0, x * 1.0)
        same = x * 1.0
        _, twice = vjp(lambda a, b: a * a * b, same, same)
    ones = np.ones(2)
    for one, other in zip(pullback(ones), twice(ones)):
        np.testing.assert_allclose(np.asarray(getattr(one, "untraced", one)), np.asarray(getattr(other, "untraced", other)))
