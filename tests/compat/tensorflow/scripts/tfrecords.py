# TFRecord files: written, read, parsed.
import os
import tempfile

import numpy as np  # noqa: F401
import tensorflow as tf

path = os.path.join(tempfile.mkdtemp(), "data.tfrecord")


def serialize_example(number, name, vector):
    feature = {
        "number": tf.train.Feature(int64_list=tf.train.Int64List(value=[number])),
        "name": tf.train.Feature(bytes_list=tf.train.BytesList(value=[name.encode()])),
        "vector": tf.train.Feature(float_list=tf.train.FloatList(value=vector)),
        "many": tf.train.Feature(int64_list=tf.train.Int64List(value=list(range(number)))),
    }
    return tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()


with tf.io.TFRecordWriter(path) as writer:
    for i in range(4):
        writer.write(serialize_example(i, f"n{i}", [i * 0.5, -1.0]))
description = {
    "number": tf.io.FixedLenFeature([], tf.int64, default_value=0),
    "name": tf.io.FixedLenFeature([], tf.string, default_value=""),
    "vector": tf.io.FixedLenFeature([2], tf.float32),
    "many": tf.io.VarLenFeature(tf.int64),
}
parsed = tf.data.TFRecordDataset([path]).map(lambda p: tf.io.parse_single_example(p, description))
rows = [
    (int(r["number"]), r["name"].numpy(), r["vector"].numpy().tolist(), tf.sparse.to_dense(r["many"]).numpy().tolist())
    for r in parsed
]
example = tf.train.Example()
for raw in tf.data.TFRecordDataset(path).skip(2).take(1):
    example.ParseFromString(raw.numpy())
batches = tf.data.TFRecordDataset(path).batch(2).map(lambda p: tf.io.parse_example(p, description))
dense = [tf.sparse.to_dense(b["many"]).numpy().tolist() for b in batches]
assert rows[2][1] == b"n2"
RESULT = [
    [list(r[:1]) + [r[1].decode()] + list(r[2:]) for r in rows],
    list(example.features.feature["vector"].float_list.value),
    dense,
    os.path.getsize(path),
]
