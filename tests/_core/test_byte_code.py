import json

import numpy as np
import pytest

from minikeras._core.byte_code import VERSION, describe_code, function_of, trusted, trusting
from minikeras._core.custom import scope


def test_only_false_is_trust():
    for safe_mode in (True, None, 0, "no"):
        with trusting(safe_mode):
            assert not trusted()
    with trusting(False):
        with trusting(True):
            assert not trusted()
        assert trusted()


def test_a_lambda_by_its_code():
    shift = 2
    config = json.loads(json.dumps(describe_code(lambda x, k=3: k * x + shift)["config"]))
    assert config["python"] == VERSION and config["value"][1:] == [[3], [2]]
    with pytest.raises(ValueError, match="never run by default.*safe_mode=False"):
        function_of(config)
    with trusting(False):
        assert function_of(config)(1) == function_of(config["value"])(1) == function_of({"value": config["value"]})(1) == 5
        with pytest.raises(ValueError, match="byte code of Python 2.7"):
            function_of({**config, "python": "2.7"})
        for bad in ({"value": "4wE="}, {"code": "?"}, {"code": 3}, ["", 1], {"value": []}, [["a"], 3]):
            with pytest.raises(ValueError, match=r"lambda"):
                function_of(bad)


def test_its_global_names():
    with trusting(False), scope({"helper": lambda x: x + 1}):
        f = function_of(describe_code(lambda x: helper(np.abs(keras.ops.square(x))))["config"])  # noqa: F821
        assert f(-3.0) == 10.0


def test_what_a_lambda_holds_must_be_plain():
    array = np.ones(2)
    with pytest.raises(ValueError, match="no plain value.*array"):
        describe_code(lambda x: x + array)
