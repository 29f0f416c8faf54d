"""Models with a train_step of their own, in words that Keras 2 with TensorFlow and this library share.

``o`` holds the functions of arrays, ``Tape`` is the gradient tape. Noise is data, start values come from a seed, so that all is
one sequence of numbers.
"""

import numpy as np

RNG = np.random.RandomState(7)
X = RNG.normal(size=(8, 6)).astype("float32")
NOISE = RNG.normal(size=(8, 3)).astype("float32")
PLACES = RNG.uniform(size=(8, 1)).astype("float32")
OTHER = (X + 0.1 * RNG.normal(size=X.shape)).astype("float32")
LABELS = RNG.randint(0, 4, 8)


def started(model, shape, seed):
    """Build a model and give it weights."""
    model(np.zeros((2, *shape), "float32"))
    rng = np.random.RandomState(seed)
    model.set_weights([rng.normal(size=w.shape).astype("float32") * 0.4 for w in model.get_weights()])
    return model


def trained(model, data, *parts):
    """Three steps: the logs of each, and all weights at the end."""
    history = model.fit(*data, batch_size=8, epochs=3, shuffle=False, verbose=0).history
    found = {name: np.array(values, "float32") for name, values in history.items()}
    for i, part in enumerate(parts):
        found.update({f"weight_{i}_{j}": np.array(w) for j, w in enumerate(part.get_weights())})
    return found


def vae(keras, o, Tape):
    L = keras.layers
    encoder = started(keras.Sequential([L.Dense(5, activation="tanh"), L.Dense(6)]), (6,), 1)
    decoder = started(keras.Sequential([L.Dense(5, activation="relu"), L.Dense(6)]), (3,), 2)

    class VAE(keras.Model):
        def __init__(self):
            super().__init__()
            self.encoder, self.decoder = encoder, decoder
            self.tracker = keras.metrics.Mean(name="kl")

        def train_step(self, data):
            x, noise = data
            with Tape() as tape:
                code = self.encoder(x, training=True)
                mean, log_var = code[:, :3], code[:, 3:]
                y = self.decoder(mean + o.exp(0.5 * log_var) * noise, training=True)
                kl = -0.5 * o.mean(o.sum(1 + log_var - o.square(mean) - o.exp(log_var), axis=1))
                loss = o.mean(o.sum(o.square(x - y), axis=1)) + kl
            variables = self.trainable_weights
            self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
            self.tracker.update_state(kl)
            return {"loss": loss, "kl": self.tracker.result()}

    model = VAE()
    model.compile(optimizer=keras.optimizers.Adam(0.01), run_eagerly=True)
    return trained(model, (X, NOISE), encoder, decoder)


def gan(keras, o, Tape):
    L = keras.layers
    generator = started(keras.Sequential([L.Dense(5), L.LeakyReLU(), L.BatchNormalization(), L.Dense(6)]), (3,), 3)
    critic = started(keras.Sequential([L.Dense(5), L.LeakyReLU(), L.Dense(1)]), (6,), 4)

    class GAN(keras.Model):
        def __init__(self):
            super().__init__()
            self.critic, self.generator = critic, generator

        def compile(self, d_optimizer, g_optimizer, loss_fn, **more):
            super().compile(**more)
            self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn

        def train_step(self, data):
            real, noise = data
            both = o.concatenate([self.generator(noise), real])
            labels = np.concatenate([np.ones((8, 1)), np.zeros((8, 1))]).astype("float32")
            with Tape() as tape:
                d_loss = self.loss_fn(labels, self.critic(both))
            grads = tape.gradient(d_loss, self.critic.trainable_weights)
            self.d_optimizer.apply_gradients(zip(grads, self.critic.trainable_weights))
            with Tape() as tape:
                g_loss = self.loss_fn(np.zeros((8, 1), "float32"), self.critic(self.generator(noise, training=True)))
            grads = tape.gradient(g_loss, self.generator.trainable_weights)
            self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_weights))
            return {"d_loss": d_loss, "g_loss": g_loss}

    model = GAN()
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.RMSprop(0.01), keras.optimizers.Adam(0.01, beta_1=0.5), loss, run_eagerly=True)
    return trained(model, (X, NOISE), generator, critic)


def wgan(keras, o, Tape, attention=False):
    L = keras.layers
    generator = started(keras.Sequential([L.Dense(5, activation="tanh"), L.Dense(6)]), (3,), 5)
    inputs = keras.Input((6,))
    x = L.Reshape((3, 2))(inputs)
    if attention:
        x = L.LayerNormalization()(L.Add()([x, L.MultiHeadAttention(2, 3, use_bias=False)(x, x)]))
    else:
        x = L.LayerNormalization()(L.Conv1D(4, 2, activation="tanh")(x))
    critic = started(keras.Model(inputs, L.Dense(1)(L.Flatten()(x))), (6,), 6)

    class WGAN(keras.Model):
        def __init__(self):
            super().__init__()
            self.critic, self.generator = critic, generator
            self.d_optimizer, self.g_optimizer = keras.optimizers.Adam(0.01), keras.optimizers.SGD(0.01)

        def train_step(self, data):
            real, noise, places = data[0]
            with Tape() as tape:
                fake = self.generator(noise, training=True)
                middle = real + places * (fake - real)
                with Tape() as inner:
                    inner.watch(middle)
                    scores = self.critic(middle, training=True)
                slope = inner.gradient(scores, middle)
                norm = o.sqrt(o.sum(o.square(slope), axis=1))
                penalty = o.mean(o.square(norm - 1.0))
                d_loss = o.mean(self.critic(fake, training=True)) - o.mean(self.critic(real, training=True)) + 10.0 * penalty
            grads = tape.gradient(d_loss, self.critic.trainable_variables)
            self.d_optimizer.apply_gradients(zip(grads, self.critic.trainable_variables))
            with Tape() as tape:
                g_loss = -o.mean(self.critic(self.generator(noise, training=True), training=True))
            grads = tape.gradient(g_loss, self.generator.trainable_variables)
            self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_variables))
            return {"d_loss": d_loss, "g_loss": g_loss, "penalty": penalty}

    model = WGAN()
    model.compile(run_eagerly=True)
    return trained(model, ([X, NOISE, PLACES],), generator, critic)


def distillation(keras, o, Tape):
    L = keras.layers
    teacher = started(keras.Sequential([L.Dense(7, activation="relu"), L.Dense(4)]), (6,), 8)
    student = started(keras.Sequential([L.Dense(4)]), (6,), 9)
    teacher.trainable = False

    class Distiller(keras.Model):
        def __init__(self):
            super().__init__()
            self.teacher, self.student = teacher, student
            self.alone, self.soft = keras.losses.SparseCategoricalCrossentropy(from_logits=True), keras.losses.KLDivergence()

        def call(self, x, training=False):
            return self.student(x, training=training)

        def train_step(self, data):
            x, y = data
            wanted = self.teacher(x, training=False)
            with Tape() as tape:
                found = self.student(x, training=True)
                own = self.alone(y, found)
                taught = self.soft(o.softmax(wanted / 3.0, axis=1), o.softmax(found / 3.0, axis=1)) * 9.0
                loss = 0.1 * own + 0.9 * taught
            variables = self.student.trainable_variables
            self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
            return {"student": own, "taught": taught, "loss": loss}

    model = Distiller()
    model.compile(optimizer=keras.optimizers.Adam(0.02), run_eagerly=True)
    return trained(model, (X, LABELS), student)


def contrastive(keras, o, Tape):
    L = keras.layers
    encoder = started(keras.Sequential([L.Dense(8, activation="relu"), L.Dense(4)]), (6,), 10)

    class Contrastive(keras.Model):
        def __init__(self):
            super().__init__()
            self.encoder = encoder
            self.crossentropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

        def train_step(self, data):
            one, two = data
            with Tape() as tape:
                a, b = self.encoder(one, training=True), self.encoder(two, training=True)
                a = a / o.sqrt(o.sum(o.square(a), axis=1, keepdims=True))
                b = b / o.sqrt(o.sum(o.square(b), axis=1, keepdims=True))
                near = o.matmul(a, o.transpose(b)) / 0.1
                loss = (self.crossentropy(np.arange(8), near) + self.crossentropy(np.arange(8), o.transpose(near))) / 2.0
            variables = self.encoder.trainable_weights
            self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
            return {"loss": loss}

    model = Contrastive()
    model.compile(optimizer=keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True), run_eagerly=True)
    return trained(model, (X, OTHER), encoder)


def wgan_attention(keras, o, Tape):
    return wgan(keras, o, Tape, attention=True)


CASES = {"vae": vae, "gan": gan, "wgan": wgan, "wgan_attention": wgan_attention, "distillation": distillation}
CASES["contrastive"] = contrastive
