import copy
import pickle
import sys
import threading

import numpy as np
import pytest

from minikeras import Variable, initializers
from minikeras._core.variable import Store, adopt, runs, spans


def make():
    return Variable([1.0, 2.0, 3.0], name="v")


# -- what it is ------------------------------------------------------------------------------------------------------


def test_attributes():
    v = make()
    assert (v.shape, v.dtype, v.ndim, v.size, v.name, v.path, v.trainable) == ((3,), "float32", 1, 3, "v", "v", True)
    assert v.numpy().tolist() == [1, 2, 3] and v.numpy() is not v.value and v.constraint is None and v.regularizer is None


@pytest.mark.parametrize(
    "start, how, dtype",
    [
        ([1.0], {}, "float32"), (np.ones(2), {}, "float32"), (np.ones(2), {"dtype": "float16"}, "float16"), (True, {}, "bool"),
        (initializers.Ones(), {"shape": (2,)}, "float32"),
        (lambda shape, dtype: np.ones(shape, dtype), {"shape": [2]}, "float32"),
        ("he_normal", {"shape": (2, 2), "dtype": "float64"}, "float64"),
        ([1, 2], {}, "int32"), (7, {}, "int32"), (np.arange(2), {}, "int64"),
    ],
)  # fmt: skip
def test_start_values(start, how, dtype):
    assert Variable(start, **how).dtype == dtype


@pytest.mark.parametrize(
    "start, how, message",
    [
        (["x"], {}, "holds numbers"),
        ("he_nromal", {"shape": (2,)}, "Did you mean 'he_normal'"),
        ("ones", {}, "needs a `shape`"),
        (1.0, {"name": "a/b"}, "cannot contain character `/`, got 'a/b'"),
        (1.0, {"name": 3}, "must be a string"),
        (None, {}, "holds numbers"),
        (initializers.Ones(), {}, "needs a `shape`"),
        ([1.0], {"shape": (2,), "name": "w"}, r"'w' should have shape \(2,\), got a value of shape \(1,\)"),
    ],
)
def test_refused(start, how, message):
    with pytest.raises(ValueError, match=message):
        Variable(start, **how)


# -- as an array -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "compute, result",
    [
        (lambda v: v + 1, [2, 3, 4]), (lambda v: 1 - v, [0, -1, -2]), (lambda v: 2 * v, [2, 4, 6]),
        (lambda v: 6 / v, [6, 3, 2]),
        (lambda v: v // 2, [0, 1, 1]), (lambda v: v % 2, [1, 0, 1]), (lambda v: v**2, [1, 4, 9]), (lambda v: 2**v, [2, 4, 8]),
        (lambda v: -v, [-1, -2, -3]), (lambda v: abs(-v), [1, 2, 3]), (lambda v: v @ v, 14), (lambda v: v + v, [2, 4, 6]),
        (lambda v: np.ones((2, 3)) @ v, [6, 6]), (lambda v: v == v, [True] * 3), (lambda v: v < 2, [True, False, False]),
        (lambda v: v[1:], [2, 3]), (lambda v: list(v), [1, 2, 3]), (lambda v: np.exp(v) * 0, [0, 0, 0]),
        (lambda v: np.sum(v), 6),
        (lambda v: np.where(v > 2, v, 0), [0, 0, 3]), (lambda v: np.concatenate([v, v]), [1, 2, 3, 1, 2, 3]),
        (lambda v: np.stack([v, v]).shape, (2, 3)), (lambda v: np.dot(v, v), 14), (lambda v: v.mean(), 2),
        (lambda v: v.tolist(), [1, 2, 3]), (lambda v: np.asarray(v, "float64"), [1, 2, 3]), (lambda v: len(v), 3),
        (lambda v: max(v), 3), (lambda v: v.reshape(3, 1).shape, (3, 1)),
    ],
)  # fmt: skip
def test_counts_as_an_array(compute, result):
    assert np.array_equal(compute(make()), result)


def test_float32_stays_float32():
    assert (make() * 2.5).dtype == (1 / make()).dtype == np.exp(make()).dtype == "float32"


def test_single_numbers():
    assert (float(Variable(3.0)), int(Variable(3)), bool(Variable(0.0)), f"{Variable(2.5):.2f}") == (3.0, 3, False, "2.50")
    assert float(round(Variable(2.567), 1)) == pytest.approx(2.6) and round(Variable([1.6, 2.5])).tolist() == [2, 2]
    with pytest.raises(TypeError):
        float(make())
    with pytest.raises(ValueError, match="ambiguous"):
        bool(make())
    assert [1, 2][Variable(1)] == 2 and len({Variable(1), Variable(1)}) == 2


# -- changing it -----------------------------------------------------------------------------------------------------


def test_assign():
    v = make()
    value = v.value
    v.assign([4, 5, 6])
    v.assign_add([1, 1, 1])
    v.assign_sub(np.array([2.0, 2.0, 2.0]))
    assert v.numpy().tolist() == [3, 4, 5] and v.value is value and v.dtype == "float32"
    for wrong in ([1, 2], 5.0):
        with pytest.raises(ValueError, match=r"shape of 'v' is \(3,\) and can't change"):
            v.assign(wrong)
    with pytest.raises(ValueError):
        v.assign("x")


def test_it_changes_by_assign_alone():
    v = kept = make()
    with pytest.raises(TypeError, match="changes by assign"):
        v += 1
    with pytest.raises(TypeError, match="changes by assign"):
        np.add(v, 1, out=kept)
    with pytest.raises(TypeError):
        v[0] = 3.0
    array = v.numpy()
    array += v
    assert kept.tolist() == [1, 2, 3] and array.tolist() == [2, 4, 6]


# -- stores ----------------------------------------------------------------------------------------------------------


def test_variables_keep_views_of_their_store_for_life():
    a, b, c = Variable([1.0, 2.0]), Variable([3.0], trainable=False), Variable([[4.0]])
    adopt([a, b, c])
    assert a.store is b.store is c.store and a.store.values.tolist() == [1, 2, 4, 3]  # the trainable ones first
    c.assign([[7.0]])
    a.grad[...] = 5
    assert a.store.values.tolist() == [1, 2, 7, 3] and a.store.grads.tolist() == [5, 5, 0, 0]
    (values, grads), = runs([a, c])  # fmt: skip
    assert values.tolist() == [1, 2, 7] and np.may_share_memory(grads, a.grad)
    with pytest.raises(RuntimeError, match="lives in a store already"):
        c.bind(c.store, slice(0, 1))


def test_threads_bring_the_same_variables_home_once_and_see_their_numbers_all_the_time():
    interval, seen, errors = sys.getswitchinterval(), set(), []

    def move(variables):
        try:
            adopt(variables)
        except RuntimeError as error:
            errors.append(error)

    def look(variables):
        while variables[-1].store is None:
            seen.update(float(v.value[0]) for v in variables)

    sys.setswitchinterval(1e-6)
    try:
        for _ in range(20):
            variables = [Variable([3.0]) for _ in range(50)]
            threads = [threading.Thread(target=do, args=(variables,)) for do in (look, move, move, move)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert {id(v.store) for v in variables} == {id(variables[0].store)}
    finally:
        sys.setswitchinterval(interval)
    assert not errors and seen <= {3.0}


def test_one_store_for_each_dtype_and_none_for_integers():
    a, b, c = Variable([1.0]), Variable([1.0], dtype="float64"), Variable([1])
    adopt([a, b, c])
    assert a.store is not b.store and c.store is None and c.grad is None
    assert Store([a], "float32").values.size == 0  # it has a home
    assert [span for _, span in spans([a, b])] == [slice(0, 1), slice(0, 1)]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])
def test_a_copy_leaves_the_store(copied):
    v = make()
    adopt([v])
    twin = copied(v)
    assert twin.store is None and twin.name == "v" and twin.tolist() == [1, 2, 3]
    twin.assign([0, 0, 0])
    assert v.tolist() == [1, 2, 3]
    adopt([twin])
    assert twin.store is not v.store


def test_a_misspelt_argument_names_the_nearest():
    with pytest.raises(TypeError, match="Variable got an unknown argument: `trainabel`. Did you mean `trainable`"):
        Variable(1.0, trainabel=False)


def test_weights_of_models_begin_where_a_cache_line_does():
    """What BLAS rounds depends on it: copies compute to the bit alike."""
    variables = [Variable(np.ones((3, 4), "float32")), Variable(np.ones(4, "float32"))]
    adopt(variables)
    store = variables[0].store
    assert store.values.ctypes.data % 64 == store.grads.ctypes.data % 64 == 0
