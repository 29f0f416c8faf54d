"""What a training step costs as work grows, and what memory a fit takes: for us and two peers, each point in turns.

A straight line on log axes is a power law; `SWEEPS` says which power is to be expected where the work is large.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from benchmarks.rounds import Worker, contest
from benchmarks.works import Net, Work, dense

PEERS = ("keras-jax", "torch", "keras-tensorflow", "keras-torch", "jax", "sklearn")  # the first two that are there


@dataclass(frozen=True)
class Sweep:
    """One quantity that grows, all else equal."""

    name: str
    axis: str
    told: str  # what time is told of
    slope: float
    points: tuple
    work: object = field(repr=False)  # of a point

    def at(self, scale: str) -> tuple:
        return {"full": self.points, "quick": self.points[1:-1:2], "tiny": self.points[:1]}[scale]


def grown(name, net, rows) -> Work:
    return Work(name, name, "train", net, rows)


SWEEPS = [
    Sweep("width", "width of two hidden layers", "a step", 2, (16, 64, 256, 1024, 2048),
          lambda n: grown(f"width {n}", dense(64, n, n, 10, batch=64), 640 if n < 1000 else 256)),
    Sweep("depth", "hidden layers of 64", "a step", 1, (1, 2, 4, 8, 16, 32),
          lambda n: grown(f"depth {n}", dense(64, *[64] * n, 10, batch=64), 640)),
    Sweep("batch", "rows of a batch, 64-256-256-10", "a step", 1, (1, 8, 64, 512, 4096),
          lambda n: grown(f"batch {n}", dense(64, 256, 256, 10, batch=n), 10 * n)),
    Sweep("rows", "rows, batch 100, lecture net", "an epoch", 1, (500, 5000, 50_000),
          lambda n: grown(f"rows {n}", dense(10, 32, 32, 1, batch=100), n)),
]  # fmt: skip

FITS = {  # what takes the memory: a net and its rows
    "data": (dense(784, 128, 10, batch=128), 102_400),
    "weights, 2.4e5": (dense(784, 256, 128, 10, batch=128), 1280),
    "weights, 1.9e6": (dense(784, 1024, 1024, 10, batch=128), 1280),
    "weights, 1.4e7": (dense(784, 3072, 3072, 3072 // 4, 10, batch=128), 1280),
}


def weights(net: Net) -> int:
    return sum(i * o + o for i, o in zip(net.sizes, net.sizes[1:]))


def expected(net: Net, rows: int) -> int:
    """Bytes of the data, of the weights with their gradients and Adam's two slots, and of one step's outputs of the layers."""
    data = rows * (4 * net.shape[0] + 8)  # float32, and labels of 8 bytes
    return data + 4 * 4 * weights(net) + 4 * net.batch * sum(net.sizes[1:])


def two_peers(workers: list[Worker]) -> list[Worker]:
    """Ours, with the compiled step too where it is there, and two others."""
    named = {worker.entry.name: worker for worker in workers}
    ours = [named[name] for name in ("ours", "ours-jit") if name in named]
    return ours + [named[name] for name in PEERS if name in named][:2]


def times(workers: list[Worker], rounds: int, scale: str, tell=print) -> dict:
    """{sweep: {contestant: [(point, seconds)]}}."""
    found = {}
    for sweep in SWEEPS:
        lines = found[sweep.name] = {}
        for point in sweep.at(scale):
            tell(f"  growth, {sweep.name} {point}")
            work = sweep.work(point)
            result = contest(work, two_peers(workers), min(rounds, 2))
            for name, values in result.values.items():
                if values:
                    units = work.steps if sweep.told == "an epoch" else 1
                    lines.setdefault(name, []).append((point, min(values) * units))
    return found


def slope(line: list) -> float:
    """The power by which the end of a line grows: between the last two points."""
    (x0, y0), (x1, y1) = line[-2:]
    return math.log(y1 / y0) / math.log(x1 / x0)


def fits(workers: list[Worker], scale: str, tell=print) -> dict:
    """{what takes the memory: (expected bytes, {contestant: most bytes})}; each in a new process."""
    found = {}
    chosen = {"full": [*FITS], "quick": [*FITS][:2], "tiny": [*FITS][1:2]}[scale]
    for name in [*chosen, *(["data, mapped from a file"] if "data" in chosen else [])]:
        tell(f"  memory of fit, {name}")
        mapped = "mapped" in name
        net, rows = FITS["data" if mapped else name]
        rows = {"full": rows, "quick": max(1280, rows // 4), "tiny": 128}[scale]
        most = {}
        for worker in two_peers(workers):
            with Worker(worker.entry, worker.python) as fresh:
                answer = fresh.ask("prepare", work=Work(name, name, "fit_mapped" if mapped else "fit_memory", net, rows).told())
                if "value" in answer:
                    most[worker.entry.name] = answer["value"]
        found[name] = expected(net, rows), most
    return found
