# ruff: noqa: E501 - one function on one line
"""Every operation that has a slope, against finite differences in float64; and the checker against a rule that is a bit off."""

import numpy as np
import pytest

from minikeras import ops
from minikeras._core.tape import vjp
from minikeras._core.trace import record
from minikeras._core.trace_table import RULES
from minikeras.ops.operation import OPERATIONS
from tests.gradcheck import check_gradient

RNG = np.random.default_rng(3)
A = RNG.uniform(0.2, 0.9, (3, 4)) * RNG.choice([-1, 1], (3, 4))  # away from 0, no two alike
B = RNG.uniform(1.2, 2.0, (3, 4))
P = RNG.uniform(0.2, 0.9, (3, 4))
R, C = RNG.uniform(0.3, 1.0, 4), RNG.uniform(0.3, 1.0, (3, 1))
T, U, V = RNG.normal(size=(2, 3, 4)), RNG.normal(size=(2, 4, 5)), RNG.normal(size=(4, 5))
S = RNG.normal(size=(3, 3)) + 2 * np.eye(3)
Q = S @ S.T + np.eye(3)
Z = np.array([[1.0, 0.0, 2.0], [3.0, 4.0, 5.0]])
X, K, D = RNG.normal(size=(2, 5, 6, 2)), RNG.normal(size=(3, 2, 2, 3)), RNG.normal(size=(2, 2, 2, 2))
N = np.where(RNG.random((3, 4)) < 0.3, np.nan, A)
IMG = RNG.uniform(0.05, 0.95, (1, 4, 5, 3))
IDS = np.array([0, 2, 0])
ATT = RNG.normal(size=(1, 3, 2, 4))
LOGITS = RNG.normal(size=(2, 5, 4))
HOT = np.eye(4)[[0, 2, 3]]


def symmetric(x):
    return x @ np.swapaxes(x, -1, -2) + np.eye(3)


CASES = {
    "Add": [(ops.add, A, R)], "Subtract": [(ops.subtract, A, C)], "Multiply": [(ops.multiply, A, R)], "Divide": [(ops.divide, A, B)], "TrueDivide": [(ops.true_divide, A, B)],
    "DivideNoNan": [(ops.divide_no_nan, A, B), (lambda x: ops.divide_no_nan(x, Z[:, 1:2]), Z)], "Mod": [(lambda x, y: ops.mod(5 * x, y), A, B)], "Fmod": [(lambda x, y: ops.fmod(5 * x, y), A, B)],
    "Power": [(ops.power, P, A), (lambda x: ops.power(x, 3), A)], "Maximum": [(ops.maximum, A, P)], "Minimum": [(ops.minimum, A, R)], "Fmax": [(ops.fmax, A, P)], "Fmin": [(ops.fmin, A, P)],
    "Arctan2": [(ops.arctan2, A, B)], "Hypot": [(ops.hypot, A, B)], "Logaddexp": [(ops.logaddexp, A, B)], "Logaddexp2": [(ops.logaddexp2, A, B)], "Heaviside": [(lambda x: ops.heaviside(A, x), R)],
    "Ldexp": [(lambda x: ops.ldexp(x, 3), A)], "Clip": [(lambda x: ops.clip(x, -0.5, 0.5), A), (ops.clip, A, -P / 2, P / 2)], "NanToNum": [(ops.nan_to_num, A)], "Fabs": [(ops.fabs, A)],
    "Exp": [(ops.exp, A)], "Exp2": [(ops.exp2, A)], "Expm1": [(ops.expm1, A)], "Log": [(ops.log, P)], "Log2": [(ops.log2, P)], "Log10": [(ops.log10, P)], "Log1p": [(ops.log1p, P)],
    "Sqrt": [(ops.sqrt, P)], "Cbrt": [(ops.cbrt, A)], "Square": [(ops.square, A)], "Reciprocal": [(ops.reciprocal, A)], "Sin": [(ops.sin, A)], "Cos": [(ops.cos, A)], "Tan": [(ops.tan, A)],
    "Arcsin": [(ops.arcsin, A)], "Arccos": [(ops.arccos, A)], "Arctan": [(ops.arctan, A)], "Sinh": [(ops.sinh, A)], "Cosh": [(ops.cosh, A)], "Tanh": [(ops.tanh, A)], "Arcsinh": [(ops.arcsinh, A)],
    "Arccosh": [(ops.arccosh, B)], "Arctanh": [(ops.arctanh, A)], "Deg2rad": [(ops.deg2rad, A)], "Rad2deg": [(ops.rad2deg, A)], "Absolute": [(ops.absolute, A)], "Negative": [(ops.negative, A)],
    "Real": [(ops.real, A)], "Conjugate": [(ops.conjugate, A)], "Sinc": [(ops.sinc, A)], "I0": [(ops.i0, A * 3)],
    "Sum": [(ops.sum, A), (lambda x: ops.sum(x, (0, -1), True), T)], "Prod": [(ops.prod, A), (lambda x: ops.prod(x, (0, 2)), T), (lambda x: ops.prod(x, 1), Z)],
    "Mean": [(ops.mean, A), (lambda x: ops.mean(x, 0), A)], "Var": [(lambda x: ops.var(x, 1), A)], "Std": [(lambda x: ops.std(x, 0), A)],
    "Max": [(lambda x: ops.max(x, 0), A), (lambda x: ops.max(x, 0, initial=0.3), A)], "Min": [(lambda x: ops.min(x, 1, True), A)], "Amax": [(ops.amax, A)], "Amin": [(ops.amin, A)], "Ptp": [(lambda x: ops.ptp(x, 1), A)],
    "Average": [(lambda x, w: ops.average(x, 1, w), A, P)], "Cumsum": [(lambda x: ops.cumsum(x, 1), A)], "Cumprod": [(lambda x: ops.cumprod(x, 1), A), (lambda x: ops.cumprod(x, 1), Z), (ops.cumprod, A)],
    "Trapezoid": [(lambda y, x: ops.trapezoid(y, x), A, R), (lambda y: ops.trapezoid(y, dx=0.5, axis=0), A)], "Median": [(lambda x: ops.median(x, 0), A), (lambda x: ops.median(x), A)],
    "Quantile": [(lambda x: ops.quantile(x, 0.3, 1), A), (lambda x: ops.quantile(x, [0.2, 0.7]), A)], "Percentile": [(lambda x: ops.percentile(x, 30.0, 1), A)], "Corrcoef": [(ops.corrcoef, A)],
    "Nansum": [(lambda x: ops.nansum(ops.where(np.isnan(N), np.nan, x), 0), A)], "Nanmean": [(lambda x: ops.nanmean(ops.where(np.isnan(N), np.nan, x), 1), A)],
    "Nanprod": [(lambda x: ops.nanprod(ops.where(np.isnan(N), np.nan, x)), A)], "Nanvar": [(lambda x: ops.nanvar(ops.where(np.isnan(N), np.nan, x)), A)], "Nanstd": [(lambda x: ops.nanstd(ops.where(np.isnan(N), np.nan, x)), A)],
    "Nanquantile": [(lambda x: ops.nanquantile(ops.where(np.isnan(N), np.nan, x), [0.3, 0.8]), A), (lambda x: ops.nanquantile(ops.where(np.isnan(N), np.nan, x), 0.6, 0), A)],
    "Nanpercentile": [(lambda x: ops.nanpercentile(ops.where(np.isnan(N), np.nan, x), 30.0, 1), A)], "Nanmedian": [(lambda x: ops.nanmedian(ops.where(np.isnan(N), np.nan, x)), A)],
    "Nanmax": [(lambda x: ops.nanmax(ops.where(np.isnan(N), np.nan, x), 0), A)], "Nanmin": [(lambda x: ops.nanmin(ops.where(np.isnan(N), np.nan, x)), A)],
    "Nancumsum": [(lambda x: ops.nancumsum(ops.where(np.isnan(N), np.nan, x), 1), A)], "Nancumprod": [(lambda x: ops.nancumprod(ops.where(np.isnan(N), np.nan, x), 1), A)],
    "Array": [(lambda x: ops.array(x), A)], "Full": [(lambda x: ops.full((2, 3, 4), x, "float64"), A)], "FullLike": [(lambda x: ops.full_like(T, x), A)], "Linspace": [(lambda a, b: ops.linspace(a, b, 5), R, R + 1)], "Vander": [(ops.vander, R)],
    "Reshape": [(lambda x: ops.reshape(x, (2, 6)), A)], "Ravel": [(ops.ravel, A)], "Copy": [(ops.copy, A)], "ExpandDims": [(lambda x: ops.expand_dims(x, 1), A)], "Squeeze": [(ops.squeeze, C)], "Transpose": [(lambda x: ops.transpose(x, (1, 2, 0)), T)],
    "Swapaxes": [(lambda x: ops.swapaxes(x, 0, 2), T)], "Moveaxis": [(lambda x: ops.moveaxis(x, 0, 2), T)], "BroadcastTo": [(lambda x: ops.broadcast_to(x, (2, 3, 4)), R)], "Flip": [(lambda x: ops.flip(x, 1), A)], "Fliplr": [(ops.fliplr, A)], "Flipud": [(ops.flipud, A)],
    "Roll": [(lambda x: ops.roll(x, 2, 1), A)], "Rot90": [(lambda x, k=k: ops.rot90(x, k), A) for k in range(4)], "Concatenate": [(lambda x, y: ops.concatenate([x, y], 1), A, C)], "Stack": [(lambda x, y: ops.stack([x, y], 1), A, B)], "Append": [(ops.append, A, C)],
    "Hstack": [(lambda x, y: ops.hstack([x, y]), A, C)], "Vstack": [(lambda x, y: ops.vstack([x, y]), A, R)], "Dstack": [(lambda x, y: ops.dstack([x, y]), A, B)], "Split": [(lambda x: ops.split(x, 2, 1)[1], A)], "ArraySplit": [(lambda x: ops.array_split(x, 3, 1)[0], A)],
    "Hsplit": [(lambda x: ops.hsplit(x, 2)[0], A)], "Vsplit": [(lambda x: ops.vsplit(x, 3)[2], A)], "Dsplit": [(lambda x: ops.dsplit(x, 2)[1], T)], "Repeat": [(lambda x: ops.repeat(x, 2, 1), A)], "Tile": [(lambda x: ops.tile(x, (2, 1)), A)],
    "Pad": [(lambda x: ops.pad(x, 1), A), *((lambda x, m=m: ops.pad(x, ((1, 1), (2, 1)), m), A) for m in ("reflect", "symmetric", "edge", "wrap"))], "Meshgrid": [(lambda x, y: ops.meshgrid(x, y)[0], R, R + 1), (lambda x, y: ops.meshgrid(x, y)[1], R, R + 1)],
    "Diag": [(ops.diag, R), (lambda x: ops.diag(x, -1), R), (lambda x: ops.diag(x, 2), R), (lambda x: ops.diag(x, 1), A)], "Diagflat": [(ops.diagflat, C)], "Diagonal": [(lambda x: ops.diagonal(x, 1, 1, 2), T)], "Trace": [(ops.trace, S)],
    "Tril": [(ops.tril, A)], "Triu": [(lambda x: ops.triu(x, 1), A)], "Diff": [(lambda x: ops.diff(x, 2), A)], "Rearrange": [(lambda x: ops.rearrange(x, "a b (c d) -> d (a b) c", d=2), T)],
    "GetItem": [(lambda x: ops.get_item(x, (slice(None), 1)), A)], "Take": [(lambda x: ops.take(x, [0, 2, 2], 1), A)], "TakeAlongAxis": [(lambda x: ops.take_along_axis(x, [[1], [0], [3]], 1), A), (lambda x: ops.take_along_axis(x, [5, 5]), A)],
    "Where": [(lambda x, y: ops.where(A > 0, x, y), A, B)], "Select": [(lambda x, y: ops.select([A > 0.5, A > 0], [x, y], 3.0), A, B)], "Sort": [(ops.sort, A), (lambda x: ops.sort(x, 0), A)],
    "Matmul": [(ops.matmul, A, V), (ops.matmul, T, U), (ops.matmul, T, R)], "Dot": [(ops.dot, A, V), (ops.dot, T, U)], "Vdot": [(ops.vdot, A, B)], "Inner": [(ops.inner, A, B)], "Outer": [(ops.outer, R, C)], "Tensordot": [(lambda x, y: ops.tensordot(x, y, 1), A, V)],
    "Kron": [(ops.kron, A, S), (ops.kron, R, A)], "Cross": [(ops.cross, S, S[::-1] + 1), (lambda x, y: ops.cross(x, y), S[:, :2], S[::-1, :2] + 1), (lambda x, y: ops.cross(x, y), S[:, :2], S + 1)], "Einsum": [(lambda x: ops.einsum("ii->i", x), S), (lambda x, y: ops.einsum("iij,jk->ik", x, y), RNG.normal(size=(3, 3, 4)), V), (lambda x, y: ops.einsum("ij,jk->ki", x, y), A, V), (lambda x, y, z: ops.einsum("bij,bjk,k->bi", x, y, z), T, U, V[0])],
    "Correlate": [(lambda x, y, m=m: ops.correlate(x, y, m), R, R[:3] + 1) for m in ("valid", "same", "full")],
    "Cast": [(lambda x: ops.cast(x, "float64") * 2, A)], "SaturateCast": [(lambda x: ops.saturate_cast(x, "float64"), A)], "ConvertToTensor": [(lambda x: ops.convert_to_tensor(x) * 2, A)], "Slice": [(lambda x: ops.slice(x, (1, 1), (2, 2)), A)],
    "SliceUpdate": [(lambda x, y: ops.slice_update(x, (1, 2), y), A, B[:2, :2])], "Scatter": [(lambda v: ops.scatter([[0], [2], [2]], v, (4, 4)), A)], "ScatterUpdate": [(lambda x, v, r=r: ops.scatter_update(x, [[0], [2], [0]], v, r), B, A) for r in (None, "add", "max", "min", "mul")],
    "Unstack": [(lambda x: ops.unstack(x, axis=1)[2], A)],
    "Cond": [(lambda x: ops.cond(True, lambda: x * 2, lambda: x), A)], "Switch": [(lambda x: ops.switch(1, [lambda x: x, lambda x: x * x], x), A)], "WhileLoop": [(lambda x: ops.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), (0, x))[1], A)], "ForiLoop": [(lambda x: ops.fori_loop(0, 3, lambda i, y: y * x + i, x), A)],
    "Map": [(lambda x: ops.map(lambda r: r * r.sum(), x), A)], "VectorizedMap": [(lambda x: ops.vectorized_map(lambda r: r * r.sum(), x), A)], "Scan": [(lambda x: ops.scan(lambda c, r: (c * r, c + r), x[0], x)[1], A), (lambda x: ops.scan(lambda c, r: (c * r, c + r), x[0], x, reverse=True)[0], A)],
    "AssociativeScan": [(lambda x: ops.associative_scan(lambda a, b: a * b, x, axis=1), A), (lambda x: ops.associative_scan(lambda a, b: a + b, x, reverse=True), A)],
    "Relu": [(ops.relu, A)], "Relu6": [(lambda x: ops.relu6(x * 8), A)], "Sigmoid": [(ops.sigmoid, A)], "SparseSigmoid": [(lambda x: ops.sparse_sigmoid(x * 2), A)], "Softplus": [(ops.softplus, A)], "Softsign": [(ops.softsign, A)], "SoftShrink": [(ops.soft_shrink, A)],
    "SparsePlus": [(lambda x: ops.sparse_plus(x * 2), A)], "Silu": [(ops.silu, A)], "Squareplus": [(ops.squareplus, A)], "LogSigmoid": [(ops.log_sigmoid, A)], "LeakyRelu": [(ops.leaky_relu, A)], "HardSigmoid": [(lambda x: ops.hard_sigmoid(x * 4), A)], "HardSilu": [(lambda x: ops.hard_silu(x * 4), A)],
    "Elu": [(ops.elu, A)], "Selu": [(ops.selu, A)], "Celu": [(lambda x: ops.celu(x, 0.7), A)], "Gelu": [(ops.gelu, A), (lambda x: ops.gelu(x, False), A)], "Glu": [(ops.glu, A)], "HardTanh": [(lambda x: ops.hard_tanh(x * 2), A)], "HardShrink": [(ops.hard_shrink, A)], "TanhShrink": [(ops.tanh_shrink, A)],
    "Threshold": [(lambda x: ops.threshold(x, 0.3, 1.0), A)], "Softmax": [(ops.softmax, A), (lambda x: ops.softmax(x, (0, 2)), T)], "LogSoftmax": [(ops.log_softmax, A), (lambda x: ops.log_softmax(x, 0), A)], "Sparsemax": [(ops.sparsemax, A)],
    "BinaryCrossentropy": [(lambda p: ops.binary_crossentropy(HOT, p), P), (lambda z: ops.binary_crossentropy(HOT, z, True), A)], "CategoricalCrossentropy": [(lambda p: ops.categorical_crossentropy(HOT, p), P), (lambda t, z: ops.categorical_crossentropy(t, z, True), P, A)],
    "SparseCategoricalCrossentropy": [(lambda p: ops.sparse_categorical_crossentropy([0, 2, 3], p), P), (lambda z: ops.sparse_categorical_crossentropy([0, 2, 3], z, True), A)], "CTCLoss": [(lambda z: ops.ctc_loss([[1, 2, 2], [3, 0, 0]], z, [3, 1], [5, 4]), LOGITS)],
    "Moments": [(lambda x: ops.moments(x, [0])[0] * ops.moments(x, [0])[1], A)], "BatchNorm": [(lambda x, m, v, o, s: ops.batch_normalization(x, m, v, -1, o, s), A, R, R + 1, R, R + 2)], "LayerNorm": [(lambda x, g, b: ops.layer_normalization(x, g, b), A, R, R)], "RMSNorm": [(lambda x, g: ops.rms_normalization(x, g), A, R)],
    "Normalize": [(ops.normalize, A), (lambda x: ops.normalize(x, 0, 3), A), (lambda x: ops.normalize(x, (0, 2), 1), T)], "PSNR": [(lambda x, y: ops.psnr(x, y, 2.0), A, B)],
    "DotProductAttention": [(ops.dot_product_attention, ATT, ATT + 1, ATT * 2), (lambda q, b: ops.dot_product_attention(q, ATT, ATT, bias=b, is_causal=True, attn_logits_soft_cap=2.0), ATT, RNG.normal(size=(1, 2, 3, 3)))],
    "Conv": [(ops.conv, X, K), (lambda x, k: ops.conv(x, k, 2, "same"), X, K), (lambda x, k: ops.conv(x, k, dilation_rate=2), X, K[:2])], "DepthwiseConv": [(lambda x, k: ops.depthwise_conv(x, k, 2, "same"), X, D)], "SeparableConv": [(ops.separable_conv, X, D, RNG.normal(size=(1, 1, 4, 3)))],
    "ConvTranspose": [(lambda x, k: ops.conv_transpose(x, k, 2, "same"), X, RNG.normal(size=(3, 2, 3, 2))), (ops.conv_transpose, X, RNG.normal(size=(3, 2, 3, 2)))], "MaxPool": [(lambda x: ops.max_pool(x, 3, 2, "same"), X), (lambda x: ops.max_pool(x, 2), X)], "AveragePool": [(lambda x: ops.average_pool(x, 3, 2, "same"), X)],
    "AdaptiveMaxPool": [(lambda x: ops.adaptive_max_pool(x, (2, 4)), X)], "AdaptiveAveragePool": [(lambda x: ops.adaptive_average_pool(x, (2, 4)), X)], "SpaceToDepth": [(lambda x: ops.space_to_depth(x[:, :4], 2), X)], "DepthToSpace": [(lambda x: ops.depth_to_space(x, 2), RNG.normal(size=(1, 2, 2, 8)))],
    "Unfold": [(lambda x: ops.unfold(x, 2, 1, 1, 2), X)], "Fold": [(lambda x: ops.fold(x, (4, 4), 3), RNG.normal(size=(1, 18, 4)))],
    "SegmentSum": [(lambda x: ops.segment_sum(x, IDS), A), (lambda x: ops.segment_sum(x, [0, 9, 1], 2), A)], "SegmentMax": [(lambda x: ops.segment_max(x, IDS)[np.array([0, 2])], A)], "SegmentMin": [(lambda x: ops.segment_min(x, IDS)[np.array([0, 2])], A)], "SegmentProd": [(lambda x: ops.segment_prod(x, IDS), A)],
    "TopK": [(lambda x: ops.top_k(x, 2)[0], A)], "Logsumexp": [(ops.logsumexp, A), (lambda x: ops.logsumexp(x, 0, True), A)], "Rsqrt": [(ops.rsqrt, P)], "Erf": [(ops.erf, A)], "Erfc": [(ops.erfc, A)], "Erfinv": [(ops.erfinv, A)], "ExtractSequences": [(lambda x: ops.extract_sequences(x, 3, 1), A)], "CDist": [(ops.cdist, A, B)], "Logdet": [(lambda x: ops.logdet(symmetric(x)), S)],
    "FFT": [(lambda x, y: ops.stack(ops.fft((x, y))), A, B)], "FFT2": [(lambda x, y: ops.stack(ops.fft2((x, y))), A, B)], "IFFT2": [(lambda x, y: ops.stack(ops.ifft2((x, y))), A, B)], "RFFT": [(lambda x, n=n: ops.stack(ops.rfft(x, n)), A) for n in (None, 3, 6)], "IRFFT": [(lambda x, y, n=n: ops.irfft((x, y), n), A, B) for n in (None, 5, 10)],
    "STFT": [(lambda x: ops.stack(ops.stft(x, 4, 2, 6)), RNG.normal(size=(2, 12)))], "ISTFT": [(lambda x, y: ops.istft((x, y), 4, 2, 6), RNG.normal(size=(5, 4)), RNG.normal(size=(5, 4)))],
    "Cholesky": [(lambda x: ops.cholesky(symmetric(x)), S), (lambda x: ops.cholesky(symmetric(x), True), S)], "CholeskyInverse": [(ops.cholesky_inverse, S)], "Det": [(ops.det, S)], "Slogdet": [(lambda x: ops.slogdet(x)[1], S)], "Inv": [(ops.inv, S)],
    "Eigh": [(lambda x: ops.eigh(symmetric(x))[0], S), (lambda x: ops.eigh(symmetric(x))[1] ** 2, S)], "SVD": [(lambda x: ops.svd(x, compute_uv=False), A), (lambda x: ops.svd(x, False)[0] ** 2, A.T), (lambda x: ops.svd(x, False)[2] ** 2, A.T)],
    "Qr": [(lambda x: ops.qr(x)[0], A.T), (lambda x: ops.qr(x)[1], A.T)], "Solve": [(ops.solve, S, A), (ops.solve, S, C[:, 0])], "SolveTriangular": [(lambda a, b: ops.solve_triangular(a, b, True), S, A)], "Lstsq": [(ops.lstsq, A.T, R)], "Pinv": [(ops.pinv, A), (ops.pinv, A.T)],
    "Norm": [(ops.norm, A), (lambda x: ops.norm(x, 1, 0), A), (lambda x: ops.norm(x, 3, 1, True), A), (lambda x: ops.norm(x, np.inf, 1), A), (lambda x: ops.norm(x, "nuc"), A), (lambda x: ops.norm(x, 2), A), (lambda x: ops.norm(x, 1), A), (lambda x: ops.norm(x, "fro", (0, 2)), T)],
    "Resize": [(lambda x, m=m: ops.image.resize(x, (6, 3), m, antialias=True), IMG) for m in ("nearest", "bilinear", "bicubic", "lanczos3")], "ScaleAndTranslate": [(lambda x: ops.image.scale_and_translate(x, (1, 3, 4, 3), [0.5, 1.2], [0.1, 0.2], (1, 2), "linear"), IMG)],
    "PadImages": [(lambda x: ops.image.pad_images(x, 1, 2, 0, 1), IMG)], "CropImages": [(lambda x: ops.image.crop_images(x, 1, 2, 0, 1), IMG)], "ExtractPatches": [(lambda x: ops.image.extract_patches(x, 2, 1, padding="same"), IMG)], "GaussianBlur": [(ops.image.gaussian_blur, IMG)], "SobelEdges": [(ops.image.sobel_edges, IMG)],
    "SSIM": [(lambda x, y: ops.image.ssim(x, y, filter_size=3), IMG, IMG[:, ::-1])], "RGBToGrayscale": [(ops.image.rgb_to_grayscale, IMG)], "RGBToHSV": [(ops.image.rgb_to_hsv, IMG)], "HSVToRGB": [(ops.image.hsv_to_rgb, IMG)],
    "MapCoordinates": [(lambda x, c: ops.image.map_coordinates(x, c, 1), A, RNG.uniform(0.1, 1.9, (2, 5)))], "AffineTransform": [(lambda x, m: ops.image.affine_transform(x, m, fill_mode="reflect"), IMG, np.array([1.1123, 0.213, -0.517, -0.1071, 0.9091, 0.4139, 0.01, 0.003]))],
    "PerspectiveTransform": [(lambda x: ops.image.perspective_transform(x, [[0, 0], [4, 0], [0, 3], [4, 3]], [[1, 0], [4, 1], [0, 2], [3, 3]]), IMG)], "ElasticTransform": [(lambda x: ops.image.elastic_transform(x, 2.0, 1.0, seed=1), IMG)],
}  # fmt: skip

FLAT = set(  # counts, indices, truth values, steps, types, complex numbers: nothing flows, or not through real arrays
    "All AllClose Angle Any Arange Argmax Argmin Argpartition Argsort Bincount BitwiseAnd BitwiseInvert BitwiseLeftShift "
    "BitwiseNot BitwiseOr BitwiseRightShift BitwiseXor CTCDecode Ceil CountNonzero Digitize EmptyLike Equal Floor FloorDivide "
    "Gcd Geomspace Greater GreaterEqual Histogram Imag InTopK IsIn Isclose Isfinite Isinf Isnan Isneginf Isposinf Isreal Lcm LeftShift "
    "Less LessEqual LogicalAnd LogicalNot LogicalOr LogicalXor Logspace MatrixRank MultiHot Nanargmax Nanargmin Ndim Nextafter "
    "Nonzero NotEqual OneHot OnesLike RightShift Round SearchSorted Sign Signbit Size StopGradient Trunc Unique UnravelIndex "
    "View ZerosLike Polar ViewAsComplex ViewAsReal Eig JVP LuFactor ExtractPatches3D".split()
)
LIST = [(name, *case) for name, cases in CASES.items() for case in cases]


def test_every_operation_is_here():
    own = {name for name in OPERATIONS if not name.startswith("TF")}  # those of compat.tensorflow, once it is imported, aside
    assert set(CASES) | FLAT == own
    assert not set(CASES) & FLAT


@pytest.mark.parametrize("case", LIST, ids=[case[0] for case in LIST])
def test_gradient(case):
    _, f, *xs = case
    xs = [np.array(x) for x in xs]
    for x in xs:
        x.flags.writeable = False
    y, pullback = vjp(f, *xs)
    np.testing.assert_allclose(y, f(*xs), rtol=1e-12, atol=1e-12)
    weight = np.random.default_rng(1).standard_normal(np.shape(y))
    for x, grad in zip(xs, pullback(weight)):
        assert grad.shape == x.shape and grad.dtype == x.dtype
        x.flags.writeable = True
        check_gradient(lambda: np.sum(f(*xs) * weight), x, grad, probes=2, rtol=2e-5, atol=1e-7)


@pytest.mark.parametrize("case", LIST, ids=[case[0] for case in LIST])
def test_second_gradient(case):
    """The way back is differentiable itself: a tape under a tape."""
    _, f, *xs = case
    xs, rng = [np.array(x) for x in xs], np.random.default_rng(1)
    weight, directions = rng.standard_normal(np.shape(f(*xs))), [rng.standard_normal(np.shape(x)) for x in xs]

    def squared(*xs):  # so that what comes back depends on x even where f is linear
        y = f(*xs)
        return y * y

    def slope(*xs):
        _, pullback = vjp(squared, *xs)
        return sum(np.sum(share * d) for share, d in zip(pullback(weight), directions))

    value, pullback = vjp(slope, *xs)
    np.testing.assert_allclose(value, slope(*xs), rtol=1e-9, atol=1e-9)
    for x, grad in zip(xs, pullback(1.0)):
        check_gradient(lambda: slope(*xs), x, grad, probes=1, rtol=1e-4, atol=1e-6)


def test_second_gradient_of_a_cube():
    def slope(x):
        return vjp(lambda x: ops.power(x, 3), x)[1](np.ones(2))[0]

    assert vjp(slope, np.array([1.0, 2.0]))[1](np.ones(2))[0].tolist() == [6.0, 12.0]


def test_the_check_sees_a_rule_that_is_a_bit_off():
    RULES["a bit off"] = (lambda g, y, x: g * np.cos(x) * 1.0005,)
    try:
        y, pullback = vjp(lambda x: record("a bit off", np.sin, (x,), {}), A)
        x = A.copy()
        with pytest.raises(AssertionError):
            check_gradient(lambda: np.sum(np.sin(x)), x, pullback(np.ones_like(y))[0], probes=2, rtol=2e-5, atol=1e-7)
    finally:
        del RULES["a bit off"]


def test_float32_stays_under_the_tape():
    x = A.astype("float32")
    for f in (ops.softmax, ops.gelu, ops.mean, lambda x: ops.power(x, 2), lambda x: x * 2 + ops.sum(x), ops.normalize):
        y, pullback = vjp(f, x)
        assert y.dtype == np.float32 and pullback(np.ones_like(y))[0].dtype == np.float32


def test_relu_has_slope_0_at_0():
    assert vjp(ops.relu, np.array([-1.0, 0.0, 1.0]))[1](np.ones(3))[0].tolist() == [0.0, 0.0, 1.0]


def test_stop_gradient_and_custom_gradient():
    y, pullback = vjp(lambda x: x * ops.stop_gradient(x), np.array([3.0]))
    assert pullback(np.ones(1))[0].tolist() == [3.0]

    @ops.custom_gradient
    def f(x, y):
        def grad(*args, upstream=None):
            (upstream,) = args if upstream is None else (upstream,)
            return upstream * 10, upstream * 20

        return x * y, grad

    y, pullback = vjp(f, np.array([3.0]), np.array([4.0]))
    assert y.tolist() == [12.0] and [g.tolist() for g in pullback(np.ones(1))] == [[10.0], [20.0]]
