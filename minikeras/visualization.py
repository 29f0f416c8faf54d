"""Pictures of data: images in rows and columns with their labels, and what a segmentation says of each pixel."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minikeras._core.lazy import lazily
from minikeras.config import image_data_format

__getattr__ = lazily(__name__)

__all__ = ["draw_segmentation_masks", "plot_image_gallery", "plot_segmentation_mask_gallery"]

_PALETTE = np.array([2**25 - 1, 2**15 - 1, 2**21 - 1])  # class i has the colour i · palette mod 255, as in Keras


def plot_image_gallery(
    images: Any,
    y_true: Any = None,
    y_pred: Any = None,
    label_map: dict | None = None,
    rows: int | None = None,
    cols: int | None = None,
    value_range: tuple = (0, 255),
    scale: float = 2,
    path: Any = None,
    show: bool | None = None,
    transparent: bool = True,
    dpi: int = 60,
    legend_handles: list | None = None,
    data_format: str | None = None,
) -> None:
    """Show images in rows and columns, or write the picture to a file.

    Args:
        images: ``(batch, height, width, channels)``.
        y_true, y_pred: a label for each, for the title.
        label_map: ``{label: name}``; needed where there are labels.
        rows, cols: how many; by default a square that holds all images.
        value_range: the values of black and white.
        scale: the size of an image in inches.
        path: where to write the picture; else it is shown.
        show: whether to show it; by default where there is no ``path``.
        transparent, dpi: of the file.
        legend_handles: matplotlib's patches for a legend.
        data_format: "channels_last" or "channels_first".

    >>> import os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     plot_image_gallery(np.zeros((5, 8, 8, 3)), path=f"{folder}/a.png"); os.listdir(folder)
    ['a.png']
    """
    if path is not None and show:
        raise ValueError("plot_image_gallery either writes to `path` or shows the picture: leave show=True out.")
    if (y_true is not None or y_pred is not None) and label_map is None:
        raise ValueError("With `y_true` or `y_pred`, plot_image_gallery needs a `label_map` {label: name} too.")
    images = _batch(images, data_format)
    import matplotlib.pyplot as plt

    rows, cols = _sides(len(images), rows, cols)
    low, high = value_range
    pixels = np.clip((images.astype("float32") - low) * (255 / (high - low)), 0, 255).astype("uint8")
    figure, axes = plt.subplots(rows, cols, figsize=(cols * scale, rows * scale), frameon=False, layout="tight", squeeze=False)
    if legend_handles is not None:
        figure.legend(handles=legend_handles, loc="lower center")
    for i, axis in enumerate(axes.flat):
        axis.axis("off")
        if i < len(pixels):
            grey = pixels.shape[-1] == 1
            axis.imshow(pixels[i, ..., 0] if grey else pixels[i], **({"cmap": "gray", "vmin": 0, "vmax": 255} if grey else {}))
            axis.set_title("  ".join(_titles(i, y_true, y_pred, label_map)), fontsize=8)
    if path is not None:
        figure.savefig(path, pad_inches=0, bbox_inches="tight", transparent=transparent, dpi=dpi)
    elif show or show is None:
        plt.show()
    plt.close(figure)


def draw_segmentation_masks(
    images: Any,
    segmentation_masks: Any,
    num_classes: int | None = None,
    color_mapping: dict | None = None,
    alpha: float = 0.8,
    blend: bool = True,
    ignore_index: int = -1,
    data_format: str | None = None,
) -> np.ndarray:
    """Colour each pixel by its class: (1 - α) · image + α · colour.

    Args:
        images: ``(batch, height, width, 3)``, values from 0 to 255.
        segmentation_masks: the class of each pixel, integers of shape ``(batch, height, width)``, or with an axis of 1 more.
        num_classes: pixels of larger numbers stay as they are; by default all are coloured.
        color_mapping: ``{class: (red, green, blue)}``; classes that it lacks stay as they are. By default one is made.
        alpha: how much of the colour is seen.
        blend: False paints over the image, and returns float32.
        ignore_index: the class whose pixels stay as they are.
        data_format: "channels_last" or "channels_first".

    Returns:
        The images, uint8, ``(batch, height, width, 3)``.

    >>> draw_segmentation_masks(np.full((1, 1, 2, 3), 100.0), [[[0, 1]]], color_mapping={1: (255, 0, 0)}).tolist()
    [[[[100, 100, 100], [224, 20, 20]]]]
    """
    masks = np.asarray(segmentation_masks)
    if masks.dtype.kind not in "iu":
        raise TypeError(f"`segmentation_masks` must be in integer dtype, got {masks.dtype}.")
    if masks.ndim == 4:
        masks = masks[:, 0] if (data_format or image_data_format()) == "channels_first" else masks[..., 0]
    images = _batch(images, data_format).astype("float32")
    if masks.shape != images.shape[:3]:
        raise ValueError(f"`segmentation_masks` should have the shape {images.shape[:3]} of the images, got {masks.shape}.")
    last = int(masks.max(initial=0)) + 1 if num_classes is None else num_classes
    painted, touched = images.copy(), np.zeros(masks.shape, bool)
    for label in range(last):
        color = (label * _PALETTE) % 255 if color_mapping is None else color_mapping.get(label)
        if color is not None and (label != ignore_index or not blend):
            painted[masks == label] = color
            touched |= masks == label
    if not blend:
        return painted
    mixed = images * (1 - alpha) + painted * alpha  # (1 - α) · image + α · colour
    return np.where(touched[..., None], mixed, images).astype("uint8")


def plot_segmentation_mask_gallery(
    images: Any,
    num_classes: int,
    value_range: tuple = (0, 255),
    y_true: Any = None,
    y_pred: Any = None,
    color_mapping: dict | None = None,
    blend: bool = True,
    alpha: float = 0.8,
    ignore_index: int = -1,
    data_format: str | None = None,
    **kwargs,
) -> None:
    """Show each image in a row with its true and its predicted segmentation: see `draw_segmentation_masks`.

    Args:
        images, num_classes, color_mapping, blend, alpha, ignore_index, data_format: see `draw_segmentation_masks`.
        y_true, y_pred: the classes of the pixels.
        value_range: the values of black and white.
        kwargs: for `plot_image_gallery`.

    >>> import os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     plot_segmentation_mask_gallery(np.zeros((2, 8, 8, 3)), 2, y_true=np.ones((2, 8, 8), int), path=f"{folder}/a.png")
    ...     os.listdir(folder)
    ['a.png']
    """
    plain = _batch(images, data_format)
    given = [np.asarray(y).astype("int32") for y in (y_true, y_pred) if y is not None]
    how = (num_classes, color_mapping, alpha, blend, ignore_index, data_format)
    columns = [plain, *(draw_segmentation_masks(images, masks, *how) for masks in given)]
    gallery = np.stack(columns, axis=1).reshape(-1, *plain.shape[1:])
    plot_image_gallery(
        gallery, rows=len(plain), cols=len(columns), value_range=value_range, data_format="channels_last", **kwargs
    )


def _batch(images: Any, data_format: str | None) -> np.ndarray:
    """Images with the channels last."""
    images = np.asarray(images)
    if images.ndim != 4:
        raise ValueError(f"`images` must be a batch of images with 4 axes, got an array of shape {images.shape}.")
    return images.transpose(0, 2, 3, 1) if (data_format or image_data_format()) == "channels_first" else images


def _sides(count: int, rows: int | None, cols: int | None) -> tuple[int, int]:
    """How many rows and columns.

    >>> _sides(5, None, None), _sides(5, None, 5), _sides(5, 1, 2)
    ((3, 2), (1, 5), (1, 2))
    """
    if rows is None:
        rows = math.ceil(count / cols) if cols else math.ceil(math.sqrt(count))
    return max(rows, 1), max(cols or math.ceil(count / max(rows, 1)), 1)


def _titles(i: int, y_true: Any, y_pred: Any, label_map: dict | None) -> list[str]:
    return [
        f"{what}: {(label_map or {}).get(np.asarray(y)[i].item(), 'Unknown')}"
        for what, y in (("Label", y_true), ("Pred", y_pred))
        if y is not None and i < len(y)
    ]
