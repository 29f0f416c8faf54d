"""`keras.backend`, mostly called K: the functions of Keras 1, 2 and 3 on NumPy, for arrays, traced code and symbolic tensors.

>>> from minikeras.compat import backend as K
>>> float(K.mean(K.square(K.constant([1.0, 3.0]))))
5.0
"""

from __future__ import annotations

from minikeras._core.config import standardize_dtype
from minikeras._core.missing import missing
from minikeras._core.variable import Variable
from minikeras.compat.backend.arrays import (
    abs,
    all,
    any,
    arange,
    argmax,
    argmin,
    batch_dot,
    batch_flatten,
    cast,
    cast_to_floatx,
    clip,
    concatenate,
    convert_to_tensor,
    cos,
    count_params,
    cumprod,
    cumsum,
    dot,
    dtype,
    equal,
    exp,
    expand_dims,
    eye,
    flatten,
    gather,
    greater,
    greater_equal,
    in_top_k,
    int_shape,
    is_float_dtype,
    is_int_dtype,
    is_keras_tensor,
    is_sparse,
    l2_normalize,
    less,
    less_equal,
    log,
    logsumexp,
    max,
    maximum,
    mean,
    min,
    minimum,
    moments,
    ndim,
    not_equal,
    one_hot,
    ones_like,
    permute_dimensions,
    pow,
    prod,
    repeat,
    repeat_elements,
    reshape,
    reverse,
    round,
    shape,
    sign,
    sin,
    spatial_2d_padding,
    spatial_3d_padding,
    sqrt,
    square,
    squeeze,
    stack,
    std,
    stop_gradient,
    sum,
    temporal_padding,
    tile,
    to_dense,
    transpose,
    var,
    zeros_like,
)
from minikeras.compat.backend.control import (
    foldl,
    foldr,
    in_test_phase,
    in_train_phase,
    map_fn,
    rnn,
    switch,
)
from minikeras.compat.backend.graphs import Function, function, gradients, placeholder
from minikeras.compat.backend.nn import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    ctc_batch_cost,
    ctc_decode,
    ctc_label_dense_to_sparse,
    dropout,
    elu,
    hard_sigmoid,
    relu,
    sigmoid,
    softmax,
    softplus,
    softsign,
    sparse_categorical_crossentropy,
    tanh,
)
from minikeras.compat.backend.old import (
    _get_available_gpus,  # noqa: F401 - people ask the private one
    asymmetric_spatial_2d_padding,
    asymmetric_temporal_padding,
    atrous_conv2d,
    control_dependencies,
    conv3d_transpose,
    deconv2d,
    eager,
    get_variable_shape,
    identity,
    is_placeholder,
    is_variable,
    lesser,
    lesser_equal,
    normalize_data_format,
    size,
    slice,
    symbolic,
    with_old_arguments,
)
from minikeras.compat.backend.settings import (
    backend,
    clear_session,
    epsilon,
    floatx,
    get_session,
    get_uid,
    image_data_format,
    image_dim_ordering,
    learning_phase,
    learning_phase_scope,
    manual_variable_initialization,
    name_scope,
    reset_uids,
    set_epsilon,
    set_floatx,
    set_image_data_format,
    set_image_dim_ordering,
    set_learning_phase,
    set_session,
)
from minikeras.compat.backend.spatial import (
    batch_normalization,
    bias_add,
    conv1d,
    conv2d,
    conv2d_transpose,
    conv3d,
    depthwise_conv2d,
    local_conv1d,
    local_conv2d,
    normalize_batch_in_training,
    pool2d,
    pool3d,
    resize_images,
    resize_volumes,
    separable_conv1d,
    separable_conv2d,
)
from minikeras.compat.backend.values import (
    batch_get_value,
    batch_set_value,
    constant,
    eval,
    get_value,
    moving_average_update,
    ones,
    print_tensor,
    random_bernoulli,
    random_binomial,
    random_normal,
    random_normal_variable,
    random_uniform,
    random_uniform_variable,
    set_value,
    truncated_normal,
    update,
    update_add,
    update_sub,
    variable,
    zeros,
)
from minikeras.ops.dtypes import result_type

_OTHERS = {
    "tf": "TensorFlow", "tensorflow": "TensorFlow", "T": "Theano", "th": "Theano", "theano": "Theano", "jax": "JAX",
    "torch": "PyTorch",
}  # fmt: skip

vars().update(with_old_arguments(vars()))
_FILES = "annotations missing arrays graphs nn old settings values whole with_old_arguments".split()
__all__ = sorted(name for name in vars() if not name.startswith("_") and name not in _FILES)


def __getattr__(name: str):
    if name in _OTHERS:
        other = _OTHERS[name]
        text = f"keras.backend has no {name!r} here: it computes with NumPy, not with {other}. Use keras.ops."
        raise missing(__name__, name, text)
    raise missing(__name__, name)
