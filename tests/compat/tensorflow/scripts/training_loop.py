# A custom training loop: GradientTape, tf.data, tf.function, metrics, a fixed start. Same numbers as in TensorFlow.
import numpy as np
import tensorflow as tf

rng = np.random.RandomState(0)
x = rng.randn(60, 4).astype("float32")
y = (x @ np.array([1.0, -2.0, 0.5, 3.0], "float32") > 0).astype("int64")
model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(5, activation="relu"), tf.keras.layers.Dense(2)])
weights = [rng.randn(*w.shape).astype("float32") * 0.3 for w in model.get_weights()]
model.set_weights(weights)
loss_object = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = tf.keras.optimizers.Adam(learning_rate=0.05)
train_loss = tf.keras.metrics.Mean(name="train_loss")
train_accuracy = tf.keras.metrics.SparseCategoricalAccuracy(name="train_accuracy")


@tf.function
def train_step(images, labels):
    with tf.GradientTape() as tape:
        predictions = model(images, training=True)
        loss = loss_object(labels, predictions)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    train_loss(loss)
    train_accuracy(labels, predictions)


losses = []
for epoch in range(3):
    for images, labels in tf.data.Dataset.from_tensor_slices((x, y)).batch(20):
        train_step(images, labels)
    losses.append(float(train_loss.result()))
    print(f"Epoch {epoch + 1}, Loss: {train_loss.result():.4f}, Accuracy: {train_accuracy.result() * 100:.2f}")
    getattr(train_loss, "reset_state", None)()
    train_accuracy.reset_state()
RESULT = losses
