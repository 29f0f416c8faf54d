"""Where the channels of an image stand: one check for all layers that ask."""

from __future__ import annotations

from minikeras._core.config import image_data_format

NO_CHANNELS = "An axis of channels is missing: Input((28, 28, 1)) for gray images, and x[..., None] to add it to the data."


def standardize_data_format(layer: str, data_format: str | None) -> str:
    """Return the layout that an argument names, `keras.config.image_data_format` where it is None.

    Args:
        layer: the class that asks, for the message.
        data_format: ``"channels_last"``, ``"channels_first"``, in capitals or not, or None.

    >>> standardize_data_format("Flatten", None), standardize_data_format("Flatten", "Channels_First")
    ('channels_last', 'channels_first')
    """
    wanted = image_data_format() if data_format is None else data_format
    wanted = wanted.lower() if isinstance(wanted, str) else wanted
    if wanted not in ("channels_last", "channels_first"):
        raise ValueError(f"Argument `data_format` of {layer} must be 'channels_last' or 'channels_first', got {data_format!r}.")
    return wanted
