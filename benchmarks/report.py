"""The outcome as Markdown: tables, who was absent, which machine; what is written by hand at the end of the file stays."""

from __future__ import annotations

import datetime
import os
import platform
import statistics
from pathlib import Path

from benchmarks.contestants import BY_NAME
from benchmarks.growth import SWEEPS, slope
from benchmarks.rounds import Result

BY_HAND = "## What was tried and did not pay"
HEADS = {
    "numpy": "NumPy loop", "products": "bare products", "ours": "minikeras", "ours-jit": "minikeras, compiled step",
    "jax": "JAX by hand", "keras-jax": "Keras on JAX", "keras-jax-best": "... best", "keras-tensorflow": "Keras on TensorFlow",
    "keras-tensorflow-best": "... best", "keras-torch": "Keras on PyTorch", "torch": "PyTorch", "sklearn": "scikit-learn",
}  # fmt: skip
ON_TIMES = """\
"Best" is `steps_per_execution` as long as an epoch (Keras on PyTorch knows none); the rest are default settings. PyTorch,
the NumPy loop and the bare products take one thread or all, whichever is faster. The loop has buffers made once and `out=`
everywhere, and keeps loss and accuracy; its plain gradient descent goes from array to array (over one vector it would take a
sixth less on the lecture net)."""
ON_STARTS = """\
A new process imports, opens a file of the lecture net (Keras' format, else the library's own) and predicts one row; its first
fit, ten steps of a new net, comes after that. Installed is what pip puts there for it."""


def told(value: float, unit: str = "s") -> str:
    """A number as people write it: 78 µs, 1.2 ms, 27 kB, 1.05."""
    if unit == "x":
        return f"{value:.2f}"
    steps = [(1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")] if unit == "s" else [(1e6, "MB"), (1e3, "kB"), (1, "B")]
    size, name = next(((size, name) for size, name in steps if abs(value) >= size * 0.9995), steps[-1])
    return f"{value / size:.3g} {name}" if value / size < 1000 else f"{value / size:.0f} {name}"


def middle(values: list) -> str:
    """Median and spread: half of what lies between the quartiles, in percent."""
    if len(values) < 3:
        return told(statistics.median(values))
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    median = statistics.median(values)
    return f"{told(median)} ±{(high - low) / 2 / median * 100:.0f} %"


def base(result: Result) -> str | None:
    """Against whom the others are held: the NumPy loop, else minikeras."""
    return next((name for name in ("numpy", "ours") if result.values.get(name)), None)


def ratios(result: Result) -> dict:
    """{contestant: median over the rounds of its time to that of the base}."""
    floor = result.values[base(result)]
    return {name: statistics.median(a / b for a, b in zip(values, floor)) for name, values in result.values.items() if values}


def table(rows: list[tuple], names: list[str], cell) -> list[str]:
    """Markdown: a row for each (title, thing), a column for each contestant."""
    lines = ["| | " + " | ".join(HEADS[name] for name in names) + " |", "| --- |" + " ---: |" * len(names)]
    return lines + ["| " + title + " | " + " | ".join(cell(thing, name) for name in names) + " |" for title, thing in rows]


def ratio_cell(result: Result, name: str) -> str:
    found = ratios(result) if base(result) else {}
    if name not in found:
        return ""
    if name == base(result):
        return f"1 ({told(statistics.median(result.values[name]))})"
    best = min(value for other, value in found.items() if other != "products")
    text = f"{found[name]:.2f}" if found[name] < 9.95 else f"{found[name]:.0f}"
    return f"**{text}**" if found[name] == best and name != "products" else text


def time_cell(result: Result, name: str) -> str:
    return middle(result.values[name]) if result.values.get(name) else ""


def is_time(result: Result) -> bool:
    return result.work.unit == "s" and result.work.kind not in ("save", "load")


def seen(results: list[Result], starts: dict) -> list[str]:
    """The contestants that told something, in their order."""
    there = {name for result in results for name, values in result.values.items() if values}
    there |= {name for values in starts.values() for name in values}
    return [name for name in BY_NAME if name in there]


def around(results: list[Result], starts: dict, names: list[str]) -> list[str]:
    """What there is beside speed: start-up, files, memory."""
    rows = [(measure + (", of a new process" if measure != "installed" else ""), values) for measure, values in starts.items()]
    units = {id(values): "B" if measure in ("peak memory", "installed") else "s" for measure, values in starts.items()}
    rows += [(result.work.title, result.values) for result in results if not is_time(result)]
    units |= {id(result.values): result.work.unit for result in results}

    def cell(values, name):
        return told(statistics.median(values[name]), units[id(values)]) if values.get(name) else ""

    return table(rows, names, cell) if rows else []


def growth_lines(times: dict) -> list[str]:
    """By which power the cost grows."""
    names = [name for name in BY_NAME if any(name in lines for lines in times.values())]
    known = {sweep.name: f"{sweep.axis} (expected: {sweep.slope})" for sweep in SWEEPS}

    def power(lines, name):
        return f"{slope(lines[name]):.2f}, {told(lines[name][-1][1])}" if len(lines.get(name, ())) > 1 else ""

    rows = [(known[name], lines) for name, lines in times.items()]
    return ["Power by which time grows at the end of each line, and the time there:", "", *table(rows, names, power), ""]


def fit_lines(fits: dict) -> list[str]:
    """How much memory a fit takes over what it must."""
    names = [name for name in BY_NAME if any(name in most for _, most in fits.values())]

    def multiple(pair, name):
        return f"{pair[1][name] / pair[0]:.2f}" if name in pair[1] else ""

    rows = [(f"{title} ({told(pair[0], 'B')})", pair) for title, pair in fits.items()]
    return ["Peak memory of fit, in multiples of the data, the weights with their gradients and Adam's two slots, and what the",
            "layers put out in one step (of data that is mapped from a file, nothing need be held):", "",
            *table(rows, names, multiple), ""]  # fmt: skip


def sweep_lines(found: dict) -> list[str]:
    """Many small nets."""
    lines = [f"{found['models']} lecture nets of {found['steps']} steps each:", "",
             "| | one process | two, started for it | times as fast | two, already there | times as fast |",
             "| --- | ---: | ---: | ---: | ---: | ---: |"]  # fmt: skip
    for name in ("joblib", "GridSearchCV"):
        alone, new, there = found[name].values()
        lines.append(f"| {name} | {told(alone)} | {told(new)} | {alone / new:.2f} | {told(there)} | {alone / there:.2f} |")
    grown = ", ".join(f"{name} {told(size, 'B')}" for name, size in found["grown"].items())
    return [*lines, "", f"A process has grown from its tenth model to its last by: {grown}."]


def machine() -> str:
    """Processor, cores, system: nothing that names it."""
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        system = platform.system()
    return f"{model}, {os.cpu_count()} cores, {system}"


def versions(workers: list) -> str:
    """Each package once; where interpreters differ, all that took part."""
    found = {}
    for worker in workers:
        for package in worker.entry.packages:
            found.setdefault(package, set()).add(worker.probed["found"][package])
        found.setdefault("Python", set()).add(worker.probed["python"])
    return ", ".join(f"{name} {' and '.join(sorted(found[name]))}" for name in sorted(found, key=str.lower))


def write(found: dict) -> str:
    """The whole report, of what was asked for."""
    results, starts = found.get("results", []), found.get("starts", {})
    names = seen(results, starts)
    busy = f", {found['busy']} other processes computing beside it" if found.get("busy") else ""
    text = ["# How fast, how large", "", f"`python -m benchmarks`, {datetime.date.today()}, rounds: {found['rounds']}{busy}.",
            f"{machine()}; {versions(found['workers'])}.", ""]  # fmt: skip
    timed = [result for result in results if is_time(result)]
    if timed:
        text += ["## Time, as a ratio to the NumPy loop (where there is none: to minikeras); less is faster", ""]
        text += [*table([(r.work.title, r) for r in timed], names, ratio_cell), ""]
        text += [ON_TIMES, ""]
        if "ratios.png" in found.get("pictures", ()):
            text += ["![Time against the NumPy loop](pictures/ratios.png)", ""]
    beside = around(results, starts, names)
    if beside:
        text += ["## Start-up, files and memory", "", *beside, "", ON_STARTS, ""]
    times, fits = found.get("times", {}), found.get("fits", {})
    if times or fits:
        text += ["## Cost as work grows", "", *(growth_lines(times) if times else []), *(fit_lines(fits) if fits else [])]
        if "growth.png" in found.get("pictures", ()):
            text += ["![Time and memory against size](pictures/growth.png)", ""]
    if found.get("sweep"):
        text += ["## Many small nets", "", *sweep_lines(found["sweep"]), ""]
    if timed:
        text += ["## Medians and spread (half of what lies between the quartiles)", ""]
        text += [*table([(r.work.title, r) for r in timed], names, time_cell), ""]
    text += ["## Who did not take part", "", *absences(found["absent"], results), ""]
    return "\n".join(text)


def absences(absent: dict, results: list[Result]) -> list[str]:
    """Who was not there at all, and who was missing in single works for other reasons than that they are not its own."""
    alike = {}
    for name, why in absent.items():
        alike.setdefault(why, []).append(BY_NAME[name].title)
    lines = [f"- {'; '.join(titles)}: {why}." for why, titles in alike.items()]
    for result in results:
        for name, why in result.absent.items():
            if ": " in why:
                lines.append(f"- {BY_NAME[name].title}, {result.work.name}: {why}")
    return lines or ["All took part."]


def keep(path: Path, text: str) -> None:
    """Write it, and leave what stands at the end of the file by hand."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    by_hand = old[old.index(BY_HAND) :] if BY_HAND in old else f"{BY_HAND}\n"
    path.write_text(f"{text}\n{by_hand}", encoding="utf-8")
