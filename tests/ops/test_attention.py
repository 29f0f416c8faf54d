"""Attention: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("attention"))
def test_as_keras(case):
    check(case)


def test_attention_wants_four_axes():
    with pytest.raises(ValueError, match="only supports 4D inputs"):
        ops.dot_product_attention(np.zeros((1, 2, 3)), np.zeros((1, 2, 3)), np.zeros((1, 2, 3)))


def test_soft_cap_keeps_logits_below():
    x = np.random.default_rng(0).normal(size=(1, 3, 2, 4)) * 100
    capped = ops.dot_product_attention(x, x, np.ones((1, 3, 2, 1)) * np.eye(3)[None, :, None], attn_logits_soft_cap=1.0)
    assert float(np.min(capped)) > np.exp(-1) / (3 * np.exp(1))
