"""Augmentations and files of pictures."""

import numpy as np
import pytest

import minikeras.compat.tensorflow as tf

PICTURE = tf.constant(np.arange(5 * 4 * 3).reshape(5, 4, 3).astype("uint8"))


def test_random_ones_keep_shape_and_type():
    for f in (tf.image.random_flip_left_right, tf.image.random_flip_up_down, lambda x: tf.image.random_brightness(x, 0.2),
              lambda x: tf.image.random_contrast(x, 0.5, 1.5), lambda x: tf.image.random_saturation(x, 0.5, 1.5),
              lambda x: tf.image.random_hue(x, 0.1)):  # fmt: skip
        y = f(PICTURE)
        assert y.shape == PICTURE.shape and y.dtype == tf.uint8
    assert tf.image.random_crop(PICTURE, [3, 3, 3]).shape == (3, 3, 3)
    tf.random.set_seed(0)
    seen = {tuple(tf.image.random_flip_left_right(PICTURE)[0, 0].numpy()) for _ in range(20)}
    assert seen == {(0, 1, 2), (9, 10, 11)}
    batch = tf.stack([PICTURE] * 30)
    assert 0 < int(tf.reduce_sum(tf.cast(tf.image.random_flip_left_right(batch)[:, 0, 0, 0] == 9, tf.int32))) < 30
    a, b = (tf.image.stateless_random_brightness(PICTURE, 0.3, seed=(1, 2)) for _ in range(2))
    assert np.array_equal(a, b)


def test_files(tmp_path):
    tf.io.write_file(str(tmp_path / "a.png"), tf.io.encode_png(PICTURE))
    data = tf.io.read_file(str(tmp_path / "a.png"))
    assert np.array_equal(tf.io.decode_png(data), PICTURE) and tf.image.decode_image(data, channels=1).shape == (5, 4, 1)
    jpeg = tf.io.encode_jpeg(PICTURE)
    assert bool(tf.io.is_jpeg(jpeg)) and tf.image.decode_jpeg(jpeg, channels=3).dtype == tf.uint8
    assert tf.image.decode_image(data, dtype=tf.float32).numpy().max() == pytest.approx(59 / 255)


def test_a_box_outside_is_an_error():
    with pytest.raises(ValueError, match="does not lie in an image of 5x4"):
        tf.image.crop_to_bounding_box(PICTURE, 3, 0, 3, 3)
    with pytest.raises(ValueError, match="does not fit"):
        tf.image.random_crop(PICTURE, [9, 9, 3])


def test_gradients():
    x = tf.cast(PICTURE, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(tf.image.resize(x, [2, 2])) + tf.image.total_variation(x)
    assert tape.gradient(y, x).shape == x.shape
