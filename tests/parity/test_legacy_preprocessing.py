"""`keras.preprocessing` of Keras 2 gives the same numbers for the same seeds; `make_legacy_preprocessing.py` wrote them."""

import json
from pathlib import Path

import numpy as np
import pytest

from minikeras.legacy.preprocessing import image, sequence, text
from tests.parity import legacy_preprocessing_cases as cases

HERE = Path(__file__).parent
GOLD = np.load(HERE / "legacy_preprocessing.npz")
WORDS = json.loads((HERE / "legacy_preprocessing.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def ours():
    return cases.run(image, text, sequence)


@pytest.mark.parametrize("name", GOLD.files)
def test_images(ours, name):
    y = np.asarray(ours[0][name])
    assert y.shape == GOLD[name].shape and y.dtype == GOLD[name].dtype
    np.testing.assert_allclose(y, GOLD[name], rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("name", WORDS)
def test_words_and_windows(ours, name):
    if name in ("matrices", "table"):
        np.testing.assert_allclose(ours[1][name], WORDS[name])
    else:
        assert ours[1][name] == WORDS[name]
