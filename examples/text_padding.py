"""Sentences of different lengths: padding, and a mask that makes the net not see it.

A small made-up language: a review is good if it has more good than bad words, but "not" turns the next word around. Sentences
are padded with zeros to one length. One sees, left, that an LSTM that is told so (mask_zero=True) learns it, and, right, that
its answers do not depend on how much padding stands behind, while those of the same net without a mask drift.
"""

import numpy as np
from _picture import BLUE, ORANGE, panels, show

import minikeras as keras
from minikeras.layers import LSTM, Dense, Embedding

rng = np.random.default_rng(0)
GOOD, BAD, DULL = ["fine", "lovely", "great"], ["poor", "awful", "boring"], ["the", "film", "was", "and", "a", "story"]
WORDS = ["", "not", *GOOD, *BAD, *DULL]


def review():
    """A sentence as numbers of words, and whether it is good."""
    words, score = [], 0
    for _ in range(rng.integers(2, 7)):
        kind = rng.choice(3, p=[0.3, 0.3, 0.4])
        turned = kind < 2 and rng.random() < 0.35
        words += [*(["not"] if turned else []), rng.choice((GOOD, BAD, DULL)[kind])]
        score += (0 if kind == 2 else 1 if kind == 0 else -1) * (-1 if turned else 1)
    return ([WORDS.index(w) for w in words], score > 0) if score else review()


texts, labels = zip(*(review() for _ in range(1500)))
y = np.array(labels, "float32")
x = keras.utils.pad_sequences(texts, maxlen=14, padding="post")
print("a review:", " ".join(WORDS[i] for i in texts[0]), "->", "good" if y[0] else "bad", "| padded:", x[0].tolist())


def train(mask):
    keras.utils.set_random_seed(2)
    model = keras.Sequential([Embedding(len(WORDS), 8, mask_zero=mask), LSTM(16), Dense(1, activation="sigmoid")])
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
    return model, model.fit(x, y, validation_split=0.2, epochs=12, batch_size=50, verbose=0).history


(masked, with_mask), (bare, without) = train(True), train(False)
lengths = np.arange(0, 41, 4)
sentence = [[WORDS.index(w) for w in "the film was not boring".split()]]
padded = [keras.utils.pad_sequences(sentence, 5 + n, padding="post") for n in lengths]
answers = {
    name: [float(model.predict(x, verbose=0)[0, 0]) for x in padded]
    for name, model in (("with mask", masked), ("without", bare))
}
spread = {name: max(values) - min(values) for name, values in answers.items()}
print(f"'the film was not boring': {answers['with mask'][0]:.0%} good; with more padding the answer moves by",
      ", ".join(f"{value:.1%} {name}" for name, value in spread.items()))  # fmt: skip

figure, [[left, right]] = panels(4.8, 4.8, height=3.8)
for history, colour, style, name in ((with_mask, BLUE, "-", "with mask"), (without, ORANGE, "--", "without")):
    left.plot(
        range(1, 13),
        100 * np.array(history["val_accuracy"]),
        color=colour,
        linestyle=style,
        marker="o",
        markersize=4,
        label=name,
    )
    right.plot(lengths, 100 * np.array(answers[name]), color=colour, linestyle=style, marker="o", markersize=4, label=name)
left.set(title="held-out reviews that are judged right", xlabel="epoch", ylabel="%", xticks=range(2, 13, 2))
right.set(title='"the film was not boring", padded further', xlabel="zeros behind it", ylabel="good, in %", ylim=(-3, 103))
left.legend(loc="lower right")
right.legend(loc="center right")
show(figure, "text_padding")
right_enough = with_mask["val_accuracy"][-1] > 0.95
print(f"Masks: nearly all reviews judged right: {right_enough}; padding is not seen: {spread['with mask'] < 1e-5}")
