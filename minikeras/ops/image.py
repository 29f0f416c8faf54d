"""The operations on images: `keras.ops.image`."""

from __future__ import annotations

from minikeras._core.lazy import lazily
from minikeras.ops.colors import hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv, sobel_edges, ssim
from minikeras.ops.resize import (
    crop_images,
    extract_patches,
    extract_patches_3d,
    gaussian_blur,
    pad_images,
    resize,
    scale_and_translate,
)
from minikeras.ops.warp import affine_transform, elastic_transform, map_coordinates, perspective_transform

__getattr__ = lazily(__name__)

__all__ = [
    "affine_transform",
    "crop_images",
    "elastic_transform",
    "extract_patches",
    "extract_patches_3d",
    "gaussian_blur",
    "hsv_to_rgb",
    "map_coordinates",
    "pad_images",
    "perspective_transform",
    "resize",
    "rgb_to_grayscale",
    "rgb_to_hsv",
    "scale_and_translate",
    "sobel_edges",
    "ssim",
]
