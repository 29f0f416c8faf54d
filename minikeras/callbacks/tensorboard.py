"""Note the training in files that the TensorBoard page shows."""

from __future__ import annotations

import os
import time
import warnings
from typing import Any

import numpy as np

from minikeras._core.arguments import unknown_arguments
from minikeras._core.old_arguments import hint
from minikeras._core.serialize import constructor_arguments
from minikeras.callbacks.callback import Callback
from minikeras.callbacks.inner_optimizers import log_rates
from minikeras.tensorboard import Writer
from minikeras.tensorboard.current import state
from minikeras.tensorboard.png import as_images
from minikeras.tensorboard.projector import Projector

_BATCH_HOOKS = "on_train_batch_begin", "on_train_batch_end", "on_test_batch_begin", "on_test_batch_end"
_GONE = {
    "batch_size": "TensorBoard(batch_size=...) has no effect: histograms are of weights, which need no batches.",
    "embeddings_layer_names": "TensorBoard(embeddings_layer_names=...) has no effect: all Embedding layers are written.",
    "embeddings_data": "TensorBoard(embeddings_data=...) has no effect: the vectors of Embedding layers are written.",
}


class TensorBoard(Callback):
    """Writes what ``tensorboard --logdir LOG_DIR`` shows: curves of loss and metrics, weights, the graph of the model.

    In ``LOG_DIR/train`` and ``LOG_DIR/validation``:

    - ``epoch_loss``, ``epoch_<metric>``, over epochs; in train also ``epoch_learning_rate``,
    - ``batch_loss``, ``batch_<metric>``, over batches, where ``update_freq`` says so,
    - ``evaluation_<name>_vs_iterations``, whenever data were validated or evaluated,
    - ``<model>/<layer>/<weight>/histogram`` and ``/image``, the graph, the vectors of Embedding layers.

    Needs nothing but this library; the page itself is in the package tensorboard.

    Args:
        log_dir: the folder; one for each run: ``"logs/first"``, ``"logs/second"``, shown together by ``--logdir logs``.
        histogram_freq: write histograms of the weights every so many epochs; 0: never.
        write_graph: write the architecture.
        write_images: write weights as images, too, whenever histograms are written.
        write_steps_per_second: write how many batches are done in a second.
        update_freq: ``"epoch"``; ``"batch"``, or every how many batches ``batch_*`` are written. Until then,
            ``tf.summary`` in code of yours writes nothing; at these batches it writes to the same files.
        profile_batch: taken as Keras takes it; nothing is profiled.
        embeddings_freq: write the vectors of Embedding layers every so many epochs; 0: never.
        embeddings_metadata: name of a file in ``log_dir`` with a line for each vector, or a dict from names of layers to such.
        kwargs: ``write_grads`` of Keras 2: histograms of the gradients of the epoch's last batch as well.

    >>> import tempfile, numpy as np, minikeras as keras
    >>> model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))]); model.compile("sgd", "mse")
    >>> x, y = np.ones((4, 2)), np.ones((4, 1))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     history = model.fit(x, y, validation_data=(x, y), callbacks=[TensorBoard(folder)], verbose=0)
    ...     sorted(os.listdir(folder))
    ['train', 'validation']
    """

    def __init__(
        self,
        log_dir: str | os.PathLike = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: str | dict | None = None,
        **kwargs: Any,
    ):
        super().__init__()
        self.write_grads = kwargs.pop("write_grads", False)
        for name in [name for name in kwargs if name in _GONE]:
            hint("TensorBoard", name, _GONE[name])
            kwargs.pop(name)
        unknown_arguments("TensorBoard", kwargs, constructor_arguments(TensorBoard))
        self.log_dir = os.fspath(log_dir)
        if "://" in self.log_dir:
            raise ValueError(f"The log_dir of TensorBoard must be a folder of this computer, got {self.log_dir!r}.")
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        if self.update_freq != "epoch" and not (isinstance(self.update_freq, (int, np.integer)) and self.update_freq > 0):
            raise ValueError(f"update_freq must be 'epoch', 'batch' or a number of batches, got {update_freq!r}.")
        self.profile_batch = profile_batch
        if any(_profiled(profile_batch)):
            hint("TensorBoard", "profile_batch", "TensorBoard(profile_batch=...) has no effect: nothing is profiled.")
        self.embeddings_freq = embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        self._writers: dict[str, Writer] = {}
        self._batches = {"train": 0, "validation": 0}
        self._before: tuple | None = None  # what tf.summary wrote to outside of our batch
        self._epoch_began: tuple = (0, 0.0)  # iterations and the time then
        self._batch_began = 0.0

    def set_model(self, model: Any) -> None:
        """Begin new files."""
        self._close()
        self._model = model

    def _writer(self, run: str) -> Writer:
        """The writer of ``"train"`` or ``"validation"``; it makes its file with its first note."""
        if run not in self._writers:
            self._writers[run] = Writer(os.path.join(self.log_dir, run))
        return self._writers[run]

    def _flush(self) -> None:
        for writer in self._writers.values():
            writer.flush()

    def _close(self) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def _implements(self, hook: str) -> bool:
        if hook in _BATCH_HOOKS and self.update_freq == "epoch":  # nothing to do, so nothing to cost
            return any(
                getattr(getattr(self, name), "__func__", None) is not getattr(TensorBoard, name)
                for name in (hook, hook.replace("_train", ""))
            )
        return super()._implements(hook)

    # -- hooks -------------------------------------------------------------------------------------------------------

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Write the graph, and prepare the page for vectors."""
        self._batches["train"] = 0
        if self.write_graph and any(cls.__name__ in ("Functional", "Sequential") for cls in type(self.model).__mro__):
            self._write_graph()
        if self.embeddings_freq:
            self._projector = Projector(self.log_dir, self.model, self.embeddings_metadata)
            self._projector.begin()
        self._flush()

    def on_train_end(self, logs: dict | None = None) -> None:
        """Close the files."""
        self._leave()
        self._close()

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Look at the clock."""
        if self.write_steps_per_second:
            self._epoch_began = self._iterations() or 0, time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Write the values of the epoch, and what else is due."""
        self._write_epoch(epoch, logs or {})
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            self._write_embeddings(epoch)
        self._flush()

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Let ``tf.summary`` write to our files, if this batch is due."""
        super().on_train_batch_begin(batch, logs)
        self._enter("train")
        self._batch_began = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Write the values of the batch, if it is due."""
        super().on_train_batch_end(batch, logs)
        step = self._batches["train"]
        if self.update_freq != "epoch" and step % self.update_freq == 0:
            values = dict(logs or {})
            if self.write_steps_per_second:
                values["steps_per_second"] = 1 / max(time.perf_counter() - self._batch_began, 1e-9)
            self._write_values("train", "batch_{}", values, step)
        self._leave()

    def on_test_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Let ``tf.summary`` write to our files, if this batch is due."""
        self._enter("validation")

    def on_test_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Let ``tf.summary`` write where it wrote before."""
        self._leave()

    def on_test_end(self, logs: dict | None = None) -> None:
        """Write what came out, over the number of steps of the optimizer."""
        step = self._iterations()
        if step is not None:
            self._write_values("validation", "evaluation_{}_vs_iterations", logs or {}, step)
            self._writer("validation").flush()

    def get_state(self) -> dict:
        """How many batches there were."""
        return {"batches": dict(self._batches)}

    def set_state(self, state: dict) -> None:
        """Go on counting batches."""
        self._batches.update(state["batches"])

    # -- default writer of a batch -----------------------------------------------------------------------------------

    def _enter(self, run: str) -> None:
        self._batches[run] += 1
        if self.update_freq == "epoch":
            return
        self._before = state.writer, state.step, state.condition
        state.writer, state.step = self._writer(run), self._batches[run]
        state.condition = self._batches[run] % self.update_freq == 0

    def _leave(self) -> None:
        if self._before is not None:
            state.writer, state.step, state.condition = self._before
            self._before = None

    # -- what is written ---------------------------------------------------------------------------------------------

    def _iterations(self) -> int | None:
        iterations = getattr(getattr(self.model, "optimizer", None), "iterations", None)
        return None if iterations is None else int(np.asarray(iterations))

    def _write_values(self, run: str, tag: str, values: dict, step: int) -> None:
        for name, value in values.items():
            if np.ndim(value) == 0 and not isinstance(value, str):
                self._writer(run).scalar(tag.format(name), value, step)

    def _write_epoch(self, epoch: int, logs: dict) -> None:
        if not logs:
            return
        train = {name: value for name, value in logs.items() if not name.startswith("val_")}
        if hasattr(self.model.optimizer, "joined"):
            log_rates(self.model.optimizer, train)
        if self.write_steps_per_second:
            done, began = self._epoch_began
            train["steps_per_second"] = ((self._iterations() or 0) - done) / max(time.perf_counter() - began, 1e-9)
        self._write_values("train", "epoch_{}", train, epoch)
        validation = {name[4:]: value for name, value in logs.items() if name.startswith("val_")}
        self._write_values("validation", "epoch_{}", validation, epoch)

    def _write_graph(self) -> None:
        try:
            config = self.model.to_json()
        except Exception as error:  # whatever a layer's own get_config may raise: a picture isn't worth a training
            warnings.warn(f"The graph of the model can't be written: {error}", stacklevel=2)
            return
        self._writer("train").keras_model(config)

    def _write_weights(self, epoch: int) -> None:
        writer = self._writer("train")
        for weight in self.model.weights:
            path = weight.path.replace(":", "_")
            writer.histogram(f"{path}/histogram", weight.value, epoch)
            if self.write_grads and weight.trainable and weight.grad is not None:
                writer.histogram(f"{path}_grad", weight.grad, epoch)
            images = as_images(weight.value) if self.write_images else None
            if images is not None:
                writer.image(f"{path}/image", images, epoch)

    def _write_embeddings(self, epoch: int) -> None:
        self._projector.write()
        folder = os.path.join(self.log_dir, "train")
        os.makedirs(folder, exist_ok=True)
        self.model.save_weights(os.path.join(folder, f"keras_embedding.ckpt-{epoch}.weights.h5"))


def _profiled(batches: Any) -> tuple[int, int]:
    """First and last batch of a ``profile_batch``.

    >>> _profiled(0), _profiled("2,5"), _profiled((1, 3))
    ((0, 0), (2, 5), (1, 3))
    """
    try:
        parts = batches.split(",") if isinstance(batches, str) else batches
        ends = [int(n) for n in parts] if isinstance(parts, (list, tuple)) else [int(parts)]
        first, last = ends[0], ends[-1]
    except (TypeError, ValueError, IndexError):
        ends, first, last = [], 0, -1
    if len(ends) > 2 or first < 0 or last < first:
        raise ValueError(f"profile_batch must be a number of a batch or a pair (first, last) of them, got {batches!r}.")
    return first, last
