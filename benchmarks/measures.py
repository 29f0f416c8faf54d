"""What is measured, the same for all contestants: each function prepares a work and returns a closure that is one round."""

from __future__ import annotations

import gc
import itertools
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.meter import Peak, memory, tidy, timed
from benchmarks.works import Work, data


def train(contestant, work: Work):
    """Seconds of a training step."""
    x, y = data(work)
    model = contestant.build(work.net, work.steps)
    return timed(contestant.trainer(model, work.net, x, y, work.epochs), work.steps * work.epochs)


def short(run, most=200, seconds=0.1):
    """Seconds of a call that is short: the mean of many, as one can't be timed."""
    start = time.perf_counter()
    run()
    run()
    calls = max(1, min(most, int(seconds / (time.perf_counter() - start) * 2)))
    return timed(lambda: [run() for _ in range(calls)] and None, calls)


def generator(contestant, work: Work):
    """Seconds of a row that a generator of arrays yields."""
    x, y = data(work)
    size = work.net.batch
    batches = [(x[i : i + size], y[i : i + size]) for i in range(0, work.rows, size)]
    model = contestant.build(work.net, work.steps)
    return timed(contestant.streamer(model, lambda: (batch for batch in itertools.cycle(batches)), work.steps), work.rows)


def predict_one(contestant, work: Work):
    """Seconds of ``predict(x[:1])``."""
    x, _ = data(work)
    run = contestant.predictor(contestant.build(work.net), work.net, x[:1])
    return short(run)


def call_one(contestant, work: Work):
    """Seconds of ``model(x[:1])``."""
    x, _ = data(work)
    run = contestant.caller(contestant.build(work.net), x[:1])
    return short(run)


def predict_many(contestant, work: Work):
    """Seconds of a row, of many."""
    x, _ = data(work)
    return timed(contestant.predictor(contestant.build(work.net, work.steps), work.net, x), work.rows)


def predict_memory(contestant, work: Work):
    """The most memory beside the input, in multiples of input and output."""
    x, _ = data(work)
    run = contestant.predictor(contestant.build(work.net, work.steps), work.net, x)

    def measure():
        with Peak() as peak:
            result = run()
        del result
        return (peak.bytes + x.nbytes) / (x.nbytes + 4 * work.rows * work.net.outputs)

    return measure


def trained(contestant, work: Work):
    """A model that has been trained for a step, so that its optimizer has something to keep."""
    x, y = data(work)
    model = contestant.build(work.net)
    contestant.trainer(model, work.net, x, y, 1)()
    return model


def save(contestant, work: Work):
    """Seconds of writing a model to a file."""
    model = trained(contestant, work)
    return lambda: with_file(contestant, lambda path: timed(lambda: contestant.save(model, path))())


def load(contestant, work: Work):
    """Seconds of reading it again."""
    model = trained(contestant, work)

    def read(path):
        contestant.save(model, path)
        return timed(lambda: contestant.load(path, work.net) and None)()

    return lambda: with_file(contestant, read)


def with_file(contestant, do):
    """What it returns for the path of a file in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        return do(str(Path(folder) / f"model{contestant.suffix}"))


def models(contestant, work: Work, seconds=2.0):
    """Bytes of one more trained model beside others: `work.epochs` of them, or as many as are made in some seconds."""
    trained(contestant, work)

    def measure():
        kept, end = [], time.perf_counter() + seconds
        tidy()
        before = memory()
        while len(kept) < 5 or (len(kept) < work.epochs and time.perf_counter() < end):
            kept.append(trained(contestant, work))
        gc.collect()
        return (memory() - before) / len(kept)

    return measure


def fit_memory(contestant, work: Work, mapped=False):
    """The most bytes that are held for an epoch: data, model and all. Once, in a new process."""
    other = replace(work.net, shape=(8,), layers="hidden 1024, hidden 1024, dense 10")
    trained(contestant, replace(work, net=other, rows=work.net.batch))  # what the library and its BLAS take for themselves

    def measure():
        with tempfile.TemporaryDirectory() as folder:
            if mapped:
                path = str(Path(folder) / "x.npy")
                np.save(path, data(work)[0])
            x, y = (np.load(path, mmap_mode="r"), np.arange(work.rows) % work.net.outputs) if mapped else data(work)
            held = y.nbytes + (0 if mapped else x.nbytes)
            with Peak() as peak:
                model = contestant.build(work.net, work.steps)
                contestant.trainer(model, work.net, x, y, 1)()
            del x
        return peak.bytes + held

    return measure


def fit_mapped(contestant, work: Work):
    """The same where the rows lie in a file: beside them."""
    return fit_memory(contestant, work, mapped=True)


KINDS = {
    f.__name__: f
    for f in (train, generator, predict_one, call_one, predict_many, predict_memory, save, load, models, fit_memory, fit_mapped)
}  # fmt: skip
