"""What `keras.preprocessing` of Keras 2 does beyond the golden numbers in tests/parity."""

import warnings

import numpy as np
import pytest

import minikeras as keras
from minikeras.legacy.preprocessing.affine import FILL_MODES, affine_transform, apply_affine_transform
from minikeras.legacy.preprocessing.image import ImageDataGenerator, NumpyArrayIterator, save_img
from minikeras.legacy.preprocessing.sequence import TimeseriesGenerator, skipgrams
from minikeras.legacy.preprocessing.text import Tokenizer, one_hot

IMAGES = np.random.RandomState(0).uniform(0, 255, (8, 6, 6, 1)).astype("float32")


# -- images ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", FILL_MODES)
@pytest.mark.parametrize("order", [0, 1])
def test_affine_transform_is_scipys(mode, order):
    ndimage = pytest.importorskip("scipy.ndimage")
    rng = np.random.RandomState(order)
    for _ in range(20):
        x = rng.normal(size=(*rng.randint(1, 9, 2), 2))
        matrix, offset = rng.normal(size=(2, 2)), rng.normal(size=2) * 5
        y = affine_transform(x, matrix, offset, order, mode, 0.5)
        for c in range(2):
            gold = ndimage.affine_transform(x[..., c], matrix, offset, order=order, mode=mode, cval=0.5)
            np.testing.assert_allclose(y[..., c], gold, atol=1e-9)


def test_affine_transform_leaves_the_input_alone_and_says_what_it_can_not():
    x = IMAGES[0].copy()
    assert apply_affine_transform(x, row_axis=0, col_axis=1, channel_axis=2) is x
    apply_affine_transform(x, theta=30, row_axis=0, col_axis=1, channel_axis=2)
    np.testing.assert_array_equal(x, IMAGES[0])
    with pytest.raises(ValueError, match="0 or 1"):
        apply_affine_transform(x, theta=30, row_axis=0, col_axis=1, channel_axis=2, order=3)
    with pytest.raises(ValueError, match="fill_mode"):
        apply_affine_transform(x, theta=30, row_axis=0, col_axis=1, channel_axis=2, fill_mode="mirrored")
    with pytest.raises(ValueError, match="rank 3"):
        apply_affine_transform(x[0], theta=30)
    with pytest.raises(ValueError, match="must be 0, 1 and 2"):
        apply_affine_transform(x, row_axis=0, col_axis=0)


def test_flow_feeds_fit_and_changes_no_data():
    x, y = IMAGES.copy(), np.arange(8) % 2
    generator = ImageDataGenerator(rescale=1 / 255, rotation_range=10, horizontal_flip=True, validation_split=0.25)
    training = generator.flow(x, y, batch_size=4, subset="training", seed=1)
    validation = generator.flow(x, y, batch_size=4, subset="validation")
    assert (len(training), training.n, len(validation), validation.n) == (2, 6, 1, 2)
    model = keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Flatten(), keras.layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    history = model.fit(training, validation_data=validation, epochs=2, verbose=0).history
    assert len(history["loss"]) == len(history["val_loss"]) == 2
    assert model.predict(generator.flow(x, batch_size=3, shuffle=False), verbose=0).shape == (8, 1)
    np.testing.assert_array_equal(x, IMAGES)


def test_the_same_seed_gives_the_same_batches_for_images_and_masks():
    how = {"seed": 7, "batch_size": 3}
    generator = ImageDataGenerator(rotation_range=40, zoom_range=0.2, horizontal_flip=True)
    a, b = generator.flow(IMAGES, **how), generator.flow(IMAGES, **how)
    for _ in range(5):
        np.testing.assert_array_equal(next(a), next(b))


def test_weights_and_further_inputs_go_along():
    generator = ImageDataGenerator()
    x, y, w = next(generator.flow(IMAGES, np.arange(8), 4, shuffle=False, sample_weight=np.arange(8.0)))
    assert y.tolist() == w.tolist() == [0, 1, 2, 3] and np.array_equal(x, IMAGES[:4])
    (x, more), y = next(generator.flow((IMAGES, np.arange(8)), np.arange(8), 4))
    assert np.array_equal(more, y) and np.array_equal(x, IMAGES[y])


def test_next_goes_round_and_indexing_does_not():
    flow = ImageDataGenerator().flow(IMAGES, np.arange(8), batch_size=3, shuffle=False)
    assert [next(flow)[1].tolist() for _ in range(4)] == [[0, 1, 2], [3, 4, 5], [6, 7], [0, 1, 2]]
    assert flow[2][1].tolist() == flow[-1][1].tolist() == [6, 7]
    with pytest.raises(IndexError):
        flow[3]
    flow.reset()
    assert next(flow)[1].tolist() == [0, 1, 2]


def test_standardizing_needs_fit_and_says_so():
    generator = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True)
    with pytest.warns(UserWarning, match="hasn't been fit"):
        next(generator.flow(IMAGES))
    generator.fit(IMAGES)
    x = next(generator.flow(IMAGES, batch_size=8))
    np.testing.assert_allclose([x.mean(), x.std()], [0, 1], atol=1e-4)
    with pytest.warns(UserWarning, match="overrides setting of `featurewise_center`"):
        assert ImageDataGenerator(zca_whitening=True).featurewise_center


@pytest.fixture
def folder(tmp_path):
    pytest.importorskip("PIL")
    for name, count in (("cats", 3), ("dogs", 2)):
        (tmp_path / name).mkdir()
        for i in range(count):
            save_img(tmp_path / name / f"{i}.png", np.full((8, 9, 3), 100 + 50 * i), scale=False)
    (tmp_path / "cats" / "notes.txt").touch()
    return tmp_path


def test_flow_from_directory(folder, capsys):
    generator = ImageDataGenerator(rescale=0.5, validation_split=0.34)
    flow = generator.flow_from_directory(str(folder), target_size=(4, 5), batch_size=2, shuffle=False)
    assert capsys.readouterr().out == "Found 5 images belonging to 2 classes.\n"
    x, y = next(flow)
    assert x.shape == (2, 4, 5, 3) and x[:, 0, 0, 0].tolist() == [50, 75] and y.tolist() == [[1, 0], [1, 0]]
    assert flow.class_indices == {"cats": 0, "dogs": 1} and flow.classes.tolist() == [0, 0, 0, 1, 1] and flow.samples == 5
    assert [f.replace("\\", "/") for f in flow.filenames][:2] == ["cats/0.png", "cats/1.png"] and len(flow) == 3
    training = generator.flow_from_directory(str(folder), subset="training", class_mode="binary", color_mode="grayscale")
    validation = generator.flow_from_directory(str(folder), subset="validation", class_mode=None)
    assert (training.n, validation.n) == (4, 1) and next(validation).shape == (1, 256, 256, 3)
    assert training[0][0].shape == (4, 256, 256, 1) and training[0][1].dtype == "float32"
    other = generator.flow_from_directory(str(folder), classes=["dogs"], class_mode="input", target_size=(2, 2))
    assert np.array_equal(*next(other)) and other.num_classes == 1
    for arguments, message in [({"class_mode": "raw"}, "class_mode"), ({"color_mode": "hsv"}, "color_mode")]:
        with pytest.raises(ValueError, match=message):
            generator.flow_from_directory(str(folder), **arguments)
    with pytest.raises(ValueError, match="subset"):
        generator.flow_from_directory(str(folder), subset="test")


def test_saving_what_was_changed(folder, tmp_path):
    (tmp_path / "out").mkdir()
    flow = ImageDataGenerator().flow(IMAGES, batch_size=3, save_to_dir=str(tmp_path / "out"), save_prefix="x")
    next(flow)
    assert len(list((tmp_path / "out").glob("x_*.png"))) == 3


def test_flow_from_dataframe(folder):
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(
        {
            "filename": ["cats/0.png", "dogs/1.png", "cats/9.png", "cats/2.png"],
            "class": ["cat", "dog", "cat", "cat"],
            "size": [1.0, 2.0, 3.0, 4.0],
        }
    )
    generator = ImageDataGenerator()
    how = {"directory": str(folder), "target_size": (2, 2), "shuffle": False}
    with pytest.warns(UserWarning, match="Found 1 invalid"):
        flow = generator.flow_from_dataframe(table, weight_col="size", **how)
    x, y, w = next(flow)
    assert x.shape == (3, 2, 2, 3) and y.tolist() == [[1, 0], [0, 1], [1, 0]] and w.tolist() == [1, 2, 4]
    assert flow.class_indices == {"cat": 0, "dog": 1}
    good = table.iloc[[0, 1, 3]]
    assert next(generator.flow_from_dataframe(good, y_col="size", class_mode="raw", **how))[1].tolist() == [1, 2, 4]
    several = generator.flow_from_dataframe(good, y_col=["size", "class"], class_mode="multi_output", **how)
    assert [part.tolist() for part in next(several)[1]] == [[1, 2, 4], ["cat", "dog", "cat"]]
    assert next(generator.flow_from_dataframe(good, class_mode="binary", **how))[1].tolist() == [0, 1, 0]
    assert generator.flow_from_dataframe(good, classes=["cat"], **how).samples == 2
    with pytest.raises(TypeError, match="astype\\(str\\)"):
        generator.flow_from_dataframe(good, y_col="size", class_mode="binary", **how)
    with pytest.raises(ValueError, match="must be 2 classes"):
        generator.flow_from_dataframe(good.iloc[[0, 2]], class_mode="binary", **how)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: ImageDataGenerator(zoom_range=(1, 2, 3)), "zoom_range"),
        (lambda: ImageDataGenerator(brightness_range=0.5), "brightness_range"),
        (lambda: ImageDataGenerator(validation_split=1.5), "validation_split"),
        (lambda: ImageDataGenerator(data_format="last"), "data_format"),
        (lambda: ImageDataGenerator().fit(IMAGES[0]), "rank 4"),
        (lambda: ImageDataGenerator().flow(IMAGES[0]), "shape \\(n, height"),
        (lambda: ImageDataGenerator().flow(IMAGES, [1]), "same length"),
        (lambda: ImageDataGenerator().flow(IMAGES, batch_size=0), "positive integer"),
        (
            lambda: ImageDataGenerator(validation_split=0.5).flow(IMAGES, [0] * 4 + [1] * 4, subset="training"),
            "different classes",
        ),
        (lambda: NumpyArrayIterator(IMAGES, None, ImageDataGenerator(), subset="test"), "Invalid subset"),
    ],
)
def test_messages(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# -- text and sequences ----------------------------------------------------------------------------------------------


def test_tokenizer_goes_on_counting_and_keeps_to_num_words():
    tokenizer = Tokenizer(num_words=3)
    tokenizer.fit_on_texts(["b a a"])
    assert tokenizer.word_index == {"a": 1, "b": 2}
    tokenizer.fit_on_texts(["b b c"])
    assert tokenizer.word_index == {"b": 1, "a": 2, "c": 3} and tokenizer.document_count == 2
    assert tokenizer.texts_to_sequences(["c b a"]) == [[1, 2]]
    assert tokenizer.texts_to_matrix(["b b"]).tolist() == [[0, 1, 0]]


def test_tokenizer_says_what_is_wrong():
    with pytest.raises(ValueError, match="Specify a dimension"):
        Tokenizer().sequences_to_matrix([[1]])
    with pytest.raises(ValueError, match="before using tfidf"):
        Tokenizer(num_words=3).sequences_to_matrix([[1]], "tfidf")
    with pytest.raises(ValueError, match="Unknown vectorization mode"):
        Tokenizer(num_words=3).sequences_to_matrix([[1]], "sum")
    with pytest.raises(TypeError, match="num_word"):
        Tokenizer(num_word=3)
    with pytest.warns(UserWarning, match="renamed"):
        assert Tokenizer(nb_words=3).num_words == 3


def test_tokenizer_with_an_analyzer_and_one_hot():
    tokenizer = Tokenizer(analyzer=lambda text: text.split("|"))
    tokenizer.fit_on_texts(["A b|c"])
    assert tokenizer.word_index == {"A b": 1, "c": 2}
    numbers = one_hot("to be or not to be", 10)
    assert numbers[:2] == numbers[4:] and all(1 <= n < 10 for n in numbers)


def test_timeseries_generator_feeds_fit():
    data = np.sin(np.arange(60) / 5).reshape(-1, 1)
    generator = TimeseriesGenerator(data, data, length=4, batch_size=8)
    assert len(generator) == 7 and generator[6][0].shape == (8, 4, 1)
    np.testing.assert_array_equal(generator[0][0][1, :, 0], data[1:5, 0])
    model = keras.Sequential([keras.Input((4, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    assert model.fit(generator, epochs=1, verbose=0).history["loss"]
    assert '"length": 4' in generator.to_json()
    with pytest.raises(IndexError):
        generator[7]
    with pytest.raises(ValueError, match="smaller `length`"):
        TimeseriesGenerator(data[:3], data[:3], length=3)
    with pytest.raises(ValueError, match="same length"):
        TimeseriesGenerator(data, data[:3], length=3)


def test_timeseries_of_tables_go_by_position():
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"v": np.arange(10.0)}, index=np.arange(100, 110))
    x, y = TimeseriesGenerator(table, table["v"], length=2)[0]
    assert x[0].ravel().tolist() == [0.0, 1.0] and y[0] == 2.0


def test_skipgrams_of_nothing():
    assert skipgrams([0, 0], 5) == ([], [])


def test_sizes_of_iterators_under_their_names_in_keras_1():
    flow = ImageDataGenerator().flow(np.zeros((5, 4, 4, 3)), batch_size=2)
    assert flow.nb_sample == flow.N == flow.n == 5


def test_steps_of_an_epoch_go_beyond_the_end():
    flow = ImageDataGenerator().flow(np.zeros((5, 2, 2, 1)), np.zeros(5), batch_size=2)
    model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    seen = []
    count = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(flow, steps_per_epoch=2, epochs=4, verbose=0, callbacks=[count])
    assert seen == [0, 1] * 4
