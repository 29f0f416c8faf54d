"""Operations of `keras.ops` and NumPy between layers."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.saving.onnx_export import to_onnx
from minikeras.saving.onnx_export.operations import OPERATIONS
from tests.saving.onnx_export.checks import TOLERANCE, check, floats, functional, session

RNG = np.random.default_rng(1)
X = RNG.normal(0, 2, (4, 3, 4))
W = RNG.normal(0, 2, (4, 3, 4))
P = np.abs(X) + 0.1
UNIT = np.tanh(X)

# name of the class -> calls on one tensor (X) or two
ONE = {
    "Absolute": ops.abs,
    "All": lambda x: ops.all(x > -1, axis=1),
    "Amax": lambda x: ops.amax(x, axis=-1),
    "Amin": lambda x: ops.amin(x, 1),
    "Any": lambda x: ops.any(x > 1, axis=(1, 2), keepdims=True),
    "Argmax": lambda x: ops.argmax(x, axis=-1),
    "Argmin": lambda x: ops.argmin(x, axis=1, keepdims=True),
    "Array": lambda x: ops.array(x) + 0,
    "Average": lambda x: ops.average(x, axis=1),
    "AveragePool": lambda x: ops.average_pool(x, 2, padding="same"),
    "BroadcastTo": lambda x: ops.broadcast_to(x[:1, :1], (4, 3, 4)),
    "Cast": lambda x: ops.cast(x, "int32"),
    "Ceil": ops.ceil,
    "Celu": ops.celu,
    "Clip": lambda x: ops.clip(x, -1, 0.5),
    "ConvertToTensor": lambda x: ops.convert_to_tensor(x) * 1,
    "Copy": lambda x: ops.copy(x) * 2,
    "Cos": ops.cos,
    "Cosh": ops.cosh,
    "CountNonzero": lambda x: ops.count_nonzero(ops.relu(x), axis=1),
    "Cumsum": lambda x: ops.cumsum(x, axis=1),
    "DotProductAttention": lambda x: ops.dot_product_attention(x[:, :, None], x[:, ::-1, None], x[:, :, None], is_causal=True),
    "Einsum": lambda x: ops.einsum("...ij,...kj->...ik", x, x),
    "Elu": ops.elu,
    "Exp": ops.exp,
    "Exp2": ops.exp2,
    "ExpandDims": lambda x: ops.expand_dims(x, (1, -1)),
    "Expm1": ops.expm1,
    "Flip": lambda x: ops.flip(x, axis=(1, 2)),
    "Floor": ops.floor,
    "FullLike": lambda x: ops.full_like(x, 2.5),
    "Gelu": ops.gelu,
    "Glu": ops.glu,
    "GetItem": lambda x: x[:, 1:, ::-2],
    "HardShrink": ops.hard_shrink,
    "HardSigmoid": ops.hard_sigmoid,
    "HardSilu": ops.hard_silu,
    "HardTanh": ops.hard_tanh,
    "Hstack": lambda x: ops.hstack([x, x]),
    "Isfinite": lambda x: ops.isfinite(1 / ops.relu(x)),
    "Isinf": lambda x: ops.isinf(1 / ops.relu(x)),
    "Isnan": lambda x: ops.isnan(ops.sqrt(x)),
    "LeakyRelu": ops.leaky_relu,
    "LogSigmoid": ops.log_sigmoid,
    "LogSoftmax": ops.log_softmax,
    "LogicalNot": lambda x: ops.logical_not(ops.relu(x)),
    "Logsumexp": lambda x: ops.logsumexp(x, axis=(1, 2)),
    "Max": lambda x: ops.max(x, axis=1, keepdims=True),
    "MaxPool": lambda x: ops.max_pool(x, 2, 1),
    "Mean": lambda x: ops.mean(x, axis=(1, 2)),
    "Min": lambda x: ops.min(x, axis=1),
    "Moments": lambda x: list(ops.moments(x, [1])),
    "Moveaxis": lambda x: ops.moveaxis(x, 1, -1),
    "NanToNum": lambda x: ops.nan_to_num(ops.sqrt(x)),
    "Negative": ops.negative,
    "Norm": lambda x: ops.norm(x, axis=-1),
    "Normalize": lambda x: ops.normalize(x, axis=1),
    "OneHot": lambda x: ops.one_hot(ops.cast(x, "int32"), 3, axis=1),
    "OnesLike": ops.ones_like,
    "Outer": lambda x: ops.outer(x[:1, 0, 0], x[:1, 0])[0],
    "Pad": lambda x: ops.pad(x, ((0, 0), (1, 2), (0, 1))),
    "Prod": lambda x: ops.prod(x, axis=-1),
    "Ravel": lambda x: ops.ravel(x),
    "Relu": ops.relu,
    "Relu6": ops.relu6,
    "Repeat": lambda x: ops.repeat(x, 2, axis=1),
    "Reshape": lambda x: ops.reshape(x, (-1, 2, 6)),
    "Roll": lambda x: ops.roll(x, 1, axis=1),
    "Round": lambda x: ops.round(x, 1),
    "Selu": ops.selu,
    "Sigmoid": ops.sigmoid,
    "Sign": ops.sign,
    "Silu": ops.silu,
    "Sin": ops.sin,
    "Sinh": ops.sinh,
    "SoftShrink": ops.soft_shrink,
    "Softmax": lambda x: ops.softmax(x, axis=1),
    "Softplus": ops.softplus,
    "Softsign": ops.softsign,
    "SparsePlus": ops.sparse_plus,
    "SparseSigmoid": ops.sparse_sigmoid,
    "Sparsemax": ops.sparsemax,
    "Split": lambda x: list(ops.split(x, [1, 3], axis=2)),
    "Square": ops.square,
    "Squareplus": ops.squareplus,
    "Squeeze": lambda x: ops.squeeze(x[:, :1], axis=1),
    "Stack": lambda x: ops.stack([x, x + 1], axis=-1),
    "Std": lambda x: ops.std(x, axis=1),
    "StopGradient": lambda x: ops.stop_gradient(x) + 1,
    "Sum": lambda x: ops.sum(x, axis=1),
    "Swapaxes": lambda x: ops.swapaxes(x, 1, -1),
    "Take": lambda x: ops.take(x, [2, 0, -1], axis=1),
    "Tanh": ops.tanh,
    "TakeAlongAxis": lambda x: ops.take_along_axis(x, ops.argmax(x, axis=1, keepdims=True), axis=1),
    "TanhShrink": ops.tanh_shrink,
    "Tensordot": lambda x: ops.tensordot(x, np.arange(8.0).reshape(4, 2), axes=1),
    "Threshold": lambda x: ops.threshold(x, 0.5, -1.0),
    "Tile": lambda x: ops.tile(x, (1, 2, 1)),
    "TopK": lambda x: list(ops.top_k(x, 2)),
    "Transpose": lambda x: ops.transpose(x, (0, 2, 1)),
    "Tril": ops.tril,
    "Triu": lambda x: ops.triu(x, 1),
    "Trunc": ops.trunc,
    "Unstack": lambda x: ops.unstack(x, axis=1),
    "Var": lambda x: ops.var(x, axis=(1, 2), keepdims=True),
    "Vstack": lambda x: ops.vstack([x, x]),
    "ZerosLike": ops.zeros_like,
}
POSITIVE = {
    "Log": ops.log,
    "Log10": ops.log10,
    "Log1p": ops.log1p,
    "Log2": ops.log2,
    "Reciprocal": ops.reciprocal,
    "Rsqrt": ops.rsqrt,
    "Sqrt": ops.sqrt,
    "Tan": ops.tan,
}
SINGLE = {
    "Arccos": ops.arccos,
    "Arcsin": ops.arcsin,
    "Arcsinh": ops.arcsinh,
    "Arctan": ops.arctan,
    "Arctanh": ops.arctanh,
    "Erf": ops.erf,
}
TWO = {
    "Add": lambda a, b: a + b,
    "Concatenate": lambda a, b: ops.concatenate([a, b], axis=1),
    "Divide": lambda a, b: ops.divide(a, b),
    "Dot": lambda a, b: ops.dot(a, np.ones((4, 2))) + 0,
    "Equal": lambda a, b: ops.equal(ops.round(a), ops.round(b)),
    "FloorDivide": lambda a, b: a // b,
    "Greater": lambda a, b: a > b,
    "GreaterEqual": lambda a, b: a >= b,
    "Less": lambda a, b: a < b,
    "LessEqual": lambda a, b: a <= b,
    "Logaddexp": ops.logaddexp,
    "LogicalAnd": lambda a, b: ops.logical_and(a > 0, b > 0),
    "LogicalOr": lambda a, b: (a > 0) | (b > 0),
    "LogicalXor": lambda a, b: ops.logical_xor(a > 0, b > 0),
    "Matmul": lambda a, b: a @ ops.transpose(b, (0, 2, 1)),
    "Maximum": ops.maximum,
    "Minimum": ops.minimum,
    "Mod": lambda a, b: a % b,
    "Multiply": lambda a, b: a * b,
    "NotEqual": lambda a, b: ops.round(a) != ops.round(b),
    "Power": lambda a, b: ops.abs(a) ** b,
    "Subtract": lambda a, b: 1 - (a - b),
    "TrueDivide": lambda a, b: a / b,
    "Where": lambda a, b: ops.where(a > b, a, b),
}
CALLS = [(name, call, x) for table, x in ((ONE, [X]), (POSITIVE, [P]), (TWO, [X, W])) for name, call in table.items()]
WHOLE = {"BroadcastTo", "Outer", "Ravel", "Vstack"}  # these mix samples, or fix how many there are


def test_every_operation_is_tried():
    assert set(OPERATIONS) == {*ONE, *POSITIVE, *SINGLE, *TWO, "Arccosh"}


@floats
@pytest.mark.parametrize("name, call, arrays", CALLS, ids=[name for name, *_ in CALLS])
def test_operations(name, call, arrays, dtype):
    model = functional(call, [a.astype(dtype) for a in arrays])
    assert name in [getattr(operation, "class_name", None) for operation in model.operations]
    check(model, [a.astype(dtype) for a in arrays], 10 * TOLERANCE[dtype], sizes=[4] if name in WHOLE else None)


@pytest.mark.parametrize("name", SINGLE)
def test_operations_that_the_runtime_has_in_float32_only(name):
    check(functional(SINGLE[name], UNIT.astype("float32")), UNIT.astype("float32"))
    with pytest.raises(ValueError, match=f"Operation.*{name}.*float64"):
        to_onnx(functional(SINGLE[name], UNIT))


def test_arccosh():
    check(functional(ops.arccosh, P.astype("float32") + 1), P.astype("float32") + 1)


@pytest.mark.parametrize("key", [
    0, np.s_[:, -1], np.s_[:, 1, 2], np.s_[..., 0], np.s_[:, None, 1:3], np.s_[:, ::-1], np.s_[:, [2, 0]],
    np.s_[..., np.array([[0, 3]])], np.s_[0:-1, -2:, 3:0:-2], np.s_[:, ..., None],
], ids=str)  # fmt: skip
def test_indices(key):
    check(functional(lambda x: x[key], X.astype("float32")), X.astype("float32"), sizes=[4, 3] if key == 0 else None)


@pytest.mark.parametrize("key", [(slice(None), [0, 1], [0, 1]), (slice(None), [True, False, True])], ids=str)
def test_indices_without_translation(key):
    with pytest.raises(ValueError, match="Operation 'get_item.*index"):
        to_onnx(functional(lambda x: x[key], X))


def test_an_index_that_is_a_tensor():
    def net(x, i):
        return ops.take(np.arange(10.0, dtype="float32"), i, axis=0) + x[:, 0, :1]

    ids = np.array([[1, 2], [3, 9], [0, 0], [5, 5]], "int32")
    check(functional(net, [X.astype("float32"), ids]), [X.astype("float32"), ids])


def test_integers_and_truth():
    ids = np.array([[7, -7, 3], [0, 5, -2], [1, 1, 1]], "int32")

    def net(i):
        return [i // 2, i % 3, i * i - 1, ops.sum(i, axis=1), ops.max(i, axis=1), i / 2, ops.where(i > 0, i, -i),
                ops.mean(i, axis=1), ops.cast(i > 0, "float32") * 0.5, ~(i > 0), ops.concatenate([i, i]),
                ops.logical_or(i > 3, i < 0)]  # fmt: skip

    check(functional(net, ids), ids, sizes=[3])


def test_what_stands_between_layers():
    def net(x):
        h = np.concatenate([x[:, 0], np.tanh(x[:, -1])], axis=-1)
        return (h - h.shape[-1]) * 2 + np.sum(x, axis=(1, 2))[:, None] ** 2

    check(functional(net, X.astype("float32")), X.astype("float32"), 1e-4)


def test_small_numbers_keep_their_digits():
    x = np.array([[1e-6, -1e-4, 1e-9, 0.5, -0.5]], "float32")
    model = functional(lambda t: [ops.expm1(t), ops.log1p(t)], x)
    for y, exact in zip(session(to_onnx(model)).run(None, {model.input_names[0]: x}), (np.expm1(x), np.log1p(x))):
        np.testing.assert_allclose(y, exact, rtol=1e-6)


def test_operations_without_translation():
    with pytest.raises(ValueError, match="Operation 'sort.*no translation"):
        to_onnx(functional(ops.sort, X))
    with pytest.raises(ValueError, match="Operation 'repeat.*repeats must be"):
        to_onnx(functional(lambda x: ops.repeat(x, [1, 2, 1], axis=1), X))
