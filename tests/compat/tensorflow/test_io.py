"""Files, records, examples."""

import numpy as np
import pytest

import minikeras.compat.tensorflow as tf

WRITTEN_BY_TENSORFLOW = (
    "0a320a140a0161120f1a0d0a0b03ffffffffffffffffff010a0d0a0162120812060a040000803f0a0b0a016312060a040a02"
    "7879"
)


def test_gfile(tmp_path):
    g, a = tf.io.gfile, str(tmp_path / "d" / "a.txt")
    g.makedirs(str(tmp_path / "d"))
    with g.GFile(a, "w") as f:
        f.write("one\ntwo\n")
    assert g.GFile(a, "rb").read() == b"one\ntwo\n" and [line for line in g.GFile(a)] == ["one\n", "two\n"]
    assert g.exists(a) and g.isdir(str(tmp_path)) and g.listdir(str(tmp_path / "d")) == ["a.txt"] and g.stat(a).length == 8
    assert g.glob(str(tmp_path / "*" / "*.txt")) == [a] and tf.compat.v1.gfile.Exists(a) and tf.gfile.Exists(a)
    g.copy(a, a + "2")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        g.copy(a, a + "2")
    g.rename(a + "2", a + "3")
    g.remove(a + "3")
    g.rmtree(str(tmp_path / "d"))
    assert not g.exists(a)
    with pytest.raises(ValueError, match="files of this machine"):
        g.exists("gs://bucket/a")


def test_records_hold_any_bytes(tmp_path):
    path = str(tmp_path / "r.tfrecord")
    data = [b"\x00\x00", b"\xff" * 300, b"", "é".encode()]
    with tf.io.TFRecordWriter(path) as writer:
        for d in data:
            writer.write(d)
    assert [r.numpy() for r in tf.data.TFRecordDataset(path)] == data
    assert [w for b in tf.data.TFRecordDataset(path).batch(2) for w in b.numpy()] == data
    zipped = str(tmp_path / "z")
    with tf.io.TFRecordWriter(zipped, options="GZIP") as writer:
        writer.write(b"abc")
    assert next(iter(tf.data.TFRecordDataset(zipped, compression_type="GZIP"))).numpy() == b"abc"
    (tmp_path / "cut").write_bytes((tmp_path / "r.tfrecord").read_bytes()[:-3])
    with pytest.raises(ValueError, match="cut off"):
        list(tf.data.TFRecordDataset(str(tmp_path / "cut")))


def test_the_bytes_of_an_example_are_tensorflows():
    example = tf.train.Example(features=tf.train.Features(feature={
        "b": tf.train.Feature(float_list=tf.train.FloatList(value=[1.0])),
        "a": tf.train.Feature(int64_list=tf.train.Int64List(value=[3, -1])),
        "c": tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"xy"])),
    }))  # fmt: skip
    data = example.SerializeToString()
    assert data.hex() == WRITTEN_BY_TENSORFLOW
    assert tf.train.Example.FromString(data) == example and tf.train.Example.FromString(data).features.feature["b"].kind


def test_parsing_says_what_is_missing():
    data = tf.train.Example(features=tf.train.Features(feature={})).SerializeToString()
    with pytest.raises(ValueError, match="Feature: x .*required"):
        tf.io.parse_single_example(data, {"x": tf.io.FixedLenFeature([1], tf.float32)})
    assert tf.io.parse_single_example(data, {"x": tf.io.FixedLenFeature([2], tf.int64, 7)})["x"].numpy().tolist() == [7, 7]
    assert tf.io.parse_single_example(data, {"x": tf.io.VarLenFeature(tf.string)})["x"].shape == (0,)


def test_sequence_examples():
    feature = tf.train.Feature(int64_list=tf.train.Int64List(value=[1, 2]))
    example = tf.train.SequenceExample(
        context=tf.train.Features(feature={"n": feature}),
        feature_lists=tf.train.FeatureLists(feature_list={"steps": tf.train.FeatureList(feature=[feature, feature])}),
    )
    context, steps = tf.io.parse_single_sequence_example(
        example.SerializeToString(),
        {"n": tf.io.FixedLenFeature([2], tf.int64)},
        {"steps": tf.io.FixedLenSequenceFeature([2], tf.int64)},
    )
    assert context["n"].numpy().tolist() == [1, 2] and steps["steps"].shape == (2, 2)


def test_tensors_as_bytes():
    for x in (np.arange(6).reshape(2, 3), np.array(1.5, "float32"), np.array([True, False])):
        assert np.array_equal(tf.io.parse_tensor(tf.io.serialize_tensor(x), x.dtype), x)
    assert tf.io.parse_tensor(tf.io.serialize_tensor(["a", "b"]), tf.string).numpy().tolist() == [b"a", b"b"]
    assert np.array_equal(tf.make_ndarray(tf.make_tensor_proto([1.0, 2.0])), [1.0, 2.0])


def test_columns_of_lines():
    a, b = tf.io.decode_csv(["1,x", "2,"], [0, "none"])
    assert a.numpy().tolist() == [1, 2] and b.numpy().tolist() == [b"x", b"none"]
    with pytest.raises(ValueError, match="required but missing"):
        tf.io.decode_csv(",x", [tf.float32, tf.string])
    with pytest.raises(ValueError, match="expect 1 fields but have 2"):
        tf.io.decode_csv("1,2", [0])


def test_an_empty_default_of_a_column_stands_for_its_type():
    defaults = [0, tf.constant([]), tf.constant([], dtype=tf.float64), tf.constant([], dtype=tf.string)]
    fields = tf.io.decode_csv("1,2,3.5,a", defaults)
    assert [f.numpy() for f in fields] == [1, 2.0, 3.5, b"a"] and fields[2].dtype == tf.float64
    with pytest.raises(tf.errors.InvalidArgumentError, match="field 1 is required"):
        tf.io.decode_csv("1,", [0, tf.constant([])])
