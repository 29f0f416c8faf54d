"""A net that writes: an LSTM reads a text letter by letter, learns which letter comes next, and goes on by itself.

One sees, left, how the loss falls from the logarithm of the number of letters (knowing nothing) to below that of a table of how
often which letter follows which; and, right, what the net is sure of: the probability it gives to each letter of a line.
"""

import numpy as np
from _picture import BLUE, GREY, ORANGE, panels, show

import minikeras as keras
from minikeras.layers import LSTM, Dense, Embedding

LINES = [
    "the sea is wide and the boat is small", "the wind is cold and the night is long", "the boat is old and the sail is torn",
    "a small boat sails on the wide cold sea", "a long night falls on the old torn sail",
    "the sea sings a song to the small old boat",
]  # fmt: skip
rng = np.random.default_rng(0)
text = "".join(LINES[i] + "\n" for i in rng.integers(0, len(LINES), 160))
letters = sorted(set(text))
number = {c: i for i, c in enumerate(letters)}
codes = np.array([number[c] for c in text])
LENGTH = 30
starts = np.arange(0, len(codes) - LENGTH - 1, 7)
x = np.stack([codes[s : s + LENGTH] for s in starts])
y = np.stack([codes[s + 1 : s + LENGTH + 1] for s in starts])

keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.Input((None,), dtype="int32"),
        Embedding(len(letters), 12),
        LSTM(48, return_sequences=True),
        Dense(len(letters), activation="softmax"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.02), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=12, batch_size=64, verbose=0).history

pairs = np.full((len(letters), len(letters)), 1e-3)
np.add.at(pairs, (codes[:-1], codes[1:]), 1)
pairs /= pairs.sum(axis=1, keepdims=True)
table = float(-np.mean(np.log(pairs[codes[:-1], codes[1:]])))
print(
    f"loss: {np.log(len(letters)):.2f} knowing nothing, {table:.2f} by a table of pairs, {history['loss'][-1]:.2f} by the LSTM"
)


def write(start, n, rng):
    """Go on from a beginning, each letter drawn with the probability that the net gives it."""
    written = [number[c] for c in start]
    for _ in range(n):
        p = model.predict(np.array([written[-40:]]), verbose=0)[0, -1].astype("float64")
        written.append(int(rng.choice(len(letters), p=p / p.sum())))
    return "".join(letters[i] for i in written)


written = write("the b", 110, np.random.default_rng(1))
print("it writes:", " / ".join(written.split("\n")))
line = "a small boat sails on the sea"
sure = model.predict(np.array([[number[c] for c in line]]), verbose=0)[0]
sure = sure[np.arange(len(line) - 1), [number[c] for c in line[1:]]]

figure, [[left, right]] = panels(4.2, 6.4, height=3.6)
left.plot(range(1, 13), history["loss"], color=BLUE, marker="o", markersize=4, label="LSTM")
left.axhline(np.log(len(letters)), color=GREY, linestyle=":", label="knowing nothing")
left.axhline(table, color=ORANGE, linestyle="--", label="table of pairs")
left.set(title="loss per letter", xlabel="epoch", ylabel="cross-entropy", ylim=(0, None), xticks=range(2, 13, 2))
left.legend(loc="center right")
right.bar(range(1, len(line)), 100 * sure, color=BLUE, width=0.8)
right.set(title="how sure it was of each letter", ylabel="probability in %", ylim=(0, 105), xlim=(-0.6, len(line) - 0.4))
right.set_xticks(range(len(line)), [c if c != " " else "␣" for c in line], family="monospace")
right.grid(axis="x", visible=False)
show(figure, "character_lstm")
print(f"Character LSTM: better than a table of pairs: {history['loss'][-1] < table}")
