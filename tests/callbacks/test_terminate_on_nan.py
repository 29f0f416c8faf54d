import numpy as np
import pytest

from minikeras.callbacks import TerminateOnNaN
from tests.callbacks.toy import Model


@pytest.mark.parametrize("loss", [float("nan"), np.float32("inf"), -float("inf")])
def test_stops(loss, capsys):
    callback = TerminateOnNaN()
    callback.set_model(Model())
    callback.on_train_batch_end(3, {"loss": loss})
    assert callback.model.stop_training
    assert capsys.readouterr().out == "Batch 3: Invalid loss, terminating training\n"


def test_goes_on():
    callback = TerminateOnNaN()
    callback.set_model(Model())
    for logs in ({"loss": 1e300}, {"mae": float("nan")}, {}, None):
        callback.on_train_batch_end(0, logs)
    assert not callback.model.stop_training


def test_raises_when_told():
    with pytest.raises(RuntimeError, match="NaN or Inf loss encountered at batch 3: nan"):
        TerminateOnNaN(raise_error=True).on_train_batch_end(3, {"loss": float("nan")})
