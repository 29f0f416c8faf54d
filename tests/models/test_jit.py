"""Where compile(jit_compile=True) leads, with numba and without."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from minikeras import Sequential, activations, layers
from minikeras._core.now import KERNELS
from minikeras._core.old_arguments import _hinted
from minikeras.models import jit

X, Y = np.ones((4, 2), np.float32), np.ones(4, np.float32)


def made(**how):
    model = Sequential([layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse", **how)
    return model


def test_only_true_asks_for_compiled_code():
    for how in ({}, {"jit_compile": False}, {"jit_compile": "auto"}):
        model = made(**how)
        model.fit(X, Y, verbose=0)
        assert jit.kernels(model) is None and model._compiled.training is None


def test_without_numba_one_message_and_numpy(monkeypatch):
    jit._fast.cache_clear()
    _hinted.discard(("compile", "jit_compile"))
    monkeypatch.setitem(sys.modules, "minikeras.fast", None)
    monkeypatch.delattr("minikeras.fast", raising=False)
    try:
        with pytest.warns(UserWarning, match=r"needs numba \(pip install numba\)") as seen:
            history = made(jit_compile=True).fit(X, Y, epochs=2, verbose=0).history
            made(jit_compile=True).fit(X, Y, verbose=0)
        assert len(seen) == 1 and history["loss"][1] < history["loss"][0]
    finally:
        jit._fast.cache_clear()


def test_an_interrupted_compilation_does_not_show_the_compiler(monkeypatch):
    monkeypatch.setattr(jit, "_fast", lambda: SimpleNamespace(buffers=SimpleNamespace(release=lambda: None)))
    compiler, inside = {"__name__": "numba.core.compiler"}, {"__name__": "llvmlite.binding"}
    exec("def deeper(error):\n    raise error", inside)
    exec("def compile(deeper, error):\n    deeper(error)", compiler)

    def frames(error, **how):
        with pytest.raises(type(error)) as raised, jit.compiled_layers(made(**how)):
            compiler["compile"](inside["deeper"], error)
        return [entry.frame.f_globals["__name__"] for entry in raised.traceback]

    assert frames(KeyboardInterrupt(), jit_compile=True) == [__name__]
    assert frames(ValueError(), jit_compile=True) == [__name__, compiler["__name__"], inside["__name__"]]
    assert frames(KeyboardInterrupt())[1:] == [compiler["__name__"], inside["__name__"]]


@pytest.mark.slow
def test_layers_see_the_kernels_in_the_block_alone():
    pytest.importorskip("numba")
    model = made(jit_compile=True)
    with jit.compiled_layers(model):
        assert KERNELS.get().__name__ == "minikeras.fast"
        with jit.compiled_layers(made()):
            assert KERNELS.get() is None
    assert KERNELS.get() is None


@pytest.mark.slow
def test_memory_that_lies_idle_is_given_back_after_a_training_but_not_after_a_batch():
    pytest.importorskip("numba")
    from minikeras.fast import buffers

    buffers.release()
    model = Sequential([layers.Conv2D(16, 3, input_shape=(32, 32, 3)), layers.GlobalAveragePooling2D(), layers.Dense(1)])
    model.compile("sgd", "mse", jit_compile=True)
    x, y = np.ones((32, 32, 32, 3), np.float32), np.ones(32, np.float32)
    model.train_on_batch(x, y)
    assert buffers._idle
    model.fit(x, y, verbose=0)
    assert not buffers._idle


@pytest.mark.slow
def test_numba_is_imported_when_asked_for_and_never_before():
    pytest.importorskip("numba")
    code = (
        "import sys, numpy as np, minikeras as k; m = k.Sequential([k.layers.Dense(1, input_shape=(2,))]);"
        "m.compile('sgd', 'mse'); m.fit(np.ones((4, 2)), np.ones(4), verbose=0); assert 'numba' not in sys.modules;"
        "m.compile('sgd', 'mse', jit_compile=True); assert 'numba' not in sys.modules;"
        "m.fit(np.ones((4, 2)), np.ones(4), verbose=0); assert 'numba' in sys.modules"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=300)


@pytest.mark.slow
def test_compiled_anew_without_it_trains_in_numpy():
    pytest.importorskip("numba")
    model = made(jit_compile=True)
    model.fit(X, Y, verbose=0)
    assert model._compiled.training is not None
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    assert model._compiled.training is None


@pytest.mark.slow
def test_a_model_that_was_refused_is_looked_at_again_when_a_part_of_it_is_replaced():
    pytest.importorskip("numba")
    model = Sequential([layers.Dense(3, lambda z: 2 * z, input_shape=(2,)), layers.Dropout(1.0), layers.Dense(1)])
    model.compile("sgd", "mse", jit_compile=True)
    model.fit(X, Y, verbose=0)
    model.layers[0].activation = activations.relu
    model.fit(X, Y, verbose=0)
    assert model._compiled.training is None
    model.layers[1].rate = 0.5
    model.fit(X, Y, verbose=0)
    assert model._compiled.training is not None
