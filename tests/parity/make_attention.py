"""Make attention.npz and attention.json: what real Keras computes with merging, embedding and attention layers.

Not a test. Run by hand where Keras 3 and JAX are installed: KERAS_BACKEND=jax python tests/parity/make_attention.py
For each case: the output, the gradients of Σ y · c (c fixed) by each input, and the weights before and after three steps of
SGD and three of Adam on Σ y · c. The gradient of a key bias is 0 but for rounding: with its usual ε Adam would blow that up.
"""

import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras
import numpy as np
from keras.src import backend

A, B, ROW, IDS = (3, 4, 5), (3, 4, 5), (3, 5), "ids"
Q, V, K = (2, 3, 4), (2, 5, 4), (2, 5, 4)
HALF = [[True, True, False, True], [True, False, False, True], [False, True, True, True]]
LESS = [[True, False, False, True], [False, True, False, True], [True, True, True, False]]
QM, VM = [[True, True, False], [True, False, True]], [[True, False, True, True, True], [True, True, True, False, False]]
AM = [[[1, 1, 0, 1, 1], [0, 1, 1, 0, 1], [1, 0, 0, 0, 0]]]

# name, class, its arguments, the shapes of the inputs, what else it is called with
CASES = [
    *((kind.lower(), kind, {}, [A, B, A], {}) for kind in ("Add", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")),
    *((f"{kind.lower()}_ties", kind, {}, ["ties", "ties", "ties"], {}) for kind in ("Maximum", "Minimum")),
    *((f"{kind.lower()}_ranks", kind, {}, [A, ROW, (3, 1, 5)], {}) for kind in ("Add", "Multiply", "Average", "Maximum")),
    *((f"{kind.lower()}_masked", kind, {}, [A, B], {"mask": [HALF, LESS]}) for kind in ("Multiply", "Maximum", "Minimum")),
    *((f"{kind.lower()}_one_mask", kind, {}, [A, B], {"mask": [HALF, None]}) for kind in ("Multiply", "Maximum")),
    *((f"{kind.lower()}_other_mask", kind, {}, [A, B, A], {"mask": [None, LESS, HALF]}) for kind in ("Multiply", "Minimum")),
    ("subtract", "Subtract", {}, [A, ROW], {}),
    ("concatenate_1", "Concatenate", {"axis": 1}, [A, (3, 2, 5)], {}),
    ("dot", "Dot", {"axes": 1}, [ROW, ROW], {}),
    ("dot_cosine", "Dot", {"axes": -1, "normalize": True}, [A, (3, 2, 5)], {}),
    ("dot_pair", "Dot", {"axes": [1, 2]}, [(2, 3, 5), (2, 4, 3)], {}),
    ("dot_ranks", "Dot", {"axes": [1, 3], "normalize": True}, [(2, 3), (2, 4, 2, 3)], {}),
    ("dot_wide", "Dot", {"axes": [2, 1]}, [(2, 4, 3, 2), (2, 3, 5)], {}),
    ("embedding", "Embedding", {"input_dim": 7, "output_dim": 3}, [IDS], {}),
    ("masking", "Masking", {"mask_value": 0.5}, ["gaps"], {}),
    ("einsum", "EinsumDense", {"equation": "abc,cd->abd", "output_shape": [None, 2], "bias_axes": "d"}, [A], {}),
    ("einsum_heads", "EinsumDense", {"equation": "abc,cde->abde", "output_shape": [None, 2, 3], "bias_axes": "de"}, [A], {}),
    ("einsum_back", "EinsumDense", {"equation": "abcd,cde->abe", "output_shape": [None, 6], "bias_axes": "e",
                                    "activation": "tanh"}, [(2, 3, 4, 5)], {}),
    ("einsum_left", "EinsumDense", {"equation": "...x,xy->...y", "output_shape": 6, "bias_axes": "y"}, [(2, 3, 4, 5)], {}),
    ("einsum_right", "EinsumDense", {"equation": "ab...,bc->ac...", "output_shape": 6, "bias_axes": "c"}, [(2, 3, 4, 5)], {}),
    ("einsum_turned", "EinsumDense", {"equation": "abc,dc->adb", "output_shape": [6, 4], "bias_axes": "db"}, [A], {}),
    ("einsum_batch", "EinsumDense", {"equation": "abc,bcd->adb", "output_shape": [6, 4], "bias_axes": "b"}, [A], {}),
    ("einsum_alone", "EinsumDense", {"equation": "abc,cd->ad", "output_shape": [6]}, [A], {}),
    ("attention", "Attention", {}, [Q, V], {}),
    ("attention_key", "Attention", {"use_scale": True}, [Q, (2, 5, 6), K], {"mask": [QM, VM]}),
    ("attention_concat", "Attention", {"score_mode": "concat", "use_scale": True}, [Q, V], {"mask": [None, VM]}),
    ("attention_bare", "Attention", {"score_mode": "concat"}, [Q, V, K], {"use_causal_mask": True}),
    ("attention_causal", "Attention", {}, [Q, V], {"mask": [QM, VM], "use_causal_mask": True}),
    ("attention_scores", "Attention", {"use_scale": True}, [Q, V], {"mask": [QM, VM], "return_attention_scores": True}),
    ("additive", "AdditiveAttention", {}, [Q, V], {"mask": [QM, VM]}),
    ("additive_key", "AdditiveAttention", {"use_scale": False}, [Q, (2, 5, 6), K], {"use_causal_mask": True}),
    ("mha", "MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, [Q, V], {}),
    ("mha_key", "MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "value_dim": 5, "output_shape": 7}, [Q, (2, 5, 6), K],
     {"value_mask": VM, "return_attention_scores": True}),  # without the scores Keras on JAX fails on value_dim
    ("mha_masks", "MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "use_bias": False}, [Q, V],
     {"query_mask": QM, "value_mask": VM, "attention_mask": AM}),
    ("mha_scores", "MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, [Q, V],
     {"query_mask": QM, "value_mask": VM, "return_attention_scores": True, "use_causal_mask": True}),
    ("mha_causal", "MultiHeadAttention", {"num_heads": 3, "key_dim": 2, "use_gate": True}, [Q, V], {"use_causal_mask": True}),
    ("mha_window", "MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "sliding_window": 2}, [Q, V], {}),
    ("mha_axes", "MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "attention_axes": [2]}, [(2, 3, 4, 5), (2, 3, 2, 5)], {}),
    ("mha_plane", "MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "output_shape": [2, 4]}, [(2, 2, 3, 4), (2, 3, 2, 4)],
     {"return_attention_scores": True}),
    ("gqa", "GroupQueryAttention", {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}, [Q, V], {}),
    ("gqa_masks", "GroupQueryAttention", {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2, "use_gate": True},
     [Q, V, (2, 5, 6)], {"query_mask": QM, "value_mask": VM, "attention_mask": AM, "use_causal_mask": True}),
    ("gqa_scores", "GroupQueryAttention", {"head_dim": 3, "num_query_heads": 6, "num_key_value_heads": 2}, [Q, V],
     {"value_mask": VM, "attention_mask": AM, "return_attention_scores": True}),
]  # fmt: skip


def make_input(shape, rng):
    if shape == "ids":
        return rng.integers(0, 7, (3, 4)).astype("int32")
    if shape == "ties":
        return rng.integers(0, 2, A).astype("float32")
    if shape == "gaps":
        return np.where(rng.random(A) < 0.8, 0.5, rng.random(A)).astype("float32")
    return rng.standard_normal(shape).astype("float32")


def run(layer, inputs, call):
    """Call a layer of Keras; a mask that it takes from its input is hung onto that."""
    call = {k: np.asarray(v) if k.endswith("_mask") and not isinstance(v, bool) else v for k, v in call.items()}
    if type(layer).__name__ in ("MultiHeadAttention",) and "query_mask" in call:
        backend.set_keras_mask(inputs[0], call.pop("query_mask"))
    if "mask" in call and "Attention" in type(layer).__name__:
        call["mask"] = [None if m is None else np.asarray(m) for m in call["mask"]]
    elif "mask" in call:
        for x, m in zip(inputs, call.pop("mask")):
            if m is not None:
                backend.set_keras_mask(x, np.asarray(m))
    kind = type(layer).__name__
    if kind in ("Embedding", "Masking", "EinsumDense"):
        return layer(inputs[0])
    return layer(*inputs, **call) if kind in ("MultiHeadAttention", "GroupedQueryAttention") else layer(inputs, **call)


def main():
    out = {}
    for number, (name, kind, arguments, shapes, call) in enumerate(CASES):
        rng = np.random.default_rng(number)
        inputs = [make_input(shape, rng) for shape in shapes]
        layer = getattr(keras.layers, kind)(**{k: tuple(v) if isinstance(v, list) else v for k, v in arguments.items()})
        y = run(layer, [jax.numpy.asarray(x) for x in inputs], dict(call))
        several = isinstance(y, (list, tuple))
        start = [(0.5 * rng.standard_normal(w.shape)).astype("float32") for w in layer.weights]
        layer.set_weights(start)
        y = run(layer, [jax.numpy.asarray(x) for x in inputs], dict(call))
        cs = [rng.standard_normal(part.shape).astype("float32") for part in (y if several else [y])]

        def loss(inputs, values, layer=layer, call=call, cs=cs, several=several):
            with keras.StatelessScope(state_mapping=list(zip(layer.trainable_variables, values))):
                y = run(layer, [x if x.dtype == "int32" else x * 1 for x in inputs], dict(call))
            return sum((part * c).sum() for part, c in zip(y if several else [y], cs))

        floats = inputs[0].dtype != np.int32
        values = [v.value for v in layer.trainable_variables]
        if floats:
            for i, grad in enumerate(jax.grad(loss)([jax.numpy.asarray(x) for x in inputs], values)):
                out[f"{name}/dx{i}"] = grad
        for optimizer in (keras.optimizers.SGD(0.02), keras.optimizers.Adam(0.02, epsilon=0.01)) if values else ():
            layer.set_weights(start)
            optimizer.build(layer.trainable_variables)
            for _ in range(3):
                grads = jax.grad(loss, 1)([jax.numpy.asarray(x) for x in inputs], [v.value for v in layer.trainable_variables])
                optimizer.apply(grads, layer.trainable_variables)
            for i, w in enumerate(layer.get_weights()):
                out[f"{name}/{optimizer.name.split('_')[0]}{i}"] = w
        for key, arrays in (("x", inputs), ("w", start), ("y", y if several else [y]), ("c", cs)):
            out.update({f"{name}/{key}{i}": array for i, array in enumerate(arrays)})
        print(name, [w.path.partition("/")[2] for w in layer.weights])
    here = Path(__file__).parent
    out = {key: np.asarray(array, "float32") for key, array in out.items()}
    np.savez_compressed(here / "attention.npz", numbers=np.concatenate([array.ravel() for array in out.values()]))
    cases = [{"name": n, "class": k, "arguments": a, "call": c} for n, k, a, _, c in CASES]
    shapes = {key: array.shape for key, array in out.items()}  # where each of the numbers belongs, in their order
    lines = ",\n ".join(json.dumps(case) for case in cases)
    (here / "attention.json").write_text(f'{{"cases": [\n {lines}],\n"shapes": {json.dumps(shapes)}}}\n')


if __name__ == "__main__":
    main()
