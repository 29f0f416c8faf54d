"""The way from `compile(jit_compile=True)` to `minikeras.fast`, which nothing else imports; what it can't do, NumPy does."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from types import ModuleType, TracebackType
from typing import Any

import numpy as np

from minikeras._core.now import KERNELS
from minikeras._core.old_arguments import hint

LARGE = 2e7  # multiply-adds of a prediction, from which on it is compiled


def kernels(model: Any) -> ModuleType | None:
    """`minikeras.fast` for a model that was compiled with ``jit_compile=True``, where numba is installed; else None.

    >>> from minikeras import Sequential
    >>> model = Sequential(); model.compile(loss="mse"); kernels(model) is None
    True
    """
    wanted = None if model._compiled is None else model._compiled.extras["jit_compile"]
    return _fast() if isinstance(wanted, (bool, int, np.bool_)) and wanted else None


@functools.cache
def _fast() -> ModuleType | None:
    try:
        from minikeras import fast  # takes half a second, and few ask for it
    except ImportError as error:
        hint(
            "compile", "jit_compile",
            f"compile(jit_compile=True) needs numba (pip install numba); training goes on in NumPy: {error}.",
        )  # fmt: skip
        return None
    if not fast.compiling.kept(fast.epoch.run):
        hint(
            "compile", "compiling",
            "compile(jit_compile=True) compiles for this machine, which takes some 10 to 40 s, once for each kind of layer: "
            "compiled code is kept.",
        )  # fmt: skip
    return fast


class compiled_layers:
    """Let the layers use compiled kernels in the block, where the model was compiled so.

    Args:
        model: the model.
        keep: whether memory that lies idle after the block is kept for the next one.

    >>> from minikeras import Sequential
    >>> model = Sequential(); model.compile(loss="mse")
    >>> with compiled_layers(model): KERNELS.get() is None
    True
    """

    __slots__ = ("kernels", "keep", "token")

    def __init__(self, model: Any, keep: bool = False):
        self.kernels, self.keep = kernels(model), keep

    def __enter__(self) -> None:
        self.token = KERNELS.set(self.kernels)

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        KERNELS.reset(self.token)
        if self.kernels is not None and not self.keep and KERNELS.get() is None:
            self.kernels.buffers.release()
        if self.kernels is not None and isinstance(error, KeyboardInterrupt):
            cut(trace)


def cut(trace: TracebackType) -> None:
    """Let a traceback end where the compiler begins: Ctrl-C while it compiles would print 200 lines of that.

    >>> try: exec("1 / 0", {"__name__": "numba.core"})
    ... except ZeroDivisionError as error: cut(error.__traceback__); error.__traceback__.tb_next is None
    True
    """
    while trace.tb_next is not None:
        if trace.tb_next.tb_frame.f_globals.get("__name__", "").partition(".")[0] in ("numba", "llvmlite"):
            trace.tb_next = None
        else:
            trace = trace.tb_next


def update_of(model: Any, variables: list) -> Callable:
    """What changes the weights at the end of a step: the optimizer's own step, or the same in one pass over memory."""
    fast = kernels(model)
    found = fast.optimizers.stepping(model.optimizer, variables) if fast is not None else None
    return model.optimizer.step if found is None else found


def compiled_pass(
    model: Any, batches: Any, epoch: int, first: int, together: int | None, learning: bool = True
) -> tuple[Iterator, Callable] | None:
    """The numbered pieces of an epoch and what does one, see `minikeras.fast.training`; None where the steps go one by one.

    Args:
        batches: the data, as `minikeras.data.open` gives it.
        epoch, first: the epoch, and its batch to begin with.
        together: steps between two calls of batch hooks; None where nobody asks for them.
        learning: whether to train; else to test.
    """
    fast = kernels(model)
    if fast is None:
        return None
    whole = getattr(batches, "whole", None)
    if whole is not None and (arrays := whole()) is not None:
        pieces = _attempt(fast, model, learning, lambda training: training.epoch(batches, arrays, first, together, learning))
        return None if pieces is None else (iter(pieces), pieces.take)
    plain = model._train_on if learning else model._test_on
    found: list[Callable] = []

    def take(x, y, w):
        if not found:  # metrics are made by the first batch
            stream = stream_of(model, learning)
            found.append(plain if stream is None else stream.take)
        found[0](x, y, w)

    return enumerate(batches.epoch(epoch, skip=first), first), take


def stream_of(model: Any, learning: bool = True) -> Any:
    """What does compiled steps with single batches, its tables up to date; None where NumPy does them."""
    fast = kernels(model)
    return None if fast is None else _attempt(fast, model, learning, lambda training: training.stream(learning))


def outputs_of(model: Any, rows: int) -> Callable:
    """What computes the outputs for so many rows, compiled where it can be and the tables are worth their making."""
    plain, fast = model._predicting(), kernels(model)
    if fast is not None and rows * sum(w.size for w in model.weights) < LARGE:
        return plain
    try:
        return plain if fast is None else fast.outputs.Outputs(model, plain)
    except fast.table.Unfit:
        return plain


def _attempt(fast: ModuleType, model: Any, learning: bool, make: Callable) -> Any:
    """What is made of the compiled steps of a model; None, after a word, where there can't be any."""
    compiled = model._compiled
    if compiled.refused is not None and fast.plan.alike(compiled.refused, fast.plan.made_of(model)):
        return None
    known = False
    try:
        if compiled.training is None or not compiled.training.renewed(learning):
            compiled.training = fast.training.Training(model, learning)
        known = True
        return make(compiled.training)
    except fast.table.Unfit as why:
        if not known:  # the model is what does not go through, not these arrays
            compiled.refused = fast.plan.made_of(model)
        if learning:
            hint(
                "compile", f"jit_compile {why}",
                f"compile(jit_compile=True): the steps of model {model.name!r} go one by one, with compiled layers where there "
                f"are such, because {why}.",
            )  # fmt: skip
        return None
