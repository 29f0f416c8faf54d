import re

import pytest

from minikeras._core import config
from minikeras.callbacks import CallbackList, ProgbarLogger, progbar_logger
from tests.callbacks.test_progress import BAR, clock, plain, terminal  # noqa: F401

LOGS = {
    "loss": 0.000321, "accuracy": -0.5512, "val_loss": float("nan"), "val_accuracy": 12345.678, "learning_rate": 0.01,
}  # fmt: skip
SHOWN = "accuracy: -0.5512 - loss: 3.2100e-04 - learning_rate: 0.0100 - val_accuracy: 12345.6780 - val_loss: nan"
SHOWN_ONCE = "accuracy: -5.5120e-01 - learning_rate: 0.0100 - loss: 3.2100e-04 - val_accuracy: 12345.6780 - val_loss: nan"


@pytest.fixture(autouse=True)
def clocks(clock, monkeypatch):  # noqa: F811
    monkeypatch.setattr(progbar_logger, "perf_counter", clock.perf_counter)
    return clock


def fit(clock, verbose, steps, known=True, dt=0.0031, epochs=2, fast=False):  # noqa: F811
    params = {"verbose": verbose, "epochs": epochs, "steps": steps if known else None}
    callbacks = CallbackList(None, add_history=True, add_progbar=verbose != 0, **params)
    callbacks.on_train_begin()
    for epoch in range(epochs):
        callbacks.on_epoch_begin(epoch)
        for step in range(steps):
            clock.now += dt * (5 if step == 0 else 1)
            logs = {"accuracy": 1e-4 * (step + 1), "loss": 1 / (step + 1)}
            if not fast:
                callbacks.on_train_batch_end(step, logs)
            elif callbacks.progress and callbacks.progress.due():
                callbacks.progress.update(step, logs)
        callbacks.on_test_begin()
        for step in range(3):
            if fast:
                assert not (callbacks.progress and callbacks.progress.due())
            else:
                callbacks.on_test_batch_end(step, {"loss": 1.0})
        callbacks.on_test_end({"loss": 1.0})
        callbacks.on_epoch_end(epoch, LOGS)
    callbacks.on_train_end()


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize(
    "verbose, steps, known, dt, expected",  # as Keras 3.15.1 writes
    [
        (2, 16, True, 0.0031, "16/16 - 0s - 4ms/step - "),
        (2, 12, False, 0.5, "12/12 - 8s - 667ms/step - "),
        (2, 1, True, 2.0, "1/1 - 10s - 10s/step - "),
        (1, 16, True, 0.0031, f"16/16 {BAR} 0s 3ms/step - "),
        (1, 12, False, 0.5, f"12/12 {BAR} 8s 500ms/step - "),
        (1, 5, True, 1e-5, f"5/5 {BAR} 0s 10us/step - "),
    ],
)
def test_log_file(clocks, capsys, fast, verbose, steps, known, dt, expected):
    fit(clocks, verbose, steps, known, dt, fast=fast)
    one = f"{expected}{SHOWN_ONCE if verbose == 2 else SHOWN}\n"
    assert capsys.readouterr().out == f"Epoch 1/2\n{one}Epoch 2/2\n{one}"


@pytest.mark.parametrize("fast", [False, True])
def test_terminal(clocks, terminal, fast):  # noqa: F811
    fit(clocks, 1, 12, known=False, dt=0.5, epochs=1, fast=fast)
    lines = [line.rstrip() for line in plain(terminal.getvalue()).split("\r")]
    assert lines[:3] == [
        "",
        "      1/Unknown 2s 2s/step - accuracy: 1.0000e-04 - loss: 1.0000",
        "      2/Unknown 3s 500ms/step - accuracy: 2.0000e-04 - loss: 0.5000",
    ]
    assert lines[-2] == "     12/Unknown 8s 500ms/step - accuracy: 0.0012 - loss: 0.0833"
    assert lines[-1] == f"12/12 {BAR} 8s 500ms/step - {SHOWN}"
    assert terminal.getvalue().endswith("\n") and terminal.getvalue().count("\n") == 1


def test_once_the_number_of_steps_is_known_it_is_shown(clocks, terminal):  # noqa: F811
    fit(clocks, 1, 12, known=False, dt=0.5)
    _, second = plain(terminal.getvalue()).split("Epoch 2/2\n")
    assert re.match(r"\r 1/12 ━+ 27s 2s/step", second)


@pytest.mark.parametrize("fast", [False, True])
def test_at_most_ten_drawings_a_second(clocks, terminal, fast):  # noqa: F811
    fit(clocks, 1, 1000, dt=0.01, epochs=1, fast=fast)
    assert 90 <= terminal.getvalue().count("\r") <= 103


def test_one_epoch_has_no_title(clocks, capsys):
    fit(clocks, 2, 3, epochs=1)
    assert capsys.readouterr().out.startswith("3/3 - 0s")


def test_evaluate_and_predict(clocks, capsys):
    callbacks = CallbackList(None, add_progbar=True, verbose=1, epochs=1, steps=4)
    for mode in ("test", "predict"):
        getattr(callbacks, f"on_{mode}_begin")()
        for step in range(4):
            clocks.now += 0.002
            getattr(callbacks, f"on_{mode}_batch_end")(step, {"loss": 0.5} if mode == "test" else {"outputs": object()})
        getattr(callbacks, f"on_{mode}_end")({"loss": 0.25})
    assert capsys.readouterr().out == f"4/4 {BAR} 0s 2ms/step - loss: 0.2500\n4/4 {BAR} 0s 2ms/step\n"


def test_auto_follows_interactive_logging():
    logger = ProgbarLogger()
    logger.set_params({"verbose": "auto", "epochs": 1, "steps": 1})
    assert logger.verbose == 1
    config.disable_interactive_logging()
    try:
        logger.set_params({"verbose": "auto", "epochs": 1, "steps": 1})
    finally:
        config.enable_interactive_logging()
    assert logger.verbose == 2


def test_asking_costs_next_to_nothing(monkeypatch):
    import time

    monkeypatch.setattr(progbar_logger, "perf_counter", time.perf_counter)
    logger = ProgbarLogger()
    logger.set_params({"verbose": 2, "epochs": 1, "steps": 10})
    logger.on_epoch_begin(0)
    best = min(_time(logger.due) for _ in range(5))
    assert best < 5e-6  # seconds a step; 0.1 µs on a quiet machine


def _time(function, times=2000):
    import time

    start = time.perf_counter()
    for _ in range(times):
        function()
    return (time.perf_counter() - start) / times
