import numpy as np
import pytest

import minikeras as keras
from minikeras.utils import image_dataset_from_directory, save_img
from minikeras.utils.image_dataset_utils import resized_with_pad

pytest.importorskip("PIL")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("images")
    rng = np.random.RandomState(0)
    for name, level in (("bright", 200), ("dark", 50)):
        (root / name).mkdir()
        for i in range(6):
            save_img(root / name / f"{i}.png", np.full((8, 12, 3), level) + rng.randint(-40, 40, (8, 12, 3)), scale=False)
    return root


def test_batches_of_images(folder):
    data = image_dataset_from_directory(folder, image_size=(4, 6), batch_size=5, seed=1, verbose=False)
    assert data.class_names == ["bright", "dark"] and len(data.file_paths) == 12 and len(data) == 3
    x, y = next(iter(data))
    assert x.shape == (5, 4, 6, 3) and x.dtype == "float32" and y.dtype == "int32"
    assert [bool(m < 128) for m in x.mean(axis=(1, 2, 3))] == [v == 1 for v in y]
    assert [y.tolist() for _, y in data] != [y.tolist() for _, y in data]  # a new order each pass


@pytest.mark.parametrize(
    "arguments, shape",
    [
        ({"color_mode": "grayscale"}, (12, 4, 4, 1)),
        ({"color_mode": "rgba"}, (12, 4, 4, 4)),
        ({"data_format": "channels_first"}, (12, 3, 4, 4)),
        ({"crop_to_aspect_ratio": True}, (12, 4, 4, 3)),
        ({"pad_to_aspect_ratio": True, "interpolation": "nearest"}, (12, 4, 4, 3)),
    ],
)
def test_ways_of_reading(folder, arguments, shape):
    data = image_dataset_from_directory(folder, image_size=4, labels=None, verbose=False, **arguments)
    assert next(iter(data)).shape == shape


def test_padding_keeps_the_aspect_ratio():
    y = resized_with_pad(np.ones((8, 12, 1)), (6, 6))
    assert y[..., 0].sum(1).tolist() == [0, 6, 6, 6, 6, 0]


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"color_mode": "hsv"}, "color_mode"),
        ({"image_size": (1, 2, 3)}, "image_size"),
        ({"interpolation": "area"}, "interpolation"),
        ({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, "Only one"),
        ({"format": "csv"}, "format"),
    ],
)
def test_messages(folder, arguments, message):
    with pytest.raises(ValueError, match=message):
        image_dataset_from_directory(folder, **arguments)


def test_a_classifier_learns_from_a_folder(folder):
    how = {"image_size": (4, 4), "batch_size": 4, "validation_split": 0.25, "seed": 1, "verbose": False}
    training, validation = image_dataset_from_directory(folder, subset="both", **how)
    model = keras.Sequential(
        [keras.layers.RandomFlip(seed=1), keras.layers.Rescaling(1 / 127.5, offset=-1), keras.layers.Flatten()]
        + [keras.layers.Dense(1, activation="sigmoid")]
    )
    model.compile(keras.optimizers.SGD(0.1), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(training.cache().prefetch(2), validation_data=validation, epochs=15, verbose=0).history
    assert history["accuracy"][-1] == history["val_accuracy"][-1] == 1.0
