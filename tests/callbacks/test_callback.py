import inspect

from minikeras.callbacks import Callback
from minikeras.callbacks.callback import overrides

HOOKS = {
    "on_batch_begin", "on_batch_end", "on_epoch_begin", "on_epoch_end", "on_predict_batch_begin", "on_predict_batch_end",
    "on_predict_begin", "on_predict_end", "on_test_batch_begin", "on_test_batch_end", "on_test_begin", "on_test_end",
    "on_train_batch_begin", "on_train_batch_end", "on_train_begin", "on_train_end",
}  # fmt: skip


def test_hooks_are_keras():
    assert {name for name in vars(Callback) if name.startswith("on_")} == HOOKS
    for name in HOOKS:
        arguments = list(inspect.signature(getattr(Callback, name)).parameters)
        assert arguments[-1] == "logs" and arguments[1:-1] in ([], ["epoch"], ["batch"])


def test_base_does_nothing():
    callback = Callback()
    for name in HOOKS:
        assert getattr(callback, name)(*([0] if "batch" in name or "epoch" in name else [])) is None
        assert not callback._implements(name)
    assert (callback.params, callback.model, callback.get_state(), callback.set_state({})) == (None,) * 4


def test_old_names_are_called():
    class Old(Callback):
        def __init__(self):  # as many do: without super().__init__()
            self.seen = []

        def on_batch_begin(self, batch, logs=None):
            self.seen.append(("begin", batch))

        def on_batch_end(self, batch, logs=None):
            self.seen.append(("end", batch, logs))

    old = Old()
    old.set_model("model")
    old.on_train_batch_begin(3)
    old.on_train_batch_end(3, {"loss": 1.0})
    assert old.seen == [("begin", 3), ("end", 3, {"loss": 1.0})]
    assert old.model == "model" and old.params is None
    assert old._implements_train_batch_hooks() and not old._implements_test_batch_hooks()
    assert not old._implements_predict_batch_hooks()


def test_overrides_on_the_object_and_in_a_foreign_class():
    callback = Callback()
    callback.on_test_batch_end = lambda batch, logs: None
    assert overrides(callback, "on_test_batch_end") and not overrides(callback, "on_test_batch_begin")
    callback.on_test_batch_end = None
    assert not overrides(callback, "on_test_batch_end")

    class Foreign:
        def on_train_batch_end(self, batch, logs=None):
            pass

    assert overrides(Foreign(), "on_train_batch_end") and not overrides(Foreign(), "on_train_batch_begin")


def test_model_may_be_set_as_in_keras_2():
    callback = Callback()
    callback.model = "mine"
    assert callback.model == "mine"
