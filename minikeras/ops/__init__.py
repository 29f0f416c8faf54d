"""Operations on arrays: `keras.ops`. The same functions on NumPy arrays, in traced code and on symbolic tensors.

Number types are joined as Keras does it (see `dtypes`), not as NumPy does: Python's numbers go along with any array, means of
integers are ``floatx()``, indices int32.
"""

from minikeras._core.lazy import lazily
from minikeras.ops import image, linalg, nn, numpy
from minikeras.ops.control import associative_scan, cond, fori_loop, map, scan, switch, vectorized_map, while_loop
from minikeras.ops.core import (
    cast,
    convert_to_numpy,
    convert_to_tensor,
    custom_gradient,
    dtype,
    is_tensor,
    saturate_cast,
    scatter,
    scatter_update,
    shape,
    slice,
    slice_update,
    stop_gradient,
    unstack,
)
from minikeras.ops.einops import rearrange
from minikeras.ops.fourier import fft, fft2, ifft2, irfft, istft, rfft, stft
from minikeras.ops.linalg import *
from minikeras.ops.math import (
    cdist,
    erf,
    erfc,
    erfinv,
    extract_sequences,
    in_top_k,
    logdet,
    logsumexp,
    rsqrt,
    segment_max,
    segment_min,
    segment_prod,
    segment_sum,
    top_k,
    view_as_complex,
    view_as_real,
)
from minikeras.ops.nn import *
from minikeras.ops.numpy import *
from minikeras.ops.operation import OPERATIONS

__getattr__ = lazily(__name__)

__all__ = [
    "associative_scan", "cast", "cdist", "cond", "convert_to_numpy", "convert_to_tensor", "custom_gradient", "dtype",
    "erf", "erfc", "erfinv", "extract_sequences", "fft", "fft2", "fori_loop", "ifft2", "image", "in_top_k", "irfft",
    "is_tensor", "istft", "linalg", "logdet", "logsumexp", "map", "nn", "numpy", "rearrange", "rfft", "rsqrt",
    "saturate_cast", "scan", "scatter", "scatter_update", "segment_max", "segment_min", "segment_prod", "segment_sum",
    "shape", "slice", "slice_update", "stft", "stop_gradient", "switch", "top_k", "unstack", "vectorized_map",
    "view_as_complex", "view_as_real", "while_loop",
]  # of this package alone; all else stands in one of the three, too
__all__ += [*linalg.__all__, *nn.__all__, *numpy.__all__]
__all__.sort()
