# ruff: noqa: E501 - one case on one line
"""What is asked of Keras and of ours alike: one expression a line, of ``ops``, ``np`` and the arrays below."""

import numpy as np

RNG = np.random.default_rng(7)


def floats(*shape, low=-2.0, high=2.0):
    return RNG.uniform(low, high, shape).astype("float32")


DATA = {
    "A": floats(3, 4),
    "B": floats(3, 4),
    "P": floats(3, 4, low=0.1, high=0.9),
    "R": floats(4),
    "T": floats(2, 3, 4),
    "U": floats(2, 4, 5),
    "V": floats(4, 5),
    "S": floats(3, 3),
    "W": floats(4, 3),
    "H": np.array([[0.5, 1.5, -0.5, -1.5, 2.5, 0.0]], "float32"),
    "Z": np.array([[1.0, 0.0, 2.0], [3.0, 4.0, 5.0]], "float32"),
    "N": np.array([[1.0, np.nan, 2.0], [np.nan, np.nan, 5.0], [4.0, np.inf, -1.0]], "float32"),
    "Q": np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]], "float32"),
    "QQ": np.stack([np.eye(3) * 2, np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]])]).astype("float32"),
    "I": np.array([[3, -1, 4], [1, 5, -9]], "int32"),
    "J": np.array([[2, 3, 1], [2, 2, 4]], "int32"),
    "K": np.array([2, 0, 1, 2], "int32"),
    "L": np.array([[True, False, True], [False, False, True]]),
    "M": np.array([[True, True, False], [False, True, True]]),
    "u8": np.array([[3, 250, 4], [1, 5, 9]], "uint8"),
    "h": floats(3, 4).astype("float16"),
    "X": floats(2, 7, 6, 4),
    "Y": floats(2, 9, 3),
    "G": floats(2, 5, 6, 5, 3, low=0.0),
    "img": floats(2, 6, 5, 3, low=0.0, high=1.0),
    "one": floats(6, 5, 3, low=0.0, high=1.0),
    "u8img": RNG.integers(0, 255, (1, 4, 6, 3)).astype("uint8"),
    "s": floats(2, 40),
    "C": floats(2, 6, 5),
    "kern": floats(3, 3, 4, 6),
    "kern2": floats(3, 3, 2, 6),
    "kern1": floats(3, 3, 5),
    "kern3": floats(2, 3, 2, 3, 4),
    "dw": floats(3, 2, 4, 2),
    "pw": floats(1, 1, 8, 3),
    "tk": floats(3, 3, 5, 4),
    "tk1": floats(3, 5, 3),
    "att": floats(2, 4, 4, 6),
    "kv": floats(2, 5, 2, 6),
}  # fmt: skip

CASES = {
    "arithmetic": """
ops.add(A, R) | ops.add(A, 1) | ops.add(I, 1.5) | ops.add(1, 2) | ops.add([1, 2], [3.5, 4]) | ops.add(h, A) | ops.add(u8, I)
ops.subtract(A, B) | ops.subtract(u8, 1) | ops.multiply(A, R) | ops.multiply(L, M) | ops.divide(A, B) | ops.divide(I, J) | ops.true_divide(I, 2)
ops.divide_no_nan(Z, Z) | ops.divide_no_nan(A, 0.0) | ops.floor_divide(I, J) | ops.floor_divide(A, B) | ops.mod(I, J) | ops.mod(A, B) | ops.mod(L, M)
ops.fmod(I, J) | ops.fmod(A, B) | ops.power(P, B) | ops.power(I, 2) | ops.power(A, 2) | ops.maximum(A, B) | ops.maximum(I, 0) | ops.minimum(A, 0.5)
ops.fmax(N, 1.5) | ops.fmin(N, 1.5) | ops.arctan2(A, B) | ops.arctan2(I, J) | ops.hypot(A, B) | ops.logaddexp(A, B) | ops.logaddexp2(A, B) | ops.heaviside(H, 0.25) | ops.heaviside(I, 2)
ops.nextafter(A, B) | ops.ldexp(A, 3) | ops.ldexp(A, np.array([1, -2, 3, 0], "int32")) | ops.gcd(I, J) | ops.lcm(I, J)
ops.equal(I, J) | ops.equal(A, 1.0) | ops.not_equal(I, J) | ops.less(I, J) | ops.less_equal(A, B) | ops.greater(A, B) | ops.greater_equal(I, 3)
ops.isclose(A, A + 1e-6) | ops.isclose(N, N, equal_nan=True) | ops.allclose(A, B) | ops.allclose(A, A)
ops.logical_and(L, M) | ops.logical_or(L, M) | ops.logical_xor(L, M) | ops.logical_not(L) | ops.logical_and(I, J) | ops.logical_not(Z)
ops.bitwise_and(I, J) | ops.bitwise_or(I, J) | ops.bitwise_xor(I, J) | ops.bitwise_not(I) | ops.bitwise_invert(J) | ops.bitwise_left_shift(J, J) | ops.left_shift(J, 2) | ops.bitwise_right_shift(I, 1) | ops.right_shift(I, J)
ops.clip(A, -1, 1) | ops.clip(I, 0, 3) | ops.clip(A, None, 0.5) | ops.clip(A, R, None) | ops.clip(I, -0.5, 2.5) | ops.clip(L, 0, 1)
ops.nan_to_num(N) | ops.nan_to_num(N, nan=1.0, posinf=9.0, neginf=-9.0) | ops.nan_to_num(I) | ops.fabs(A) | ops.fabs(I)
""",
    "elementwise": """
ops.exp(A) | ops.exp(I) | ops.exp2(A) | ops.expm1(A) | ops.log(P) | ops.log2(P) | ops.log10(P) | ops.log1p(P) | ops.sqrt(P) | ops.sqrt(J) | ops.cbrt(A) | ops.square(A) | ops.square(I) | ops.square(L) | ops.reciprocal(P) | ops.reciprocal(J)
ops.sin(A) | ops.cos(A) | ops.tan(A) | ops.arcsin(P) | ops.arccos(P) | ops.arctan(A) | ops.sinh(A) | ops.cosh(A) | ops.tanh(A) | ops.arcsinh(A) | ops.arccosh(P + 1) | ops.arctanh(P) | ops.deg2rad(A) | ops.rad2deg(A)
ops.ceil(A) | ops.floor(A) | ops.trunc(A) | ops.ceil(I) | ops.floor(I) | ops.trunc(I) | ops.round(H) | ops.round(A, 1) | ops.round(I) | ops.absolute(A) | ops.abs(I) | ops.negative(A) | ops.negative(I) | ops.sign(A) | ops.sign(I) | ops.signbit(A) | ops.signbit(I)
ops.isfinite(N) | ops.isinf(N) | ops.isnan(N) | ops.isneginf(-N) | ops.isposinf(N) | ops.isreal(A) | ops.isfinite(I) | ops.real(A) | ops.imag(A) | ops.conjugate(A) | ops.conj(A) | ops.angle(A) | ops.real(np.array([1 + 2j], "complex64")) | ops.imag(np.array([1 + 2j], "complex64")) | ops.angle(np.array([1 + 2j], "complex64")) | ops.conj(np.array([1 + 2j], "complex64"))
ops.sinc(H) | ops.i0(A) | ops.sin(h) | ops.exp(u8 / 100)
""",
    "reductions": """
ops.sum(A) | ops.sum(A, 0) | ops.sum(T, (0, -1), keepdims=True) | ops.sum(I, 1) | ops.sum(L) | ops.sum(u8) | ops.sum(h) | ops.prod(A) | ops.prod(I, 0) | ops.prod(L) | ops.prod(A, 1, dtype="float16")
ops.mean(A) | ops.mean(I) | ops.mean(L, 0) | ops.mean(T, (0, 2), keepdims=True) | ops.mean(h, 0) | ops.var(A, 0) | ops.var(I) | ops.std(A, -1, keepdims=True) | ops.std(I, 0) | ops.var(h)
ops.max(A) | ops.max(A, 0, initial=0.5) | ops.max(I, 1, keepdims=True) | ops.min(A, 1) | ops.min(I, initial=-20) | ops.amax(A, 0) | ops.amin(A, 1, True) | ops.ptp(A) | ops.ptp(I, 1, keepdims=True)
ops.all(L) | ops.all(L, 0) | ops.all(A, 1, keepdims=True) | ops.any(L, 1) | ops.any(Z) | ops.argmax(A) | ops.argmax(A, 0) | ops.argmin(A, 1, keepdims=True) | ops.argmax(I) | ops.count_nonzero(Z) | ops.count_nonzero(Z, 0) | ops.count_nonzero(L, axis=1)
ops.average(A) | ops.average(A, 0, weights=np.array([1.0, 2.0, 3.0], "float32")) | ops.average(A, 1) | ops.average(I, weights=J)
ops.cumsum(A) | ops.cumsum(A, 0) | ops.cumsum(I, 1) | ops.cumsum(L, 1) | ops.cumprod(A, 1) | ops.cumprod(I) | ops.cumsum(A, 0, dtype="float16")
ops.trapezoid(A) | ops.trapezoid(A, dx=0.5, axis=0) | ops.trapezoid(A, x=np.array([0.0, 1.0, 3.0, 4.0], "float32")) | ops.trapezoid(I)
ops.median(A) | ops.median(A, 0) | ops.median(I, 1, keepdims=True) | ops.median(T, (0, 1)) | ops.quantile(A, 0.3) | ops.quantile(A, np.array([0.1, 0.6], "float32"), axis=1) | ops.quantile(A, 0.25, method="nearest") | ops.quantile(A, 0.4, 0, "lower", True) | ops.quantile(A, 0.4, method="higher") | ops.quantile(A, 0.4, 1, method="midpoint") | ops.percentile(A, 30.0) | ops.percentile(A, np.array([10.0, 50.0], "float32"), 1, keepdims=True)
ops.digitize(A, np.array([-1.0, 0.0, 1.0], "float32")) | ops.bincount(K) | ops.bincount(K, minlength=5) | ops.bincount(K, weights=np.array([0.5, 1.0, 2.0, 3.0], "float32")) | ops.bincount(np.stack([K, K]), minlength=3) | ops.histogram(R) | ops.histogram(R, bins=4, range=(-1, 1)) | ops.corrcoef(A)
""",
    "nans": """
ops.nansum(N) | ops.nansum(N, 0) | ops.nansum(I) | ops.nanprod(N, 1) | ops.nancumsum(N) | ops.nancumsum(N, 1) | ops.nancumprod(N, 0) | ops.nanmean(N[:2]) | ops.nanmean(N[:2], 1, keepdims=True) | ops.nanvar(N[:2], 1) | ops.nanstd(N[:2]) | ops.nanmax(N, 0) | ops.nanmin(N, 1) | ops.nanmax(N, 1, keepdims=True) | ops.nanargmax(N, 1) | ops.nanargmin(N, 1) | ops.nanargmax(N)
ops.nanmedian(N[:2]) | ops.nanmedian(N[:2], 1) | ops.nanquantile(N[:2], 0.3) | ops.nanquantile(N[:2], np.array([0.2, 0.5], "float32"), 1) | ops.nanpercentile(N[:2], 40.0, 1, keepdims=True) | ops.nanmean(I) | ops.nanmax(I, 0)
""",
    "creation": """
ops.array([1, 2]) | ops.array([1.5, 2]) | ops.array(I, "float32") | ops.array(True) | ops.zeros((2, 3)) | ops.ones((2,), "int32") | ops.full((2, 2), 3.5) | ops.full((2,), 3, "int32") | ops.zeros_like(I) | ops.ones_like(A) | ops.full_like(I, 7) | ops.full_like(A, 2, "int32") | ops.zeros_like(A, dtype="int32")
ops.eye(3) | ops.eye(2, 4, 1) | ops.eye(3, k=-1, dtype="int32") | ops.identity(2) | ops.tri(3) | ops.tri(2, 4, 1, "int32")
ops.arange(4) | ops.arange(1, 7, 2) | ops.arange(0.0, 1.0, 0.25) | ops.arange(3, dtype="float32") | ops.arange(1, 2.5) | ops.linspace(0, 1, 5) | ops.linspace(-1.0, 3.0, 7, endpoint=False) | ops.linspace(R, R + 1, 3, axis=1) | ops.linspace(0, 10, 4, dtype="int32") | ops.linspace(0.0, 1.0, 5, retstep=True) | ops.logspace(0, 2, 4) | ops.logspace(0.0, 1.0, 3, base=2.0, endpoint=False) | ops.geomspace(1.0, 100.0, 5)
ops.bartlett(6) | ops.blackman(6) | ops.hamming(6) | ops.hanning(6) | ops.kaiser(6, 8.6) | ops.vander(R) | ops.vander(K, 3, increasing=True)
""",
    "shapes": """
ops.reshape(A, (2, -1)) | ops.reshape(A, 12) | ops.ravel(T) | ops.copy(A) | ops.view(A, "int32") | ops.expand_dims(A, 1) | ops.expand_dims(A, (0, 2)) | ops.squeeze(A[None]) | ops.squeeze(A[None, :, None], 2) | ops.transpose(T) | ops.transpose(T, (1, 0, 2)) | ops.swapaxes(T, 0, 2) | ops.moveaxis(T, 0, -1) | ops.moveaxis(T, (0, 1), (2, 0)) | ops.broadcast_to(R, (2, 4))
ops.flip(A) | ops.flip(A, 1) | ops.fliplr(A) | ops.flipud(A) | ops.roll(A, 1) | ops.roll(A, 2, 1) | ops.roll(A, (1, 2), (0, 1)) | ops.rot90(A) | ops.rot90(A, 2) | ops.rot90(T, 3, (0, 2)) | ops.rot90(T, -1, (1, 2))
ops.concatenate([A, B], 0) | ops.concatenate([R, K]) | ops.stack([A, B], -1) | ops.stack([K, R]) | ops.append(A, B) | ops.append(A, B, 1) | ops.hstack([A, B]) | ops.hstack([R, K]) | ops.vstack([R, R]) | ops.dstack([A, B]) | ops.dstack([R, R])
ops.split(A, 2, 1) | ops.split(A, [1, 3], 1) | ops.array_split(A, 3, 1) | ops.hsplit(A, 2) | ops.vsplit(A, 3) | ops.dsplit(T, 2) | ops.repeat(A, 2) | ops.repeat(A, 2, 0) | ops.repeat(A, np.array([1, 0, 2, 1]), 1) | ops.tile(A, 2) | ops.tile(A, (2, 1)) | ops.tile(R, (2, 1, 2))
ops.pad(A, 1) | ops.pad(A, ((0, 1), (2, 0)), constant_values=5) | ops.pad(A, ((1, 1), (1, 2)), "reflect") | ops.pad(A, 1, "symmetric") | ops.meshgrid(R, K) | ops.meshgrid(R, K, indexing="ij") | ops.diag(R) | ops.diag(R, 1) | ops.diag(R, -2) | ops.diag(S) | ops.diag(A, -1) | ops.diagflat(Z) | ops.diagonal(A) | ops.diagonal(T, 1, 1, 2) | ops.diagonal(A, -1) | ops.trace(S) | ops.trace(A, 1) | ops.trace(u8) | ops.trace(T, 0, 1, 2)
ops.tril(A) | ops.tril(A, -1) | ops.triu(A, 1) | ops.triu(T) | ops.diff(A) | ops.diff(I, 2) | ops.diff(A, 1, 0) | ops.ndim(T) | ops.size(T) | ops.rearrange(T, "a b c -> c (a b)") | ops.rearrange(T, "a b (c d) -> a (b d) c", d=2)
""",
    "indexing": """
ops.get_item(A, 1) | ops.get_item(A, (slice(None), 2)) | ops.get_item(A, (Ellipsis, None)) | ops.take(A, [0, 2]) | ops.take(A, np.array([[0, 1], [2, 0]]), 1) | ops.take(A, -1, 0) | ops.take_along_axis(A, np.array([[1], [0], [3]]), 1) | ops.take_along_axis(A, np.array([5, 2])) | ops.take_along_axis(A, np.array([[2, 0, 1, 1]]), 0)
ops.where(L, 1, 0.5) | ops.where(L, I, J) | ops.where(A > 0, A, 0) | ops.where(L) | ops.select([A > 1, A > 0], [A, B], 7.0) | ops.nonzero(Z) | ops.sort(A) | ops.sort(A, 0) | ops.argsort(A) | ops.argsort(A, 0) | ops.argsort(K) | ops.argpartition(R, 0)[:1]
ops.searchsorted(np.array([1.0, 2.0, 3.0], "float32"), A) | ops.searchsorted(np.array([1, 2, 3]), 2, side="right") | ops.isin(K, [1, 2]) | ops.isin(I, [1, 3], invert=True) | ops.unique(K) | ops.unique(K, return_inverse=True, return_counts=True, return_index=True) | ops.unique(K, size=2) | ops.unique(K, size=5, fill_value=-1) | ops.unique(np.array([[1, 2], [1, 2], [0, 1]]), axis=0) | ops.unravel_index(K, (2, 2)) | ops.vectorize(lambda a, b: a + 2 * b)(R, R)
""",
    "products": """
ops.matmul(A, V) | ops.matmul(T, U) | ops.matmul(T, R) | ops.matmul(R, R) | ops.matmul(I, J.T) | ops.matmul(I, W[:3]) | ops.dot(A, V) | ops.dot(T, U) | ops.dot(R, 2) | ops.dot(I, J.T) | ops.vdot(A, B) | ops.inner(A, B) | ops.outer(R, K) | ops.outer(A, R) | ops.tensordot(A, V, 1) | ops.tensordot(T, U, ((0, 2), (0, 1))) | ops.tensordot(A, B)
ops.kron(A, Z) | ops.kron(R, A) | ops.cross(S, S[::-1]) | ops.cross(S[:, :2], S[::-1, :2]) | ops.cross(S, S[::-1], axis=0) | ops.cross(S[:, :2], S) | ops.einsum("ij,jk->ik", A, V) | ops.einsum("...ij,jk", T, V) | ops.einsum("ij->", A) | ops.einsum("ij,ij->i", I, J) | ops.einsum("ii->i", S) | ops.einsum("bij,bjk,k->bi", T, U, V[0]) | ops.correlate(R, R[:2]) | ops.correlate(R, R[:3], mode="same") | ops.correlate(R, R[:3], mode="full") | ops.correlate(K, K[:2])
""",
    "core": """
ops.cast(A, "int32") | ops.cast(I, "float32") | ops.cast(A, "bool") | ops.saturate_cast(A * 100, "int8") | ops.saturate_cast(I, "uint8") | ops.saturate_cast(A * 1e9, "int32") | ops.saturate_cast(A, "bool") | ops.convert_to_tensor([1, 2]) | ops.convert_to_tensor(1.5) | ops.convert_to_tensor([[1.0], [2]], "int32") | ops.convert_to_numpy(A) | ops.shape(T) | ops.dtype(I) | ops.is_tensor([1]) | ops.stop_gradient(A)
ops.slice(A, (1, 0), (2, 3)) | ops.slice(A, np.array([2, 2]), (2, 2)) | ops.slice_update(A, (1, 1), np.ones((2, 2), "float32")) | ops.slice_update(A, (2, 3), np.ones((2, 2), "float32")) | ops.scatter(np.array([[0], [2], [2]]), np.array([1.0, 2.0, 3.0], "float32"), (4,)) | ops.scatter(np.array([[0, 1], [1, 0]]), R[:2], (2, 3)) | ops.scatter(np.array([[1], [1]]), A[:2], (3, 4)) | ops.scatter_update(A, np.array([[0, 0], [2, 1]]), R[:2]) | ops.scatter_update(A, np.array([[0], [2]]), B[:2]) | ops.scatter_update(R, np.array([[0], [2], [0]]), R[:3], "add") | ops.scatter_update(R, np.array([[0], [2], [0]]), B[0, :3], "max") | ops.scatter_update(R, np.array([[0], [2], [0]]), B[0, :3], "min") | ops.scatter_update(R, np.array([[0], [2], [0]]), B[0, :3], "mul") | ops.unstack(A) | ops.unstack(T, 4, -1)
""",
    "control": """
ops.cond(True, lambda: A, lambda: B) | ops.cond(ops.sum(A) > 100, lambda: A, lambda: B) | ops.switch(1, [lambda x: x, lambda x: x * 2, lambda x: x * 3], A) | ops.switch(9, [lambda x: x, lambda x: x * 2], A) | ops.while_loop(lambda i: i < 10, lambda i: i + 3, 0) | ops.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2), (0, R)) | ops.while_loop(lambda i: i < 10, lambda i: i + 1, 0, maximum_iterations=4) | ops.fori_loop(0, 4, lambda i, v: v + i, np.float32(0))
ops.map(lambda x: x * 2, A) | ops.map(lambda t: (t[0] + t[1], t[0]), (A, B)) | ops.vectorized_map(lambda x: ops.sum(x), A) | ops.vectorized_map(lambda t: t[0] * t[1], (A, B)) | ops.scan(lambda c, x: (c + x, c * 2), np.zeros(4, "float32"), A) | ops.scan(lambda c, x: (c + x, c), np.zeros(4, "float32"), A, reverse=True) | ops.scan(lambda c, _: (c * 2, c), np.float32(1), length=4)
ops.associative_scan(lambda a, b: a + b, A) | ops.associative_scan(lambda a, b: a * b, A, axis=1) | ops.associative_scan(lambda a, b: a + b, A, reverse=True) | ops.associative_scan(lambda a, b: (a[0] * b[0], a[1] * b[0] + b[1]), (A, B)) | ops.associative_scan(lambda a, b: ops.matmul(a, b), np.stack([S, S, S]))
""",
    "curves": """
ops.relu(A) | ops.relu(I) | ops.relu6(A * 5) | ops.sigmoid(A * 20) | ops.sparse_sigmoid(A) | ops.softplus(A * 20) | ops.softsign(A) | ops.soft_shrink(A) | ops.soft_shrink(A, 0.2) | ops.sparse_plus(A) | ops.silu(A) | ops.swish(A) | ops.squareplus(A) | ops.squareplus(A, 1) | ops.log_sigmoid(A * 20) | ops.leaky_relu(A) | ops.leaky_relu(A, 0.1) | ops.hard_sigmoid(A * 3) | ops.hard_silu(A * 3) | ops.hard_swish(A) | ops.elu(A) | ops.elu(A, 0.5) | ops.selu(A) | ops.celu(A) | ops.celu(A, 2.0) | ops.gelu(A) | ops.gelu(A, approximate=False) | ops.glu(A) | ops.glu(T, 2) | ops.hard_tanh(A) | ops.hard_shrink(A) | ops.tanh_shrink(A) | ops.threshold(A, 0.5, 7.0)
ops.softmax(A) | ops.softmax(A, 0) | ops.softmax(T, (1, 2)) | ops.softmax(A, None) | ops.log_softmax(A) | ops.log_softmax(A, 0) | ops.log_softmax(T, (0, 1)) | ops.sigmoid(h)
""",
    "crossentropies": """
ops.one_hot(K, 3) | ops.one_hot(K, 2) | ops.one_hot(np.array([[0, 1], [-1, 2]]), 3, axis=1) | ops.one_hot(K, 3, dtype="int32") | ops.multi_hot(np.array([[0, 2], [1, 1]]), 4) | ops.multi_hot(K, 4, dtype="bool")
ops.binary_crossentropy(np.float32([[0, 1, 1, 0]] * 3), P) | ops.binary_crossentropy(np.float32([[0, 1, 1, 0]] * 3), A, from_logits=True) | ops.binary_crossentropy(np.float32([0, 1]), np.float32([1, 0])) | ops.categorical_crossentropy(ops.one_hot(K[:3], 4), P) | ops.categorical_crossentropy(ops.one_hot(K[:3], 4), A, from_logits=True) | ops.categorical_crossentropy(P, P, axis=0) | ops.sparse_categorical_crossentropy(K[:3], P) | ops.sparse_categorical_crossentropy(K[:3], A, from_logits=True) | ops.sparse_categorical_crossentropy(K[:3, None], A, True) | ops.sparse_categorical_crossentropy(np.array([[0, 1, 2], [3, 2, 1]]), T, True)
ops.ctc_loss(np.array([[1, 2, 2], [3, 1, 0]]), C, np.array([3, 2]), np.array([6, 5])) | ops.ctc_loss(np.array([[1, 2], [3, 1]]), C, np.array([2, 1]), np.array([6, 3]), mask_index=4) | ops.ctc_decode(C, np.array([6, 4])) | ops.ctc_decode(C, np.array([6, 4]), merge_repeated=False) | ops.ctc_decode(C, np.array([6, 4]), mask_index=2) | ops.ctc_decode(C, np.array([6, 4]), strategy="beam_search", beam_width=50, top_paths=2)[1]
""",
    "normalizing": """
ops.moments(A, [0]) | ops.moments(T, (0, 1), keepdims=True) | ops.moments(h, -1) | ops.batch_normalization(A, R, R * R, -1) | ops.batch_normalization(A, R, R * R, -1, R, R + 1, 0.1) | ops.batch_normalization(T, S[0], S[1] ** 2, 1, offset=S[2]) | ops.layer_normalization(A) | ops.layer_normalization(A, R, R + 1) | ops.layer_normalization(T, V[:, 0], None, axis=-1, epsilon=0.1) | ops.layer_normalization(T, axis=[1, 2]) | ops.rms_normalization(A) | ops.rms_normalization(A, R, epsilon=0.1) | ops.rms_normalization(T, axis=(1, 2)) | ops.normalize(A) | ops.normalize(A, 0, 1) | ops.normalize(A, axis=-1, order=3) | ops.normalize(np.zeros((2, 2), "float32")) | ops.normalize(T, axis=(1, 2)) | ops.psnr(A, B, 2.0) | ops.polar(P, A)
ops.dot_product_attention(att, att, att) | ops.dot_product_attention(att, att, att, is_causal=True) | ops.dot_product_attention(att, att, att, scale=0.3, mask=np.tri(4, 4, dtype=bool)[None, None]) | ops.dot_product_attention(att, kv, kv) | ops.dot_product_attention(att, att, att, bias=np.ones((1, 1, 4, 4), "float32") * R) | ops.sum(att)
""",
    "convolution": """
ops.conv(X, kern) | ops.conv(X, kern, 2, "same") | ops.conv(X, kern2, padding="same") | ops.conv(X, kern, dilation_rate=2) | ops.conv(X, kern, (2, 1), "valid") | ops.conv(Y, kern1, padding="same") | ops.conv(G, kern3, 2) | ops.conv(np.moveaxis(X, -1, 1), kern, data_format="channels_first")
ops.depthwise_conv(X, dw) | ops.depthwise_conv(X, dw, 2, "same") | ops.separable_conv(X, dw, pw, padding="same") | ops.conv_transpose(X, tk) | ops.conv_transpose(X, tk, 2, "same") | ops.conv_transpose(X, tk, 2, "valid") | ops.conv_transpose(X, tk, 2, "same", output_padding=1) | ops.conv_transpose(Y, tk1, 3, "valid") | ops.conv_transpose(X, tk, 1, "same", dilation_rate=2)
ops.max_pool(X, 2, 2) | ops.max_pool(X, 3, 2, "same") | ops.max_pool(Y, 2, 1) | ops.max_pool(X, (2, 3), (1, 2)) | ops.average_pool(X, 2, 2) | ops.average_pool(X, 3, 2, "same") | ops.average_pool(G, 2, 2) | ops.average_pool(np.moveaxis(X, -1, 1), 2, 2, data_format="channels_first") | ops.adaptive_max_pool(X, (3, 4)) | ops.adaptive_average_pool(X, 3) | ops.adaptive_average_pool(Y, 4)
ops.space_to_depth(X[:, :6], 2) | ops.depth_to_space(X, 2) | ops.space_to_depth(np.moveaxis(X[:, :6], -1, 1), 2, "channels_first") | ops.depth_to_space(np.moveaxis(X, -1, 1), 2, "channels_first") | ops.unfold(X, 2) | ops.unfold(X, (3, 2), 2, 1, (1, 2)) | ops.fold(np.arange(2 * 12 * 12, dtype="float32").reshape(2, 12, 12), (4, 5), 2) | ops.fold(ops.unfold(X, 3, 1, 1, 2), (6, 4), 3, 1, 1, 2)
""",
    "math": """
ops.segment_sum(W, np.array([0, 2, 2, 1]), 3) | ops.segment_sum(R, np.array([0, 2, 2, 1]), num_segments=5) | ops.segment_sum(R, np.array([0, 7, 2, 1]), num_segments=3) | ops.segment_max(W, np.array([0, 2, 2, 0]), num_segments=4) | ops.segment_min(W, np.array([0, 2, 2, 0]), num_segments=4) | ops.segment_prod(W, np.array([0, 2, 2, 0]), num_segments=4) | ops.segment_max(K, np.array([0, 1, 1, 0]), 2) | ops.top_k(A, 2) | ops.top_k(I, 2) | ops.in_top_k(np.array([1, 0, 3]), A, 2) | ops.logsumexp(A) | ops.logsumexp(A, 0) | ops.logsumexp(T, (0, 2), keepdims=True) | ops.rsqrt(P) | ops.erf(A) | ops.erfc(A * 2) | ops.erfinv(P) | ops.extract_sequences(s, 8, 5) | ops.cdist(A, B) | ops.view_as_complex(ops.reshape(A, (3, 2, 2))) | ops.view_as_real(np.array([1 + 2j, 3j], "complex64")) | ops.logdet(Q) | ops.logdet(QQ)
ops.fft((A, B)) | ops.fft2((T, -T)) | ops.ifft2((T, T * 2)) | ops.rfft(A) | ops.rfft(A, 6) | ops.rfft(A, 3) | ops.irfft((A, B)) | ops.irfft((A, B), 5) | ops.irfft((A, B), 10) | ops.stft(s, 8, 4, 8) | ops.stft(s, 6, 3, 8, "hamming") | ops.stft(s, 8, 4, 8, None, False) | ops.stft(s, 8, 4, 10, window=np.hanning(8).astype("float32")) | ops.istft(ops.stft(s, 8, 4, 8), 8, 4, 8) | ops.istft(ops.stft(s, 6, 3, 8, "hamming"), 6, 3, 8, window="hamming") | ops.istft(ops.stft(s, 8, 4, 8), 8, 4, 8, length=36) | ops.istft(ops.stft(s, 8, 4, 8, center=False), 8, 4, 8, center=False)
""",
    "linalg": """
ops.cholesky(Q) | ops.cholesky(QQ, upper=True) | ops.cholesky_inverse(ops.cholesky(Q)) | ops.cholesky_inverse(ops.cholesky(Q, True), True) | ops.det(S) | ops.det(QQ) | ops.inv(S) | ops.eigh(Q)[0] | ops.svd(A, compute_uv=False) | ops.svd(A)[1] | ops.abs(ops.svd(A, full_matrices=False)[0]) | ops.abs(ops.qr(A.T)[1]) | ops.abs(ops.qr(W, mode="complete")[0][:, :3]) | ops.slogdet(S) | ops.slogdet(QQ) | ops.lu_factor(S) | ops.lu_factor(QQ) | ops.solve(S, W[:3]) | ops.solve(Q, S[0]) | ops.solve_triangular(Q, W[:3], lower=True) | ops.solve_triangular(Q, W[:3]) | ops.lstsq(W, R) | ops.lstsq(W, A.T) | ops.pinv(W) | ops.matrix_rank(Q) | ops.matrix_rank(np.ones((3, 3), "float32"))
ops.norm(A) | ops.norm(R) | ops.norm(A, axis=1) | ops.norm(A, 1, axis=0) | ops.norm(A, "fro") | ops.norm(A, "nuc") | ops.norm(A, 2) | ops.norm(A, 1) | ops.norm(A, np.inf) | ops.norm(A, -np.inf) | ops.norm(A, np.inf, axis=1, keepdims=True) | ops.norm(A, 3, axis=1) | ops.norm(T, axis=(1, 2)) | ops.norm(T, "nuc", (0, 2), True) | ops.norm(R, 0) | ops.norm(R, 3) | ops.norm(A, keepdims=True) | ops.norm(I) | ops.jvp(lambda x: ops.sin(x), (A,), (B,)) | ops.jvp(lambda x, y: ops.matmul(x, y), (A, V), (B, V))
""",
    "image": """
ops.image.resize(img, (3, 4)) | ops.image.resize(img, (9, 11)) | ops.image.resize(img, (4, 7), "nearest") | ops.image.resize(img, (9, 11), "bicubic") | ops.image.resize(img, (4, 3), "lanczos3") | ops.image.resize(img, (9, 8), "lanczos5") | ops.image.resize(img, (3, 2), antialias=True) | ops.image.resize(img, (3, 2), "bicubic", antialias=True) | ops.image.resize(img, (4, 4), crop_to_aspect_ratio=True) | ops.image.resize(img, (4, 8), pad_to_aspect_ratio=True, fill_value=0.5) | ops.image.resize(one, (3, 4)) | ops.image.resize(np.moveaxis(img, -1, 1), (3, 4), data_format="channels_first") | ops.image.resize(u8img, (6, 5), "nearest") | ops.image.resize(u8img, (3, 4))
ops.image.affine_transform(img, np.float32([[1.1, 0.2, -0.5, -0.1, 0.9, 0.4, 0, 0]] * 2)) | ops.image.affine_transform(img, np.float32([[1.1, 0.2, -0.5, -0.1, 0.9, 0.4, 0, 0]] * 2), "nearest") | ops.image.affine_transform(img, np.float32([[1, 0.2, -1.5, -0.1, 1, 1.4, 0, 0], [1, 0, 1.5, 0, 1, 0.5, 0, 0]]), fill_mode="reflect") | ops.image.affine_transform(img, np.float32([[1, 0.2, -1.5, -0.1, 1, 1.4, 0, 0]] * 2), fill_mode="wrap") | ops.image.affine_transform(one, np.float32([1, 0.2, -1.5, -0.1, 1, 1.4, 0, 0]), fill_mode="mirror") | ops.image.affine_transform(np.moveaxis(img, -1, 1), np.float32([[1, 0.2, -1.5, -0.1, 1, 1.4, 0, 0]] * 2), fill_mode="nearest", data_format="channels_first") | ops.image.affine_transform(img, np.float32([[1, 0.2, -1.5, -0.1, 1, 1.4, 0, 0]] * 2), fill_mode="constant", fill_value=0.7)
ops.image.perspective_transform(img, np.float32([[[0, 0], [4, 0], [0, 5], [4, 5]]] * 2), np.float32([[[1, 0], [4, 1], [0, 4], [3, 5]]] * 2)) | ops.image.perspective_transform(one, np.float32([[0, 0], [4, 0], [0, 5], [4, 5]]), np.float32([[1, 0], [4, 1], [0, 4], [3, 5]]), "nearest", 0.3)
ops.image.map_coordinates(A, np.float32([[0.5, 1.2, 2.7, -0.3], [0.1, 2.5, 3.6, 1.0]]), 1) | ops.image.map_coordinates(A, np.float32([[0.5, 1.2, 2.7, -0.3], [0.1, 2.5, 3.6, 1.0]]), 0, "nearest") | ops.image.map_coordinates(A, np.float32([[0.5, 1.2, 5.7, -3.3], [0.1, 2.5, -3.6, 9.0]]), 1, "wrap") | ops.image.map_coordinates(A, np.float32([[0.5, 1.2, 5.7, -3.3], [0.1, 2.5, -3.6, 9.0]]), 1, "mirror") | ops.image.map_coordinates(A, np.float32([[0.5, 1.2, 5.7, -3.3], [0.1, 2.5, -3.6, 9.0]]), 1, "reflect") | ops.image.map_coordinates(A, np.float32([[0.5, 1.2, 5.7], [0.1, 2.5, -3.6]]), 1, fill_value=2.0) | ops.image.map_coordinates(I, np.float32([[0.5, 1.0], [0.1, 1.6]]), 1)
ops.image.pad_images(img, 1, 2, 3, 0) | ops.image.pad_images(one, top_padding=1, left_padding=2, target_height=9, target_width=8) | ops.image.pad_images(img, bottom_padding=1, right_padding=2, target_height=9, target_width=8) | ops.image.crop_images(img, 1, 2, 1, 0) | ops.image.crop_images(img, top_cropping=1, left_cropping=1, target_height=2, target_width=3) | ops.image.extract_patches(img, 2) | ops.image.extract_patches(img, (3, 2), 1, 1, "same") | ops.image.extract_patches(img, 2, 1, 2) | ops.image.extract_patches(one, 2) | ops.image.extract_patches_3d(G, 2) | ops.image.extract_patches(np.moveaxis(img, -1, 1), 2, data_format="channels_first")
ops.image.rgb_to_grayscale(img) | ops.image.rgb_to_grayscale(np.moveaxis(img, -1, 1), "channels_first") | ops.image.rgb_to_hsv(img) | ops.image.hsv_to_rgb(img) | ops.image.hsv_to_rgb(np.moveaxis(one, -1, 0), "channels_first") | ops.image.gaussian_blur(img, data_format="channels_last") | ops.image.gaussian_blur(img, (5, 3), (2.0, 0.5), "channels_last") | ops.image.gaussian_blur(one, data_format="channels_last") | ops.image.gaussian_blur(np.moveaxis(img, -1, 1), (3, 5), (0.5, 2.0), "channels_first") | ops.image.sobel_edges(img) | ops.image.sobel_edges(np.moveaxis(img, -1, 1), "channels_first") | ops.image.ssim(img, img[::-1], filter_size=3) | ops.image.ssim(one, one[::-1], 1.0, 5) | ops.image.scale_and_translate(img, (2, 8, 7, 3), np.float32([1.5, 1.2]), np.float32([0.3, -0.5]), (1, 2), "linear") | ops.image.scale_and_translate(img, (2, 3, 3, 3), np.float32([0.5, 0.6]), np.float32([0.0, 0.2]), (1, 2), "cubic", True) | ops.image.scale_and_translate(img, (2, 3, 3, 3), np.float32([0.5, 0.6]), np.float32([0.0, 0.2]), (1, 2), "lanczos3", False)
""",
}

# The operations whose types of results are compared for arrays of all these types
DTYPES = "bool uint8 uint16 uint32 int8 int16 int32 float16 float32".split()
UNARY = (
    "abs all any angle arccos arccosh arcsin arcsinh arctan arctanh argmax argsort cbrt ceil conjugate cos cosh count_nonzero "
    "cumprod cumsum deg2rad diff elu erf exp exp2 expm1 flip floor gelu isfinite isnan log log1p log10 log2 logical_not "
    "logsumexp max mean median min negative ptp prod ravel real reciprocal relu round rsqrt sigmoid sign sin sinc sinh softmax sort sqrt "
    "square std sum tan tanh trace trapezoid trunc var zeros_like nansum nanmean nanmax fabs i0 bincount corrcoef"
).split()
BINARY = (
    "add arctan2 divide equal floor_divide heaviside hypot logaddexp matmul maximum mod multiply outer power subtract where_ "
    "fmod fmax dot bitwise_and left_shift average_ clip_ concatenate_ append isclose correlate digitize kron inner vdot"
).split()
CALLS = {
    "where_": lambda ops, a, b: ops.where(a > 0, a, b),
    "average_": lambda ops, a, b: ops.average(a, weights=b),
    "clip_": lambda ops, a, b: ops.clip(a, b, b),
    "concatenate_": lambda ops, a, b: ops.concatenate([a, b]),
}


def listed(topic):
    """The expressions of one topic."""
    return [part.strip() for line in CASES[topic].strip().splitlines() for part in line.split(" | ")]
