import numpy as np
import pytest

from minikeras import ops
from minikeras._core.allowance import allowance
from minikeras._core.growth import MOST, check_growth

SMALL = [np.zeros((2, 6), "float32"), np.zeros((3, 8, 8, 2), "float32"), np.zeros((2, 4, 4), "float32")]


def bound(function, *args, **kwargs):
    with allowance(0):
        check_growth(function, args, kwargs, "operation")


@pytest.mark.parametrize(
    "function, args",
    [
        (ops.tile, (SMALL[0], [1, 2])),
        (ops.pad, (SMALL[0], [[0, 0], [1, 1]])),
        (ops.matmul, (np.zeros((2, 2000, 64)), np.zeros((2, 64, 2000)))),
        (ops.einsum, ("bij,bjk->bik", np.zeros((2, 500, 64)), np.zeros((2, 64, 500)))),
        (ops.max_pool, (np.zeros((3, 224, 224, 16)), 2)),
        (ops.conv, (np.zeros((3, 64, 64, 16)), np.zeros((3, 3, 16, 32)))),
        (ops.image.resize, (np.zeros((3, 64, 64, 3)), (224, 224))),
        (ops.concatenate, ([np.zeros((3, 500, 500)), np.zeros((3, 500, 500))],)),
        (ops.mean, (np.zeros((3, 1000, 1000)), 1)),
        (ops.add, (np.zeros((3, 1, 1000)), np.zeros((3, 1000, 1)))),
    ],
)
def test_what_models_do_is_let_in(function, args):
    bound(function, *args)


@pytest.mark.parametrize(
    "function, args",
    [
        (ops.tile, (SMALL[0], [1, 10**9])),
        (ops.repeat, (SMALL[0], 10**9)),
        (ops.pad, (SMALL[0], [[0, 0], [0, 10**9]])),
        (ops.broadcast_to, (SMALL[0], [10**9, 2, 6])),
        (ops.linspace, (SMALL[0], 1.0, 10**9)),
        (ops.one_hot, (SMALL[0].astype(int), 10**9)),
        (ops.image.resize, (SMALL[1], (10**5, 10**5))),
        (ops.diff, (SMALL[0], 10**7)),
        (ops.max_pool, (SMALL[1], 10**9, 1, "same")),
        (ops.einsum, ("ab,cd,ef,gh->abcdefgh", *[np.zeros((20, 20))] * 4)),
        (ops.einsum, ("ab,cd,ef,gh,ij->", *[np.zeros((90, 90))] * 5)),
        (ops.outer, (np.zeros(10**5), np.zeros(10**5))),
        (ops.kron, (np.zeros((300, 300)), np.zeros((300, 300)))),
        (ops.matmul, (np.zeros((10**4, 1)), np.zeros((1, 10**4)))),
        (ops.add, (np.zeros((10**4, 1)), np.zeros((1, 10**4)))),
        (ops.linalg.svd, (np.zeros((3000, 3000)),)),
        (ops.arange, (0, 5)),
        (ops.map, (abs, SMALL[0])),
    ],
)
def test_what_grows_without_end_is_not(function, args):
    with pytest.raises(ValueError, match="file"):
        bound(function, *args)


@pytest.mark.parametrize(
    "kind", ["Tile", "Repeat", "Pad", "Concatenate", "Matmul", "Sort", "Flip", "MaxPool", "TopK", "ExpandDims", "Diag"]
)
def test_the_bound_is_one(kind):
    """Whatever comes out holds no more numbers than the bound says."""
    from minikeras._core import growth

    calls = {
        "Tile": (SMALL[0], [2, 3]),
        "Repeat": (SMALL[0], 3, 1),
        "Pad": (SMALL[0], [[1, 2], [3, 0]]),
        "Concatenate": (SMALL[:1] * 3, 1),
        "Matmul": (SMALL[2], SMALL[2]),
        "Sort": (SMALL[0],),
        "Flip": (SMALL[0],),
        "MaxPool": (SMALL[1], 3, 1, "same"),
        "TopK": (SMALL[0], 2),
        "ExpandDims": (SMALL[0], 0),
        "Diag": (np.zeros(5),),
    }
    function = ops.OPERATIONS[kind]
    size, _ = growth._bound(growth._given(kind, calls[kind]), function.__wrapped__.__module__.rpartition(".")[2])
    found = function(*calls[kind])
    assert sum(np.size(part) for part in (found if isinstance(found, (list, tuple)) else [found])) <= size < MOST


def test_all_operations_together_have_a_limit():
    many = np.broadcast_to(np.float32(0), (1 << 23,))
    with allowance(0), pytest.raises(ValueError, match="in all"):
        for _ in range(1000):
            check_growth(ops.sort, (many,), {}, "operation")
