# ruff: noqa: E501 - the table of cases reads best with one function on one line
"""Every rule against finite differences, and every way to leave the tape loudly."""

import numpy as np
import pytest

from minikeras._core.tape import vjp
from minikeras._core.trace import Box, constant, primitive, record
from minikeras._core.trace_rules import COMPOSED, RULES
from minikeras._core.variable import Variable, adopt
from tests._core.more_rules import MORE
from tests.gradcheck import check_gradient

RNG = np.random.default_rng(0)
A = RNG.uniform(0.2, 0.9, (3, 4)) * RNG.choice([-1, 1], (3, 4))  # away from 0, no two alike
B = RNG.uniform(1.2, 2.0, (3, 4))
P = RNG.uniform(0.2, 0.9, (3, 4))  # positive, below 1
Q = RNG.uniform(1.1, 2.0, (3, 4))
ROW, COLUMN = RNG.uniform(0.3, 1.0, 4), RNG.uniform(0.3, 1.0, (3, 1))
T, U, V = RNG.normal(size=(2, 3, 4)), RNG.normal(size=(2, 4, 5)), RNG.normal(size=(4, 5))
S = RNG.normal(size=(3, 3)) + 2 * np.eye(3)
Z = np.array([[1.0, 0.0, 2.0], [3.0, 4.0, 5.0], [0.0, 0.0, 2.0]])
ORDER = np.argsort(A, 1)

CASES = {
    np.positive: [(lambda x: +x, A)],
    np.negative: [(lambda x: -x, A)],
    np.add: [(lambda x, y: x + y, A, ROW), (lambda x, y: x + y, COLUMN, ROW), (lambda x: 1 + x, A)],
    np.subtract: [(lambda x, y: x - y, ROW, A), (lambda x: 1 - x, A)],
    np.multiply: [(lambda x, y: x * y, A, COLUMN), (lambda x: x * [1.0, 2.0, 3.0, 4.0], A), (lambda x: x * x, A)],
    np.divide: [(lambda x, y: x / y, A, B), (lambda x: 1 / x, A), (lambda x, y: x / y, ROW, B)],
    np.remainder: [(lambda x, y: (5 * x) % y, A, B)],
    np.power: [(lambda x, y: x**y, P, A), (lambda x: x**2, A), (lambda x: x**3.0, A), (lambda x: 2.0**x, A), (lambda x: x**0, A),
               (lambda x: np.power(x, 1), np.zeros(3))],  # fmt: skip
    np.reciprocal: [(np.reciprocal, A)],
    np.maximum: [(np.maximum, A, P), (lambda x: np.maximum(x, 0), A), (lambda x: np.maximum(0.1, x), A)],
    np.minimum: [(np.minimum, A, ROW), (lambda x: np.minimum(x, 0), A)],
    np.where: [(lambda x, y: np.where(x > 0, x * x, y), A, B), (lambda x: np.where(x > 0, x, 0.0), A), (lambda x, y: np.where(A > 0, x, y), A, ROW)],
    np.nan_to_num: [(np.nan_to_num, A)],
    "astype": [(lambda x: x.astype("float64") * 2, A)],
    np.exp: [(np.exp, A)], np.exp2: [(np.exp2, A)], np.expm1: [(np.expm1, A)],
    np.log: [(np.log, P)], np.log2: [(np.log2, P)], np.log10: [(np.log10, P)], np.log1p: [(np.log1p, A)],
    np.sqrt: [(np.sqrt, P)], np.cbrt: [(np.cbrt, A)], np.square: [(np.square, A)],
    np.absolute: [(abs, A), (np.abs, A)], np.fabs: [(np.fabs, A)],
    np.sin: [(np.sin, A)], np.cos: [(np.cos, A)], np.tan: [(np.tan, A)],
    np.arcsin: [(np.arcsin, A)], np.arccos: [(np.arccos, A)], np.arctan: [(np.arctan, A)],
    np.sinh: [(np.sinh, A)], np.cosh: [(np.cosh, A)], np.tanh: [(np.tanh, A)],
    np.arcsinh: [(np.arcsinh, A)], np.arccosh: [(np.arccosh, Q)], np.arctanh: [(np.arctanh, A)],
    np.logaddexp: [(np.logaddexp, A, B), (lambda x: np.logaddexp(0, x), A)],
    np.arctan2: [(np.arctan2, A, B)], np.hypot: [(np.hypot, A, B)],
    np.sum: [(np.sum, A), (lambda x: x.sum(axis=0), A), (lambda x: np.sum(x, (0, -1), keepdims=True), T), (lambda x: sum(x), A)],
    np.mean: [(np.mean, A), (lambda x: x.mean(-1, keepdims=True), A), (lambda x: np.mean(x, axis=(0, 2)), T)],
    np.var: [(np.var, A), (lambda x: x.var(0, ddof=1), A)],
    np.std: [(np.std, A), (lambda x: np.std(x, -1, keepdims=True), A)],
    np.max: [(np.max, A), (lambda x: x.max(0), A), (lambda x: np.max(x, axis=-1, keepdims=True), A)],
    np.min: [(np.min, A), (lambda x: x.min(1), A), (lambda x: np.amin(x, (0, 1)), T)],
    np.prod: [(np.prod, A), (lambda x: x.prod(0), Z), (lambda x: np.prod(x, -1, keepdims=True), Z)],
    np.cumsum: [(np.cumsum, A), (lambda x: x.cumsum(1), A)],
    np.matmul: [(lambda x, y: x @ y, A, V), (lambda x, y: x @ y, T, U), (lambda x, y: x @ y, T, V), (lambda x, y: x @ y, ROW, V),
                (lambda x, y: x @ y, T, ROW), (lambda x, y: x @ y, ROW, ROW + 1), (lambda x, y: x @ y, ROW, U)],  # fmt: skip
    np.linalg.inv: [(np.linalg.inv, S)], np.linalg.det: [(np.linalg.det, S)],
    np.linalg.norm: [(np.linalg.norm, A), (lambda x: np.linalg.norm(x, axis=-1, keepdims=True), A), (lambda x: np.linalg.norm(x, 1, 0), A),
                     (lambda x: np.linalg.norm(x, ord="fro"), A), (lambda x: np.linalg.norm(x, 2, axis=1), A)],  # fmt: skip
    np.einsum: [(lambda x, y: np.einsum("ij,jk->ik", x, y), A, V), (lambda x, y: np.einsum("...ij,jk", x, y), T, V),
                (lambda x, y: np.einsum("bij,bjk->ki", x, y), T, U), (lambda x: np.einsum("ij->i", x), A),
                (lambda x: np.einsum("i...->...", x), A), (lambda x, y: np.einsum("ij,kl->ik", x, y), A, V),
                (lambda x, y, z: np.einsum("bij,jk,k->bi", x, y, z), T, V, V[0])],  # fmt: skip
    np.reshape: [(lambda x: x.reshape(2, 6), A), (lambda x: x.reshape((-1,)), A), (lambda x: np.reshape(x, (4, 3)), A)],
    np.ravel: [(np.ravel, A), (lambda x: x.flatten(), A)],
    np.expand_dims: [(lambda x: np.expand_dims(x, (0, 2)), A)],
    np.squeeze: [(np.squeeze, COLUMN), (lambda x: x.squeeze(-1), COLUMN)],
    np.atleast_1d: [(np.atleast_1d, A)], np.atleast_2d: [(np.atleast_2d, ROW)], np.atleast_3d: [(np.atleast_3d, A)],
    np.copy: [(np.copy, A), (lambda x: x.copy(), A)],
    np.broadcast_to: [(lambda x: np.broadcast_to(x, (2, 3, 4)), COLUMN)],
    np.transpose: [(lambda x: x.T, A), (lambda x: x.transpose(2, 0, 1), T), (lambda x: np.transpose(x, (-1, 0, 1)), T), (lambda x: x.transpose(), T)],
    np.swapaxes: [(lambda x: x.swapaxes(0, -1), T)],
    np.moveaxis: [(lambda x: np.moveaxis(x, 0, -1), T), (lambda x: np.moveaxis(x, (0, 1), (1, 2)), T)],
    np.flip: [(np.flip, A), (lambda x: np.flip(x, 1), A)],
    np.roll: [(lambda x: np.roll(x, 1, 0), A), (lambda x: np.roll(x, 3), A), (lambda x: np.roll(x, (1, 2), (0, 1)), A)],
    np.tril: [(np.tril, A)], np.triu: [(lambda x: np.triu(x, 1), A)],
    "getitem": [(lambda x: x[1], A), (lambda x: x[:, 1:3], A), (lambda x: x[..., None, 0], A), (lambda x: x[[0, 0, 2]], A),
                (lambda x: x[A > 0], A), (lambda x: x[np.arange(3), [0, 3, 3]], A), (lambda x: x[-1, -1], A)],  # fmt: skip
    np.take_along_axis: [(lambda x: np.take_along_axis(x, ORDER[:, :2], 1), A), (lambda x: np.take_along_axis(x, np.argsort(S, 0)[:2], 0), S)],
    np.concatenate: [(lambda x, y: np.concatenate([x, y, x], 1), A, B), (lambda x, y: np.concatenate((x, y), axis=None), A, ROW),
                     (lambda x: np.concatenate([B, x]), A)],  # fmt: skip
    np.stack: [(lambda x, y: np.stack([x, y], -1), A, B), (lambda x, y: np.stack([x, y]), A, B)],
    np.clip: [(lambda x: np.clip(x, -0.5, 0.5), A), (lambda x: x.clip(0, None), A), (lambda x: np.clip(x, None, 0.4), A), (np.clip, A, -P / 2, P / 2)],
    np.dot: [(np.dot, A, V), (lambda x, y: x.dot(y), A, ROW), (np.dot, T, U), (lambda x: np.dot(x[0, 0], x), A)],
    np.tensordot: [(lambda x, y: np.tensordot(x, y, 1), A, V), (lambda x, y: np.tensordot(x, y, ((0, 2), (0, 1))), T, U)],
    np.inner: [(np.inner, A, B)], np.outer: [(np.outer, ROW, COLUMN)],
    np.take: [(lambda x: np.take(x, [0, 1, 1], axis=1), A), (lambda x: x.take([5, 5]), A)],
    np.repeat: [(lambda x: np.repeat(x, 2, 0), A), (lambda x: x.repeat([1, 2, 0, 1], axis=1), A)],
    np.tile: [(lambda x: np.tile(x, 3), A), (lambda x: np.tile(x, (2, 1, 2)), A)],
    np.hstack: [(lambda x, y: np.hstack([x, y]), A, COLUMN), (lambda x: np.hstack([x, x]), ROW)],
    np.vstack: [(lambda x, y: np.vstack([x, y]), A, ROW)],
    np.column_stack: [(lambda x, y: np.column_stack([x, y]), A, B[:, 0] + 0)],
    np.split: [(lambda x: np.split(x, 2, axis=1)[1], A), (lambda x: np.split(x, [1, 3], axis=1)[1], A)],
    np.array_split: [(lambda x: np.array_split(x, 3, axis=1)[0], A)],
    np.diff: [(np.diff, A), (lambda x: np.diff(x, 2, 0), A)],
    np.average: [(np.average, A), (lambda x: np.average(x, 0, weights=[1, 2, 3]), A), (lambda x, w: np.average(x, weights=w), A, B)],
    np.sort: [(np.sort, A), (lambda x: np.sort(x, 0), A)],
    np.trace: [(np.trace, S), (lambda x: np.trace(x, 1), A)],
    np.pad: [(lambda x: np.pad(x, 1), A), (lambda x: np.pad(x, ((0, 1), (2, 0)), constant_values=3), A)],
    **MORE, (np.add, "reduce"): [(np.add.reduce, A)], (np.maximum, "reduce"): [(lambda x: np.maximum.reduce(x, 1), A)],
}  # fmt: skip
NAMED = [(getattr(k, "__name__", str(k)), f, xs) for k, cases in CASES.items() for f, *xs in cases]


def test_every_rule_is_tested():
    known = {key for key in (*RULES, *COMPOSED) if "minikeras" not in str(getattr(key, "__module__", ""))}
    assert known - {np.amin, np.amax} == set(CASES)


def test_rules_may_take_any_keywords():
    RULES["scale"] = (lambda g, y, x, **kw: g * kw["by"],)
    try:
        y, pullback = vjp(lambda x: record("scale", lambda x, by: x * by, (x,), {"by": 3}), A)
        assert pullback(np.ones((3, 4)))[0].tolist() == [[3.0] * 4] * 3
    finally:
        del RULES["scale"]


@pytest.mark.parametrize("f, xs", [(f, xs) for _, f, xs in NAMED], ids=[name for name, _, _ in NAMED])
def test_rule(f, xs):
    xs = [x.copy() for x in xs]
    for x in xs:
        x.flags.writeable = False
    y, pullback = vjp(f, *xs)
    np.testing.assert_allclose(y, f(*xs), rtol=1e-14)
    weight = np.random.default_rng(1).standard_normal(y.shape)
    grads = pullback(weight)
    for x, grad in zip(xs, grads):
        x.flags.writeable = True
        assert grad.flags.writeable
        check_gradient(lambda: np.sum(f(*xs) * weight), x, grad, probes=2, rtol=2e-5)


@pytest.mark.parametrize("f, xs", [(f, xs) for _, f, xs in NAMED], ids=[name for name, _, _ in NAMED])
def test_float32_stays(f, xs):
    xs = [x.astype("float32") for x in xs]
    y, pullback = vjp(f, *xs)
    assert y.dtype == f(*xs).dtype
    assert [g.dtype for g in pullback(np.ones_like(y))] == [np.dtype("float32")] * len(xs)


def test_what_is_flat_gives_plain_arrays():
    def f(x):
        for y in (x > 0, x == x, np.argmax(x), x.argmax(-1), np.sign(x), np.floor(x), np.isnan(x), np.zeros_like(x), x.astype(int)):
            assert not isinstance(y, Box)
        assert (x.shape, x.ndim, x.size, x.dtype, len(x), np.shape(x)) == ((3, 4), 2, 12, np.dtype("float64"), 3, (3, 4))
        return x.sum() if x[0, 0] > x[0, 1] else x.sum() * 2

    assert vjp(f, -np.arange(12.0).reshape(3, 4))[1](1.0)[0].tolist() == [[1.0] * 4] * 3


def test_pullback_can_be_called_again_and_gives_arrays_of_its_own():
    y, pullback = vjp(lambda x, y: x + y, A, B)
    (a, b), (c, _) = pullback(P), pullback(2 * P)
    np.testing.assert_array_equal(c, 2 * P)
    a += 1
    np.testing.assert_array_equal(b, P)


def test_zeros_where_nothing_flows():
    y, pullback = vjp(lambda x, i, unused: x[i], A, np.array([2, 0]), ROW)
    dx, di, du = pullback(np.ones_like(y))
    assert dx.sum(1).tolist() == [4.0, 0.0, 4.0] and di.tolist() == [0, 0] and du.tolist() == [0.0] * 4
    y, pullback = vjp(lambda x: 3.0, A)
    assert y == 3 and pullback(1.0)[0].tolist() == np.zeros((3, 4)).tolist()
    assert vjp(lambda x: x * constant(x), A)[1](np.ones((3, 4)))[0].tolist() == A.tolist()


def test_ties_share():
    assert vjp(np.max, np.array([1.0, 3.0, 3.0]))[1](1.0)[0].tolist() == [0.0, 0.5, 0.5]
    assert vjp(lambda x: np.maximum(x, 0), np.array([-1.0, 0.0, 1.0]))[1](np.ones(3))[0].tolist() == [0.0, 0.5, 1.0]
    assert vjp(np.linalg.norm, np.zeros(2))[1](1.0)[0].tolist() == [0.0, 0.0]
    assert vjp(np.std, np.ones(2))[1](1.0)[0].tolist() == [0.0, 0.0]


def in_place(x):
    x += 1
    return x


def set_item(x):
    x[0] = 1
    return x


def into_plain(x):
    y = np.zeros((3, 4))
    y[...] = x
    return y


def add_into_plain(x):
    y = also = np.zeros((3, 4))
    y += x
    return also


@pytest.mark.parametrize("f, error, words", [
    (add_into_plain, NotImplementedError, "write x = x \\+ y"),
    (lambda x: np.exp(x, out=np.zeros((3, 4))), NotImplementedError, "numpy.exp with out="),
    (np.fft.fft, NotImplementedError, "No gradient through numpy.fft.fft.*override forward and backward of a layer"),
    (np.gcd, NotImplementedError, "No gradient through numpy.gcd"),
    (np.multiply.accumulate, NotImplementedError, "numpy.multiply.accumulate"),
    (lambda x: np.sum(x, where=A > 0), NotImplementedError, "numpy.sum with such an argument 'where'"),
    (lambda x: np.exp(x, where=A > 0), NotImplementedError, "numpy.exp with such an argument 'where'"),
    (lambda x: np.sum(a=x), NotImplementedError, "numpy.sum with such an argument 'a'"),
    (lambda x: np.multiply(x[0, :2], [x[0, 0], 1.0]), NotImplementedError, "such an argument 1"),
    (lambda x: np.take(x, 1, mode="wrap"), NotImplementedError, "numpy.take with such an argument 'mode'"),
    (lambda x: np.pad(x, 1, mode="mean"), NotImplementedError, "constant"),
    (np.asarray, TypeError, "can't become a plain one"),
    (lambda x: np.array([x, x]), TypeError, "np.stack"),
    (into_plain, TypeError, "can't become a plain one"),
    (lambda x: float(x[0, 0]), TypeError, "Python number"),
    (lambda x: x.tolist(), TypeError, "Python number"),
    (lambda x: x.sum().item(), TypeError, "Python number"),
    (lambda x: x.nothing, AttributeError, "np.nothing"),
    (lambda x: object(), TypeError, "must return arrays"),
    (lambda x: vjp(lambda y: y * x, A)[0], TypeError, "two traces"),
])  # fmt: skip
def test_leaves_loudly(f, error, words):
    with pytest.raises(error, match=words):
        vjp(f, *(A, A) if f is np.gcd else (A,))


def test_late_errors():
    with pytest.raises(ValueError, match=r"of the shape of y, \(3, 4\), got \(2,\)"):
        vjp(np.exp, A)[1](np.ones(2))
    with pytest.raises(NotImplementedError, match="twice"):
        vjp(lambda x: np.einsum("ii->i", x), S)[1](np.ones(3))
    with pytest.raises(NotImplementedError, match="ord='nuc'"):
        vjp(lambda x: np.linalg.norm(x, "nuc"), S)[1](1.0)


def test_what_changes_in_place_goes_on_with_its_new_value():
    def f(x):
        y = in_place(x * 2.0)
        np.exp(y, out=y)
        y[1:] *= 3.0
        return y

    y, pullback = vjp(f, A)
    expected = np.exp(2 * A + 1)
    expected[1:] *= 3
    np.testing.assert_allclose(y, expected)
    np.testing.assert_allclose(pullback(P)[0], 2 * P * expected)
    assert set_item(A.copy()).tolist() == vjp(set_item, A)[0].tolist()
    assert vjp(set_item, A)[1](P)[0].tolist() == np.concatenate([np.zeros((1, 4)), P[1:]]).tolist()


def test_variables_that_are_read_get_their_gradients():
    w, b = Variable(V, dtype="float64"), Variable(np.arange(5.0), dtype="float64")
    still = Variable(np.ones(5), dtype="float64", trainable=False)
    adopt([w, b])
    before = w.value

    def f(x):
        assert w.shape == (4, 5) and w.dtype == "float64"
        y = np.concatenate([x @ w + b, x @ w * w[0] - np.sum(np.square(w)) * still], axis=1) + (b * w).sum()
        return np.maximum(y, w.sum())

    y, pullback = vjp(f, A, variables=[w, b])
    assert w.value is before and w.value.base is not None
    grads = pullback(np.cos(y))
    for variable, grad in zip((w, b), grads[1:]):
        check_gradient(lambda: np.sin(f(A)).sum(), variable.value, grad)
    assert w.value is before
    assert vjp(lambda x: x * w[0, 0], A)[0].tolist() == (A * V[0, 0]).tolist()


def test_a_layer_may_keep_statistics_of_what_is_traced():
    mean = Variable(np.zeros(4), trainable=False, dtype="float64")

    def f(x):
        mean.assign(0.5 * mean + 0.5 * np.mean(x, 0))
        mean.assign_add(np.mean(x, 0))
        return x - np.mean(x, 0)

    vjp(f, A)
    np.testing.assert_allclose(mean.value, 1.5 * A.mean(0))


def test_primitive_is_one_entry():
    def cube(x, parts, n):
        return x**3 + parts[1], lambda g: (3 * g * x * x, [None, g], None)

    y, pullback = vjp(lambda x, y: primitive(cube, x, [1.0, y], 3) * 2, A, B)
    np.testing.assert_allclose(y, 2 * (A**3 + B))
    da, db = pullback(P)
    np.testing.assert_allclose(da, 6 * P * A * A)
    np.testing.assert_allclose(db, 2 * P)
    assert isinstance(primitive(lambda x: (x, None), A), np.ndarray)


def test_a_long_tape_needs_no_recursion():
    def f(x):
        for _ in range(5000):
            x = x * 1.0001
        return x.sum()

    assert vjp(f, np.ones(2))[1](1.0)[0] == pytest.approx([1.0001**5000] * 2)
