"""What the layers for images do beyond the golden numbers in tests/parity: draws, layouts, dicts, messages."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.layers.preprocessing.image_preprocessing.sampling import (
    corners,
    map_coordinates,
    resize,
    resize_backward,
    spread_coordinates,
)

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(0, 255, (6, 8, 9, 3)).astype("float32")
MANY = np.broadcast_to(np.arange(12.0, dtype="float32").reshape(1, 3, 4, 1), (4000, 3, 4, 1))
RANDOM = {
    "AugMix": {},
    "CutMix": {},
    "MixUp": {},
    "RandAugment": {},
    "RandomBrightness": {"factor": 0.5},
    "RandomColorDegeneration": {"factor": 0.5},
    "RandomColorJitter": {"brightness_factor": 0.3, "contrast_factor": 0.3, "saturation_factor": 0.5, "hue_factor": 0.2},
    "RandomContrast": {"factor": 0.5},
    "RandomElasticTransform": {"factor": (1.0, 1.0)},
    "RandomErasing": {"factor": (1.0, 1.0)},
    "RandomFlip": {},
    "RandomGaussianBlur": {"factor": (1.0, 1.0)},
    "RandomGrayscale": {},
    "RandomHue": {"factor": 0.5},
    "RandomInvert": {"factor": (0.5, 0.5)},
    "RandomPerspective": {"factor": (1.0, 1.0)},
    "RandomPosterization": {"factor": (1, 6)},
    "RandomRotation": {"factor": 0.2},
    "RandomSaturation": {"factor": 0.4},
    "RandomSharpness": {"factor": 1.0},
    "RandomShear": {"x_factor": 0.3},
    "RandomTranslation": {"height_factor": 0.3, "width_factor": 0.3},
    "RandomZoom": {"height_factor": 0.3},
    "Solarization": {"threshold_factor": 0.9},
}


@pytest.mark.parametrize("name", RANDOM)
def test_random_layers(name):
    make = lambda **more: getattr(layers, name)(seed=11, **RANDOM[name], **more)  # noqa: E731
    layer = make()
    np.testing.assert_array_equal(layer(IMAGES, training=False), IMAGES)
    y = layer(IMAGES)  # called by hand it acts as in training
    assert y.shape == IMAGES.shape and y.dtype == "float32" and np.isfinite(y).all()
    assert np.any(y != IMAGES) and np.any(layer(IMAGES) != y)
    np.testing.assert_array_equal(make()(IMAGES, training=True), y)  # one seed, one stream
    first = make(data_format="channels_first")(IMAGES.transpose(0, 3, 1, 2))
    np.testing.assert_allclose(first.transpose(0, 2, 3, 1), y, atol=1e-3)
    assert layer(IMAGES[0]).shape == IMAGES.shape[1:] and layer(IMAGES.astype("uint8").tolist()).dtype == "float32"
    with pytest.raises(ValueError, match="one image"):
        layer(IMAGES[0, 0])
    again = getattr(layers, name).from_config(layer.get_config())
    np.testing.assert_array_equal(again(IMAGES, training=True), y)


@pytest.mark.parametrize("name", RANDOM)
def test_dicts_of_images_labels_and_masks(name):
    layer = getattr(layers, name)(seed=1, **RANDOM[name])
    data = {"images": IMAGES, "labels": np.eye(6, dtype="float32"), "segmentation_masks": np.ones((6, 8, 9, 1), "int32")}
    result = layer(data, training=True)
    assert set(result) == set(data) and data["images"] is IMAGES
    assert [result[k].shape for k in data] == [data[k].shape for k in data]
    np.testing.assert_allclose(result["labels"].sum(1), 1, rtol=1e-6)
    still = layer(data, training=False)
    np.testing.assert_array_equal(still["images"], IMAGES)
    with pytest.raises(ValueError, match="needs the key 'images'"):
        layer({"labels": data["labels"]})


def test_flips_are_as_frequent_as_they_should_be():
    y = layers.RandomFlip(seed=1)(MANY)
    counts = [np.mean(y[:, 0, 0, 0] == corner) for corner in (0, 3, 8, 11)]  # straight, left-right, up-down, both
    np.testing.assert_allclose(counts, 0.25, atol=0.03)
    one = layers.RandomFlip("vertical", seed=1)(MANY)
    np.testing.assert_allclose(np.mean(one[:, 0, 0, 0] == 8), 0.5, atol=0.03)
    assert set(one[:, 0, 0, 0].tolist()) == {0.0, 8.0}
    assert set(layers.RandomFlip("horizontal", seed=1)(MANY)[:, 0, 0, 0].tolist()) == {0.0, 3.0}


def test_factors_are_drawn_evenly_between_their_bounds():
    x = np.full((4000, 1, 1, 1), 100.0)
    y = layers.RandomBrightness(0.2, seed=1)(x) - 100
    assert -51 <= y.min() < -50 and 50 < y.max() <= 51 and abs(y.mean()) < 1.5
    x = np.tile(np.array([90.0, 110.0]).reshape(1, 1, 2, 1), (4000, 1, 1, 1))
    spread = np.ptp(layers.RandomContrast(0.4, seed=1)(x), axis=2).ravel() / 20
    assert 0.6 <= spread.min() < 0.61 and 1.39 < spread.max() <= 1.4 and abs(spread.mean() - 1) < 0.02


def test_geometry_is_drawn_evenly():
    drawn = layers.RandomRotation(0.25).draw((4000, 5, 5, 1), np.random.default_rng(1))
    angle = np.degrees(np.arctan2(drawn[:, 3], drawn[:, 0]))
    assert -90 <= angle.min() < -89 and 89 < angle.max() <= 90 and abs(angle.mean()) < 3
    drawn = layers.RandomTranslation(0.5, (0.1, 0.2)).draw((4000, 10, 20, 1), np.random.default_rng(1))
    assert -4 <= drawn[:, 2].min() and drawn[:, 2].max() <= -2 and 4.9 < drawn[:, 5].max() <= 5
    zoom = layers.RandomZoom(0.3).draw((4000, 10, 20, 1), np.random.default_rng(1))
    np.testing.assert_array_equal(zoom[:, 0], zoom[:, 4])  # one number for both keeps the aspect ratio


def test_positive_rotations_go_counter_clockwise():
    quarter = layers.RandomRotation((0.25, 0.25), interpolation="nearest")
    np.testing.assert_array_equal(quarter(np.arange(9.0).reshape(3, 3, 1))[..., 0], np.rot90(np.arange(9.0).reshape(3, 3)))


def test_erasing_covers_the_part_it_should():
    x = np.zeros((500, 20, 30, 1))
    y = layers.RandomErasing((1, 1), (0.25, 0.25), fill_value=9.0, seed=1)(x)
    np.testing.assert_allclose((y == 9).mean(axis=(1, 2, 3)), 0.25, atol=0.05)
    some = layers.RandomErasing((0.3, 0.3), fill_value=(1, 2, 3), seed=1)(np.zeros((500, 20, 30, 3)))
    assert abs((some.max(axis=(1, 2, 3)) > 0).mean() - 0.3) < 0.06 and set(np.unique(some[..., 2]).tolist()) == {0.0, 3.0}


def test_mixing_mixes_images_and_labels_alike():
    x, labels = np.arange(4.0).reshape(4, 1, 1, 1) * np.ones((1, 6, 6, 1)), np.eye(4)
    up = layers.MixUp(alpha=1.0, seed=1)({"images": x, "labels": labels}, training=True)
    np.testing.assert_allclose(up["images"][:, 0, 0, 0], up["labels"] @ np.arange(4.0), rtol=1e-5)
    cut = layers.CutMix(seed=3)({"images": x, "labels": labels}, training=True)
    own = np.mean(cut["images"] == x, axis=(1, 2, 3))
    np.testing.assert_allclose(np.diag(cut["labels"]), own, atol=0.35)


def test_random_crop_crops_in_training_and_in_the_middle_otherwise():
    x = np.broadcast_to(np.arange(35.0).reshape(1, 5, 7, 1), (2, 5, 7, 1))
    layer = layers.RandomCrop(2, 3, seed=1)
    np.testing.assert_array_equal(layer(x, training=False), x[:, 1:3, 2:5])
    starts = {float(layer(x)[0, 0, 0, 0]) for _ in range(400)}
    assert starts == {7.0 * i + j for i in range(4) for j in range(5)}
    y = layer(x)
    np.testing.assert_array_equal(y[0], y[1])
    assert layers.RandomCrop(9, 3)(x).shape == (2, 9, 3, 1)
    assert layer.compute_output_shape((None, None, None, 3)) == (None, 2, 3, 3)
    assert layer.get_config()["seed"] == 1 and isinstance(layers.RandomCrop(2, 2).get_config()["seed"], int)


def test_masks_move_with_the_images_without_mixing_numbers():
    masks = RNG.integers(0, 5, (6, 8, 9, 1))
    for layer in (layers.RandomRotation(0.2, seed=1), layers.RandomZoom(0.4, seed=1), layers.RandomFlip(seed=1)):
        moved = layer({"images": np.repeat(masks, 3, -1), "segmentation_masks": masks}, training=True)["segmentation_masks"]
        assert set(np.unique(moved).tolist()) <= set(range(5)) and np.any(moved != masks) and moved.dtype == masks.dtype
    resized = layers.Resizing(4, 4)({"images": IMAGES, "segmentation_masks": masks})
    assert resized["images"].shape == (6, 4, 4, 3) and set(np.unique(resized["segmentation_masks"]).tolist()) <= set(range(5))


def test_boxes_are_refused_where_pixels_move_and_passed_on_elsewhere():
    data = {"images": IMAGES, "bounding_boxes": {"boxes": np.zeros((6, 1, 4))}}
    with pytest.raises(NotImplementedError, match="does not move bounding boxes"):
        layers.RandomFlip(bounding_box_format="xyxy")(data)
    with pytest.raises(NotImplementedError, match="does not move bounding boxes"):
        layers.Resizing(2, 2, bounding_box_format="xyxy")(data)
    assert "bounding_boxes" in layers.RandomBrightness(0.2)(data)


def test_augmentation_inside_a_model_follows_the_model():
    model = keras.Sequential([keras.Input((8, 9, 3)), layers.RandomFlip(seed=1), layers.Resizing(4, 4)])
    twin = keras.Sequential([keras.Input((8, 9, 3)), layers.Resizing(4, 4)])
    np.testing.assert_array_equal(model.predict(IMAGES, verbose=0), twin.predict(IMAGES, verbose=0))
    assert np.any(model(IMAGES, training=True) != twin(IMAGES))
    np.testing.assert_array_equal(model(IMAGES, training=False), twin(IMAGES))


def test_augmentation_inside_a_layer_follows_that_layer():
    class Outer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.flip = layers.RandomFlip(seed=1)

        def call(self, x):
            return self.flip(x)

    outer = Outer()
    np.testing.assert_array_equal(outer(IMAGES, training=False), IMAGES)
    assert np.any(outer(IMAGES, training=True) != IMAGES)


SOME = ["RandomElasticTransform", "RandomPerspective", "RandomErasing", "RandomGaussianBlur", "RandomInvert"]


@pytest.mark.parametrize("name", SOME)
def test_only_a_part_of_the_images_is_changed(name):
    x = RNG.uniform(0, 255, (400, 6, 6, 1)).astype("float32")
    changed = np.any(getattr(layers, name)(factor=(0.3, 0.3), seed=1)(x) != x, axis=(1, 2, 3))
    assert 0.2 < changed.mean() < 0.4
    np.testing.assert_array_equal(getattr(layers, name)(factor=0.0)(x), x)


def test_layers_behind_trainable_ones_let_the_gradient_through():
    model = keras.Sequential(
        [keras.Input((48,)), keras.layers.Dense(48), keras.layers.Reshape((4, 4, 3)), layers.RandomRotation(0.1, seed=1)]
        + [layers.RandomContrast(0.2, (-9, 9), seed=1), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    before = model.layers[0].get_weights()[0]
    model.fit(RNG.normal(size=(8, 48)), np.ones(8), verbose=0)
    assert np.any(model.layers[0].get_weights()[0] != before)


def test_resizing_integers_rounds_and_keeps_the_type():
    y = layers.Resizing(1, 4)(np.array([[[0], [5]]], "uint8"))
    assert y.dtype == "uint8" and y.ravel().tolist() == [0, 1, 4, 5]


@pytest.mark.parametrize("make", [layers.Resizing, layers.CenterCrop, layers.RandomCrop])
@pytest.mark.parametrize("size", [0, -1, 2.5, None])
def test_sizes_are_checked(make, size):
    with pytest.raises(ValueError, match="positive integer"):
        make(size, 3)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: layers.Resizing(2, 2, interpolation="cubic"), "Unknown `interpolation` 'cubic'"),
        (lambda: layers.Resizing(2, 2, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True), "Only one"),
        (lambda: layers.RandomRotation(2.0), "range \\[-1, 1\\]"),
        (lambda: layers.RandomRotation(0.1, fill_mode="mirrored"), "Unknown `fill_mode`"),
        (lambda: layers.RandomZoom(-1.0), "range \\(-1.0, 1.0\\]"),
        (lambda: layers.RandomShear(-0.2), "range \\[0, 1.0\\]"),
        (lambda: layers.RandomContrast("high"), "number"),
        (lambda: layers.RandomBrightness(0.1, value_range=3), "list of two numbers"),
        (lambda: layers.RandomFlip("diagonal"), "Unknown `mode`"),
        (lambda: layers.RandomGrayscale(2.0), "between 0 and 1"),
        (lambda: layers.RandomGaussianBlur(kernel_size=4), "odd number"),
        (lambda: layers.RandomErasing(fill_value="red"), "three numbers"),
        (lambda: layers.RandomPerspective(scale=2.0), "range \\[0, 1\\]"),
        (lambda: layers.RandomHue(0.1)(np.ones((1, 2, 2, 4))), "3 channels"),
        (lambda: layers.RandomGrayscale(1.0)(np.ones((1, 2, 2, 2))), "3 channels"),
    ],
)
def test_messages(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_shear_rebuilt_from_its_config_is_the_same():  # Keras refuses its own config here
    layer = layers.RandomShear(0.3, (0.1, 0.2))
    assert layer.get_config()["x_factor"] == (-0.3, 0.3) and layer.get_config()["y_factor"] == (0.1, 0.2)
    assert layers.RandomShear.from_config(layer.get_config()).get_config() == layer.get_config()


@pytest.mark.parametrize("mode", ["reflect", "wrap", "constant", "nearest", "mirror"])
@pytest.mark.parametrize("order", [0, 1])
def test_spreading_is_the_transpose_of_reading(mode, order):
    x, dy = RNG.normal(size=(2, 4, 5, 3)), RNG.normal(size=(2, 6, 3, 3))
    rows, columns = RNG.uniform(-6, 9, (2, 6, 3)), RNG.uniform(-6, 9, (2, 6, 3))
    y = map_coordinates(x, rows, columns, order, mode, 0.0)
    dx = spread_coordinates(dy, x.shape, rows, columns, order, mode)
    np.testing.assert_allclose(np.sum(y * dy), np.sum(x * dx))


def test_resizing_back_is_the_transpose_of_resizing():
    x, dy = RNG.normal(size=(2, 5, 7, 1)), RNG.normal(size=(2, 3, 9, 1))
    for how in ("bilinear", "nearest", "bicubic", "lanczos3"):
        np.testing.assert_allclose(np.sum(resize(x, (3, 9), how) * dy), np.sum(x * resize_backward(dy, x.shape, how)))


def test_halves_round_away_from_zero_as_in_jax():
    assert [int(corners(np.array([v]), 9, 0, "nearest")[0][0][0]) for v in (0.5, 1.5, 2.49)] == [1, 2, 2]


def test_grayscale_takes_numbers_of_numpy():
    assert layers.RandomGrayscale(np.float32(0.5)).get_config()["factor"] == 0.5
