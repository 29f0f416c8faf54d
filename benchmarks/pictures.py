"""The outcome as pictures."""

from __future__ import annotations

from pathlib import Path

from benchmarks.contestants import BY_NAME
from benchmarks.growth import SWEEPS
from benchmarks.report import HEADS, is_time, ratios, seen

COLOURS = {"numpy": "black", "products": "lightgrey", "ours": "tab:red", "ours-jit": "darkred", "jax": "tab:purple",
           "keras-jax": "tab:blue", "keras-jax-best": "tab:blue", "keras-tensorflow": "tab:orange",
           "keras-tensorflow-best": "tab:orange", "keras-torch": "tab:green", "torch": "darkgreen",
           "sklearn": "tab:brown"}  # fmt: skip
LABELS = {**HEADS, "keras-jax-best": "Keras on JAX, best", "keras-tensorflow-best": "Keras on TensorFlow, best"}


def figure(rows, columns, width, height):
    """An empty figure without a window."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    drawn = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(drawn)
    return drawn, drawn.subplots(rows, columns)


def draw(found: dict, folder: Path) -> list[str]:
    """What there is to draw; the names of the files."""
    drawn = []
    if any(is_time(result) for result in found["results"]):
        draw_ratios(found["results"], folder / "ratios.png")
        drawn.append("ratios.png")
    if found.get("times") and found.get("fits"):
        draw_growth(found["times"], found["fits"], folder / "growth.png")
        drawn.append("growth.png")
    return drawn


def draw_ratios(results: list, path: Path) -> None:
    """A line for each work, a point for each contestant."""
    timed = [result for result in results if is_time(result) and ("numpy" in result.values or "ours" in result.values)]
    drawn, axes = figure(1, 1, 10, 1.6 + 0.36 * len(timed))
    for name in seen(timed, {}):
        points = [(ratios(r)[name], len(timed) - i) for i, r in enumerate(timed) if r.values.get(name)]
        marker = "o" if "best" not in name else "D"
        face = COLOURS[name] if "best" not in name else "none"
        axes.plot(*zip(*points), marker, color=COLOURS[name], markerfacecolor=face, label=LABELS[name], alpha=0.85)
    axes.set_xscale("log")
    axes.axvline(1, color="black", linewidth=0.7)
    axes.set_yticks(range(len(timed), 0, -1), [result.work.title for result in timed], fontsize=8)
    axes.set_xlabel("time in multiples of the NumPy loop (where there is none: of minikeras); less is faster")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=7, ncols=4, loc="lower center", bbox_to_anchor=(0.3, 1))
    drawn.savefig(path, dpi=110)


def draw_growth(times: dict, fits: dict, path: Path) -> None:
    """Time against each quantity, with the expected slope dashed; memory against what is expected."""
    drawn, panels = figure(2, 3, 12, 7)
    *panels, memory, empty = panels.ravel()
    empty.set_axis_off()
    expected = {sweep.name: sweep for sweep in SWEEPS}
    for axes, (name, lines) in zip(panels, times.items()):
        for who, line in lines.items():
            axes.plot(*zip(*line), "o-", color=COLOURS[who], label=LABELS[who], markersize=4)
        sweep, mine = expected[name], lines.get("ours") or next(iter(lines.values()))
        (x0, _), (x1, y1) = mine[0], mine[-1]
        axes.plot([x0, x1], [y1 * (x0 / x1) ** sweep.slope, y1], "k--", linewidth=0.8, label=f"slope {sweep.slope}")
        axes.set_ylim(bottom=min(y for line in lines.values() for _, y in line) / 2)
        finish(axes, sweep.axis, f"seconds of {sweep.told}")
    plain = {title: pair for title, pair in fits.items() if "mapped" not in title}
    for who in [name for name in BY_NAME if any(name in most for _, most in plain.values())]:
        line = sorted((need, most[who]) for need, most in plain.values() if who in most)
        memory.plot(*zip(*line), "o-", color=COLOURS[who], label=LABELS[who], markersize=4)
    ends = [min(need for need, _ in plain.values()), max(need for need, _ in plain.values())]
    memory.plot(ends, ends, "k--", linewidth=0.8, label="that alone")
    finish(memory, "bytes of data, weights, gradients, slots, outputs", "peak bytes of fit")
    drawn.savefig(path, dpi=110)


def finish(axes, across, up):
    """Log axes with a label at whole powers of ten alone."""
    from matplotlib.ticker import NullFormatter

    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=7)
