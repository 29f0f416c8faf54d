import pytest

from minikeras.callbacks import CallbackList, LambdaCallback
from tests.callbacks.test_callback import HOOKS


def test_every_hook():
    seen = []
    hooks = {hook: lambda *args, hook=hook: seen.append((hook, *args)) for hook in HOOKS}
    callbacks = CallbackList([LambdaCallback(**hooks)])
    for hook in sorted(HOOKS):
        index = [1] if "batch" in hook or "epoch" in hook else []
        getattr(callbacks, hook)(*index, {"a": 1})
        assert seen.pop() == (hook, *index, {"a": 1.0})
    assert len(callbacks.train_batch_begin_hooks) == len(callbacks.test_batch_end_hooks) == 1


def test_old_names_reach_the_training_loop():
    seen = []
    callbacks = CallbackList([LambdaCallback(on_batch_end=lambda batch, logs: seen.append(batch))])
    for hook in callbacks.train_batch_end_hooks:
        hook(4, {})
    assert seen == [4]


def test_other_attributes_and_misspelt_hooks():
    assert LambdaCallback(colour="red").colour == "red"
    assert CallbackList([LambdaCallback(on_epoch_end=lambda e, l: None)]).train_batch_end_hooks == []
    for wrong in ("on_epoch_ends", "epoch_end"):
        with pytest.raises(ValueError, match=f"unknown argument: `{wrong}`. Did you mean `on_epoch_end`"):
            LambdaCallback(**{wrong: print})
    with pytest.raises(TypeError, match="`on_epoch_end` of LambdaCallback must be a function, got 3"):
        LambdaCallback(on_epoch_end=3)
