"""Many small nets: a search over seeds and rates in one process and in two, through joblib and through GridSearchCV."""

from __future__ import annotations

import os
import time

from benchmarks.meter import memory
from benchmarks.works import LECTURE, Work, data

ROWS = 1024
EPOCHS = {"full": 100, "quick": 5, "tiny": 1}
MODELS = {"full": 200, "quick": 40, "tiny": 4}


def net(rate, seed, outputs=1):
    """A lecture net, compiled."""
    import minikeras as keras

    keras.utils.set_random_seed(seed)
    last = keras.layers.Dense(outputs, activation="sigmoid" if outputs == 1 else "softmax")
    model = keras.Sequential([keras.Input((10,)), *(keras.layers.Dense(32, activation="relu") for _ in range(2)), last])
    loss = "binary_crossentropy" if outputs == 1 else "categorical_crossentropy"
    model.compile(keras.optimizers.SGD(rate), loss, metrics=["accuracy"])
    return model


def one(x, y, rate, seed, epochs):
    """Train one; its accuracy, the process that did it and the bytes that this process holds now."""
    history = net(rate, seed).fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    return history.history["accuracy"][-1], os.getpid(), memory()


def for_search(X, y, rate=0.01, seed=0):
    """The same as GridSearchCV wants it: the wrapper trains on one-hot targets."""
    return net(rate, seed, 2)


def points(models):
    """Rates and seeds."""
    return [(rate, seed) for seed in range(models // 4) for rate in (0.003, 0.01, 0.03, 0.1)]


def by_joblib(jobs, x, y, models, epochs):
    """Seconds, and by how many bytes a process has grown from its tenth model to its last."""
    from joblib import Parallel, delayed

    start = time.perf_counter()
    done = Parallel(n_jobs=jobs)(delayed(one)(x, y, rate, seed, epochs) for rate, seed in points(models))
    seconds = time.perf_counter() - start
    held = {}
    for _, process, size in done:
        held.setdefault(process, []).append(size)
    return seconds, max(sizes[-1] - sizes[min(10, len(sizes) - 1)] for sizes in held.values())


def by_search(jobs, x, y, models, epochs):
    """Seconds of a search with one split and without a last fit."""
    from sklearn.model_selection import GridSearchCV, ShuffleSplit

    from minikeras.wrappers import SKLearnClassifier

    estimator = SKLearnClassifier(for_search, fit_kwargs={"epochs": epochs, "batch_size": 32, "verbose": 0})
    grid = {"model_kwargs": [{"rate": rate, "seed": seed} for rate, seed in points(models)]}
    split = ShuffleSplit(1, test_size=32, random_state=0)
    start = time.perf_counter()
    GridSearchCV(estimator, grid, cv=split, refit=False, n_jobs=jobs, error_score="raise").fit(x, y)
    return time.perf_counter() - start


def sweep(scale: str) -> dict:
    """Seconds in one process and in two: the first time, when they start, and again, when they are there."""
    from joblib.externals.loky import get_reusable_executor

    x, y = data(Work("sweep", "", "train", LECTURE, ROWS))
    labels = y.astype("int64")
    models, epochs = MODELS[scale], EPOCHS[scale]
    one(x, y, 0.01, 0, 1)
    found = {"models": models, "steps": epochs * ROWS // 32}
    for name, run in (("joblib", by_joblib), ("GridSearchCV", by_search)):
        get_reusable_executor().shutdown()
        alone, new, there = (run(jobs, x, y if name == "joblib" else labels, models, epochs) for jobs in (1, 2, 2))
        if name == "joblib":
            found["grown"] = {"one process": alone[1], "two": max(new[1], there[1])}
            alone, new, there = alone[0], new[0], there[0]
        found[name] = {"one process": alone, "two, started": new, "two, there": there}
    get_reusable_executor().shutdown()
    return found
