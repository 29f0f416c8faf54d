"""The data sets give what real Keras gives from the same small files."""

import json
from pathlib import Path

import pytest

import minikeras as keras
from tests.datasets.conftest import server  # noqa: F401  # the fixture
from tests.parity.make_datasets import CALLS, run

KERAS = json.loads(Path(__file__).with_name("datasets.json").read_text(encoding="utf-8"))


@pytest.fixture
def ours(server):  # noqa: F811
    return run(keras)


def test_all_are_equal(ours):
    assert len(ours) == len(KERAS) == len(CALLS)
    for call, mine, theirs in zip(CALLS, ours, KERAS):
        assert mine == theirs, call
