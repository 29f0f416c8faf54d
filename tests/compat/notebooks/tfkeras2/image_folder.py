"""Pictures in one folder per class, read, augmented and told apart."""
import pathlib
import tempfile

import numpy as np
import PIL.Image
import tensorflow as tf

AUTOTUNE = tf.data.AUTOTUNE
data_dir = pathlib.Path(tempfile.mkdtemp()) / "tiles"
rng = np.random.RandomState(1)
for number, name in enumerate(["brick", "marble", "slate"]):
    (data_dir / name).mkdir(parents=True)
    for i in range(8):
        tile = rng.randint(0, 60, (20, 18, 3)) + 60 * number
        PIL.Image.fromarray(tile.astype("uint8")).save(data_dir / name / f"{i}.png")
image_count = len(list(data_dir.glob("*/*.png")))

options = dict(validation_split=0.25, seed=123, image_size=(16, 16), batch_size=6)
train_ds = tf.keras.preprocessing.image_dataset_from_directory(data_dir, subset="training", **options)
val_ds = tf.keras.preprocessing.image_dataset_from_directory(data_dir, subset="validation", **options)
class_names = train_ds.class_names
num_classes = len(class_names)

for image_batch, labels_batch in train_ds.take(1):
    print(image_batch.shape, labels_batch.shape, image_batch[0].numpy().astype("uint8").max())

train_ds = train_ds.cache().shuffle(100).prefetch(buffer_size=AUTOTUNE)
val_ds = val_ds.cache().prefetch(buffer_size=AUTOTUNE)

data_augmentation = tf.keras.Sequential([
    tf.keras.layers.RandomFlip("horizontal", input_shape=(16, 16, 3)),
    tf.keras.layers.RandomRotation(0.1),
    tf.keras.layers.RandomZoom(0.1),
])
model = tf.keras.Sequential([
    data_augmentation,
    tf.keras.layers.Rescaling(1. / 255),
    tf.keras.layers.Conv2D(8, 3, padding="same", activation="relu"),
    tf.keras.layers.GlobalAveragePooling2D(),
    tf.keras.layers.Dense(num_classes),
])
model.compile(
    optimizer=tf.keras.optimizers.Adam(0.03), loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
history = model.fit(train_ds, validation_data=val_ds, epochs=2, verbose=0)

picture = tf.keras.preprocessing.image.load_img(data_dir / "slate" / "0.png", target_size=(16, 16))
array = tf.expand_dims(tf.keras.preprocessing.image.img_to_array(picture), 0)
score = tf.nn.softmax(model.predict(array, verbose=0)[0])
print("{} with {:.1f} percent".format(class_names[np.argmax(score)], 100 * np.max(score)))

val_images = np.concatenate([images.numpy() for images, _ in val_ds])
assert (image_count, num_classes, list(class_names)) == (24, 3, ["brick", "marble", "slate"])
assert int(tf.data.experimental.cardinality(val_ds)) == 1 and val_images.shape == (6, 16, 16, 3)
assert len(history.history["val_accuracy"]) == 2 and history.history["loss"][1] < history.history["loss"][0] + 0.5
np.testing.assert_allclose(np.sum(score), 1.0, rtol=1e-5)
