"""ReLU against tanh in a convolutional net: the training error per epoch, on handwritten digits.

One sees, left, that the same net learns in fewer epochs with ReLU than with tanh (the lecture's figure); in the middle the
filters that the first layer has learnt; right what three of them make of one digit: the feature maps.
"""

import numpy as np
from _picture import BLUE, ORANGE, panels, show
from sklearn.datasets import load_digits

import minikeras as keras
from minikeras.layers import Conv2D, Dense, Flatten, MaxPooling2D

digits = load_digits()
x, y = digits.images[..., None].astype("float32"), digits.target  # pixels from 0 to 16, as they come
x_train, y_train, x_test, y_test = x[:1200], y[:1200], x[1200:], y[1200:]
EPOCHS = 10


def train(activation):
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            Conv2D(16, 3, padding="same", activation=activation, input_shape=(8, 8, 1), name="filters"),
            Conv2D(8, 3, padding="same", activation=activation),
            MaxPooling2D(2),
            Flatten(),
            Dense(10, activation="softmax"),
        ]
    )
    optimizer = keras.optimizers.SGD(0.01)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x_train, y_train, batch_size=32, epochs=EPOCHS, verbose=0).history
    error = 1 - np.array(history["accuracy"])
    accuracy = model.evaluate(x_test, y_test, verbose=0)[1]
    print(
        f"{activation}: training error {error[0]:.1%} in epoch 1, {error[-1]:.1%} in epoch {EPOCHS}; "
        f"test accuracy {accuracy:.1%}"
    )
    return model, error


(relu, relu_error), (tanh, tanh_error) = train("relu"), train("tanh")
target = 0.25
first = {name: int(np.argmax(error < target)) + 1 if error.min() < target else EPOCHS + 1
         for name, error in (("relu", relu_error), ("tanh", tanh_error))}  # fmt: skip
print(f"epochs until the training error is below {target:.0%}: {first}")

figure, [[left, middle, right]] = panels(4.6, 3.0, 3.6, height=3.6)
epochs = np.arange(1, EPOCHS + 1)
left.plot(epochs, 100 * tanh_error, color=ORANGE, marker="o", markersize=4, linestyle="--", label="tanh")
left.plot(epochs, 100 * relu_error, color=BLUE, marker="s", markersize=4, label="ReLU")
left.axhline(100 * target, color="#777777", linewidth=1, linestyle=":")
left.set(title="training error, same net", xlabel="epoch", ylabel="error in %", ylim=(0, None), xticks=epochs[1::2])
left.legend()


def tiles(ax, images, columns, title, cmap):
    """Small pictures side by side."""
    rows = -(-len(images) // columns)
    side = images.shape[1]
    sheet = np.full((rows * (side + 1) - 1, columns * (side + 1) - 1), np.nan)
    for i, image in enumerate(images):
        top, start = (side + 1) * (i // columns), (side + 1) * (i % columns)
        sheet[top : top + side, start : start + side] = image
    bound = np.nanmax(np.abs(sheet))
    ax.imshow(sheet, cmap=cmap, vmin=-bound if cmap == "RdBu" else 0, vmax=bound)
    ax.set_title(title)
    ax.axis("off")


tiles(middle, relu.get_layer("filters").get_weights()[0][:, :, 0].transpose(2, 0, 1), 4, "16 filters (blue +, red −)", "RdBu")
features = keras.Model(relu.input, relu.get_layer("filters").output)
maps = features.predict(x_test[:1], verbose=0)[0].transpose(2, 0, 1)
strongest = np.argsort(-maps.sum(axis=(1, 2)))[:3]
tiles(
    right, np.concatenate([x_test[:1, :, :, 0] / 16 * maps.max(), maps[strongest]]), 2, "a digit and 3 feature maps", "viridis"
)
show(figure, "relu_tanh_cnn")
print(f"ReLU CNN learns faster than tanh CNN: {first['relu'] < first['tanh']}")
