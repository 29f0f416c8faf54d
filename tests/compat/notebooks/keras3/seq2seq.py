"""Sums written as characters: an encoder, a repeated vector and a decoder that writes the answer."""
import numpy as np

import keras
from keras import layers


class CharacterTable:
    def __init__(self, chars):
        self.chars = sorted(set(chars))
        self.char_indices = dict((c, i) for i, c in enumerate(self.chars))
        self.indices_char = dict((i, c) for i, c in enumerate(self.chars))

    def encode(self, C, num_rows):
        x = np.zeros((num_rows, len(self.chars)))
        for i, c in enumerate(C):
            x[i, self.char_indices[c]] = 1
        return x

    def decode(self, x, calc_argmax=True):
        if calc_argmax:
            x = x.argmax(axis=-1)
        return "".join(self.indices_char[int(i)] for i in x)


DIGITS, MAXLEN = 1, 3
ctable = CharacterTable("0123456789+ ")
questions = [f"{a}+{b}" for a in range(6) for b in range(6)]
expected = [str(a + b).ljust(DIGITS + 1) for a in range(6) for b in range(6)]
x = np.zeros((len(questions), MAXLEN, 12), dtype=bool)
y = np.zeros((len(questions), DIGITS + 1, 12), dtype=bool)
for i, (question, answer) in enumerate(zip(questions, expected)):
    x[i] = ctable.encode(question, MAXLEN)
    y[i] = ctable.encode(answer, DIGITS + 1)

model = keras.Sequential()
model.add(layers.Input((MAXLEN, 12)))
model.add(layers.LSTM(10))
model.add(layers.RepeatVector(DIGITS + 1))
model.add(layers.LSTM(10, return_sequences=True))
model.add(layers.TimeDistributed(layers.Dense(12, activation="softmax")))
model.set_weights([0.3 * np.sin(np.arange(w.size) * 0.37 + i).reshape(w.shape) for i, w in enumerate(model.get_weights())])
model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(0.02), metrics=["accuracy"])
losses = []
for epoch in range(2):
    losses += model.fit(x, y, batch_size=12, epochs=1, shuffle=False, verbose=0).history["loss"]
    rowx = x[np.array([7])]
    guess = ctable.decode(np.argmax(model.predict(rowx, verbose=0), axis=-1)[0], calc_argmax=False)
    print("Q", ctable.decode(rowx[0]), "T", expected[7], "guess", guess)

RESULT = [*losses, *model.evaluate(x, y, verbose=0)]
EXPECTED = [2.41604, 2.24902, 2.09435, 0.486111]
np.testing.assert_allclose(RESULT, EXPECTED, rtol=1e-3)
assert len(guess) == 2 and model.output_shape == (None, 2, 12)
