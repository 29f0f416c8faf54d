import json
import os
import random
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from minikeras._core import random as keras_random
from minikeras._core.variable import Variable
from minikeras.callbacks import BackupAndRestore, Callback, CallbackList, CSVLogger, EarlyStopping, History, TerminateOnNaN
from tests.callbacks import toy

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.fixture(autouse=True)
def still_disk(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # a test need not wait for the disk to turn


class Killed(BaseException):
    pass


class KillAt(Callback):
    """Ends fit as a kill does, for all that callbacks see of it."""

    def __init__(self, epoch, batch):
        super().__init__()
        self.at, self.epoch = (epoch, batch), None

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == self.at:
            raise Killed


def data():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((20, 4)).astype("float32")
    return x, x @ np.ones(4, "float32")


def fit(folder, *more, seed=1, epochs=6, **options):
    keras_random.set_random_seed(seed)
    model = toy.Model()
    backup = BackupAndRestore(folder / "backup", **options)
    history = model.fit(*data(), [backup, *more], epochs)
    return model, history


@pytest.mark.skipif(os.name != "posix", reason="kills by SIGKILL, after a fork")
@pytest.mark.parametrize(
    "save_freq, times, seed",
    [
        pytest.param("epoch", 5, 1, marks=pytest.mark.slow),
        ("4", 5, 2),
        pytest.param("epoch", 12, 3, marks=pytest.mark.slow),
        pytest.param("4", 12, 4, marks=pytest.mark.slow),
    ],
)
def test_killed_at_random_lines_it_ends_equal(tmp_path, save_freq, times, seed):
    script = os.path.join(ROOT, "tests", "callbacks", "toy.py")
    result = subprocess.run(
        [sys.executable, "-W", "ignore", script, str(tmp_path), str(seed), save_freq, str(times)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": ROOT},
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["bad"] == []
    assert told["lines"] > 5000 and told["stopped"][0] == told["epochs"] - 1 < 13  # EarlyStopping had its say


@pytest.mark.parametrize("save_freq", ["epoch", 1, 2, 3, 5])
@pytest.mark.parametrize("batch", [0, 1, 2])
def test_goes_on_from_any_batch(tmp_path, save_freq, batch):
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    expected, expected_history = fit(tmp_path / "a", save_freq=save_freq)
    with pytest.raises(Killed):
        fit(tmp_path / "b", KillAt(3, batch), save_freq=save_freq)
    random.random(), np.random.rand()  # whatever the new process does before
    model, history = fit(tmp_path / "b", seed=99, save_freq=save_freq)
    np.testing.assert_array_equal(model.w.value, expected.w.value)
    assert history.history == expected_history.history
    assert history.epoch == expected_history.epoch == list(range(6))


def test_epoch_at_which_it_goes_on(tmp_path):
    with pytest.raises(Killed):
        fit(tmp_path, KillAt(3, 1))
    model, history = fit(tmp_path, seed=1, epochs=3)
    assert model._resume == {"epoch": 3, "step": 0}
    assert history.epoch == [0, 1, 2]


def test_step_at_which_it_goes_on(tmp_path):
    with pytest.raises(Killed):
        fit(tmp_path, KillAt(3, 1), save_freq=4)  # 3 batches an epoch; 4 and 8 are done: 2 epochs and 2 batches
    model, history = fit(tmp_path, seed=1, save_freq=4)
    assert model._resume == {"epoch": 2, "step": 2}
    assert len(history.history["loss"]) == 6


def test_stopped_training_stays_stopped(tmp_path):
    """Killed between EarlyStopping's word and the end of fit: no epoch is trained any more."""

    class Stop(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 2

    class KillAtEnd(Callback):
        def on_train_end(self, logs=None):
            raise Killed

    with pytest.raises(Killed):
        fit(tmp_path, Stop(), KillAtEnd())
    model, history = fit(tmp_path, Stop())
    assert history.epoch == [0, 1, 2]
    assert os.listdir(tmp_path) == []


def test_early_stopping_goes_on_waiting(tmp_path):
    def run(values, stop, epochs):
        model = toy.Model()
        callbacks = CallbackList([stop, BackupAndRestore(tmp_path / "b")], add_history=True, model=model, epochs=20)
        callbacks.on_train_begin()
        first = (model._resume or {"epoch": 0})["epoch"]
        for epoch in range(first, epochs):
            callbacks.on_epoch_begin(epoch)
            callbacks.on_epoch_end(epoch, {"val_loss": values[epoch]})
            if model.stop_training:
                return epoch
        return None

    values = [0.5, 0.4, 0.45, 0.46, 0.47, 0.3, 0.2, 0.1]
    assert run(values, EarlyStopping(patience=3, restore_best_weights=True), 4) is None
    stop = EarlyStopping(patience=3, restore_best_weights=True)
    assert run(values, stop, 20) == 4
    assert (stop.wait, stop.best, stop.best_epoch, stop.stopped_epoch) == (3, 0.4, 1, 4)
    np.testing.assert_array_equal(stop.best_weights[0], np.full(4, 0.5, "float32"))


@pytest.mark.parametrize("save_freq", [7, 1000])  # 1000: killed before the first backup
def test_csv_logger_has_no_doubled_rows(tmp_path, save_freq):
    for append in (False, True):
        folder = tmp_path / str(append)
        folder.mkdir()
        path = folder / "log.csv"
        path.write_bytes(b"epoch,loss,val_loss\r\n7,1.0,2.0\r\n")  # of an earlier training
        with pytest.raises(Killed):
            fit(folder, CSVLogger(path, append=append), KillAt(3, 1), save_freq=save_freq)
        fit(folder, CSVLogger(path, append=append), save_freq=save_freq)
        rows = [line.split(",")[0] for line in path.read_text().splitlines()]
        assert rows == ["epoch", *(["7"] if append else []), "0", "1", "2", "3", "4", "5"]


def test_history_of_callbacks_of_one_class(tmp_path):
    """Two of a class keep their own states."""
    model = toy.Model()
    stops = [EarlyStopping("loss"), EarlyStopping("val_loss", patience=5)]
    callbacks = CallbackList([stops, BackupAndRestore(tmp_path)], model=model)
    callbacks.on_train_begin()
    callbacks.on_epoch_begin(0)
    callbacks.on_epoch_end(0, {"loss": 1.0, "val_loss": 2.0})
    again = [EarlyStopping("loss"), EarlyStopping("val_loss", patience=5)]
    CallbackList([again, BackupAndRestore(tmp_path)], model=model).on_train_begin()
    assert [stop.best for stop in again] == [1.0, 2.0]


def test_saves_after_all_others_whatever_its_place():
    backup, history = BackupAndRestore("x"), History()
    callbacks = CallbackList([backup, history], add_progbar=True, verbose=0)
    assert callbacks.callbacks[:2] == [backup, history]
    assert callbacks._in_order()[-1] is backup
    assert callbacks.train_batch_end_hooks == []
    hooks = CallbackList([BackupAndRestore("x", save_freq=2), CallbackList([SimpleCounter()])]).train_batch_end_hooks
    assert [type(hook.__self__).__name__ for hook in hooks] == ["SimpleCounter", "BackupAndRestore"]


class SimpleCounter(Callback):
    def on_batch_end(self, batch, logs=None):
        pass


def test_own_callbacks_may_have_a_state(tmp_path):
    class Best(Callback):
        best = None

        def on_epoch_end(self, epoch, logs=None):
            self.best = {"epoch": epoch, "loss": np.float32(logs["loss"]), "row": [1, "a", None, np.arange(3)]}

        def get_state(self):
            return self.best

        def set_state(self, state):
            self.best = state

    with pytest.raises(Killed):
        fit(tmp_path, Best(), KillAt(2, 0))
    best = Best()
    fit(tmp_path, best, epochs=2)
    assert best.best["epoch"] == 1 and best.best["loss"].dtype == "float32"
    assert best.best["row"][:3] == [1, "a", None] and best.best["row"][3].tolist() == [0, 1, 2]

    best.get_state = lambda: {"model": object()}
    with pytest.raises(TypeError, match=r"\['callbacks'\]\['Best_0'\]\['model'\].*object is no number"):
        fit(tmp_path, best)


def test_backup_is_removed_at_the_end_and_nothing_else(tmp_path):
    fit(tmp_path)
    assert os.listdir(tmp_path) == []
    fit(tmp_path, delete_checkpoint=False)
    assert os.listdir(tmp_path / "backup") == ["latest.npz"]
    (tmp_path / "backup" / "notes.txt").write_text("mine")
    fit(tmp_path)
    assert os.listdir(tmp_path / "backup") == ["notes.txt"]


def test_stray_temporaries_go_at_the_next_start(tmp_path):
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / ".latest.npz.4194305.0123456789abcdef.tmp~").write_bytes(b"half")
    fit(tmp_path, delete_checkpoint=False)
    assert os.listdir(tmp_path / "backup") == ["latest.npz"]


def test_damaged_backup(tmp_path):
    with pytest.raises(Killed):
        fit(tmp_path, KillAt(3, 1))
    path = tmp_path / "backup" / "latest.npz"
    content = path.read_bytes()
    for cut in (content[:100], b"", content[:2000] + b"xxxx" + content[2004:]):
        path.write_bytes(cut)
        with pytest.raises(OSError, match="damaged or no backup.*Remove the folder"):
            fit(tmp_path)


def test_double_checkpoint_goes_on_from_the_one_before(tmp_path):
    with pytest.raises(Killed):
        fit(tmp_path, KillAt(3, 1), double_checkpoint=True)
    assert sorted(os.listdir(tmp_path / "backup")) == ["latest.npz", "latest.npz.bkp"]
    (tmp_path / "backup" / "latest.npz").write_bytes(b"PK")
    with pytest.warns(UserWarning, match="damaged.*Going on from the backup before it"):
        model, history = fit(tmp_path, epochs=2, double_checkpoint=True)
    assert model._resume == {"epoch": 2, "step": 0}
    assert os.listdir(tmp_path) == []


def test_backup_of_another_model_changes_nothing(tmp_path):
    with pytest.raises(Killed):
        fit(tmp_path, KillAt(3, 1))
    model = toy.Model()
    model.variables.append(Variable([1.0]))
    backup = BackupAndRestore(tmp_path / "backup")
    backup.set_model(model)
    with pytest.raises(ValueError, match=r"another model or optimizer: it has 4 variables.*this one has 5"):
        backup.on_train_begin()
    assert model.w.value.tolist() == [0.5] * 4


@pytest.mark.parametrize("save_freq", ["epoch", 1])
@pytest.mark.parametrize("stop", [True, False])
def test_the_last_good_backup_outlives_a_lost_loss(tmp_path, save_freq, stop):
    class Lose(Callback):
        epoch = None

        def on_epoch_begin(self, epoch, logs=None):
            self.epoch = epoch

        def on_train_batch_begin(self, batch, logs=None):
            if self.epoch == 2 and batch == 1:
                self.model.w.assign(np.full(4, np.nan))

    model, history = fit(tmp_path, Lose(), *([TerminateOnNaN()] if stop else []), save_freq=save_freq)
    assert np.isnan(model.w.value).all() and len(history.epoch) == (3 if stop else 6)
    assert os.listdir(tmp_path / "backup") == ["latest.npz"]
    again, history = fit(tmp_path, epochs=6, save_freq=save_freq)
    assert np.isfinite(again.w.value).all() and history.epoch == list(range(6))
    assert again._resume == ({"epoch": 2, "step": 0} if save_freq == "epoch" else {"epoch": 2, "step": 1})
    assert os.listdir(tmp_path) == []


def test_arguments():
    with pytest.raises(ValueError, match="Empty `backup_dir` argument.*folder"):
        BackupAndRestore("")
    for save_freq in ("batch", 0, -1, 1.5, True, None):
        with pytest.raises(ValueError, match="`save_freq` for BackupAndRestore.* must be 'epoch' or a positive number"):
            BackupAndRestore("x", save_freq=save_freq)
    backup = BackupAndRestore("x")
    backup.set_model(SimpleNamespace(built=False, name="net"))
    with pytest.raises(ValueError, match="'net' isn't: give its first layer an input_shape"):
        backup.on_train_begin()
