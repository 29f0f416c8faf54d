# Keras 2: a series, windows, stacked recurrent layers; numbers of Keras 2.15
# Keras says: 0.517544 0.506614 0.156949
import numpy as np
from keras.layers import GRU, Dense, RepeatVector, SimpleRNN, TimeDistributed
from keras.models import Sequential

series = np.sin(np.arange(60) * 0.3).astype("float32")
X = np.array([series[i : i + 8] for i in range(50)]).reshape(50, 8, 1)
y = np.array([series[i + 8 : i + 10] for i in range(50)]).reshape(50, 2, 1)
model = Sequential()
model.add(GRU(5, input_shape=(8, 1), return_sequences=True))
model.add(SimpleRNN(4))
model.add(RepeatVector(2))
model.add(GRU(3, return_sequences=True))
model.add(TimeDistributed(Dense(1)))
model.set_weights([np.cos(np.arange(w.size) * 1.3 + i).reshape(w.shape) * 0.4 for i, w in enumerate(model.get_weights())])
model.compile(loss="mse", optimizer="adam")
h = model.fit(X, y, epochs=5, batch_size=10, verbose=0, shuffle=False)
print("RESULT", h.history["loss"][0], h.history["loss"][-1], float(np.abs(model.predict(X, verbose=0)).mean()))
