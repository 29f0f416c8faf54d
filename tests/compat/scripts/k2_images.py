# Keras 2: a convolutional net; numbers of Keras 2.15
# Keras says: 1.17483 1.16765 0.517527
import numpy as np
from keras import backend as K
from keras.layers import AveragePooling2D, BatchNormalization, Conv2D, Dense, Dropout, Flatten, LeakyReLU, MaxPooling2D
from keras.models import Sequential
from keras.utils import to_categorical

rows, cols, classes = 10, 8, 3
x = np.sin(np.arange(30 * rows * cols) * 0.7).reshape(30, rows, cols)
if K.image_data_format() == "channels_first":
    x = x.reshape(x.shape[0], 1, rows, cols)
    input_shape = (1, rows, cols)
else:
    x = x.reshape(x.shape[0], rows, cols, 1)
    input_shape = (rows, cols, 1)
y = to_categorical(np.arange(30) % 3, classes)
model = Sequential()
model.add(Conv2D(4, kernel_size=(3, 3), activation="relu", input_shape=input_shape))
model.add(Conv2D(4, (3, 3), padding="same", strides=(1, 1)))
model.add(LeakyReLU(alpha=0.1))
model.add(BatchNormalization())
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(AveragePooling2D((2, 1), strides=(1, 1)))
model.add(Dropout(0.0))
model.add(Flatten())
model.add(Dense(classes, activation="softmax"))
start = []
for i, w in enumerate(model.get_weights()):
    start.append(np.cos(np.arange(w.size) * 1.3 + i).reshape(w.shape) * 0.4 + (1.0 if i in (4, 7) else 0.0))
model.set_weights(start)
model.compile(loss="categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])
h = model.fit(x, y, batch_size=10, epochs=3, verbose=0, shuffle=False)
f = K.function([model.input], [model.layers[4].output])
print("RESULT", h.history["loss"][-1], model.evaluate(x, y, verbose=0)[0], float(np.mean(f([x])[0])))
