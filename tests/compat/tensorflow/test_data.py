"""Datasets out of files, and what tf.data has beside Dataset."""

import numpy as np
import pytest

import minikeras
import minikeras.compat.tensorflow as tf


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b,c\n1,x,0.5\n2,,1.5\n3,z,\n")
    return str(path)


def test_datasets_are_this_librarys():
    assert tf.data.Dataset is minikeras.data.Dataset and tf.data.AUTOTUNE == -1 == tf.data.experimental.AUTOTUNE
    assert isinstance(tf.data.TextLineDataset("nowhere"), tf.data.Dataset)


def test_lines(tmp_path):
    (tmp_path / "a").write_bytes("é\r\nb\n".encode())
    (tmp_path / "b").write_text("c")
    lines = tf.data.TextLineDataset([str(tmp_path / "a"), str(tmp_path / "b")])
    assert [w.numpy().decode() for w in lines] == ["é", "b", "c"]
    names = tf.data.Dataset.list_files(str(tmp_path / "*"), shuffle=False)
    assert [w.numpy() for w in names.interleave(tf.data.TextLineDataset, cycle_length=1)][-1] == b"c"
    assert [w.numpy() for w in tf.data.TextLineDataset(names)] == ["é".encode(), b"b", b"c"]


def test_tables(table):
    rows = tf.data.experimental.CsvDataset(table, [0, "none", [9.0]], header=True)
    assert [(int(a), b.numpy(), float(c)) for a, b, c in rows] == [(1, b"x", 0.5), (2, b"none", 1.5), (3, b"z", 9.0)]
    batches = tf.data.experimental.make_csv_dataset(table, 2, label_name="a", num_epochs=1, shuffle=False)
    (x, y), (last, _) = batches
    assert list(x) == ["b", "c"] and y.numpy().tolist() == [1, 2] and x["b"].numpy().tolist() == [b"x", b""]
    assert last["c"].numpy().tolist() == [0.0] and last["c"].dtype == tf.float32
    chosen = tf.data.experimental.make_csv_dataset(table, 3, select_columns=["c"], shuffle=True)
    assert [b["c"].shape for b in chosen.take(2)] == [(3,), (3,)]
    with pytest.raises(ValueError, match="no default"):
        list(tf.data.experimental.CsvDataset(table, [tf.int32, tf.string, tf.float32], header=True))


def test_older_functions():
    data = tf.data.Dataset.range(4)
    e = tf.data.experimental
    assert int(e.cardinality(data)) == 4 and len(e.assert_cardinality(9)(data)) == 9
    assert [x.tolist() for x in data.apply(e.map_and_batch(lambda x: x + 1, 2))] == [[1, 2], [3, 4]]
    assert sorted(int(x) for x in data.apply(e.shuffle_and_repeat(4, 1))) == [0, 1, 2, 3]
    assert [int(x) for x in e.Counter(2, 3).take(3)] == [2, 5, 8]
    bad = data.map(lambda x: [1, 2][int(x)])
    assert len(list(bad.take(2).apply(e.ignore_errors()))) == 2
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = e.AutoShardPolicy.OFF
    assert data.with_options(options).cardinality() == 4


def test_functions_are_handed_tensors_and_fit_gets_arrays():
    x = np.arange(12, dtype="float32").reshape(4, 3)

    def prepare(x, y):
        x.set_shape([3])
        assert x.get_shape().as_list() == [3] and isinstance(x, tf.Tensor)
        return tf.cast(x, tf.float32) / 12.0, tf.one_hot(y, 2)

    data = tf.data.Dataset.from_tensor_slices((x, [0, 1, 0, 1])).map(prepare).batch(2)
    assert all(type(part) is np.ndarray for part in next(data.as_numpy_iterator()))
    model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(2, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy")
    assert len(model.fit(data, epochs=2, verbose=0).history["loss"]) == 2


def test_python_functions_in_pipelines(tmp_path):
    np.save(tmp_path / "a.npy", np.ones(2))

    def read(path):
        return np.load(path.numpy().decode() if hasattr(path, "numpy") else path.decode()).astype("float32")

    names = tf.data.Dataset.from_tensor_slices([str(tmp_path / "a.npy")])
    for call in (tf.py_function, tf.numpy_function):
        data = names.map(lambda p, call=call: call(read, [p], tf.float32))
        assert next(iter(data)).numpy().tolist() == [1.0, 1.0]


def test_packed_csv_and_plain_iterators(tmp_path):
    import gzip

    path = str(tmp_path / "t.csv.gz")
    with gzip.open(path, "wt") as file:
        file.write("1.0,2\n3.0,4\n")
    rows = tf.data.experimental.CsvDataset(path, [0.0, 0], compression_type="GZIP")
    assert [tuple(float(v) for v in row) for row in rows] == [(1.0, 2.0), (3.0, 4.0)]
    table = tf.data.experimental.make_csv_dataset(path, 2, column_names=["a", "b"], header=False, num_epochs=1, shuffle=False,
                                                  compression_type="GZIP")  # fmt: skip
    assert next(iter(table))["b"].numpy().tolist() == [2, 4]
    assert tf.data.Dataset.range(3).as_numpy_iterator().next() == 0
