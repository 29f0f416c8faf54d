"""What models had in Keras 1 and 2: methods that are one method today, and arguments that are called otherwise."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.arguments import unknown_arguments
from minikeras._core.nest import flatten
from minikeras._core.old_arguments import ANY, Old, hint

WORKERS = {
    "workers": ANY, "use_multiprocessing": ANY, "max_queue_size": ANY, "max_q_size": ANY, "nb_worker": ANY, "pickle_safe": ANY,
}  # fmt: skip
#: method -> what its arguments were called, and what it no longer takes
OLD: dict[str, Old] = {
    "compile": Old(
        moot={
            "class_mode": ANY, "sample_weight_mode": ANY, "target_tensors": (None,), "theano_mode": ANY, "distribute": ANY,
            "experimental_run_tf_function": ANY, "experimental_steps_per_execution": ANY,
        }
    ),
    "fit": Old({"nb_epoch": "epochs", "nb_epochs": "epochs"}, moot={**WORKERS, "show_accuracy": ANY}),
    "evaluate": Old(moot={**WORKERS, "show_accuracy": ANY}),
    "predict": Old(moot=WORKERS),
    "train_on_batch": Old(moot={"accuracy": ANY, "reset_metrics": (True,)}),
    "test_on_batch": Old(moot={"accuracy": ANY, "reset_metrics": (True,)}),
}  # fmt: skip


def understanding(method: Callable) -> Callable:
    """Decorate a method of models: its arguments of Keras 1 and 2 are translated, and one that it never took is told the
    nearest that it does.

    >>> class Lamp:
    ...     @understanding
    ...     def fit(self, epochs=1): return epochs
    >>> Lamp().fit(workers=4, epochs=3)
    3
    >>> Lamp().fit(epocs=3)
    Traceback (most recent call last):
    minikeras._core.arguments.UnknownArgument: fit() got an unknown argument: `epocs`. Did you mean `epochs`? It takes epochs.
    """
    names = list(inspect.signature(method).parameters)[1:]
    known, old, name = frozenset(names), OLD.get(method.__name__), f"{method.__name__}()"
    compiles = method.__name__ == "compile"

    @functools.wraps(method)
    def told(self, *args, **kwargs):
        if len(args) > 2 and compiles:
            args, kwargs = metrics_in_third_place(args, kwargs)
        if kwargs and not known.issuperset(kwargs):
            if kwargs.get("show_accuracy") or kwargs.get("accuracy") and method.__name__ != "compile":
                self._show_accuracy()
            if old is not None:
                args, kwargs = old.translate(name, args, kwargs)
            unknown_arguments(name, kwargs, names)
        return method(self, *args, **kwargs)

    return told


def metrics_in_third_place(args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """The arguments of compile(), where metrics stood before the weights of the losses in Keras 2.

    >>> from minikeras import config; config.disable_hints()
    >>> metrics_in_third_place(("sgd", "mse", ["accuracy"]), {})
    (('sgd', 'mse', None, ['accuracy']), {})
    >>> config.enable_hints()
    """
    optimizer, loss, third, *rest = args
    named = flatten(third) if isinstance(third, (list, tuple, dict)) else [third]
    if not any(isinstance(m, str) or callable(m) for m in named) or "metrics" in kwargs:
        return args, kwargs
    hint("compile()", "metrics", "compile(optimizer, loss, metrics) is of Keras 2: write `metrics=` before the list.")
    weights, rest = (rest[0], rest[1:]) if rest else (kwargs.pop("loss_weights", None), [])
    return (optimizer, loss, weights, third, *rest), kwargs


class OldMethods:
    """The half of a model that answers to methods of Keras 1 and 2; each says once what it is today."""

    def predict_classes(self, x: Any, batch_size: int | None = None, verbose: Any = 0) -> np.ndarray:
        """Return the class of each sample: the largest output, or whether the only one is above 0.5."""
        _renamed("predict_classes(x)", "(model.predict(x) > 0.5).astype('int32')` or `np.argmax(model.predict(x), axis=-1)")
        y = self.predict(x, batch_size=batch_size, verbose=verbose)
        return np.argmax(y, axis=-1) if y.shape[-1] > 1 else (y > 0.5).astype("int32")

    def predict_proba(self, x: Any, batch_size: int | None = None, verbose: Any = 0) -> Any:
        """Return the outputs, which are probabilities if the model ends in softmax or sigmoid."""
        _renamed("predict_proba", "model.predict")
        return self.predict(x, batch_size=batch_size, verbose=verbose)

    def fit_generator(
        self,
        generator: Any,
        steps_per_epoch: int | None = None,
        epochs: int = 1,
        verbose: Any = 1,
        callbacks: Any = None,
        validation_data: Any = None,
        validation_steps: int | None = None,
        class_weight: dict | None = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        shuffle: bool = True,
        initial_epoch: int = 0,
        validation_freq: Any = 1,
        **old,
    ) -> Any:
        """Train on batches that a generator yields; `fit` takes generators itself.

        Args:
            generator, steps_per_epoch, epochs, verbose, callbacks, validation_data, validation_steps, class_weight, shuffle,
                initial_epoch, validation_freq: as `fit` takes them.
            max_queue_size, workers, use_multiprocessing: change nothing.
            old: samples_per_epoch, nb_epoch, nb_val_samples, max_q_size, nb_worker, pickle_safe of Keras 1, where epochs and
                validations were counted in samples.
        """
        _renamed("fit_generator", "model.fit")
        names = ("samples_per_epoch", "nb_epoch", "nb_val_samples", "max_q_size", "nb_worker", "pickle_safe", "val_samples")
        unknown_arguments("fit_generator()", old, names)
        generator, steps_per_epoch = in_steps(generator, steps_per_epoch, old.get("samples_per_epoch"))
        samples = old.get("nb_val_samples", old.get("val_samples"))
        validation_data, validation_steps = in_steps(validation_data, validation_steps, samples)
        how = {"class_weight": class_weight or None, "initial_epoch": initial_epoch, "validation_freq": validation_freq}
        how |= {"validation_data": validation_data, "validation_steps": validation_steps, "steps_per_epoch": steps_per_epoch}
        epochs = old.get("nb_epoch", epochs)
        return self.fit(generator, epochs=epochs, verbose=verbose, callbacks=callbacks, shuffle=shuffle, **how)

    def evaluate_generator(
        self,
        generator: Any,
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        verbose: Any = 0,
        val_samples: int | None = None,
        **old,
    ) -> Any:
        """Return the loss and the metrics on batches that a generator yields; `evaluate` takes generators itself."""
        _renamed("evaluate_generator", "model.evaluate")
        unknown_arguments("evaluate_generator()", old, WORKERS)
        callbacks = None if isinstance(callbacks, int) else callbacks  # in Keras 2.1 max_queue_size stood there
        generator, steps = in_steps(generator, steps, val_samples)
        return self.evaluate(generator, steps=steps, callbacks=callbacks, verbose=verbose)

    def predict_generator(
        self,
        generator: Any,
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        verbose: Any = 0,
        val_samples: int | None = None,
        **old,
    ) -> Any:
        """Return the outputs for batches that a generator yields; `predict` takes generators itself."""
        _renamed("predict_generator", "model.predict")
        unknown_arguments("predict_generator()", old, WORKERS)
        callbacks = None if isinstance(callbacks, int) else callbacks
        generator, steps = in_steps(generator, steps, val_samples)
        return self.predict(generator, steps=steps, callbacks=callbacks, verbose=verbose)

    def reset_states(self) -> None:
        """Let stateful layers start from zeros again."""
        for layer in self._inner_layers():
            reset = getattr(layer, "reset_state", None) or getattr(layer, "reset_states", None)
            if reset is not None and getattr(layer, "stateful", False):
                reset()

    def to_yaml(self, **kwargs: Any) -> str:
        """Return the architecture as text: that of `to_json`, since JSON is YAML."""
        return self.to_json()

    def _show_accuracy(self) -> None:
        """Report the accuracy, as ``show_accuracy=True`` of the first Keras asks for."""
        hint("methods", "show_accuracy", "Instead of `show_accuracy=True` say `compile(..., metrics=['accuracy'])`.")
        compiled = self._need_compiled("fit")
        given = {**compiled.given, "loss": compiled.written_loss}
        if "accuracy" not in flatten(given["metrics"]):
            self.compile(**{**given, "optimizer": self.optimizer, "metrics": [*(given["metrics"] or []), "accuracy"]})


def in_steps(generator: Any, steps: int | None, samples: int | None) -> tuple[Any, int | None]:
    """Count in batches what Keras 1 counted in samples: by the size of the first batch, which is put back.

    >>> generator, steps = in_steps(iter([(np.zeros((4, 1)), np.zeros(4))] * 9), None, 10)
    >>> steps, len(list(generator))
    (3, 9)
    """
    if samples is None or generator is None or isinstance(generator, (tuple, list)):
        return generator, steps
    size = getattr(generator, "batch_size", None)
    if size is None and hasattr(generator, "__getitem__") and hasattr(generator, "__len__"):
        size = len(flatten(generator[0])[0])
    if size is None:
        iterator = iter(generator)
        first = next(iterator)
        size, generator = len(flatten(first)[0]), itertools.chain([first], iterator)
    return generator, -(-int(samples) // int(size))


def _renamed(old: str, new: str) -> None:
    hint("methods", old, f"`model.{old}` still works; it is `{new}` now.")
