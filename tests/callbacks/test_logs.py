import copy
import json
import pickle
import warnings

import pytest

from minikeras._core.old_arguments import forget
from minikeras.callbacks.logs import Logs, other_name


def test_both_names_find_a_value_with_one_hint():
    forget()
    logs = Logs({"val_accuracy": 0.5, "learning_rate": 0.1})
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert logs["val_acc"] == logs["val_acc"] == 0.5 and logs.get("lr") == 0.1
        assert logs.get("acc") is None and logs.get("acc", 3) == 3
        assert Logs({"acc": 1}).known("accuracy") == "acc"
    said = [str(one.message).split(";")[0] for one in seen]
    assert said == [f"The logs have no {n!r}" for n in ("val_acc", "lr", "accuracy")]


def test_what_is_listed_are_the_names_of_today():
    logs = Logs({"accuracy": 0.5})
    assert list(logs) == ["accuracy"] and "acc" not in logs and logs == {"accuracy": 0.5}
    assert json.dumps(logs) == '{"accuracy": 0.5}'
    for again in (copy.copy(logs), logs.copy(), pickle.loads(pickle.dumps(logs)), copy.deepcopy(logs)):
        assert type(again) is Logs and again == logs
    with pytest.raises(KeyError, match="loss"):
        logs["loss"]
    with pytest.raises(KeyError):
        logs[3]


def test_names_in_pairs():
    assert [other_name(n) for n in ("acc", "b_acc", "val_b_accuracy")] == ["accuracy", "b_accuracy", "val_b_acc"]
    assert other_name("accuracies") is None and other_name("macc") is None


def test_long_and_short_names_of_errors():
    logs = Logs({"val_mae": 1.0, "head_mean_squared_error": 2.0})
    assert logs["val_mean_absolute_error"] == 1.0 and logs["head_mse"] == 2.0 and "mse" not in logs
