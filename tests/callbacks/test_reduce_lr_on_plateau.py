import pytest

from minikeras.callbacks import CallbackList, ReduceLROnPlateau
from tests.callbacks.test_early_stopping import VALUES
from tests.callbacks.toy import Model


class Optimizer:
    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def joined(self):
        return [("", self)]


def run(**options):
    model = Model()
    model.optimizer = Optimizer(1.0)
    callbacks = CallbackList([ReduceLROnPlateau(**options)], add_history=True, model=model)
    callbacks.on_train_begin()
    rates = []
    for epoch, value in enumerate(VALUES):
        callbacks.on_epoch_begin(epoch)
        callbacks.on_epoch_end(epoch, {"val_loss": value})
        rates.append(model.optimizer.learning_rate)
    assert model.history.history["learning_rate"] == [1.0, *rates[:-1]]  # the rate that the epoch was trained with
    return rates


@pytest.mark.parametrize(
    "options, expected",  # as Keras 3.15.1 goes
    [
        ({"patience": 2}, [1.0] * 3 + [0.1] * 6 + [0.01] * 2 + [0.001] * 2),
        (
            {"patience": 1, "factor": 0.5, "cooldown": 2},
            [1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.0625, 0.0625, 0.03125, 0.03125, 0.015625],
        ),
        ({"patience": 1, "factor": 0.5, "min_delta": 0.05}, [1.0, 1.0] + [2.0**-n for n in range(1, 12)]),
        (
            {"patience": 0, "factor": 0.5},
            [1, 1, 0.5, 0.25, 0.125, 0.125, 0.0625, 0.0625, 2**-5, 2**-6, 2**-7, 2**-8, 2**-9],
        ),
    ],
)
def test_rates_are_keras(options, expected):
    assert run(**options) == pytest.approx(expected, rel=1e-12)


def test_least_rate_and_text(capsys):
    assert run(patience=1, factor=0.5, min_lr=0.2, verbose=1) == [1.0, 1.0, 0.5, 0.25] + [0.2] * 9
    assert capsys.readouterr().out == (
        "\nEpoch 3: ReduceLROnPlateau reducing learning rate to 0.5.\n"
        "\nEpoch 4: ReduceLROnPlateau reducing learning rate to 0.25.\n"
        "\nEpoch 5: ReduceLROnPlateau reducing learning rate to 0.2.\n"
    )


def test_least_rate_in_float32_is_not_reduced_again(capsys):
    plateau = ReduceLROnPlateau(patience=1, min_lr=0.2, verbose=1)
    model = Model()
    model.optimizer.learning_rate = 0.2  # kept as 0.20000000298
    plateau.set_model(model)
    plateau.on_train_begin()
    for epoch in range(4):
        plateau.on_epoch_end(epoch, {"val_loss": 1.0})
    assert capsys.readouterr().out == ""


def test_missing_value_warns_once():
    plateau = ReduceLROnPlateau("val_acc", mode="max")
    plateau.set_model(Model())
    plateau.on_train_begin()
    with pytest.warns(UserWarning, match="`val_acc` which is not available. Available metrics are: loss,learning_rate"):
        plateau.on_epoch_end(0, {"loss": 1.0})
    plateau.on_epoch_end(1, {"loss": 1.0})


def test_arguments():
    with pytest.raises(ValueError, match="factor below 1.0.*got 1.0"):
        ReduceLROnPlateau(factor=1.0)
    assert ReduceLROnPlateau(epsilon=0.5).min_delta == 0.5
    with pytest.raises(ValueError, match="unknown argument: `min_lrr`. Did you mean `min_lr`"):
        ReduceLROnPlateau(min_lrr=1)
    for name in ("factor", "min_lr", "min_delta"):
        with pytest.raises(ValueError, match=f"Argument `{name}` of ReduceLROnPlateau is NaN"):
            ReduceLROnPlateau(**{name: float("nan")})


def test_any_number_beats_nan():
    nan = float("nan")
    plateau = ReduceLROnPlateau(patience=2, factor=0.5)
    plateau.set_model(Model())
    plateau.model.optimizer = Optimizer(1.0)
    plateau.on_train_begin()
    for epoch, value in enumerate([nan, 5.0, 4.0, nan, 3.0]):
        plateau.on_epoch_end(epoch, {"val_loss": value})
    assert (plateau.best, plateau.wait, plateau.model.optimizer.learning_rate) == (3.0, 0, 1.0)
    for epoch in range(2):
        plateau.on_epoch_end(epoch, {"val_loss": nan})
    assert (plateau.best, plateau.model.optimizer.learning_rate) == (3.0, 0.5)


def test_state():
    plateau, other = ReduceLROnPlateau(), ReduceLROnPlateau()
    plateau.best, plateau.wait, plateau.cooldown_counter = 0.5, 2, 3
    other.set_state(plateau.get_state())
    assert (other.best, other.wait, other.cooldown_counter) == (0.5, 2, 3)
