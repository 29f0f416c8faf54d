"""Labels that a loss has no meaning for: one warning that says which, and what fits."""

import numpy as np
import pytest

from minikeras import Input, Sequential, layers, losses, metrics
from minikeras.losses import labels

bits = np.tile([0.0, 1.0], 8).astype("float32")


@pytest.mark.parametrize(
    "loss, y, message",
    [
        ("binary_crossentropy", bits + 1, "labels from 1 to 2, and has a meaning for labels from 0 to 1 only. Use y - 1"),
        ("binary_crossentropy", 2 * bits - 1, r"labels from -1 to 1.*Use \(y \+ 1\) / 2 as labels, or the loss hinge"),
        ("binary_crossentropy", 255 * bits, "labels from 0 to 255.*Use y / 255"),
        ("binary_crossentropy", 3 * bits, r"Use \(y == 3\) as labels"),
        ("binary_crossentropy", np.arange(16) % 3, "For 3 classes use sparse_categorical_crossentropy and 3 units"),
        ("binary_crossentropy", bits + 0.5, "Use mean_squared_error for numbers of any size, or scale"),
        ("binary_crossentropy", np.where(bits, np.nan, 0), "NaN or infinite"),
        ("binary_focal_crossentropy", bits + 1, "binary_focal_crossentropy got labels from 1 to 2"),
        ("hinge", bits + 1, "hinge got labels from 1 to 2.*for -1 and 1"),
        ("squared_hinge", bits - 1, "labels -1 and 0: 0 is read as -1 only where"),
        ("poisson", bits - 1, "labels from -1 to 0.*0 and more only"),
        ("msle", bits - 1, "labels from -1 to 0.*0 and more only"),
        ("kld", bits * 2, "kl_divergence got labels from 0 to 2"),
        ("dice", bits * 2, "dice got labels from 0 to 2"),
    ],
)
def test_fit_warns_once(loss, y, message):
    model = Sequential([Input((1,)), layers.Dense(1, "sigmoid")])
    model.compile("sgd", loss)
    with pytest.warns(UserWarning, match=message) as seen:
        model.fit(np.ones((16, 1)), y, batch_size=4, epochs=2, verbose=0)
    assert len(seen) == 1 and seen[0].filename == __file__


def test_one_hot_losses():
    for loss in ("categorical_crossentropy", "categorical_focal_crossentropy", "categorical_hinge"):
        with pytest.warns(UserWarning, match=f"{loss} got labels from 0 to 2"):
            losses.resolve(loss)([[0.0, 2.0]], [[0.5, 0.5]])


def test_what_has_a_meaning_is_silent():
    for y in (bits, bits * 0.5, bits == 1, np.float32(1.000001) * bits):
        losses.BinaryCrossentropy()(y, bits * 0.5 + 0.25)
    for y in (bits, 2 * bits - 1, np.ones(16), -np.ones(16)):
        losses.Hinge()(y, bits)
    losses.Poisson()(bits * 1e6, bits)
    losses.MeanSquaredError()(bits * 1e6 - 5, bits)
    assert labels.problem(losses.binary_crossentropy, np.zeros((0, 1))) is None


def test_a_loss_object_warns_once():
    loss = losses.BinaryCrossentropy()
    with pytest.warns(UserWarning) as seen:
        for _ in range(3):
            loss(bits * 2, bits * 0.5)
    assert len(seen) == 1


def test_metrics_look_at_all_targets_once():
    for metric in (metrics.BinaryCrossentropy(), metrics.Precision(), metrics.AUC()):
        metric.check_targets(bits)
        with pytest.warns(UserWarning, match="got (labels from 1 to 2|targets such as 1, 2: whatever is not 0 counts)") as seen:
            metric.check_targets(bits + 1)
            metric.check_targets(bits + 1)
        assert len(seen) == 1
