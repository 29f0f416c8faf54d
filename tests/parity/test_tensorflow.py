"""Functions of the thin tensorflow give TensorFlow's numbers, types and shapes."""

import json
from pathlib import Path

import numpy as np
import pytest

import minikeras.compat.tensorflow as tf
from tests.parity import make_tensorflow as made

GOLDEN = json.loads(Path(__file__).with_name("tensorflow.json").read_text("utf-8"))
COARSE = {"tf.image.resize(I, [7, 9], 'bicubic')": 2e-3}  # TensorFlow reads the curve from a table of 1024 steps


@pytest.fixture(scope="module")
def space():
    names = {"tf": tf}
    exec(made.NAMES, names)
    return names


def compare(got, wanted, case):
    if isinstance(wanted, list):
        assert len(got) == len(wanted), case
        for g, w in zip(got, wanted):
            compare(g, w, case)
        return
    assert (got["dtype"], got["shape"]) == (wanted["dtype"], wanted["shape"]), case
    if wanted["dtype"] == "string":
        assert got["values"] == wanted["values"], case
    else:
        np.testing.assert_allclose(got["values"], wanted["values"], 2e-5, COARSE.get(case, 2e-5), err_msg=case)


@pytest.mark.parametrize("case", sorted(GOLDEN))
def test_numbers_and_types_are_tensorflows(case, space):
    compare(made.plain(eval(case, space)), GOLDEN[case], case)


def test_the_list_is_as_long_as_it_was():
    assert len(GOLDEN) > 300 and set(GOLDEN) <= set(made.cases())
