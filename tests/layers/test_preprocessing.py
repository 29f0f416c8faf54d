"""What the layers for numbers, categories, text and sound do beyond the golden numbers in tests/parity."""

import copy
import pickle

import numpy as np
import pytest

import minikeras as keras
from minikeras.layers import (
    CategoryEncoding,
    Discretization,
    HashedCrossing,
    Hashing,
    IntegerLookup,
    MelSpectrogram,
    Normalization,
    Pipeline,
    RandomFlip,
    Rescaling,
    STFTSpectrogram,
    StringLookup,
    TextVectorization,
)

TABLE = np.random.RandomState(0).normal(3, 2, (50, 3))
TEXTS = ["the sun shines", "the moon", "moon light the"]


# -- numbers ---------------------------------------------------------------------------------------------------------


def test_normalization_learns_the_same_from_an_array_from_batches_and_from_a_dataset():
    whole, batches, dataset, pairs = (Normalization(dtype="float64") for _ in range(4))
    whole.adapt(TABLE)
    batches.adapt([TABLE[:20], TABLE[20:25], TABLE[25:]])
    dataset.adapt(keras.data.Dataset.from_tensor_slices(TABLE).batch(7))
    pairs.adapt((TABLE[i : i + 10], np.zeros(10)) for i in range(0, 50, 10))
    for layer in (whole, batches, dataset, pairs):
        np.testing.assert_allclose(layer.mean, TABLE.mean(0, keepdims=True))
        np.testing.assert_allclose(layer.variance, TABLE.var(0, keepdims=True))
    y = whole(TABLE)
    np.testing.assert_allclose([y.mean(), y.std()], [0, 1], atol=1e-12)


def test_normalization_keeps_three_weights_in_keras_order():
    layer = Normalization()
    layer.adapt(TABLE)
    assert [v.name for v in layer.weights] == ["mean", "variance", "count"]
    assert [str(v.dtype) for v in layer.weights] == ["float32", "float32", "int32"]
    assert layer.trainable_weights == []
    twin = Normalization.from_config(layer.get_config())
    twin.build((None, 3))
    twin.set_weights(layer.get_weights())
    np.testing.assert_array_equal(twin(TABLE), layer(TABLE))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(layer))(TABLE), layer(TABLE))


def test_normalization_of_one_feature_given_flat():
    layer = Normalization(input_shape=(1,), axis=None)
    layer.adapt(np.array([1.0, 3.0]))
    model = keras.Sequential([layer, keras.layers.Dense(1, kernel_initializer="ones")])
    np.testing.assert_allclose(model.predict(np.array([[2.0], [4.0]]), verbose=0), [[0.0], [2.0]])


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: Normalization(mean=1.0), "both `mean` and `variance`"),
        (lambda: Normalization(mean=[1.0], variance=[1.0, 2.0]), "same shape"),
        (lambda: Normalization(axis=3).build((None, 2)), "does not fit"),
        (lambda: Normalization(axis=1).build((None, None, 2)), "known size of axis 1"),
        (lambda: Normalization().adapt([]), "no data"),
        (lambda: Normalization(mean=0.0, variance=1.0).adapt(TABLE), "can't be adapted"),
    ],
)
def test_normalization_says_what_is_wrong(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_normalization_refuses_data_of_another_width():
    layer = Normalization()
    layer.adapt(TABLE)
    with pytest.raises(ValueError, match="was built for"):
        layer.adapt(TABLE[:, :2])


def test_rescaling_has_a_gradient_inside_a_model():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2), Rescaling(0.5, 1.0), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    before = model.layers[0].get_weights()[0]
    model.fit(np.ones((4, 2)), np.ones(4), verbose=0)
    assert np.any(model.layers[0].get_weights()[0] != before)


def test_discretization_learns_from_batches_and_keeps_its_boundaries_in_the_config():
    layer = Discretization(num_bins=4, epsilon=0.01)
    layer.adapt(np.arange(100.0)[i : i + 10] for i in range(0, 100, 10))
    np.testing.assert_allclose(layer.bin_boundaries, [25, 50, 75], atol=2)
    twin = Discretization.from_config(layer.get_config())
    assert twin.bin_boundaries == layer.bin_boundaries and twin.num_bins == 4
    assert layer([[0.0, 99.0]]).tolist() == [[0, 3]]


@pytest.mark.parametrize(
    "arguments, message",
    [({}, "needs either"), ({"num_bins": 3, "bin_boundaries": [1.0]}, "needs either"), ({"num_bins": -1}, "num_bins")],
)
def test_discretization_wants_bins_or_boundaries(arguments, message):
    with pytest.raises(ValueError, match=message):
        Discretization(**arguments)
    with pytest.raises(ValueError, match="no boundaries yet"):
        Discretization(num_bins=2)([1.0])


# -- categories ------------------------------------------------------------------------------------------------------


def test_category_encoding_of_one_sample_and_with_weights():
    assert CategoryEncoding(3)([2, 0]).tolist() == [1.0, 0.0, 1.0]
    layer = CategoryEncoding(3, output_mode="count")
    assert layer([[0, 0, 1]], count_weights=[[1.0, 2.0, 0.5]]).tolist() == [[3.0, 0.5, 0.0]]
    with pytest.raises(ValueError, match="count_weights"):
        CategoryEncoding(3)([[0]], count_weights=[[1.0]])
    with pytest.raises(ValueError, match="needs num_tokens"):
        CategoryEncoding()


def test_lookup_in_front_of_a_model():
    lookup = StringLookup(vocabulary=["red", "green"], output_mode="one_hot")
    colours = np.array([["red"], ["green"], ["blue"]])
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, kernel_initializer="ones")])
    assert model.predict(lookup(colours), verbose=0).ravel().tolist() == [1.0, 1.0, 1.0]


def test_learned_vocabularies_are_ordered_by_frequency_then_backwards():
    layer = StringLookup()
    layer.adapt(["b", "a", "c", "c"])
    assert layer.get_vocabulary() == ["[UNK]", "c", "b", "a"]
    assert layer.get_vocabulary(include_special_tokens=False) == ["c", "b", "a"] and layer.vocabulary_size() == 4


def test_inverting_gives_the_strings_back():
    words = StringLookup(vocabulary=["a", "b"], mask_token="")
    back = StringLookup(vocabulary=words.get_vocabulary(), mask_token="", invert=True)
    assert back(words(["b", "", "q"])).tolist() == ["b", "", "[UNK]"]


def test_bytes_arrays_and_series_come_in():
    layer = StringLookup(vocabulary=["a", "é"])
    assert layer(np.array(["é".encode(), b"a"])).tolist() == [2, 1]
    assert layer(np.array(["a", "x"], object)).tolist() == [1, 0]
    assert layer("a").shape == ()
    pandas = pytest.importorskip("pandas")
    assert layer(pandas.Series(["a", "é"])).tolist() == [1, 2]


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: StringLookup(vocabulary=["a", "a"]), "repeated terms: \\['a'\\]"),
        (lambda: StringLookup(vocabulary=[]), "empty vocabulary"),
        (lambda: StringLookup(vocabulary=["a", ""], mask_token=""), "mask token '' at an unexpected place"),
        (lambda: StringLookup(vocabulary=["a", "b"], max_tokens=2), "larger than allowed: 3 tokens"),
        (lambda: StringLookup(max_tokens=1), "greater than 1"),
        (lambda: StringLookup(pad_to_max_tokens=True), "needs `max_tokens`"),
        (lambda: StringLookup(output_mode="tf_idf", vocabulary=["a"]), "needs `idf_weights`"),
        (lambda: StringLookup(idf_weights=[1.0]), "only go with"),
        (lambda: StringLookup(invert=True, output_mode="count"), "must be 'int' when `invert`"),
        (lambda: StringLookup(num_oov_indices=0, vocabulary=["a"])(["b"]), "got \\['b'\\]"),
        (lambda: StringLookup(output_mode="count")(["a"]), "no vocabulary yet"),
        (lambda: StringLookup(vocabulary=["a"]).adapt(["b"]), "was given its vocabulary"),
        (lambda: StringLookup(vocabulary="/nowhere/words.txt"), "does not exist"),
        (lambda: StringLookup(sparse=True), "sparse"),
        (lambda: StringLookup(output_mode="sum"), "Invalid `output_mode` 'sum'"),
        (lambda: StringLookup.from_config({"vocabulary": "/etc/passwd"}), "is not read"),
        (lambda: TextVectorization.from_config({"vocabulary": "/etc/passwd"}), "not read"),
        (lambda: IntegerLookup(salt=3), "farmhash"),
        (lambda: TextVectorization(ngrams="two"), "`ngrams`"),
        (lambda: TextVectorization(standardize="upper"), "Unknown `standardize` 'upper'"),
        (lambda: TextVectorization(output_mode="count", output_sequence_length=3), "output_sequence_length"),
        (lambda: TextVectorization(ragged=True), "ragged"),
        (lambda: TextVectorization(vocabulary=["a"])([["a", "b"]]), "shape \\(batch,\\)"),
        (lambda: Hashing(0), "positive integer"),
        (lambda: Hashing(2, dtype="float32"), "int32 or int64"),
        (lambda: Hashing(2, salt=[1]), "size 2"),
        (lambda: HashedCrossing(3)(["a"]), "at least two inputs"),
        (lambda: HashedCrossing(3)((np.ones(2), np.ones(2))), "integer or string"),
        (lambda: HashedCrossing(3)((["a"], ["b", "c"])), "equal shape"),
    ],
)
def test_messages(make, message):
    with pytest.raises((ValueError, RuntimeError), match=message):
        make()


def test_vocabulary_file(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("eins\nzwei\n", encoding="utf-8")
    assert StringLookup(vocabulary=str(path))(["zwei", "drei"]).tolist() == [2, 0]
    layer = StringLookup()
    layer.set_vocabulary(str(path))
    assert layer.get_vocabulary() == ["[UNK]", "eins", "zwei"] and layer.get_config()["vocabulary"] is None


@pytest.mark.parametrize(
    "make, data",
    [
        (lambda: StringLookup(mask_token=""), [["b", "a"], ["é", "a"]]),
        (lambda: IntegerLookup(num_oov_indices=2), [[5, 3], [3, 9]]),
        (lambda: StringLookup(output_mode="tf_idf"), [["b", "a"], ["c", "a"]]),
        (lambda: TextVectorization(output_sequence_length=3), TEXTS),
        (lambda: TextVectorization(output_mode="tf_idf", max_tokens=9, pad_to_max_tokens=True), TEXTS),
    ],
)
def test_what_was_learned_goes_through_assets_and_copies(make, data, tmp_path):
    layer, store = make(), {}
    layer.adapt(data)
    layer.save_assets(str(tmp_path))
    layer.save_own_variables(store)
    twin = type(layer).from_config(layer.get_config())
    twin.load_own_variables(store)
    twin.load_assets(str(tmp_path))
    for again in (twin, copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert again.get_vocabulary() == layer.get_vocabulary()
        np.testing.assert_allclose(again(data), layer(data))
    assert set(store) == ({"idf_weights"} if "tf_idf" in str(layer.get_config()) else set())


def test_a_given_vocabulary_stands_in_the_config_and_in_no_file(tmp_path):
    layer = StringLookup(vocabulary=["a", "b"])
    layer.save_assets(str(tmp_path))
    assert list(tmp_path.iterdir()) == [] and layer.get_config()["vocabulary"] == ["a", "b"]


# -- text ------------------------------------------------------------------------------------------------------------


def test_text_vectorization_learns_from_datasets_and_generators():
    layers = [TextVectorization() for _ in range(3)]
    layers[0].adapt(TEXTS)
    layers[1].adapt(keras.data.Dataset.from_tensor_slices(TEXTS).batch(2))
    layers[2].adapt((t, 0) for t in ([TEXTS[0]], TEXTS[1:]))
    assert all(layer.get_vocabulary() == ["", "[UNK]", "the", "moon", "sun", "shines", "light"] for layer in layers)


def test_functions_for_standardizing_and_splitting():
    layer = TextVectorization(
        standardize=lambda texts: np.char.replace(texts, "-", " "), split=lambda texts: [t.split() for t in texts]
    )
    layer.adapt(["a-b c"])
    assert sorted(layer.get_vocabulary()) == ["", "[UNK]", "a", "b", "c"]


def test_text_of_any_shape():
    layer = TextVectorization(vocabulary=["a", "b"], output_sequence_length=3)
    assert layer("a b").tolist() == [2, 3, 0]
    assert layer([["a b"], ["z"]]).tolist() == [[2, 3, 0], [1, 0, 0]]
    assert layer([]).shape == (0, 3)
    assert layer.compute_output_shape((None, 1)) == (None, 3)


def test_a_model_from_text_to_classes():
    vectorize = TextVectorization(output_mode="multi_hot")
    vectorize.adapt(TEXTS)
    model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    data = keras.data.Dataset.from_tensor_slices((TEXTS, [1, 0, 0])).batch(2).map(lambda x, y: (vectorize(x), y))
    history = model.fit(data, epochs=2, verbose=0)
    assert len(history.history["loss"]) == 2


# -- sound -----------------------------------------------------------------------------------------------------------


def test_a_tone_is_loud_where_its_pitch_is():
    time = np.arange(4000) / 8000
    layer = MelSpectrogram(fft_length=256, sequence_stride=128, sampling_rate=8000, num_mel_bins=20)
    low, high = (np.argmax(layer(np.sin(2 * np.pi * f * time))[:, 10]) for f in (300, 3000))
    assert low < high
    assert layer.compute_output_shape((None, 4000)) == (None, *layer(time[None]).shape[1:])
    with pytest.raises(ValueError, match="at least `sequence_length`"):
        MelSpectrogram(fft_length=8, sequence_length=16)
    with pytest.raises(ValueError, match="Unknown window"):
        MelSpectrogram(window="triangle")


def test_stft_angle_and_messages():
    x = np.random.RandomState(0).normal(size=(1, 64, 1))
    frames = np.lib.stride_tricks.sliding_window_view(x[0, :, 0], 16)[::8]
    layer = STFTSpectrogram("angle", frame_length=16, window=None, scaling=None)
    y = np.asarray(layer(x))[0]
    np.testing.assert_allclose(np.exp(1j * y), np.exp(1j * np.angle(np.fft.rfft(frames))), atol=1e-4)
    wrong = [({"mode": "dB"}, "mode"), ({"frame_step": 500}, "frame_step"), ({"fft_length": 8}, "fft_length")]
    for arguments, message in wrong:
        with pytest.raises(ValueError, match=message):
            STFTSpectrogram(**arguments)
    with pytest.warns(UserWarning, match="power of two"):
        STFTSpectrogram(frame_length=8, fft_length=12)
    with pytest.raises(ValueError, match="at least frame_length"):
        STFTSpectrogram(frame_length=100)(x)


# -- pipeline --------------------------------------------------------------------------------------------------------


def test_pipeline_of_text_of_images_and_in_a_model():
    text = Pipeline([TextVectorization(vocabulary=["a", "b"], output_sequence_length=2), CategoryEncoding(4)])
    assert text(["a b", "z"]).tolist() == [[0.0, 0.0, 1.0, 1.0], [1.0, 1.0, 0.0, 0.0]]
    images = Pipeline([RandomFlip(seed=0), Rescaling(1 / 255)])
    x = np.arange(24.0).reshape(2, 2, 2, 3)
    np.testing.assert_allclose(images(x, training=False), x / 255, rtol=1e-6)
    assert np.any(images(x) != x.astype("float32") / 255)
    config = images.get_config()
    assert [c["class_name"] for c in config["layers"]] == ["RandomFlip", "Rescaling"]
    assert Pipeline.from_config(config).get_config() == config
    model = keras.Sequential([keras.Input((2, 2, 3)), images, keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    assert model.fit(x, np.ones(2), verbose=0).history["loss"]
    with pytest.raises(ValueError, match="list of layers"):
        Pipeline("RandomFlip")


@pytest.mark.parametrize("width", [1, 4])
def test_normalization_is_not_called_on_another_width(width):
    layer = Normalization(name="n")
    layer.adapt(TABLE)
    assert layer(TABLE[0]).shape == (1, 3) and layer(TABLE.reshape(5, 10, 3)).shape == (5, 10, 3)
    message = rf"'n' \(Normalization\) was built for inputs whose axis -1 has size 3, got shape \(\w+, {width}\)"
    for x in (np.ones((2, width)), keras.Input((width,))):
        with pytest.raises(ValueError, match=message):
            layer(x)


def test_numbers_that_no_category_has_are_refused():
    for mode in ("one_hot", "multi_hot", "count"):
        layer = keras.layers.CategoryEncoding(3, output_mode=mode)
        for wrong in (-1, 3):
            with pytest.raises(ValueError, match=r"takes numbers from 0 to 2 \(num_tokens=3\), got some from"):
                layer(np.array([0, wrong]))
        assert layer(np.zeros((0, 2), int)).shape[-1] == 3


def test_letters_are_no_integers():
    for make in (
        lambda: keras.layers.IntegerLookup(vocabulary=["a"]),
        lambda: keras.layers.IntegerLookup(vocabulary=[1])(np.array(["a"])),
        lambda: keras.layers.IntegerLookup().adapt(np.array(["a"])),
    ):
        with pytest.raises(ValueError, match=r"\(IntegerLookup\) knows whole numbers, .* got '?.*a'.* up by StringLookup"):
            make()


@pytest.mark.parametrize("wrong", [{"window": "unknowable"}, {"scaling": "l2"}])
def test_windows_and_scalings_are_refused_when_the_layer_is_made(wrong):
    with pytest.raises(ValueError, match=f"`{next(iter(wrong))}` of STFT"):
        keras.layers.STFTSpectrogram(**wrong)


def test_mean_and_variance_of_batches_with_targets():
    x = np.arange(12.0).reshape(6, 2)
    layer = keras.layers.Normalization()
    layer.adapt([(x[:4], np.zeros(4)), (x[4:], np.zeros(2))])
    np.testing.assert_allclose(layer(x).mean(0), [0.0, 0.0], atol=1e-6)


class Masked(keras.layers.Layer):
    """A user's layer that notes the mask that it got."""

    def call(self, x, mask=None):
        self.seen = mask is not None
        return x


def test_a_pipeline_hands_a_mask_on():
    first, plain, last = Masked(), keras.layers.Rescaling(2.0), Masked()
    y = keras.layers.Pipeline([first, plain, last])(np.ones((1, 2)), mask=np.array([[True, False]]))
    assert first.seen and last.seen and y.tolist() == [[2.0, 2.0]]


@pytest.mark.parametrize("dtype", [None, "int64", "int32", "float32", "float64"])
def test_the_type_of_the_output_is_not_that_of_the_input(dtype):
    layer = Discretization([-0.5, 0.25, 1.5], dtype=dtype)
    x = np.array([[-0.7, 0.2, 0.3, 1.6]], "float32")
    assert layer(x).tolist() == [[0, 1, 2, 3]] and layer(np.array([[-1, 0, 1, 2]])).tolist() == [[0, 1, 2, 3]]
    model = keras.Sequential([keras.Input((4,)), layer])
    assert model.predict(x, verbose=0).tolist() == [[0, 1, 2, 3]]


def test_weights_in_files_of_keras_2_have_a_number_for_a_name():
    layer = StringLookup(vocabulary=["a", "b"], idf_weights=[0.3, 0.7], output_mode="tf_idf")
    layer.load_own_variables({"0": np.array([0.5, 0.25, 0.75], "float32")})
    assert layer.idf_weights.tolist() == [0.5, 0.25, 0.75]
    with pytest.raises(ValueError, match=r"'string_lookup.*weights of shape \(2,\) for 3 tokens"):
        layer.load_own_variables({"idf_weights": np.ones(2)})


def test_what_was_learned_as_arguments():
    layer = StringLookup(output_mode="tf_idf")
    assert layer.learned_arguments() == {}
    layer.adapt(["a b".split(), "a c".split()])
    other = StringLookup(output_mode="tf_idf", **layer.learned_arguments())
    assert other.get_vocabulary() == layer.get_vocabulary() and other.learned_arguments() == {}
    np.testing.assert_allclose(other.idf_weights, layer.idf_weights)
