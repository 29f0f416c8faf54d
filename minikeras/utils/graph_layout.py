"""Where the boxes of a graph stand, so that arrows point down and seldom cross: the method of Sugiyama, in short.

Each box gets the row after the last one that feeds it, or a later one if that makes no arrow longer. An arrow over several
rows gets a place in each row between. Rows are sorted by the mean place of their neighbours, up and down a few times; then
places move towards their neighbours as far as their row lets them.
"""

from __future__ import annotations

from typing import Any

_SWEEPS = 8


def layout(
    sizes: dict[Any, tuple[float, float]], arrows: list[tuple], gap: float = 0.4, row_gap: float = 0.45
) -> tuple[dict, list[list]]:
    """Return the centres of boxes, and for each arrow the points that it goes through.

    Args:
        sizes: width and height of each box.
        arrows: pairs of boxes.
        gap: least distance of boxes in a row.
        row_gap: distance of rows.

    >>> centres, ways = layout({"a": (1, 1), "b": (1, 1)}, [("a", "b")])
    >>> centres["a"][0] == centres["b"][0], centres["a"][1] < centres["b"][1], len(ways[0])
    (True, True, 4)
    """
    rows = _rows(list(sizes), arrows)
    widths: dict[Any, float] = {box: size[0] for box, size in sizes.items()}
    chains = []
    for number, (a, b) in enumerate(arrows):
        between = [("way", number, row) for row in range(rows[a] + 1, rows[b])]
        for place in between:
            rows[place], widths[place] = place[2], 0.1
        chains.append([a, *between, b])
    order = _sorted_rows(rows, chains)
    x = _places(order, chains, widths, gap)
    heights = [max((sizes[box][1] for box in row if box in sizes), default=0.0) for row in order]
    y, top = [], 0.0
    for height in heights:
        y.append(top + height / 2)
        top += height + row_gap
    centres = {box: (x[box], y[rows[box]]) for box in sizes}
    ways = []
    for chain in chains:  # straight within rows, so that it meets no box; what is between rows, may bend
        ends = [(x[p], y[rows[p]] + side * heights[rows[p]] / 2) for p in chain for side in (-1, 1)]
        ways.append([centres[chain[0]], *ends[1:-1], centres[chain[-1]]])
    return centres, ways


def _rows(boxes: list, arrows: list[tuple]) -> dict[Any, int]:
    """The row of each box: after all that feed it. Arrows back, in graphs that have them, don't count."""
    rows = dict.fromkeys(boxes, 0)
    for _ in boxes:
        moved = False
        for a, b in arrows:
            if a != b and rows[b] <= rows[a] < len(boxes) - 1:
                rows[b], moved = rows[a] + 1, True
        if not moved:
            break
    for box in sorted(boxes, key=rows.__getitem__, reverse=True):  # what waits for others, stands close to where it is used
        after = [rows[b] for a, b in arrows if a == box]
        if after and sum(b == box for _, b in arrows) <= len(after):
            rows[box] = max(rows[box], min(after) - 1)
    return rows


def _sorted_rows(rows: dict, chains: list[list]) -> list[list]:
    order: list[list] = [[] for _ in range(max(rows.values(), default=-1) + 1)]
    for place, row in rows.items():
        order[row].append(place)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        near = _neighbours(chains, down)
        index = {place: i for row in order for i, place in enumerate(row)}
        for row in order if down else order[::-1]:
            row.sort(key=lambda p: _mean([index[q] for q in near.get(p, ())], index[p]))
            index.update((place, i) for i, place in enumerate(row))
    return order


def _places(order: list[list], chains: list[list], widths: dict, gap: float) -> dict[Any, float]:
    x: dict[Any, float] = {}
    for row in order:
        total = sum(widths[p] for p in row) + gap * (len(row) - 1)
        left = -total / 2
        for place in row:
            x[place] = left + widths[place] / 2
            left += widths[place] + gap
    up, down = _neighbours(chains, True), _neighbours(chains, False)
    for sweep in range(_SWEEPS):
        near = up if sweep % 2 == 0 else down
        for row in order if sweep % 2 == 0 else order[::-1]:
            wanted = [_mean([x[q] for q in near.get(p, ())], x[p]) for p in row]
            least = _packed(row, wanted, widths, gap, 1)
            most = _packed(row[::-1], wanted[::-1], widths, gap, -1)[::-1]
            x.update((place, (a + b) / 2) for place, a, b in zip(row, least, most))
    return x


def _packed(row: list, wanted: list[float], widths: dict, gap: float, way: int) -> list[float]:
    """Places as wanted, pushed in one direction where they would overlap."""
    placed: list[float] = []
    for i, place in enumerate(row):
        at = wanted[i]
        if i:
            edge = placed[-1] + way * (widths[row[i - 1]] / 2 + gap + widths[place] / 2)
            at = max(at, edge) if way > 0 else min(at, edge)
        placed.append(at)
    return placed


def _neighbours(chains: list[list], above: bool) -> dict[Any, list]:
    near: dict[Any, list] = {}
    for chain in chains:
        for a, b in zip(chain, chain[1:]):
            near.setdefault(b if above else a, []).append(a if above else b)
    return near


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
