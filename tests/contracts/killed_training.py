"""A training that can be told to stand still at a chosen line, there to be killed: run by test_killed.py.

``python killed_training.py FOLDER SCENARIO KIND MOMENT BROKEN`` trains, going on from what the folder holds. Before the
line number MOMENT (from 1; 0 for never) of the code of that KIND it prints ``{"at": ...}`` and waits. At the end it prints
all that must be equal to the undisturbed training. BROKEN names a callback that forgets its state, or is "".
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time

import numpy as np

import minikeras as keras
from minikeras import callbacks, layers, optimizers
from minikeras.callbacks import snapshot

KINDS = {
    "save": (
        "/minikeras/_core/files.py", "/minikeras/callbacks/snapshot.py", "/minikeras/callbacks/backup_and_restore.py",
        "/minikeras/callbacks/csv_logger.py", "/minikeras/callbacks/model_checkpoint.py", "/minikeras/saving/",
    ),
    "write": ("/zipfile", "/h5py/", "/numpy/lib/"),  # in the middle of a file
    "train": (
        "/minikeras/models/", "/minikeras/fast/pieces.py", "/minikeras/callbacks/", "/minikeras/data/",
        "/minikeras/_core/random.py",
    ),
}  # fmt: skip
EARLIER = "epoch,accuracy,learning_rate,loss,val_accuracy,val_loss\r\n0,0.5,0.1,0.9,0.5,0.9\r\n"  # rows of another training


def scenario(name, folder):
    """The optimizer, the callbacks and fit's arguments of a scenario."""
    backup, log, saved = (os.path.join(folder, part) for part in ("backup", "log.csv", "saved"))
    best = {"save_best_only": True}
    decay = optimizers.schedules.ExponentialDecay(0.05, 10, 0.9)
    stop = callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    plateau = callbacks.ReduceLROnPlateau(patience=1, factor=0.5, min_delta=0.01)
    if name == "after epochs":
        return optimizers.Adam(0.05, use_ema=True, ema_momentum=0.8), [
            callbacks.BackupAndRestore(backup), stop, plateau, callbacks.SwapEMAWeights(), callbacks.CSVLogger(log),
            callbacks.ModelCheckpoint(os.path.join(saved, "best.keras"), **best),
        ], {"validation_split": 0.3}  # fmt: skip
    if name == "every 7 batches":
        return optimizers.SGD(0.3, momentum=0.9), [
            callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.97), stop, plateau,
            callbacks.CSVLogger(log, append=True),
            callbacks.ModelCheckpoint(os.path.join(saved, "{epoch:02d}-{val_loss:.3f}.keras"), **best),
            callbacks.BackupAndRestore(backup, save_freq=7, double_checkpoint=True, delete_checkpoint=False),
        ], {"validation_split": 0.3, "sample_weight": True}  # fmt: skip
    if name == "every batch":
        return optimizers.Adam(decay), [
            callbacks.BackupAndRestore(backup, save_freq=1), callbacks.CSVLogger(log),
            callbacks.ModelCheckpoint(
                os.path.join(saved, "{epoch}", "{batch:02d}.weights.h5"), save_weights_only=True, save_freq=3
            ),
        ], {"validation_data": True, "class_weight": {0: 1.0, 1: 2.5}, "epochs": 5}  # fmt: skip
    if name == "compiled":
        return optimizers.Adam(decay), [
            callbacks.BackupAndRestore(backup, save_freq=7), callbacks.CSVLogger(log), stop,
        ], {"validation_split": 0.3}  # fmt: skip
    return optimizers.RMSprop(0.02, momentum=0.5), [
        callbacks.BackupAndRestore(backup, double_checkpoint=True), callbacks.CSVLogger(log, separator=";"),
        callbacks.LearningRateScheduler(lambda epoch: 0.02 / (1 + epoch)),
        callbacks.EarlyStopping("loss", patience=2, min_delta=0.02, start_from_epoch=2),
        callbacks.ModelCheckpoint(os.path.join(saved, "best.h5"), "accuracy", mode="max", initial_value_threshold=0.4, **best),
        callbacks.ModelCheckpoint(os.path.join(saved, "last.weights.h5"), save_weights_only=True),
    ], {"validation_data": True, "validation_freq": 2, "shuffle": "batch"}  # fmt: skip


def train(folder, name):
    """Train from the seed, or go on from the backup; return all that must be equal, but files."""
    keras.utils.set_random_seed(3)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((80, 6)).astype("float32")
    y = (x[:, 0] * x[:, 1] + 0.5 * x[:, 2] > 0).astype(int)
    inputs = [] if name == "lazy" else [keras.Input((6,))]
    noisy = [layers.Dropout(0.2)] + [layers.GaussianNoise(0.1)] * (name != "compiled")
    model = keras.Sequential([*inputs, layers.Dense(12, "relu"), *noisy, layers.Dense(1, "sigmoid")])
    optimizer, chosen, how = scenario(name, folder)
    if how.pop("sample_weight", False):
        how["sample_weight"] = rng.random(80).astype("float32")
    if how.pop("validation_data", False):
        how["validation_data"] = (x[60:], y[60:])
        x, y = x[:60], y[:60]
    metrics = ["accuracy", "AUC"] if name == "every batch" else ["accuracy"]
    model.compile(optimizer, "binary_crossentropy", metrics=metrics, jit_compile=name == "compiled")
    log = os.path.join(folder, "log.csv")
    if any(getattr(callback, "append", False) for callback in chosen) and not os.path.exists(log):
        with open(log + ".new", "w", newline="") as file:
            file.write(EARLIER)
        os.replace(log + ".new", log)
    begun = callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: told.update(begun=True, epoch=epoch))
    history = model.fit(x, y, **{"batch_size": 16, "epochs": 9, "verbose": 0, "callbacks": [*chosen, begun], **how})
    stops = [callback for callback in chosen if hasattr(callback, "best")]
    return {
        "weights": digest(model.get_weights()),
        "optimizer": digest([np.asarray(v) for v in optimizer.variables]),
        "variables": digest([np.asarray(v) for v in model.variables]),
        "history": history.history,
        "epochs": history.epoch,
        "callbacks": [[stop.best, getattr(stop, "wait", None), getattr(stop, "stopped_epoch", None)] for stop in stops],
        "random": digest(snapshot.random_state()),
    }


def digest(value):
    """A short text that differs where anything in nested lists, dicts and arrays does."""
    found = hashlib.sha256()

    def add(item):
        if isinstance(item, dict):
            item = [[key, item[key]] for key in sorted(item)]
        if isinstance(item, (list, tuple)):
            found.update(b"%d items" % len(item))
            for part in item:
                add(part)
        elif isinstance(item, np.ndarray):
            found.update(f"{item.dtype}{item.shape}".encode() + item.tobytes())
        else:
            found.update(repr(item).encode() + b";")

    add(value)
    return found.hexdigest()[:16]


# -- the moment --------------------------------------------------------------------------------------------------------

told: dict = {"begun": False, "epoch": None}  # how far it is, for whom it may concern
seen = dict.fromkeys(KINDS, 0)


def watch(kind, moment):
    """Count the lines of each kind of code, and stand still at the one of that number."""
    kinds: dict = {}  # code -> the kinds that it belongs to

    def line(frame, event, _):
        if event == "line":
            for each in kinds[frame.f_code]:
                seen[each] += 1
                if each == kind and seen[each] == moment:
                    where = f"{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno} {frame.f_code.co_name}"
                    print(json.dumps({"at": where, **told}), flush=True)
                    time.sleep(120)
        return line

    def enter(frame, event, _):
        code = frame.f_code
        if code not in kinds:
            path = code.co_filename.replace(os.sep, "/")
            kinds[code] = [each for each in KINDS if any(part in path for part in KINDS[each])]
        return line if kinds[code] else None

    sys.settrace(enter)


def main(folder, name, kind, moment, broken):
    os.fsync = lambda descriptor: None  # a kill loses nothing that was written; the disk need not turn
    if broken == "random":
        snapshot.set_random_state = lambda state: None
    elif broken:
        getattr(callbacks, broken).set_state = lambda self, state: None
    watch(kind, int(moment))
    try:
        result = train(folder, name)
    finally:
        sys.settrace(None)
    print(json.dumps({"end": result, "lines": seen}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
