import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minikeras._core.windows import block_sizes, geometry, overlap, padded_blocks, spread, transposed_size, windows


@pytest.mark.parametrize(
    "size, window, stride, padding, dilation, pads, out",
    [
        (5, 3, 1, "valid", 1, (0, 0), 3),
        (5, 3, 1, "same", 1, (1, 1), 5),
        (5, 2, 1, "same", 1, (0, 1), 5),  # an odd zero goes to the end
        (6, 3, 2, "same", 1, (0, 1), 3),
        (5, 3, 2, "same", 1, (1, 1), 3),
        (4, 1, 3, "same", 1, (0, 0), 2),
        (7, 3, 1, "same", 2, (2, 2), 7),
        (5, 3, 2, "causal", 1, (2, 0), 3),
        (5, 2, 1, "causal", 3, (3, 0), 5),
        (5, 2, 1, [(1, 2)], 1, (1, 2), 7),
        (5, 2, 1, [(-1, 0)], 1, (-1, 0), 3),
    ],
)
def test_padding_and_sizes_are_those_of_keras(size, window, stride, padding, dilation, pads, out):
    g = geometry((size,), (window,), stride, padding, dilation)
    assert (g.pads, g.out) == ((pads,), (out,))


def test_a_window_without_a_place_and_an_unknown_padding_are_refused():
    with pytest.raises(ValueError, match=r"\(5,\).* finds no place on \(4,\)"):
        geometry((4,), (5,), 1, "valid", 1)
    with pytest.raises(ValueError, match="'sane'"):
        geometry((4,), (2,), 1, "sane", 1)


def test_mirrored_twice_is_where_it_began():
    g = geometry((7, 6), (3, 2), 1, "same", (2, 1))
    assert g.mirrored().sizes == g.out and g.mirrored().out == g.sizes
    assert g.mirrored().mirrored() == g


def test_windows_are_a_view_that_can_not_be_written():
    x = np.arange(2.0 * 5 * 4 * 3).reshape(2, 5, 4, 3)
    seen = windows(x, geometry((5, 4), (2, 2), (2, 1), "valid", (1, 2)))
    assert seen.shape == (2, 2, 2, 2, 2, 3) and np.shares_memory(seen, x) and not seen.flags.writeable
    np.testing.assert_array_equal(seen[1, 1, 0, 1, 1], x[1, 3, 2])


def test_padded_blocks_cover_all_samples_and_pad_each():
    x = np.arange(1.0, 11.0).reshape(5, 2, 1)
    blocks = [(where, block.copy()) for where, block in padded_blocks(x, ((1, -1),), 2, "float64")]
    assert [where for where, _ in blocks] == [slice(0, 2), slice(2, 4), slice(4, 6)]
    assert np.concatenate([block for _, block in blocks])[:, :, 0].tolist() == [[0, 1], [0, 3], [0, 5], [0, 7], [0, 9]]


def test_spread_sets_zeros_between():
    x = np.arange(1.0, 5.0).reshape(1, 2, 2, 1)
    assert spread(x, (2, 1))[0, :, :, 0].tolist() == [[1, 2], [0, 0], [3, 4]]
    assert spread(x, (1, 1)) is x


@given(st.integers(0, 300), st.integers(1, 50), st.integers(1, 1 << 22))
def test_blocks_are_small_enough_or_as_small_as_can_be(samples, rows, numbers):
    some, part = block_sizes(samples, rows, numbers)
    assert some >= 1 and 1 <= part <= rows and (part == rows or some == 1)
    assert some * part * numbers <= 1 << 20 or some == part == 1


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 4), st.integers(-20, 20))
def test_overlap_finds_what_a_loop_finds(n, outputs, stride, shift):
    pairs = [(stride * o + shift, o) for o in range(outputs) if 0 <= stride * o + shift < n]
    inputs, places = overlap(n, outputs, stride, shift)
    assert list(zip(range(n)[inputs], range(outputs)[places])) == pairs
    assert len(range(n)[inputs]) == len(range(outputs)[places])


@given(
    st.integers(1, 9), st.integers(1, 5), st.integers(1, 4), st.sampled_from(["valid", "same"]),
    st.sampled_from([None, 0, 1]), st.integers(1, 3),
)  # fmt: skip
def test_the_transposed_size_leads_back(n, taps, stride, padding, more, dilation):
    size, pads = transposed_size(n, taps, stride, padding, more, dilation)
    if size > 0:
        assert geometry((size,), (taps,), stride, [pads], dilation).out == (n,)
