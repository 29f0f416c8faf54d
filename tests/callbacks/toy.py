"""A model small enough to see through, with the training loop that callbacks ask for; and a script that kills it.

``python toy.py FOLDER SEED SAVE_FREQ TIMES`` trains undisturbed, then ``TIMES`` times kills a training at a seeded random
line of the saving code (or of the training loop), starts it again, and prints what differs.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys

import numpy as np

from minikeras._core.files import atomic_write
from minikeras._core.random import SeedGenerator, make_rng, set_random_seed
from minikeras._core.variable import Variable
from minikeras.callbacks import (
    BackupAndRestore,
    Callback,
    CallbackList,
    CSVLogger,
    EarlyStopping,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
)


class Named:
    def __init__(self, name, direction=None):
        self.name, self._direction, self.variables = name, direction, []


class Momentum:
    built = True

    def __init__(self, weights, rate=0.05):
        self.rate = Variable(np.array(rate, "float32"), trainable=False)
        self.velocity = [Variable(np.zeros(w.shape, "float32"), trainable=False) for w in weights]
        self.variables = [self.rate, *self.velocity]

    def joined(self):
        return [("", self)]

    @property
    def learning_rate(self):
        return self.rate

    @learning_rate.setter
    def learning_rate(self, value):
        self.rate.assign(np.float32(value))


class Model:
    """y = x W, with dropout on x; the loop keeps the contract of minikeras/callbacks/backup_and_restore.py."""

    name, built, stop_training, history, _resume = "toy", True, False, None, None

    def __init__(self, metrics=()):
        self.w = Variable(np.full(4, 0.5, "float32"), name="w")
        self.dropout = SeedGenerator(5)
        self.optimizer = Momentum([self.w])
        self.variables = [self.w, self.dropout.state]
        self.metrics = [Named(*m) for m in metrics]
        self.total, self.count, self.saved = 0.0, 0, []

    def get_weights(self):
        return [self.w.numpy()]

    def set_weights(self, weights):
        self.w.assign(weights[0])

    def save(self, path, overwrite=True):
        self.saved.append(path)
        if os.path.isabs(path):
            with atomic_write(path) as file:
                np.save(file, self.w.value)

    save_weights = save

    def _training_state(self):
        return {"total": self.total, "count": self.count}

    def _set_training_state(self, state):
        self.total, self.count = state["total"], state["count"]

    def step(self, x, y):
        x = x * (self.dropout.rng().random(x.shape) > 0.2) + make_rng(None).random() * 0.01
        error = x @ self.w.value - y
        velocity = self.optimizer.velocity[0].value
        velocity *= 0.9
        velocity -= float(self.optimizer.learning_rate) * (x.T @ error).astype("float32") / len(x)
        self.w.value += velocity
        self.total += float(np.sum(error**2))
        self.count += len(x)

    def fit(self, x, y, callbacks, epochs, batch_size=8):
        steps = -(-len(x) // batch_size)
        callbacks = CallbackList(callbacks, add_history=True, model=self, epochs=epochs, steps=steps, verbose=0)
        self.stop_training, self._resume = False, None
        callbacks.on_train_begin()
        resume = self._resume or {"epoch": 0, "step": 0}
        for epoch in range(resume["epoch"], epochs):
            self.total, self.count = 0.0, 0
            callbacks.on_epoch_begin(epoch)
            order = np.random.permutation(len(x))
            skip, resume = resume["step"], {"epoch": 0, "step": 0}
            for step in range(skip, steps):
                if self.stop_training:
                    break
                for hook in callbacks.train_batch_begin_hooks:
                    hook(step, {})
                rows = order[step * batch_size : (step + 1) * batch_size]
                self.step(x[rows] + 0.01 * np.random.rand(), y[rows])
                for hook in callbacks.train_batch_end_hooks:
                    hook(step, {"loss": self.total / self.count})
            logs = {"loss": self.total / self.count}
            callbacks.on_test_begin()
            logs["val_loss"] = float(np.mean((x @ self.w.value - y) ** 2)) + 0.05 * np.random.rand()
            callbacks.on_test_end(logs)
            callbacks.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        callbacks.on_train_end()
        return self.history


class Noise(Callback):
    """Draws from Python's generator, as a user's callback may."""

    def on_epoch_begin(self, epoch, logs=None):
        random.random()


def train(folder, save_freq, patience=3, epochs=14):
    """Train from a seed, or go on from the backup; return all that must be equal."""
    set_random_seed(3)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((43, 4)).astype("float32")
    y = x @ np.array([1, -2, 3, 0.5], "float32") + rng.standard_normal(43).astype("float32")
    model = Model()
    stop = EarlyStopping(patience=patience, restore_best_weights=True)
    callbacks = [
        BackupAndRestore(os.path.join(folder, "backup"), save_freq=save_freq),
        Noise(),
        LearningRateScheduler(lambda epoch, rate: rate * 0.98),
        ReduceLROnPlateau(factor=0.5, patience=2, min_delta=0.01),
        CSVLogger(os.path.join(folder, "log.csv")),
        ModelCheckpoint(os.path.join(folder, "best", "w.h5"), save_best_only=True, save_weights_only=True),
        ModelCheckpoint(os.path.join(folder, "all", "{epoch}-{batch}.keras"), save_freq=7),
        stop,
    ]
    history = model.fit(x, y, callbacks, epochs)
    files = sorted(os.path.join(top, name) for top, _, names in os.walk(folder) for name in names)
    return {
        "weights": model.w.value.tolist(),
        "velocity": model.optimizer.velocity[0].value.tolist(),
        "history": history.history,
        "epoch": history.epoch,
        "stopped": [stop.stopped_epoch, stop.best, stop.wait],
        "random": [random.random(), float(np.random.rand()), float(make_rng(None).random())],
        "files": {os.path.relpath(name, folder): open_bytes(name) for name in files},
    }


def open_bytes(path):
    with open(path, "rb") as file:
        return file.read().hex()


WATCHED = ("files.py", "snapshot.py", "backup_and_restore.py", "csv_logger.py", "model_checkpoint.py", "toy.py")


def count_lines(limit, function, *args):
    """Call a function; kill the process when ``limit`` lines of the watched files have run. Return their number."""
    seen = 0

    def line(frame, event, _):
        nonlocal seen
        seen += event == "line"
        if seen == limit:
            os.kill(os.getpid(), signal.SIGKILL)
        return line

    def enter(frame, event, _):
        return line if os.path.basename(frame.f_code.co_filename) in WATCHED else None

    sys.settrace(enter)
    try:
        result = function(*args)
    finally:
        sys.settrace(None)
    return seen, result


def main(folder, seed, save_freq, times):
    os.fsync = lambda descriptor: None  # a kill loses nothing that was written; the disk need not turn
    save_freq = save_freq if save_freq == "epoch" else int(save_freq)
    expected_folder = os.path.join(folder, "undisturbed")
    os.makedirs(expected_folder)
    lines, expected = count_lines(0, train, expected_folder, save_freq)
    rng, bad = random.Random(int(seed)), []
    for number in range(int(times)):
        place = os.path.join(folder, str(number))
        os.makedirs(place)
        moments = [rng.randint(1, lines) for _ in range(2)]  # killed, and killed again on the way
        for moment in moments:
            child = os.fork()
            if not child:
                count_lines(moment, train, place, save_freq)
                os._exit(0)
            os.waitpid(child, 0)
        result = train(place, save_freq)
        bad += [[number, moments, key] for key in expected if result[key] != expected[key]]
        shutil.rmtree(place)
    print(json.dumps({"bad": bad, "lines": lines, "epochs": len(expected["epoch"]), "stopped": expected["stopped"]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
