import numpy as np
import pytest

from minikeras._core.variable import Variable, adopt
from minikeras.optimizers import SGD, Adam, AdamW, blocks
from minikeras.optimizers.blocks import cut, stretches, with_scratch


def test_neighbours_join_and_holes_part():
    a, b, c = (Variable(np.zeros(n)) for n in (2, 3, 4))
    adopt([a, b, c])
    assert [run[0][1] for run in stretches([[a], [b], [c]])] == [slice(0, 9)]
    assert [run[0][1] for run in stretches([[a], [c]])] == [slice(0, 2), slice(5, 9)]


def test_pieces_are_views_and_share_scratch_by_type(monkeypatch):
    monkeypatch.setattr(blocks, "LANES", 4)
    a, b = Variable(np.zeros((2, 3))), Variable(np.zeros(4), dtype="float64")
    adopt([a, b])
    pieces = with_scratch(cut([[a], [b]], size=4))
    assert [p[0].size for p in pieces] == [4, 2, 4] and [p[0].dtype for p in pieces] == ["float32", "float32", "float64"]
    pieces[1][0][...] = 1
    pieces[2][1][...] = 2
    assert a.tolist() == [[0, 0, 0], [0, 1, 1]] and b.grad.tolist() == [2] * 4
    assert all(s.shape == p[0].shape for p in pieces for s in p[2:])
    assert np.shares_memory(pieces[0][2], pieces[1][2]) and not np.shares_memory(pieces[0][2], pieces[0][3])
    whole = cut([[a], [b]], whole=True)
    assert whole[0][0].shape == (2, 3) and np.shares_memory(whole[0][1], a.grad)


@pytest.mark.parametrize("make", [lambda: SGD(0.1, momentum=0.9), lambda: Adam(0.01, amsgrad=True), lambda: AdamW(0.01)])
def test_blocks_change_no_bit(make, monkeypatch):
    rng, shapes = np.random.default_rng(0), [(180, 190), (190,), (190, 201), (7,)]
    start = [rng.standard_normal(shape) for shape in shapes]
    grads = [[rng.standard_normal(shape) for shape in shapes] for _ in range(2)]

    def run(block):
        monkeypatch.setattr(blocks, "BLOCK", block)
        optimizer, variables = make(), [Variable(w) for w in start]
        for g in grads:
            optimizer.apply(g, variables)
        return [v.numpy() for v in variables]

    for size in (20_000, 32_768):  # blocks that BLAS takes; smaller ones round otherwise
        for a, b in zip(run(size), run(10**9)):
            np.testing.assert_array_equal(a, b)
