"""Words, a category and numbers in, a class and a number out; a dict each way, through tf.data."""
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

n = 24
rows = {
    "title": np.array([[i % 7, i % 5, 0] for i in range(n)], "int32"),
    "kind": np.array(["bug", "wish", "question"] * 8, dtype=object)[:, None],
    "size": np.linspace(0, 1, n).astype("float32")[:, None],
}
targets = {"team": np.arange(n) % 2, "hours": (rows["size"][:, 0] * 3).astype("float32")}

title = keras.Input(shape=(None,), name="title", dtype="int32")
kind = keras.Input(shape=(1,), name="kind", dtype=tf.string)
size = keras.Input(shape=(1,), name="size")
lookup = layers.StringLookup(vocabulary=["bug", "wish"], output_mode="one_hot")
words = layers.GlobalMaxPooling1D()(layers.Embedding(8, 3, name="words")(title))
x = layers.concatenate([words, lookup(kind), size])
x = layers.Dense(5, activation="relu", name="joint")(x)
team = layers.Dense(2, activation="softmax", name="team")(x)
hours = layers.Dense(1, name="hours")(x)
model = keras.Model(inputs=[title, kind, size], outputs=[team, hours])
model.set_weights([0.4 * np.sin(np.arange(w.size) + 0.5).reshape(w.shape) for w in model.get_weights()])
model.compile(
    optimizer=keras.optimizers.SGD(0.05), loss={"team": "sparse_categorical_crossentropy", "hours": "mse"},
    loss_weights={"team": 1.0, "hours": 0.2}, metrics={"team": ["accuracy"]},
)
dataset = tf.data.Dataset.from_tensor_slices((rows, targets)).batch(8)
history = model.fit(dataset, epochs=2, verbose=0)
answers = model.predict({name: values[:4] for name, values in rows.items()}, verbose=0)

RESULT = [*history.history["loss"], *history.history["team_accuracy"], *history.history["hours_loss"], *answers[1][:, 0]]
EXPECTED = [1.04873, 1.00426, 0.5, 0.5, 1.7642, 1.54553, 0.790624, 0.977394, 0.451943, 0.801517]
np.testing.assert_allclose(RESULT, EXPECTED, rtol=3e-4)
assert answers[0].shape == (4, 2) and lookup([["bug"], ["other"]]).numpy().tolist() == [[0, 1, 0], [1, 0, 0]]
