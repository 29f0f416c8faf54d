"""XOR: no straight line parts it, so a single neuron fails; a hidden layer of two bends the plane, and it is solved.

One sees the answer of both nets over the plane, and what the second net's output neuron sees: the four corners as the two
hidden neurons report them, which now a straight line parts.
"""

import numpy as np
from _picture import panels, points, show, surface

import minikeras as keras
from minikeras.layers import Dense

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
Y = np.array([[0], [1], [1], [0]], "float32")


def train(hidden_units):
    keras.utils.set_random_seed(4)  # two hidden neurons are just enough: from about half of all starts they get stuck
    model = keras.Sequential([keras.Input(shape=(2,))])
    if hidden_units:
        model.add(Dense(hidden_units, activation="tanh"))
    model.add(Dense(1, activation="sigmoid"))
    model.compile(optimizer=keras.optimizers.Adam(0.05), loss="binary_crossentropy")
    loss = model.fit(X, Y, epochs=500, verbose=0).history["loss"][-1]
    answers = model.predict(X)
    right = int(((answers > 0.5) == Y).sum())
    print(f"{hidden_units} hidden neurons: answers {answers[:, 0].round(3)}, {right} of 4 right, loss {loss:.4f}")
    return model, right


single, few = train(hidden_units=0)
deep, all_of_them = train(hidden_units=2)

figure, [[left, middle, right]] = panels(4, 4, 4)
for ax, model, title in (
    (left, single, "A single neuron can only say ½ everywhere"),
    (middle, deep, f"With two hidden neurons: {all_of_them} of 4 right"),
):
    surface(ax, model, -0.5, 1.5)
    points(ax, X, Y, size=150, labels=("XOR = 0", "XOR = 1"))
    ax.set(xlabel="x1", ylabel="x2", xticks=[0, 1], yticks=[0, 1], title=title)
left.legend(loc="center", fontsize=9)

hidden, output = deep.layers
seen = hidden(X)
surface(right, keras.Sequential([keras.Input(shape=(2,)), output]), -1.4, 1.4)  # the output neuron alone
points(right, seen, Y, size=150)
for corner, place, below in zip(X.astype(int), seen, (True, False, False, False)):
    text = "({}, {})".format(*corner)
    right.annotate(text, place, (0, -17 if below else 9), textcoords="offset points", ha="center", fontsize=9)
right.set(xlabel="hidden neuron 1", ylabel="hidden neuron 2", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
right.set_title("What the output neuron sees: a line will do")
show(figure, "xor")
print(f"XOR solved: {all_of_them} of 4")
