# Keras 2: regression on a table; loss and error as real Keras 2.15 computes them
# Keras says: 0.00824656 0.0777708
import numpy as np
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import Adam

X = np.sin(np.arange(80 * 5)).reshape(80, 5).astype("float32")
y = X[:, 0] * 2 - X[:, 1]
model = Sequential()
model.add(Dense(10, input_dim=5, kernel_initializer="normal", activation="relu"))
model.add(Dense(10, activation="relu"))
model.add(Dense(1, kernel_initializer="normal"))
model.set_weights([np.cos(np.arange(w.size) * 1.3 + i).reshape(w.shape) * 0.4 for i, w in enumerate(model.get_weights())])
model.compile(loss="mean_squared_error", optimizer=Adam(learning_rate=0.01), metrics=["mae"])
history = model.fit(X, y, epochs=12, batch_size=20, validation_split=0.2, verbose=0, shuffle=False)
loss, mae = model.evaluate(X, y, verbose=0)
print("RESULT", loss, mae)
