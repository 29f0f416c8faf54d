from types import SimpleNamespace

import numpy as np
import pytest

from minikeras.callbacks import Callback, CallbackList, EarlyStopping, History, ModelCheckpoint, ProgbarLogger, TerminateOnNaN
from minikeras.callbacks.callback_list import to_python
from tests.callbacks.test_callback import HOOKS


class Recorder(Callback):
    def __init__(self, name, seen):
        super().__init__()
        for hook in HOOKS:
            setattr(self, hook, lambda *args, hook=hook: seen.append((name, hook, *args)))


def test_every_hook_calls_all_in_order():
    for hook in sorted(HOOKS):
        seen = []
        callbacks = CallbackList([Recorder("a", seen), [Recorder("b", seen)]])
        index = [7] if "batch" in hook or "epoch" in hook else []
        getattr(callbacks, hook)(*index, {"b": np.float32(1), "a": 2})
        assert seen == [("a", hook, *index, {"a": 2.0, "b": 1.0}), ("b", hook, *index, {"a": 2.0, "b": 1.0})]
        seen.clear()
        getattr(callbacks, hook)(*index)
        assert seen == [("a", hook, *index, {}), ("b", hook, *index, {})]


def test_logs_are_one_dict_for_all_and_not_the_callers():
    class Adds(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["mine"] = 3.0

    history, logs = History(), {"loss": 1.0}
    CallbackList([Adds(), history]).on_epoch_end(0, logs)
    assert history.history == {"loss": [1.0], "mine": [3.0]} and logs == {"loss": 1.0}


def test_history_and_progress_bar_are_added_once():
    model = SimpleNamespace(stop_training=False)
    callbacks = CallbackList(None, add_history=True, add_progbar=True, model=model, verbose=1, epochs=2, steps=3)
    history, bar = callbacks.callbacks
    assert isinstance(history, History) and isinstance(bar, ProgbarLogger)
    assert model.history is history and history.model is bar.model is model
    assert callbacks.params == history.params == {"verbose": 1, "epochs": 2, "steps": 3}
    again = CallbackList([history, bar], add_history=True, add_progbar=True, model=model)
    assert again.callbacks == [history, bar]
    assert CallbackList([]).callbacks == []


def test_hot_lists_hold_only_who_has_work():
    class Both(Callback):
        def on_train_batch_begin(self, batch, logs=None):
            pass

        def on_batch_end(self, batch, logs=None):
            pass

        def on_predict_batch_end(self, batch, logs=None):
            pass

    both, nan = Both(), TerminateOnNaN()
    callbacks = CallbackList(
        [EarlyStopping(), both, ModelCheckpoint("a.keras"), nan], add_history=True, add_progbar=True, verbose=1
    )
    assert callbacks.train_batch_begin_hooks == [both.on_train_batch_begin]
    assert callbacks.train_batch_end_hooks == [both.on_train_batch_end, nan.on_train_batch_end]
    assert callbacks.test_batch_begin_hooks == callbacks.test_batch_end_hooks == callbacks.predict_batch_begin_hooks == []
    assert callbacks.predict_batch_end_hooks == [both.on_predict_batch_end]
    checkpoint = ModelCheckpoint("a.keras", save_freq=5)
    callbacks.append(checkpoint)
    assert callbacks.train_batch_end_hooks[-1] == checkpoint.on_train_batch_end


def test_hooks_set_late_are_found_at_the_begin_of_training():
    callback = Callback()
    callbacks = CallbackList([callback])
    callback.on_train_begin = lambda logs: setattr(callback, "on_batch_end", lambda batch, logs: None)
    callbacks.on_train_begin()
    assert callbacks.train_batch_end_hooks == [callback.on_train_batch_end]


def test_progress_stands_apart_unless_it_is_somebodys_own():
    assert CallbackList(None, add_progbar=True, verbose=0).progress is None
    assert CallbackList([EarlyStopping()]).progress is None
    callbacks = CallbackList(None, add_progbar=True, verbose=1, steps=2, epochs=1)
    assert isinstance(callbacks.progress, ProgbarLogger) and callbacks.train_batch_end_hooks == []

    class Own(ProgbarLogger):
        def on_train_batch_end(self, batch, logs=None):
            pass

    callbacks = CallbackList([Own()], add_progbar=True, verbose=1, steps=2, epochs=1)
    assert callbacks.progress is None and len(callbacks.train_batch_end_hooks) == 1


def test_append_iterate_and_truth():
    model = SimpleNamespace()
    callbacks = CallbackList(Callback(), model=model, epochs=3)
    late = Callback()
    callbacks.append(late)
    assert late.model is model and late.params == {"epochs": 3} and list(callbacks)[1] is late
    assert len(callbacks) == 2 and bool(CallbackList())


def test_what_is_no_callback_is_refused():
    with pytest.raises(TypeError, match=r"got the class EarlyStopping: write EarlyStopping\(...\)"):
        CallbackList([EarlyStopping])
    with pytest.raises(TypeError, match="takes Callback objects, got 'early_stopping' of type str"):
        CallbackList(["early_stopping"])


def test_to_python():
    logs = {"b": np.float64(2), "a": np.array(1), "f1": np.array([0.5, 1.0]), "none": None, "in": {"z": 1, "y": "text"}}
    out = to_python(logs)
    assert list(out) == ["a", "b", "f1", "y", "z", "none"]
    assert type(out["b"]) is float and type(out["a"]) is float and out["f1"] is logs["f1"] and out["none"] is None
    assert to_python(None) == {}
