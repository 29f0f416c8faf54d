"""Samples of merging, embedding and attention layers: x is an array, a list of them, or a dict of the arguments of `call`."""

import numpy as np

from minikeras.saving import register_keras_serializable

RNG = np.random.default_rng(5)
A, B, C = (RNG.standard_normal((4, 3, 2)) for _ in range(3))
ROWS, WIDE = RNG.standard_normal((4, 2)), RNG.standard_normal((4, 3, 5))
IDS = RNG.integers(0, 4, (4, 3)) + 0.5  # cut to integers; away from where a small step makes another
QUERY, VALUE, KEY = RNG.standard_normal((4, 3, 2)), RNG.standard_normal((4, 5, 2)), RNG.standard_normal((4, 5, 2))
PICKED = KEY[:, [0, 1, 2, 0, 1]]
HEADS = {"num_heads": 2, "key_dim": 3}
GROUPS = {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}


@register_keras_serializable("samples")
def cubed_plus(x, c=0):
    return x * x * x + c


SAMPLES = {
    "Add": [({}, [A, B, C]), ({}, [A, ROWS])],
    "AdditiveAttention": [({}, [QUERY, VALUE]), ({"use_scale": False, "dropout": 0.3, "seed": 3}, [QUERY, VALUE, KEY])],
    "Attention": [
        ({"use_scale": True}, [QUERY, VALUE]),
        ({"dropout": 0.3, "seed": 3}, [QUERY, VALUE, KEY]),
        ({"use_scale": True, "score_mode": "concat"}, [QUERY, VALUE, KEY]),
    ],
    "Average": [({}, [A, B, C]), ({}, [A, ROWS])],
    "Concatenate": [({}, [A, WIDE]), ({"axis": 1}, [A, B, C])],
    "Dot": [({"axes": 1}, [A, B]), ({"axes": (2, -1), "normalize": True}, [A, B]), ({"axes": -1}, [ROWS, ROWS[::-1]])],
    "EinsumDense": [
        ({"equation": "abc,cd->abd", "output_shape": (None, 4), "bias_axes": "d", "activation": "tanh"}, A),
        ({"equation": "...x,xy->...y", "output_shape": 4, "bias_axes": "y"}, A),
        ({"equation": "abc,bcd->adb", "output_shape": (4, 3), "bias_axes": "b"}, A),
        ({"equation": "abc,cd->ad", "output_shape": (4,)}, A),
    ],
    "Embedding": [
        ({"input_dim": 12, "output_dim": 3}, IDS),
        ({"input_dim": 12, "output_dim": 2, "mask_zero": True}, IDS[:, 0]),
    ],
    "GroupQueryAttention": [
        (GROUPS, {"query": QUERY, "value": VALUE}),
        ({**GROUPS, "use_gate": True, "dropout": 0.3, "seed": 3}, {"query": QUERY, "value": VALUE, "key": PICKED}),
    ],
    "Lambda": [({"function": cubed_plus}, None)],  # runs on a tape: its own tests say what it keeps
    "Masking": [({"mask_value": -1.0}, A)],
    "Maximum": [({}, [A, B, C]), ({}, [A, ROWS])],
    "Minimum": [({}, [A, B, C]), ({}, [A, ROWS])],
    "MultiHeadAttention": [
        (HEADS, {"query": QUERY, "value": VALUE}),
        ({**HEADS, "use_gate": True, "dropout": 0.3, "seed": 3}, {"query": QUERY, "value": VALUE, "key": VALUE[:, ::-1]}),
        ({**HEADS, "value_dim": 2, "output_shape": 5, "use_bias": False}, {"query": QUERY, "value": VALUE}),
    ],
    "Multiply": [({}, [A, B, C]), ({}, [A, ROWS])],
    "ReversibleEmbedding": [({"input_dim": 12, "output_dim": 3, "tie_weights": False}, None)],  # runs on a tape, as Lambda
    "Subtract": [({}, [A, B]), ({}, [A, ROWS])],
}
