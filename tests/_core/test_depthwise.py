import numpy as np
import pytest

from minikeras._core.convolve import convolve, convolve_kernel, convolve_transpose
from minikeras._core.depthwise import depthwise, depthwise_kernel, depthwise_transpose
from minikeras._core.windows import geometry


@pytest.mark.parametrize("multiplier", [1, 2, 3])
@pytest.mark.parametrize("strides, dilation", [((1, 1), (1, 1)), ((2, 1), (1, 2)), ((1, 3), (1, 2)), ((2, 2), (2, 1))])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_it_is_a_convolution_of_each_channel(multiplier, strides, dilation, padding):
    rng = np.random.default_rng(0)
    x, kernel = rng.standard_normal((3, 7, 8, 4)), rng.standard_normal((3, 2, 1, 4 * multiplier))
    g = geometry((7, 8), (3, 2), strides, padding, dilation)
    y, dx, dw = np.empty((3, *g.out, 4 * multiplier)), np.empty_like(x), np.empty_like(kernel)
    dy = rng.standard_normal(y.shape)
    depthwise(x, kernel, y, g)
    depthwise_transpose(dy, kernel, dx, g)
    depthwise_kernel(x, dy, dw, g)
    for c in range(4):  # each channel through the general way
        f = slice(multiplier * c, multiplier * (c + 1))
        one, w = x[..., c : c + 1], kernel[..., f]
        np.testing.assert_allclose(y[..., f], convolve(one, w, strides, padding, dilation))
        np.testing.assert_allclose(dx[..., c : c + 1], convolve_transpose(dy[..., f], w, (7, 8), strides, padding, dilation))
        np.testing.assert_allclose(dw[..., f], convolve_kernel(one, dy[..., f], (3, 2), strides, padding, dilation))
