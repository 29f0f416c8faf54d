"""The perceptron: one neuron with a step, and Rosenblatt's rule that moves its line until no point is wrong.

One sees, left, the line w·x + b = 0 turn from update to update until it parts the two classes; right, the number of mistakes
per pass through the data. Gradient descent can't do this: the step has slope 0 everywhere, and the library says so.
"""

import numpy as np
from _picture import GREY, panels, points, show

import minikeras as keras
from minikeras.layers import Dense

rng = np.random.default_rng(1)
x = rng.uniform([-3, -2.5], [3, 2.5], (120, 2))
side = x @ [1, 0.8] - 0.9
x, y = x[abs(side) > 0.3], (side > 0)[abs(side) > 0.3].astype(float)  # two classes with a gap in between

neuron = Dense(1, activation="step", kernel_initializer="zeros")  # 1 if w·x + b > 0 else 0
model = keras.Sequential([keras.Input(shape=(2,)), neuron])

lines, mistakes = [], []
while not mistakes or mistakes[-1]:
    mistakes.append(0)
    for i in rng.permutation(len(x)):
        error = y[i] - model(x[i : i + 1])[0, 0]  # 0 when right, +1 or -1 when wrong
        if error:
            neuron.kernel.assign_add(0.1 * error * x[i, :, None])  # w ← w + α (y - ŷ) x
            neuron.bias.assign_add([0.1 * error])  # b ← b + α (y - ŷ)
            lines.append((*neuron.kernel.numpy()[:, 0], neuron.bias.numpy()[0]))
            mistakes[-1] += 1
correct = int((model.predict(x, verbose=0)[:, 0] == y).sum())
print(f"mistakes per pass: {mistakes}; {len(lines)} updates in all")

model.compile(optimizer="sgd", loss="mse")
try:
    model.fit(x, y, verbose=0)
except ValueError as error:
    print("gradient descent refuses:", error)

figure, [[left, right]] = panels(5, 4)
ends = np.array([-3.2, 3.4])
for k, (w1, w2, b) in enumerate(lines):
    last = k == len(lines) - 1
    colour, width, opacity = ("#222222", 2.2, 1) if last else (GREY, 1, 0.15 + 0.5 * k / len(lines))
    if abs(w2) > 1e-9:
        label = "last line" if last else "earlier lines" if k == len(lines) - 2 else None
        left.plot(ends, -(w1 * ends + b) / w2, color=colour, linewidth=width, alpha=opacity, label=label)
points(left, x, y)
left.set(xlim=ends, ylim=(-2.7, 3.2), xlabel="x1", ylabel="x2")
left.set_title(f"{len(lines)} updates turn the line until it parts the classes")
left.legend(loc="lower center", ncols=4, fontsize=9, columnspacing=1, bbox_to_anchor=(0.5, -0.38))
right.bar(range(1, len(mistakes) + 1), mistakes, width=0.6)
right.set(xlabel="pass through the data", ylabel="mistakes", title=f"No mistake in pass {len(mistakes)}: the rule stops")
right.set_xticks(range(1, len(mistakes) + 1))
right.grid(axis="x", visible=False)
show(figure, "perceptron")
print(f"Perceptron: {correct} of {len(x)} right")
