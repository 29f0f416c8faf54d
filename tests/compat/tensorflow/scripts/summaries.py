# Event files by tf.summary, files by tf.io.gfile.
import os
import tempfile

import tensorflow as tf

log_dir = os.path.join(tempfile.mkdtemp(), "logs")
writer = tf.summary.create_file_writer(log_dir)
with writer.as_default():
    for step in range(3):
        tf.summary.scalar("loss", 1.0 / (step + 1), step=step)
    tf.summary.histogram("weights", tf.random.normal([10]), step=0)
    tf.summary.image("pictures", tf.zeros([1, 4, 4, 3]), step=0)
    tf.summary.text("note", "hello", step=0)
writer.flush()
files = tf.io.gfile.listdir(log_dir)
events = sum(1 for _ in tf.data.TFRecordDataset(os.path.join(log_dir, files[0])))
tf.io.gfile.makedirs(os.path.join(log_dir, "a", "b"))
with tf.io.gfile.GFile(os.path.join(log_dir, "a", "x.txt"), "w") as f:
    f.write("one\ntwo\n")
with tf.io.gfile.GFile(os.path.join(log_dir, "a", "x.txt")) as f:
    lines = f.read()
RESULT = [
    len(files),
    "events.out.tfevents" in files[0],
    lines,
    tf.io.gfile.exists(log_dir),
    len(tf.io.gfile.glob(os.path.join(log_dir, "a", "*"))),
    events >= 5,
]
