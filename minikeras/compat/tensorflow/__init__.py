"""A thin ``tensorflow`` on NumPy: what Keras code uses of it. ``tf.keras`` is this library itself.

Nothing is imported before it is asked for. What is not here is an AttributeError that says so and names what is near.

>>> import minikeras.compat.tensorflow as tf
>>> x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
>>> tf.reduce_sum(tf.matmul(x, x), axis=1).numpy()
array([17., 37.], dtype=float32)
>>> tf.reduce_sun
Traceback (most recent call last):
AttributeError: tf has no 'reduce_sun': ... Did you mean 'reduce_sum' ...?
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "2.19.0"

# Modules of tf, and modules here whose names stand directly under tf. The first that has a name gives it.
MODULES = """autograph compat config data debugging distribute dtypes errors experimental feature_column image
    initializers io linalg lite lookup losses math metrics nest nn optimizers ragged random saved_model sets
    signal sparse strings summary test train version""".split()
DIRECT = {
    "_tensors": """EagerTensor IndexedSlices Tensor TensorArray TensorShape TensorSpec Variable constant convert_to_tensor
        is_symbolic_tensor is_tensor""",
    "_arrays": """bitcast broadcast_to clip_by_global_norm clip_by_norm clip_by_value concat einsum ensure_shape
        expand_dims eye fill global_norm histogram_fixed_width identity linspace meshgrid newaxis ones
        ones_like pad range rank repeat reshape reverse roll shape shape_n size slice split squeeze
        stack strided_slice tensordot tile transpose unstack zeros zeros_like""",
    "_picking": """argsort boolean_mask gather gather_nd one_hot scatter_nd searchsorted sequence_mask sort
        tensor_scatter_nd_add tensor_scatter_nd_max tensor_scatter_nd_min tensor_scatter_nd_sub
        tensor_scatter_nd_update unique unique_with_counts where""",
    "_control": """Module UnconnectedGradients case cond control_dependencies custom_gradient device executing_eagerly foldl
        foldr function gradients group init_scope map_fn name_scope no_gradient no_op numpy_function print py_function
        recompute_grad scan stop_gradient switch_case vectorized_map while_loop""",
    "math": """abs acos acosh add add_n argmax argmin asin asinh atan atan2 atanh cos cosh cumsum divide equal exp floor greater
        greater_equal less less_equal logical_and logical_not logical_or maximum minimum multiply negative not_equal pow
        reduce_all reduce_any reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod reduce_sum round scalar_mul sigmoid
        sign sin sinh sqrt square subtract tan tanh truediv""",
    "linalg": "matmul norm",
    "dtypes": """DType as_dtype bfloat16 bool cast complex complex128 complex64 double float16 float32 float64 half int16 int32
        int64 int8 saturate_cast string uint16 uint32 uint64 uint8""",
    "_messages": "make_ndarray make_tensor_proto",
    "sparse": "SparseTensor",
    "ragged": "RaggedTensor",
}
_PLACE = {name: module for module, names in DIRECT.items() for name in names.split()}
_KERAS = {
    "constant_initializer": "Constant", "ones_initializer": "Ones", "zeros_initializer": "Zeros",
    "random_normal_initializer": "RandomNormal", "random_uniform_initializer": "RandomUniform",
}  # fmt: skip
_GRAPHS = "Graphs and sessions are gone: everything is computed at once. tf.compat.v1 has what old code needs of them."
_GONE = {
    **dict.fromkeys(["Graph", "app", "flags", "get_variable", "layers", "variable_scope"], _GRAPHS),
    "contrib": "tf.contrib is no part of TensorFlow 2 either.",
    "estimator": "Estimators are gone in TensorFlow too: use a keras.Model.",
    "tpu": "There are no TPUs here: use tf.distribute.get_strategy().",
    "raw_ops": "Use tf.math, tf.nn and so on.",
    "xla": "NumPy compiles nothing.",
    "mlir": "There are no graphs here.",
    "load_library": "There are no native operations to load.",
}  # fmt: skip
def __getattr__(name: str) -> Any:
    if name in _PLACE:
        value = getattr(importlib.import_module(f"{__name__}.{_PLACE[name]}"), name)
        globals()[name] = value
        return value
    if name in MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name == "keras":
        return importlib.import_module("minikeras")
    if name == "GradientTape":
        return importlib.import_module("minikeras").GradientTape
    if name in _KERAS:
        return getattr(importlib.import_module("minikeras.initializers"), _KERAS[name])
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "get_logger":
        return importlib.import_module(f"{__name__}.compat.v1").logging.get_logger
    if name in _OLD:
        return getattr(importlib.import_module(f"{__name__}.compat.v1"), name)
    return importlib.import_module(f"{__name__}._tools").absent("tf", __all__, _GONE)(name)


# of TensorFlow 1, under their old place: tf.set_random_seed(1)
_OLD = """ConfigProto GPUOptions GraphOptions InteractiveSession Session assign enable_eager_execution get_default_graph gfile
    global_variables_initializer local_variables_initializer log logging placeholder reset_default_graph
    set_random_seed random_normal random_uniform to_float to_int32 to_int64 truncated_normal random_shuffle
    disable_v2_behavior""".split()
__all__ = sorted({*_PLACE, *MODULES, *_KERAS, "GradientTape", "get_logger", "keras"})


def __dir__() -> list[str]:
    return __all__
