# ruff: noqa: E501 - one case on one line
"""Compositions have the values of the functions they stand for."""

import numpy as np
import pytest

from minikeras._core.trace_composed import composed
from minikeras._core.trace_table import COMPOSED

A = np.random.default_rng(0).normal(size=(3, 4))


@pytest.mark.parametrize("function, args", [
    (np.pad, (A, ((1, 2), (0, 3)), "reflect")), (np.pad, (A, 2, "wrap")), (np.pad, (A, 1)), (np.rot90, (A, 3)), (np.diag, (A[0], -2)), (np.diag, (A, 1)),
    (np.median, (A, 0)), (np.median, (A,)), (np.kron, (A, A[0])), (np.split, (A, [1, 3], 1)), (np.tile, (A, (2, 1, 2))), (np.trace, (A, -1)),
    (np.cross, (A[:, :3], A[:, 1:])), (np.diff, (A, 2)), (np.average, (A, 1, A[0])), (np.sort, (A, 0)), (np.vdot, (A, A)), (np.ptp, (A, 1)),
])  # fmt: skip
def test_same_numbers(function, args):
    found, expected = COMPOSED[function](*args), function(*args)
    for y, z in zip(found, expected) if isinstance(expected, list) else [(found, expected)]:
        np.testing.assert_allclose(y, z, rtol=1e-13)


def test_one_composition_may_stand_for_several_functions():
    @composed("first", "second")
    def both(a):
        return a

    assert COMPOSED.pop("first") is COMPOSED.pop("second") is both
