"""VGG: blocks of 3x3 convolutions and pooling, then three dense layers (Simonyan and Zisserman, arXiv 1409.1556)."""

from __future__ import annotations

from minikeras import layers
from minikeras.applications.plan import STORE, Plan
from minikeras.models.functional import Functional

_FILTERS = (64, 128, 256, 512, 512)


def vgg(depth: str, convolutions: tuple, hashes: tuple, plan: Plan) -> Functional:
    """Build the VGG that has so many convolutions in its five blocks.

    Args:
        depth: ``"16"`` or ``"19"``.
        convolutions: how many there are in each block.
        hashes: of the files with and without top.
        plan: the arguments of the model.
    """
    x = plan.start(224, 32)
    for block, (count, filters) in enumerate(zip(convolutions, _FILTERS), 1):
        for i in range(1, count + 1):
            x = layers.Conv2D(filters, (3, 3), activation="relu", padding="same", name=f"block{block}_conv{i}")(x)
        x = layers.MaxPooling2D((2, 2), strides=(2, 2), name=f"block{block}_pool")(x)
    if plan.include_top:
        x = layers.Flatten(name="flatten")(x)
        for name in ("fc1", "fc2"):
            x = layers.Dense(4096, activation="relu", name=name)(x)
        x = plan.classified(x)
    else:
        x = plan.pooled(x, named=False)
    url = f"{STORE}vgg{depth}/{plan.kernels(f'vgg{depth}')}"
    return plan.model(x, url, hashes[0 if plan.include_top else 1])
