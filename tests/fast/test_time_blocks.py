import numpy as np
import pytest

pytest.importorskip("numba")

from minikeras.fast.tiles import WIDE, panels
from minikeras.fast.time_blocks import block, lay, lay_flipped, unblock

RNG = np.random.default_rng(0)


def matrix(*shape):
    return RNG.standard_normal(shape, dtype=np.float32)


@pytest.mark.parametrize("units", [1, 16, 21])
def test_panels_of_weights_above_a_bias_above_others(units):
    w, b, u = matrix(3, 4 * units), matrix(4 * units), matrix(units, 4 * units)
    blocks = -(-units // WIDE)
    found = np.full((2 * blocks, 3 + 1 + blocks * WIDE, WIDE), np.nan, np.float32)
    lay(w, b, u, 1, 4, found)  # of the second and third gate
    below = np.zeros((blocks * WIDE - units, 4 * units), np.float32)
    whole = np.concatenate([w, b[None], u, below]).reshape(-1, 4, units)
    for gate in (1, 2):
        expected = panels(whole[:, gate])
        np.testing.assert_array_equal(found[(gate - 1) * blocks : gate * blocks], expected)


def test_panels_without_what_stands_above_or_below():
    b, u = matrix(6), matrix(2, 6)
    found = np.empty((1, 1 + WIDE, WIDE), np.float32)
    lay(u[:0], b, u, 2, 3, found)
    assert found[0, 0, :2].tolist() == b[4:].tolist() and found[0, 1:3, :2].tolist() == u[:, 4:].tolist()
    found = np.empty((1, 3, WIDE), np.float32)
    lay(u, b, u[:0], 0, 3, found)
    assert found[0, :2, :2].tolist() == u[:, :2].tolist() and found[0, 2, :2].tolist() == b[:2].tolist()


@pytest.mark.parametrize("first", [0, 2])
def test_panels_of_flipped_weights(first):
    units, u = 21, matrix(18, 3 * 21)
    found = np.full((2, 3 * 2 * WIDE, WIDE), np.nan, np.float32)
    lay_flipped(u, 3, first, found)
    filled = np.zeros((18, 3, 2 * WIDE), np.float32)
    filled[:, :, :units] = np.roll(u.reshape(18, 3, units), -first, axis=1)
    np.testing.assert_array_equal(found, panels(filled.reshape(18, -1), True))


def test_states_in_blocks_and_back():
    state, part = matrix(5, 21), (0, 5, 1, 3, 2, 0, 21)  # samples 1 to 3
    found, back = np.empty(2 * 3 * WIDE, np.float32), np.zeros((5, 21), np.float32)
    block(state.reshape(-1), part, found)
    blocks = found.reshape(2, 3, WIDE)
    np.testing.assert_array_equal(np.concatenate(list(blocks), 1)[:, :21], state[1:4])
    assert not blocks[1, :, 5:].any()
    unblock(found, part, back.reshape(-1))
    np.testing.assert_array_equal(back[1:4], state[1:4])
    assert not back[[0, 4]].any()
