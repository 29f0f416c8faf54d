# What notebooks ask first: versions, devices, seeds, strategies, loggers.
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

print("TensorFlow version:", tf.__version__)
assert int(tf.__version__.split(".")[0]) >= 2
print("Num GPUs Available: ", len(tf.config.list_physical_devices("GPU")))
gpus = tf.config.experimental.list_physical_devices("GPU")
for gpu in gpus:
    tf.config.experimental.set_memory_growth(gpu, True)
tf.get_logger().setLevel("ERROR")
tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
tf.compat.v1.set_random_seed(1234)
tf.random.set_seed(42)
if tf.test.gpu_device_name() != "/device:GPU:0":
    print("no GPU")
strategy = tf.distribute.MirroredStrategy() if gpus else tf.distribute.get_strategy()
with strategy.scope():
    model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
    model.compile("sgd", "mse")
with tf.device("/CPU:0"):
    a = tf.constant([[1.0, 2.0], [3.0, 4.0]])
print("GPU is", "available" if tf.config.list_physical_devices("GPU") else "NOT AVAILABLE")
tf.keras.backend.clear_session()
tf.debugging.assert_equal(a, a)
assert tf.executing_eagerly() and not tf.test.is_built_with_cuda() or gpus
tf.config.run_functions_eagerly(True)
x = tf.Variable(np.zeros((2, 2)), dtype=tf.float32)
x[0, 1].assign(5.0) if False else x.assign_add([[0.0, 5.0], [0.0, 0.0]])
tensor = tf.constant([[1, 2, 3], [4, 5, 6]])
try:
    tf.matmul(tf.ones([2, 3]), tf.ones([2, 3]))
except tf.errors.InvalidArgumentError:
    print("shapes don't fit")
parts = [
    tensor.shape,
    tensor.shape[0],
    len(tensor),
    tensor.dtype == tf.int32,
    tensor[0, 1].numpy(),
    int(tensor[1, 2]),
    tensor[:, tf.newaxis].shape.as_list(),
]
RESULT = [
    list(parts[0]),
    *map(int, parts[1:6]),
    parts[6],
    f"{tf.reduce_mean(tf.cast(tensor, tf.float32)):.2f}",
    np.sum(tensor).item(),
    [int(t) for row in tensor for t in row],
    x.numpy().tolist(),
    float(np.mean(a)),
    (a @ a).numpy().tolist(),
    (2 * a + 1 - a / 2).numpy().tolist(),
    tf.rank(a).numpy().item(),
]
