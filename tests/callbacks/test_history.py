from minikeras.callbacks import CallbackList, History
from tests.callbacks.toy import Model


def test_records_epochs():
    model = Model()
    callbacks = CallbackList(None, add_history=True, model=model, epochs=3, steps=2)
    callbacks.on_train_begin()
    assert model.history.history == {} and model.history.epoch == []
    callbacks.on_epoch_end(0, {"loss": 1, "accuracy": 0.5})
    callbacks.on_epoch_end(1, {"loss": 0.5, "accuracy": 0.75, "val_loss": 2.0})
    history = model.history
    assert history.history == {"accuracy": [0.5, 0.75], "loss": [1.0, 0.5], "val_loss": [2.0]}
    assert list(history.history) == ["accuracy", "loss", "val_loss"]
    assert history.epoch == [0, 1] and history.params == {"epochs": 3, "steps": 2} and history.model is model


def test_state():
    history, other = History(), History()
    history.on_train_begin()
    history.on_epoch_end(0, {"loss": 1.0})
    other.set_state(history.get_state())
    other.on_epoch_end(1, {"loss": 0.5})
    assert other.history == {"loss": [1.0, 0.5]} and other.epoch == [0, 1]
    assert history.history == {"loss": [1.0]} and history.epoch == [0]
