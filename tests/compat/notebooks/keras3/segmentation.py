"""A U-shaped net over masks, fed by a PyDataset that several workers could read."""
import numpy as np

import keras
from keras import layers


class Discs(keras.utils.PyDataset):
    def __init__(self, batch_size, count, **kwargs):
        super().__init__(**kwargs)
        self.batch_size, self.count = batch_size, count

    def __len__(self):
        return self.count // self.batch_size

    def __getitem__(self, index):
        rows, columns = np.indices((16, 16))
        centers = [(4 + (index * self.batch_size + i) % 8, 8) for i in range(self.batch_size)]
        masks = np.array([(rows - r) ** 2 + (columns - c) ** 2 < 16 for r, c in centers])[..., None].astype("uint8")
        return np.repeat(masks, 3, axis=-1).astype("float32") * 0.8 + 0.1, masks


def get_model(img_size, num_classes):
    inputs = keras.Input(shape=img_size + (3,))
    x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(inputs)
    previous = x
    x = layers.SeparableConv2D(6, 3, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    x = layers.add([x, layers.Conv2D(6, 1, strides=2, padding="same")(previous)])
    for filters in [6, 4]:
        x = layers.Conv2DTranspose(filters, 3, padding="same", activation="relu")(x)
        x = layers.UpSampling2D(2)(x)
    outputs = layers.Conv2D(num_classes, 3, activation="softmax", padding="same")(x)
    return keras.Model(inputs, outputs)


keras.backend.clear_session()
model = get_model((16, 16), 2)
model.set_weights([0.4 * np.sin(np.arange(w.size) * 1.9 + i).reshape(w.shape) for i, w in enumerate(model.get_weights())])
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(Discs(4, 12), epochs=2, validation_data=Discs(4, 8), shuffle=False, verbose=0)
masks = np.argmax(model.predict(Discs(4, 8), verbose=0), axis=-1)
iou = keras.metrics.MeanIoU(num_classes=2)
iou.update_state(Discs(4, 8)[0][1][..., 0], masks[:4])

RESULT = [*history.history["loss"], *history.history["val_accuracy"]]
EXPECTED = [0.796833, 0.566473, 0.80957, 0.820312]
np.testing.assert_allclose(RESULT, EXPECTED, rtol=1e-3)
assert masks.shape == (8, 16, 16) and 0 <= float(iou.result()) <= 1
