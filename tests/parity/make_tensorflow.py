"""Write tensorflow.json: what TensorFlow itself gives for a list of expressions. Run by hand with TensorFlow 2; not a test."""

import json
from pathlib import Path

CASES = """
tf.constant([1, 2]) | tf.constant(1.5) | tf.constant([1.0], tf.float64) | tf.constant(3, shape=(2, 2)) | tf.constant('a')
tf.constant([['a', 'bc']]) | tf.convert_to_tensor(A) | tf.convert_to_tensor([A[0], A[1]]) | tf.constant(True)
tf.cast([1.7, -1.7], tf.int32) | tf.cast([0, 2], tf.bool) | tf.cast(True, 'float32') | tf.saturate_cast([300.0], tf.uint8)
tf.shape(A) | tf.size(A) | tf.rank(A) | tf.reshape(A, [-1]) | tf.reshape(A, (tf.shape(A)[1], -1)) | tf.reshape(A, [3, 4])
tf.expand_dims(A, 0) | tf.expand_dims(A, -1) | tf.squeeze([[1], [2]]) | tf.squeeze([[[1]]], axis=[0, 2]) | tf.transpose(A)
tf.transpose(B, [1, 0, 2]) | tf.concat([A, A], 0) | tf.concat([A, A], axis=-1) | tf.stack([A, A], axis=1) | tf.stack([1, 2])
tf.unstack(A) | tf.unstack(A, axis=1) | tf.split(A, 2, 1) | tf.split(A, [1, 3], axis=1) | tf.split(A, [1, -1], axis=1)
tf.tile([[1, 2]], [2, 3]) | tf.repeat([1, 2], 3) | tf.repeat([[1, 2]], [1, 2], axis=1) | tf.pad([[1]], [[1, 0], [0, 2]])
tf.pad([1, 2, 3], [[2, 1]], 'REFLECT') | tf.pad([1, 2], [[1, 1]], constant_values=9) | tf.reverse(A, [0]) | tf.roll([1, 2, 3], 1, 0)
tf.slice(A, [0, 1], [2, -1]) | tf.strided_slice(A, [0, 0], [3, 4], [2, 3]) | tf.meshgrid([1, 2], [3, 4, 5])
tf.meshgrid([1, 2], [3, 4], indexing='ij') | tf.gather(A, [2, 0]) | tf.gather(A, [1], axis=1) | tf.gather([5, 6], 1)
tf.gather(B, [[0, 1], [1, 0]], axis=1, batch_dims=1) | tf.gather(B, [[0], [1]], axis=2, batch_dims=1) | tf.gather_nd(A, [[0, 1], [2, 3]])
tf.gather_nd(B, [[1]], batch_dims=0) | tf.gather_nd(B, [[0], [1]], batch_dims=1) | tf.boolean_mask([1, 2, 3], [True, False, True])
tf.boolean_mask(A, A > 0) | tf.boolean_mask(A, [True, False, True]) | tf.boolean_mask(A, [True, False, True, True], axis=1)
tf.where(A > 0) | tf.where(A > 0, A, 0.0) | tf.where([True, False], [1, 2], [3, 4]) | tf.one_hot([0, 2, -1, 5], 3)
tf.one_hot([0, 1], 2, on_value=5, off_value=1) | tf.one_hot([0, 1], 2, axis=0, dtype=tf.int32) | tf.sort([3, 1, 2])
tf.sort([3, 1, 2], direction='DESCENDING') | tf.argsort([3, 1, 2]) | tf.argsort([3, 1, 3], direction='DESCENDING')
tf.searchsorted([1, 3, 5], [0, 3, 6]) | tf.unique([4, 2, 4])[0] | tf.unique([4, 2, 4])[1] | tf.unique_with_counts([4, 2, 4]).count
tf.scatter_nd([[1], [3]], [9, 8], [5]) | tf.tensor_scatter_nd_update([1, 2, 3], [[0], [2]], [7, 8])
tf.tensor_scatter_nd_add([1, 2, 3], [[0], [0]], [7, 8]) | tf.sequence_mask([1, 3], 4) | tf.zeros([2, 3]) | tf.ones(3, tf.int64)
tf.zeros_like(A) | tf.ones_like([1, 2]) | tf.ones_like(A, dtype=tf.int32) | tf.fill([2, 2], 7) | tf.fill([2], 0.5) | tf.range(5)
tf.range(1, 10, 3) | tf.range(0.0, 1.0, 0.25) | tf.range(3, dtype=tf.float32) | tf.linspace(0.0, 1.0, 5) | tf.linspace(0, 10, 3)
tf.eye(2) | tf.eye(2, 3, dtype=tf.int32) | tf.eye(2, batch_shape=[2]) | tf.identity(A) | tf.clip_by_value(A, -0.5, 0.5)
tf.clip_by_value([1, 5, 9], 2, 6) | tf.clip_by_norm(A, 1.0) | tf.clip_by_norm(A, 1.0, axes=[1]) | tf.clip_by_global_norm([A, A], 1.0)[0]
tf.linalg.global_norm([A, A]) | tf.tensordot(A, tf.transpose(A), 1) | tf.tensordot(B, B, [[0, 2], [0, 2]]) | tf.einsum('ij,kj->ik', A, A)
tf.norm(A) | tf.norm(A, axis=1) | tf.norm(A, ord=1, axis=0) | tf.norm(A, axis=1, keepdims=True) | tf.norm(A, ord=float('inf'))
tf.histogram_fixed_width([0.0, 1.0, 5.0, 9.0], [0.0, 5.0], nbins=5) | tf.broadcast_to([1, 2], [2, 2]) | tf.bitcast([1], tf.float32)
tf.reduce_sum(A) | tf.reduce_sum(A, 0) | tf.reduce_sum(A, [0, 1], keepdims=True) | tf.reduce_sum([1, 2]) | tf.reduce_mean([1, 2])
tf.reduce_mean([1.0, 2.0]) | tf.reduce_max(A, axis=-1) | tf.reduce_min(A) | tf.reduce_prod([2, 3]) | tf.reduce_all([True, False])
tf.reduce_any([[True], [False]], 1) | tf.math.reduce_std(A, 1) | tf.math.reduce_variance(A) | tf.reduce_logsumexp(A, 1)
tf.math.reduce_euclidean_norm(A, 0) | tf.math.count_nonzero([0, 1, 2]) | tf.argmax(A) | tf.argmax(A, 1) | tf.argmin(A, axis=-1)
tf.argmax(A, 1, output_type=tf.int32) | tf.cumsum([1, 2, 3]) | tf.cumsum([1, 2, 3], exclusive=True) | tf.cumsum(A, 1, reverse=True)
tf.cumsum([1, 2, 3], exclusive=True, reverse=True) | tf.math.cumprod([1.0, 2.0, 3.0], exclusive=True)
tf.math.top_k([1.0, 5.0, 3.0], 2)[0] | tf.math.top_k([1.0, 5.0, 3.0], 2)[1] | tf.math.in_top_k([1, 0], [[0.1, 0.9], [0.1, 0.9]], 1)
tf.math.confusion_matrix([0, 1, 1], [0, 1, 0]) | tf.math.bincount([1, 1, 3]) | tf.math.l2_normalize(A, 1) | tf.math.l2_normalize(A)
tf.math.segment_sum([1, 2, 3], [0, 0, 1]) | tf.math.unsorted_segment_mean([1.0, 2.0, 4.0], [1, 0, 1], 2)
tf.math.segment_max([[1.0], [2.0], [3.0]], [0, 0, 1]) | tf.math.polyval([1.0, 2.0, 3.0], 2.0) | tf.math.zero_fraction([0.0, 1.0])
tf.abs([-1, 2]) | tf.exp(A) | tf.sqrt([4.0]) | tf.square([3]) | tf.math.log([1.0, 2.0]) | tf.math.log1p(A[0] + 2) | tf.sign(A) | tf.round([0.5, 1.5])
tf.floor(A) | tf.math.ceil(A) | tf.math.rsqrt([4.0]) | tf.math.reciprocal([4.0]) | tf.math.erf(A) | tf.tanh(A) | tf.sigmoid(A)
tf.math.softplus(A) | tf.sin(A) | tf.cos(A) | tf.atan(A) | tf.math.is_nan([float('nan'), 1.0]) | tf.math.lgamma([2.5])
tf.add(1, 2) | tf.add([1.0], A[0]) | tf.subtract(A, A) | tf.multiply(A, 2.0) | tf.divide(A, 2.0) | tf.pow([2, 3], 2) | tf.pow(2.0, 3.0)
tf.maximum(A, 0.0) | tf.minimum([1, 5], [3, 3]) | tf.equal([1, 2], [1, 3]) | tf.not_equal([1, 2], 1) | tf.less(A, 0.0) | tf.greater_equal([1], [1])
tf.logical_and([True], [False]) | tf.logical_not([True]) | tf.math.floordiv([-7, 7], 2) | tf.math.floormod([-7, 7], 3) | tf.add_n([A, A, A])
tf.math.squared_difference([1.0], [3.0]) | tf.math.divide_no_nan([1.0], [0.0]) | tf.math.xlogy([0.0, 1.0], [0.0, 2.0]) | tf.atan2([1.0], [1.0])
tf.equal(tf.constant(['a', 'b']), 'b') | tf.matmul(A, A, transpose_b=True) | tf.matmul([[1, 2]], [[3], [4]]) | tf.matmul(B, B, transpose_a=True)
tf.linalg.matvec(A, [1.0, 2.0, 3.0, 4.0]) | tf.linalg.trace(S) | tf.linalg.det(S) | tf.linalg.inv(S) | tf.linalg.diag([1, 2]) | tf.linalg.diag_part(S)
tf.linalg.diag([[1, 2], [3, 4]]) | tf.linalg.band_part(S, 0, -1) | tf.linalg.solve(S, [[1.0], [2.0]]) | tf.linalg.cholesky(S)
tf.linalg.svd(S)[0] | tf.linalg.eigvalsh(S) | tf.linalg.expm(S) | tf.linalg.lstsq(A, [[1.0], [2.0], [3.0]], 0.1) | tf.linalg.set_diag(S, [9.0, 8.0])
tf.linalg.triangular_solve(tf.linalg.cholesky(S), [[1.0], [2.0]]) | tf.linalg.matrix_transpose(B) | tf.linalg.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
tf.nn.relu(A) | tf.nn.relu6(A * 10) | tf.nn.leaky_relu(A) | tf.nn.leaky_relu(A, alpha=0.1) | tf.nn.elu(A) | tf.nn.selu(A) | tf.nn.gelu(A)
tf.nn.gelu(A, approximate=True) | tf.nn.silu(A) | tf.nn.swish(A) | tf.nn.softmax(A) | tf.nn.softmax(A, axis=0) | tf.nn.log_softmax(A) | tf.nn.crelu(A)
tf.nn.sigmoid_cross_entropy_with_logits(labels=P, logits=A) | tf.nn.weighted_cross_entropy_with_logits(P, A, 2.0)
tf.nn.softmax_cross_entropy_with_logits(labels=P, logits=A) | tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[1, 0, 3], logits=A)
tf.nn.l2_loss(A) | tf.nn.bias_add(A, [1.0, 2.0, 3.0, 4.0]) | tf.nn.moments(A, [0])[1] | tf.nn.moments(A, axes=[0, 1], keepdims=True)[0]
tf.nn.conv2d(I, K, strides=1, padding='SAME') | tf.nn.conv2d(I, K, [1, 2, 2, 1], 'VALID') | tf.nn.conv2d(I, K, 1, 'SAME', dilations=2)
tf.nn.conv1d(I[:, 0], K[0], 1, 'SAME') | tf.nn.depthwise_conv2d(I, K, [1, 1, 1, 1], 'SAME') | tf.nn.conv2d_transpose(I, K2, [1, 10, 8, 3], 2)
tf.nn.max_pool2d(I, 2, 2, 'VALID') | tf.nn.max_pool2d(I, 3, 2, 'SAME') | tf.nn.avg_pool2d(I, [1, 2, 2, 1], [1, 2, 2, 1], 'SAME')
tf.nn.batch_normalization(A, 0.1, 2.0, 0.5, 1.5, 0.001) | tf.nn.local_response_normalization(I, 1) | tf.nn.embedding_lookup(A, [[0, 2]])
tf.nn.depth_to_space(D, 2) | tf.nn.space_to_depth(I[:, :4], 2) | tf.nn.l2_normalize(A, axis=1) | tf.nn.top_k(A, 2).indices
tf.image.resize(I, [3, 7]) | tf.image.resize(I, [10, 8], method='nearest') | tf.image.resize(I, [3, 2], antialias=True)
tf.image.resize(I, [7, 9], 'bicubic') | tf.image.resize(U, [2, 2]) | tf.image.resize(U, [2, 3], method='area') | tf.image.resize(I, [3, 7], preserve_aspect_ratio=True)
tf.image.resize_with_crop_or_pad(I, 3, 6) | tf.image.resize_with_pad(I, 6, 6) | tf.image.crop_to_bounding_box(I, 1, 0, 2, 3)
tf.image.pad_to_bounding_box(I, 1, 2, 8, 8) | tf.image.central_crop(I[0], 0.5) | tf.image.flip_left_right(I) | tf.image.flip_up_down(I[0])
tf.image.transpose(I) | tf.image.rot90(I[0]) | tf.image.rot90(I, 3) | tf.image.convert_image_dtype(U, tf.float32) | tf.image.convert_image_dtype(I * 0 + 0.3, tf.uint8)
tf.image.convert_image_dtype(U, tf.uint16) | tf.image.rgb_to_grayscale(I) | tf.image.rgb_to_grayscale(U) | tf.image.grayscale_to_rgb(I[..., :1])
tf.image.rgb_to_hsv(J) | tf.image.hsv_to_rgb(J) | tf.image.adjust_brightness(I, 0.2) | tf.image.adjust_brightness(U, 0.2) | tf.image.adjust_contrast(I, 2.0)
tf.image.adjust_contrast(U, 1.5) | tf.image.adjust_saturation(J, 0.5) | tf.image.adjust_hue(J, 0.2) | tf.image.adjust_gamma(J, 0.5)
tf.image.per_image_standardization(I) | tf.image.psnr(J, J * 0.9, 1.0) | tf.image.total_variation(I) | tf.image.sobel_edges(I)
tf.image.crop_and_resize(I, [[0.1, 0.2, 0.8, 0.9]], [0], [3, 3]) | tf.image.extract_patches(I, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], 'VALID')
tf.image.non_max_suppression([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 0.9], [2.0, 2.0, 3.0, 3.0]], [0.5, 0.9, 0.1], 5)
tf.strings.lower(['AB', 'c']) | tf.strings.upper('ab') | tf.strings.length(['abc', 'é']) | tf.strings.length('é', unit='UTF8_CHAR')
tf.strings.regex_replace('a<br />b, c!', '[,!]', '') | tf.strings.regex_replace('ab12', r'([a-z]+)(\\d+)', r'\\2-\\1') | tf.strings.strip(' a ')
tf.strings.regex_replace('a.b-c', '[[:punct:]]', ' ') | tf.strings.regex_full_match(['ab', 'a1'], '[a-z]+') | tf.strings.split('a b  c') | tf.strings.split('a,b', ',')
tf.strings.split(['a b', 'c']).to_tensor() | tf.strings.substr('hello', 1, 3) | tf.strings.substr(['hello', 'world'], -2, 2) | tf.strings.join([['a', 'b'], 'x'], '-')
tf.strings.reduce_join(['a', 'b'], separator=',') | tf.strings.as_string([1, 2]) | tf.strings.as_string([0.5]) | tf.strings.to_number(['1.5', '2'])
tf.strings.to_hash_bucket_fast(['hello', 'world'], 100) | tf.strings.unicode_decode('héy', 'UTF-8') | tf.strings.unicode_encode([104, 233], 'UTF-8')
tf.strings.unicode_split('hé', 'UTF-8') | tf.strings.bytes_split('ab') | tf.strings.format('a {} b', 1) | tf.constant(['a']) + tf.constant(['b'])
tf.io.decode_raw(b'abcd', tf.uint8) | tf.io.decode_csv(['1,2.5,x', '3,,y'], [0, 0.5, ''])[1] | tf.io.encode_base64('hello') | tf.io.decode_base64('aGVsbG8')
tf.io.parse_tensor(tf.io.serialize_tensor(A), tf.float32) | tf.sparse.to_dense(tf.sparse.SparseTensor([[0, 1]], [5.0], [1, 3]))
tf.sparse.from_dense([[0, 5]]).indices | tf.ragged.constant([[1, 2], [3]]).to_tensor() | tf.ragged.constant([[1], [2, 3]]).row_lengths()
tf.signal.rfft([1.0, 2.0, 3.0, 4.0]) | tf.signal.irfft(tf.signal.rfft([1.0, 2.0, 3.0, 4.0])) | tf.signal.frame([1, 2, 3, 4, 5], 3, 2) | tf.signal.hann_window(4)
tf.abs(tf.signal.stft(tf.sin(tf.range(16.0)), 8, 4)) | tf.signal.linear_to_mel_weight_matrix(4, 9, 8000, 80.0, 3800.0) | tf.signal.dct([1.0, 2.0, 3.0], norm='ortho')
tf.map_fn(lambda x: x * x, tf.constant([1, 2, 3])) | tf.while_loop(lambda i: i < 3, lambda i: (i + 1,), [tf.constant(0)])[0] | tf.foldl(lambda a, x: a + x, tf.constant([1, 2, 3]))
tf.scan(lambda a, x: a + x, tf.constant([1, 2, 3])) | tf.cond(tf.constant(True), lambda: 1, lambda: 2) | tf.switch_case(1, [lambda: 1, lambda: 2])
tf.sets.intersection([[1, 2]], [[2, 3]]).values | tf.Variable([1.0, 2.0]) + 1.0 | tf.Variable(3).assign_add(1) | tf.Variable([1.0])[0] | tf.TensorShape([None, 2]).as_list()
tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(['a', 'b'], [1, 2]), -1).lookup(tf.constant(['b', 'c']))
grad(lambda x: tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits(labels=P, logits=x))) | grad(lambda x: tf.reduce_mean(tf.square(x) * tf.nn.sigmoid(x)))
grad(lambda x: tf.reduce_sum(tf.gather(x, [0, 0, 2]) ** 2)) | grad(lambda x: tf.reduce_sum(tf.clip_by_value(x, -0.5, 0.5) * x)) | grad(lambda x: tf.norm(x))
grad(lambda x: tf.reduce_sum(tf.where(x > 0, x * x, 3.0 * x))) | grad(lambda x: tf.reduce_sum(tf.concat([x, x * 2], 0) * 3)) | grad(lambda x: tf.reduce_logsumexp(x))
grad(lambda x: tf.reduce_sum(tf.matmul(x, x, transpose_b=True) ** 2)) | grad(lambda x: tf.reduce_max(x)) | grad(lambda x: tf.reduce_sum(tf.cumsum(x, 1, exclusive=True) * x))
grad(lambda x: tf.reduce_sum(tf.boolean_mask(x, x > 0) ** 2)) | grad(lambda x: tf.reduce_sum(tf.math.l2_normalize(x, 1)[:, 0])) | grad(lambda x: tf.reduce_sum(tf.pad(x, [[1, 1], [0, 0]]) ** 2))
grad(lambda x: tf.reduce_sum(tf.math.top_k(x, 2)[0])) | grad(lambda x: tf.reduce_sum(tf.tile(x, [2, 1]) * 2.0)) | grad(lambda x: tf.reduce_sum(tf.nn.moments(x, [0])[1]))
grad(lambda x: tf.reduce_sum(tf.split(x, 2, axis=1)[1] ** 3)) | grad(lambda x: tf.reduce_sum(tf.stack(tf.unstack(x)) * x)) | grad(lambda x: tf.reduce_sum(tf.gather_nd(x, [[0, 1], [0, 1]])))
grad(lambda x: tf.reduce_sum(tf.sqrt(tf.maximum(x, 0.0) + 1.0))) | grad(lambda x: tf.reduce_sum(tf.stop_gradient(x) * x)) | grad(lambda x: tf.add_n([x, x, x ** 2])[0, 0])
"""
NAMES = """import numpy as np
r = np.random.RandomState(0)
A = tf.constant(r.randn(3, 4).astype('float32')); B = tf.constant(r.randn(2, 2, 3).astype('float32'))
P = tf.nn.softmax(tf.constant(r.randn(3, 4).astype('float32'))); S = tf.constant([[2.0, 0.5], [0.5, 3.0]])
I = tf.constant(r.randn(1, 5, 4, 3).astype('float32')); K = tf.constant(r.randn(3, 3, 3, 2).astype('float32'))
J = tf.constant(r.rand(1, 5, 4, 3).astype('float32'))
K2 = tf.constant(r.randn(3, 3, 3, 3).astype('float32')); D = tf.constant(r.randn(1, 2, 2, 4).astype('float32'))
U = tf.constant(r.randint(0, 256, (4, 6, 3)).astype('uint8'))
def grad(f):
    x = tf.identity(A)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tf.convert_to_tensor(tape.gradient(y, x))
"""


def cases():
    """The expressions."""
    return [c.strip() for line in CASES.strip().splitlines() for c in line.split(" | ")]


def plain(y):
    """A result as lists, with its type and its shape."""
    import numpy as np

    if isinstance(y, (list, tuple)) and not hasattr(y, "numpy"):
        return [plain(part) for part in y]
    x = np.asarray(y.numpy() if hasattr(y, "numpy") else y)
    if x.dtype.kind in "OSU":
        words = [w.decode() if isinstance(w, bytes) else str(w) for w in x.reshape(-1)]
        return {"dtype": "string", "shape": list(x.shape), "values": words}
    if x.dtype.kind == "c":
        return {"dtype": x.dtype.name, "shape": list(x.shape), "values": [[z.real, z.imag] for z in x.reshape(-1).tolist()]}
    values = x.reshape(-1).tolist()
    values = [float(f"{v:.8g}") for v in values] if x.dtype.kind == "f" else values
    return {"dtype": x.dtype.name, "shape": list(x.shape), "values": values}


if __name__ == "__main__":
    import tensorflow as tf

    space = {"tf": tf}
    exec(NAMES, space)
    found = {}
    for case in cases():
        try:
            found[case] = plain(eval(case, space))
        except Exception as error:
            print(case, "->", type(error).__name__, str(error)[:200])
    Path(__file__).with_name("tensorflow.json").write_text(json.dumps(found, separators=(",", ":"), allow_nan=True), "utf-8")
    print(len(found), "results")
