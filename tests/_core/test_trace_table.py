"""Functions of ours let arrays that stand for others take over."""

import numpy as np

from minikeras._core.tape import vjp
from minikeras._core.trace_own import put, scatter_add
from minikeras._core.trace_table import COMPOSED, RULES, own, rule
from minikeras._core.variable import Variable


def test_own_functions_unwrap_variables_and_trace():
    @own
    def cube(x):
        return np.asarray(x) ** 3  # np.asarray of a traced array would raise

    rule(cube, lambda g, y, x: g * 3 * x * x)
    try:
        assert cube(Variable([2.0], dtype="float64")).tolist() == [8.0] and cube.__name__ == "cube"
        assert vjp(cube, np.array([2.0]))[1](np.ones(1))[0].tolist() == [12.0]
        assert vjp(lambda x: vjp(cube, x)[1](np.ones(1))[0], np.array([2.0]))[1](np.ones(1))[0].tolist() == [12.0]
    finally:
        del RULES[cube]


def test_no_function_has_two_rules():
    assert not set(RULES) & set(COMPOSED)


def test_arguments_are_not_changed():
    a = np.zeros(3)
    assert put(a, 1.0, 0).tolist() == [1, 0, 0] and a.tolist() == [0, 0, 0]
    assert scatter_add(np.ones(2), (2,), np.array([1, 1])).tolist() == [0, 2]
