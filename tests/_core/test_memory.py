import tracemalloc

import numpy as np
import pytest

from minikeras._core.memory import keep_freed_memory


def test_nothing_is_kept():
    keep_freed_memory.cache_clear()
    tracemalloc.start()
    keep_freed_memory()
    now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert now < 1 << 16 < 31 << 20 <= peak


@pytest.mark.parametrize("work", ["fit", "evaluate", "predict", "train_on_batch", "apply"])
def test_whoever_works_with_large_arrays_keeps_their_memory(work, monkeypatch):
    import minikeras as keras
    from minikeras._core import threads

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y, asked = np.ones((40, 3), "float32"), np.ones((40, 1), "float32"), []
    monkeypatch.setattr(threads, "keep_freed_memory", lambda: asked.append(work))
    if work == "apply":
        model.optimizer.apply([np.ones((3, 1)), np.ones(1)], model.weights)
    else:
        getattr(model, work)(*(x, y)[: 1 if work == "predict" else 2], **{} if work == "train_on_batch" else {"verbose": 0})
    assert asked
