import itertools

import pytest

from minikeras.utils.graph_layout import layout


def overlap(a, b, centres, sizes):
    return all(abs(centres[a][i] - centres[b][i]) < (sizes[a][i] + sizes[b][i]) / 2 - 1e-9 for i in (0, 1))


GRAPHS = [
    [("a", "b")],
    [("a", "b"), ("b", "c"), ("a", "c")],
    [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("a", "d")],
    [(a, b) for a in "abc" for b in "xyz"],
    [("a", "b"), ("b", "a")],  # a ring, as a shared layer may make
    [("a", "a")],
]


@pytest.mark.parametrize("arrows", GRAPHS)
def test_no_boxes_overlap_and_arrows_point_down(arrows):
    boxes = sorted({box for arrow in arrows for box in arrow})
    sizes = {box: (1 + i % 3, 0.5 + i % 2) for i, box in enumerate(boxes)}
    centres, ways = layout(sizes, arrows)
    assert not [pair for pair in itertools.combinations(boxes, 2) if overlap(*pair, centres, sizes)]
    if len(set(map(frozenset, arrows))) == len(arrows) and ("a", "a") not in arrows:
        assert all(centres[a][1] < centres[b][1] for a, b in arrows)
    for (a, b), way in zip(arrows, ways):
        assert way[0] == centres[a] and way[-1] == centres[b]


def test_a_long_arrow_goes_around_boxes():
    sizes = dict.fromkeys("abc", (2.0, 1.0))
    centres, ways = layout(sizes, [("a", "b"), ("b", "c"), ("a", "c")])
    beside = [x for x, y in ways[2] if abs(y - centres["b"][1]) <= 0.5 + 1e-9]
    assert len(beside) == 2 and all(abs(x - centres["b"][0]) > 1 for x in beside)


def test_what_is_used_late_stands_late():
    centres, _ = layout(dict.fromkeys("abcdx", (1, 1)), [("a", "b"), ("b", "c"), ("c", "d"), ("x", "d")])
    assert centres["x"][1] == centres["c"][1]


def test_nothing():
    assert layout({}, []) == ({}, [])
