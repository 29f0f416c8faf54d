# Tables and series: make_csv_dataset, CsvDataset, windows, generators, zip.
import os
import tempfile

import numpy as np
import tensorflow as tf

path = os.path.join(tempfile.mkdtemp(), "t.csv")
with open(path, "w") as file:
    file.write("age,fare,sex,survived\n22,7.25,male,0\n38,71.5,female,1\n26,7.0,female,1\n35,8.05,male,0\n")
data = tf.data.experimental.make_csv_dataset(path, batch_size=2, label_name="survived", num_epochs=1, shuffle=False)
features, labels = next(iter(data))
packed = data.map(lambda f, y: (tf.stack([tf.cast(f["age"], tf.float32), f["fare"]], axis=-1), y))
rows = tf.data.experimental.CsvDataset(path, [tf.int32, tf.float32, tf.string, 0], header=True)
series = tf.data.Dataset.range(10).window(5, shift=1, drop_remainder=True).flat_map(lambda w: w.batch(5))
series = series.map(lambda w: (w[:-1], w[-1])).batch(2).prefetch(1)


def numbers(stop):
    for i in range(stop):
        yield i, [i, i * 2]


generated = tf.data.Dataset.from_generator(numbers, args=[3], output_types=(tf.int64, tf.float32), output_shapes=((), (2,)))
signed = tf.data.Dataset.from_generator(
    lambda: numbers(2), output_signature=(tf.TensorSpec((), tf.int32), tf.TensorSpec((2,), tf.float32))
)
zipped = tf.data.Dataset.zip((tf.data.Dataset.range(3), tf.data.Dataset.range(3, 6)))
total = tf.data.Dataset.range(5).reduce(np.int64(0), lambda a, b: a + b)
options = tf.data.Options()
options.experimental_deterministic = False
count = tf.data.experimental.cardinality(tf.data.Dataset.range(7).batch(2).with_options(options))
columns = {}
for key, column in features.items():
    columns[key] = [v.decode() if isinstance(v, bytes) else v for v in column.numpy().tolist()]
RESULT = [
    columns,
    labels.numpy().tolist(),
    [x.numpy().tolist() for x, _ in packed],
    [[int(a), float(b), c.numpy().decode(), int(d)] for a, b, c, d in rows],
    [[x.numpy().tolist(), y.numpy().tolist()] for x, y in series.take(2)],
    [[int(i), v.numpy().tolist()] for i, v in generated],
    [int(i) for i, _ in signed],
    [(int(a), int(b)) for a, b in zipped],
    int(total),
    int(count),
    [int(x) for x in tf.data.Dataset.range(6).filter(lambda x: x % 2 == 0)],
]
