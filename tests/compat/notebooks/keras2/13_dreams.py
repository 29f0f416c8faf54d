# pictures that a network likes: gradients of outputs by what goes in
import numpy as np
from keras import backend as K
from keras.layers import Conv2D, Dense, Flatten, MaxPooling2D
from keras.models import Sequential
from scipy.optimize import fmin_l_bfgs_b

np.random.seed(17)
K.set_learning_phase(0)
model = Sequential([
    Conv2D(6, (3, 3), activation='relu', padding='same', input_shape=(10, 10, 3), name='block1_conv1'),
    MaxPooling2D((2, 2), name='block1_pool'),
    Conv2D(8, (3, 3), activation='elu', padding='same', name='block2_conv1'),
    Flatten(),
    Dense(4, activation='softmax'),
])
layer_dict = dict([(layer.name, layer) for layer in model.layers])

# filters
layer_output = layer_dict['block2_conv1'].output
loss = K.mean(layer_output[:, :, :, 2])
grads = K.gradients(loss, model.input)[0]
grads /= (K.sqrt(K.mean(K.square(grads))) + 1e-5)
iterate = K.function([model.input], [loss, grads])
img = np.random.random((1, 10, 10, 3)) * 0.1 + 0.5
seen = []
for i in range(5):
    loss_value, grads_value = iterate([img])
    img += grads_value * 0.1
    seen.append(float(loss_value))
assert seen[-1] > seen[0] and grads_value.shape == (1, 10, 10, 3)

# a sum of layers, begun with a variable
loss = K.variable(0.)
for name, coeff in {'block1_conv1': 0.5, 'block2_conv1': 2.}.items():
    activation = layer_dict[name].output
    scaling = K.prod(K.cast(K.shape(activation), 'float32'))
    loss += coeff * K.sum(K.square(activation[:, 1: -1, 1: -1, :])) / scaling
grads = K.gradients(loss, model.input)[0]
grads /= K.maximum(K.mean(K.abs(grads)), 1e-7)
fetch = K.function([model.input], [loss, grads])
outs = fetch([img])
assert outs[0] > 0 and abs(np.abs(outs[1]).mean() - 1) < 1e-4


# one picture in the style of another
def gram_matrix(x):
    features = K.batch_flatten(K.permute_dimensions(x, (2, 0, 1)))
    return K.dot(features, K.transpose(features))


def total_variation_loss(x):
    a = K.square(x[:, :9, :9, :] - x[:, 1:, :9, :])
    b = K.square(x[:, :9, :9, :] - x[:, :9, 1:, :])
    return K.sum(K.pow(a + b, 1.25))


style, combination = K.constant(np.random.rand(1, 10, 10, 3)), K.placeholder((1, 10, 10, 3))
both = K.concatenate([style, combination], axis=0)
features = layer_dict['block1_conv1'](both)
loss = K.variable(0.)
loss += K.sum(K.square(gram_matrix(features[0, :, :, :]) - gram_matrix(features[1, :, :, :])))
loss += 1e-3 * total_variation_loss(combination)
f_outputs = K.function([combination], [loss] + K.gradients(loss, combination))


class Evaluator(object):
    def loss(self, x):
        outs = f_outputs([x.reshape((1, 10, 10, 3))])
        self.grad_values = outs[1].flatten().astype('float64')
        return float(outs[0])

    def grads(self, x):
        return np.copy(self.grad_values)


evaluator = Evaluator()
x0 = np.random.rand(300)
first = evaluator.loss(x0)
x1, min_val, info = fmin_l_bfgs_b(evaluator.loss, x0, fprime=evaluator.grads, maxfun=5)
assert min_val < first

# which part of a picture decided
picture = np.random.rand(1, 10, 10, 3)
output, last = model.output[:, 1], layer_dict['block2_conv1'].output
pooled_grads = K.mean(K.gradients(output, last)[0], axis=(0, 1, 2))
pooled, conv = K.function([model.input], [pooled_grads, last[0]])([picture])
heatmap = np.maximum(np.mean(conv * pooled, axis=-1), 0)
assert pooled.shape == (8,) and heatmap.shape == (5, 5)
K.set_learning_phase(1)
K.clear_session()
