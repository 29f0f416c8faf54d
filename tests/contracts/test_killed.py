"""Training survives being killed: at any moment, also within saves, it goes on and ends equal to the bit."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import random
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import h5py
import numpy as np
import pytest

import minikeras as keras
from minikeras import callbacks, layers
from minikeras.callbacks import snapshot
from tests.contracts.killed_training import KINDS, digest
from tests.pace import some_quick

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "killed_training.py")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(SCRIPT)))
KILLS = {"after epochs": 14, "every 7 batches": 12, "every batch": 12, "lazy": 12, "compiled": 10}  # 60 in all


def start(folder, name, kind="save", moment=0, broken=""):
    """Run the script; kill it when it stands at the moment. Return what it said last, and its pid."""
    os.makedirs(folder, exist_ok=True)
    command = [sys.executable, "-W", "error", SCRIPT, folder, name, kind, str(moment), broken]
    environment = {**os.environ, "PYTHONPATH": ROOT}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        said = process.stdout.readline()
        if '"at"' in said:
            process.kill()
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert said, errors
    return json.loads(said), process.pid


def contents(folder):
    """What every file holds, and the names of the temporaries. Every file must open."""
    held, temporaries = {}, []
    for top, _, names in os.walk(folder):
        for name in sorted(names):
            path = os.path.join(top, name)
            if name.endswith((".tmp~", ".new")):
                temporaries.append(name)
            else:
                held[os.path.relpath(path, folder).replace(os.sep, "/")] = opened(path)
    return held, temporaries


def opened(path):
    if path.endswith(".weights.h5"):
        found = {}
        with h5py.File(path) as file:
            file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
        return digest(found)
    if path.endswith((".keras", ".h5")):
        model = keras.saving.load_model(path)
        return digest([model.to_json(), model.get_weights(), [v.numpy() for v in model.optimizer.variables]])
    if "latest.npz" in path:
        return digest(snapshot.read(path))
    with open(path, newline="") as file:
        text = file.read()
    rows = list(csv.reader(text.splitlines(), delimiter=";" if ";" in text else ","))
    assert all(len(row) == len(rows[0]) for row in rows) and text.endswith("\r\n" if text else "")
    return text


def undisturbed(tmp_path_factory, name, kept={}):  # noqa: B006 one run of each scenario serves all tests
    """What the undisturbed training says at its end, its files, and its lines of each kind."""
    if name not in kept:
        folder = str(tmp_path_factory.mktemp("undisturbed"))
        said, _ = start(folder, name)
        kept[name] = said["end"], contents(folder)[0], said["lines"]
    return kept[name]


def differences(expected, said, folder):
    """What isn't as in the undisturbed training: names of results and of files, and temporaries that stayed."""
    end, files, _ = expected
    held, temporaries = contents(folder)
    names = [name for name in end if said["end"][name] != end[name]]
    return names + [path for path in {**files, **held} if files.get(path) != held.get(path)] + temporaries


def kill_again_and_again(place, name, expected, times, seed):
    """Kill a training, go on, kill it again ...; when it ends, compare, and begin another. Return what went wrong."""
    rng, wrong, moments, trainings = random.Random(seed), [], [], 0
    left = dict(expected[2])
    while moments is not None:
        folder = os.path.join(place, str(trainings))
        last = times == 0
        kind = rng.choice(list(KINDS))
        moment = 0 if last else rng.randint(1, left[kind])
        said, pid = start(folder, name, kind, moment)
        if "at" in said:
            times -= 1
            moments.append([kind, moment, said])
            part = 1 - moment / left[kind]  # about what is left of the training, of each kind of lines
            left = {each: max(1, int(left[each] * part)) for each in left}
            strays = [stray for stray in contents(folder)[1] if f".{pid}." not in stray and not stray.endswith(".new")]
            if said["begun"] and strays:
                wrong.append([moments, strays])
            continue
        found = differences(expected, said, folder)
        wrong += [[moments, found]] if found else []
        moments, left, trainings = ([] if not last else None), dict(expected[2]), trainings + 1
    return wrong


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow) for n in KILLS])
def test_killed_at_random_moments_it_ends_equal(tmp_path, tmp_path_factory, name):
    if name == "compiled":
        pytest.importorskip("numba")
    expected = undisturbed(tmp_path_factory, name)
    with ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(kill_again_and_again, str(tmp_path / str(i)), name, expected, KILLS[name] // 2, f"{name} {i}")
            for i in range(2)
        ]
    assert [run.result() for run in runs] == [[], []]


@pytest.mark.slow
def test_there_is_enough_to_kill(tmp_path_factory):
    """The scenarios do what they are for: they stop early, reduce the rate, save, and keep what they should keep."""
    end, files, lines = undisturbed(tmp_path_factory, "after epochs")
    assert len(end["epochs"]) < 9 and len(set(end["history"]["learning_rate"])) > 1
    assert sorted(files) == ["log.csv", "saved/best.keras"] and min(lines.values()) > 1000
    files = undisturbed(tmp_path_factory, "every 7 batches")[1]
    assert {"backup/latest.npz", "backup/latest.npz.bkp"} < set(files)
    saved = [path for path in files if re.fullmatch(r"saved/\d\d-\d\.\d{3}\.keras", path)]
    assert len(saved) == len(files) - 3 > 1
    files = undisturbed(tmp_path_factory, "every batch")[1]
    assert [path for path in sorted(files) if "saved" in path][:2] == ["saved/1/03.weights.h5", "saved/2/02.weights.h5"]
    files = undisturbed(tmp_path_factory, "lazy")[1]
    assert sorted(files) == ["log.csv", "saved/best.h5", "saved/last.weights.h5"]
    assert sum(KILLS.values()) == 60


@pytest.mark.slow
@pytest.mark.parametrize(
    "broken, seen",
    [
        ("EarlyStopping", "epochs"),
        ("ReduceLROnPlateau", "callbacks"),
        ("ModelCheckpoint", "callbacks"),
        ("CSVLogger", "log.csv"),
        ("History", "history"),
        ("random", "optimizer"),
    ],
)
def test_a_training_that_goes_on_wrongly_is_noticed(tmp_path, tmp_path_factory, broken, seen):
    name = "every 7 batches"
    expected = undisturbed(tmp_path_factory, name)
    said, _ = start(str(tmp_path), name, "train", expected[2]["train"] * 4 // 5, broken)
    assert said["epoch"] >= 4
    said, _ = start(str(tmp_path), name, broken=broken)
    assert seen in differences(expected, said, str(tmp_path))


# -- stopped, but not dead ---------------------------------------------------------------------------------------------


class Stop(callbacks.Callback):
    """Raises an error at a batch."""

    def __init__(self, epoch, batch, error):
        super().__init__()
        self.at, self.error, self.epoch = (epoch, batch), error, None

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == self.at:
            raise self.error


def make_model(built=True):
    keras.utils.set_random_seed(5)
    inputs = [keras.Input((3,))] if built else []
    model = keras.Sequential([*inputs, layers.Dense(4, "tanh"), layers.Dropout(0.3), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.05), "mse", metrics=["mae"])
    return model


def fit(model, folder, *more, **options):
    x = np.random.default_rng(1).standard_normal((30, 3)).astype("float32")
    chosen = [callbacks.BackupAndRestore(str(folder), **options), callbacks.ReduceLROnPlateau("loss", patience=1), *more]
    return model.fit(x, x[:, 0] ** 2, batch_size=8, epochs=6, verbose=0, callbacks=chosen)


def state(model, history):
    return digest([model.get_weights(), [v.numpy() for v in model.optimizer.variables], history.history, np.random.rand(3)])


@pytest.fixture
def still_disk(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # a test need not wait for the disk to turn


@pytest.mark.parametrize("built", some_quick([True, False], [False]))
@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("options", [{}, {"save_freq": 3}, {"save_freq": 1, "double_checkpoint": True}])
def test_after_an_exception_the_same_process_goes_on(tmp_path, still_disk, options, error, built):
    model = make_model(built)
    expected = state(model, fit(model, tmp_path / "undisturbed", Stop(-1, -1, error), **options))
    for again in (False, True):  # in a new model, and in the one that was interrupted
        model = make_model(built)
        with pytest.raises(error):
            fit(model, tmp_path / "backup", Stop(2, 1, error), **options)
        assert len(model.history.history["loss"]) == 2  # what was finished
        np.random.rand()
        model = model if again else make_model(built)
        assert state(model, fit(model, tmp_path / "backup", Stop(-1, -1, error), **options)) == expected
        assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("times", some_quick([4, 12], [4]))
def test_ctrl_c_at_any_line(tmp_path, still_disk, times):
    """Within a step, a callback or a save: the next fit of the same model goes on from the last backup."""
    model = make_model()
    expected = state(model, fit(model, tmp_path / "undisturbed", save_freq=5))
    backup = tmp_path / "backup" / "latest.npz"
    rng, interrupted = random.Random(7), 0
    for _ in range(times):
        model, left = make_model(), rng.randint(1, 4000)
        try:
            with interrupting(left, backup):
                history = fit(model, tmp_path / "backup", save_freq=5)
        except KeyboardInterrupt:
            interrupted += 1
            assert not [name for name in os.listdir(tmp_path / "backup") if name.endswith(".tmp~")]
            history = fit(model, tmp_path / "backup", save_freq=5)
        assert state(model, history) == expected
    assert interrupted > times // 2


@contextlib.contextmanager
def interrupting(left, backup):
    """Raise KeyboardInterrupt once so many lines of the library have run since the first backup was there."""
    there = False

    def line(frame, event, _):
        nonlocal left, there
        there = there or backup.exists()
        left -= event == "line" and there
        if left == 0:
            left -= 1
            raise KeyboardInterrupt
        return line

    before = sys.gettrace()
    sys.settrace(lambda frame, event, _: line if "minikeras" in frame.f_code.co_filename else None)
    try:
        yield
    finally:
        sys.settrace(before)
