"""Models of several networks that are trained against or beside each other, each in the ways people write them."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import GradientTape, Input, Model, Sequential, Variable, layers, losses, metrics, ops, optimizers, regularizers
from tests.gradcheck import check_gradient, numeric_gradient
from tests.pace import some_quick

RNG = np.random.default_rng(0)
X = RNG.normal(size=(32, 4))
P = 1 / (1 + np.exp(-X))


@pytest.fixture(autouse=True)
def _float64():
    keras.config.set_floatx("float64")
    keras.utils.set_random_seed(0)
    yield
    keras.config.set_floatx("float32")


# -- variational autoencoders --------------------------------------------------------------------------------------


class Sampling(layers.Layer):
    """z = μ + σ ε with ε as it was the first time, so that a loss is a function of the weights."""

    eps = RNG.normal(size=(32, 2))

    def call(self, inputs):
        mean, log_var = inputs
        return mean + ops.exp(0.5 * log_var) * self.eps[: mean.shape[0]]


class EncoderWithPenalty(layers.Layer):
    """Adds its own share of the loss where it samples, in the way of Keras 3's guides."""

    def __init__(self):
        super().__init__()
        self.hidden, self.mean, self.log_var = layers.Dense(5, "relu"), layers.Dense(2), layers.Dense(2)

    def call(self, x):
        h = self.hidden(x)
        mean, log_var = self.mean(h), self.log_var(h)
        self.add_loss(-0.5 * ops.mean(log_var - ops.square(mean) - ops.exp(log_var) + 1))
        return Sampling()([mean, log_var])


def vae(style):
    if style == "add_loss_in_call":
        encoder, decoder = EncoderWithPenalty(), Sequential([layers.Dense(5, "relu"), layers.Dense(4, "sigmoid")])

        class Auto(Model):
            def __init__(self):
                super().__init__()
                self.encoder, self.decoder = encoder, decoder

            def call(self, x):
                return self.decoder(self.encoder(x))

        model = Auto()
        model.compile(optimizers.Adam(0.01), losses.BinaryCrossentropy())
        return model, (P, P)
    i = Input((4,))
    h = layers.Dense(5, "relu")(i)
    mean, log_var = layers.Dense(2)(h), layers.Dense(2)(h)
    z = (
        Sampling()([mean, log_var])
        if style != "lambda"
        else layers.Lambda(lambda args: args[0] + ops.exp(0.5 * args[1]) * 0.3)([mean, log_var])
    )
    encoder = Model(i, [mean, log_var, z], name="encoder")
    latent = Input((2,))
    decoder = Model(latent, layers.Dense(4, "sigmoid")(layers.Dense(5, "relu")(latent)), name="decoder")
    if style in ("symbolic", "lambda"):
        out = decoder(encoder(i)[2])
        model = Model(i, out)
        reconstruction = 4 * losses.binary_crossentropy(i, out)
        kl = -0.5 * ops.sum(1 + log_var - ops.square(mean) - ops.exp(log_var), axis=-1)
        model.add_loss(ops.mean(reconstruction + kl))
        model.compile(optimizers.Adam(0.01))
        return model, (P, None)

    class Vae(Model):
        def __init__(self):
            super().__init__()
            self.encoder, self.decoder = encoder, decoder
            self.total, self.kl = metrics.Mean(name="loss"), metrics.Mean(name="kl_loss")

        @property
        def metrics(self):
            return [self.total, self.kl]

        def objective(self, data):
            mean, log_var, z = self.encoder(data)
            kl = ops.mean(ops.sum(-0.5 * (1 + log_var - ops.square(mean) - ops.exp(log_var)), axis=1))
            return ops.mean(4 * losses.binary_crossentropy(data, self.decoder(z))) + kl, kl

        def train_step(self, data):
            with GradientTape() as tape:
                loss, kl = self.objective(data)
            self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trainable_weights), self.trainable_weights))
            self.total.update_state(loss)
            self.kl.update_state(kl)
            return {m.name: m.result() for m in self.metrics}

        def call(self, x):
            return self.decoder(self.encoder(x)[2])

    model = Vae()
    model.compile(optimizers.Adam(0.01))
    return model, (P, None)


STYLES = ["symbolic", "lambda", "train_step", "add_loss_in_call"]


@pytest.mark.parametrize("style", some_quick(STYLES, STYLES[2:]))
def test_variational_autoencoder(style):
    model, (x, y) = vae(style)
    first = model.train_on_batch(x, y) if style != "train_step" else model.train_on_batch(x)[0]
    assert len(model.trainable_weights) == 10
    lr = model.optimizer.learning_rate.numpy()
    model.optimizer.learning_rate = 0.0
    model.train_on_batch(x, y)

    def loss():
        if style == "train_step":
            return float(model.objective(x)[0])
        value = model.evaluate(x, y, verbose=0, batch_size=32)
        return value if np.ndim(value) == 0 else value[0]

    for v in model.trainable_weights:
        if style == "train_step":
            with GradientTape() as tape:
                value = model.objective(x)[0]
            grad = tape.gradient(value, v)
        else:
            grad = v.grad
        np.testing.assert_allclose(grad, numeric_gradient(loss, v.value), rtol=1e-4, atol=1e-7)
    model.optimizer.learning_rate = float(lr)
    history = model.fit(x, y, epochs=40, verbose=0).history["loss"]
    assert history[-1] < 0.98 * first and history[-1] < history[5]


def test_random_numbers_of_a_sampling_layer():
    """Each step draws anew; the same seed draws the same; prediction draws as well."""

    class Noisy(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.seed_generator = keras.random.SeedGenerator(7)

        def call(self, x):
            return x + keras.random.normal(ops.shape(x), dtype="float64", seed=self.seed_generator)

    model = Sequential([Input((4,)), Noisy(), layers.Dense(1)])
    a, b = model.predict(X, verbose=0), model.predict(X, verbose=0)
    assert not np.allclose(a, b)
    twin = Sequential([Input((4,)), Noisy(), layers.Dense(1)])
    twin.set_weights(model.get_weights())
    np.testing.assert_array_equal(twin.predict(X, verbose=0), a)
    model.compile("sgd", "mse")
    assert model.train_on_batch(X, X[:, :1]) != model.test_on_batch(X, X[:, :1])


# -- adversarial networks ------------------------------------------------------------------------------------------


def networks(out="sigmoid"):
    g = Sequential([Input((3,)), layers.Dense(6, "tanh"), layers.BatchNormalization(), layers.Dense(2)], name="generator")
    d = Sequential(
        [Input((2,)), layers.Dense(6), layers.LeakyReLU(0.2), layers.Dropout(0.3, seed=2), layers.Dense(1, out)],
        name="discriminator",
    )
    return g, d


def test_gan_in_a_train_step():
    class Gan(Model):
        def __init__(self, discriminator, generator):
            super().__init__()
            self.discriminator, self.generator = discriminator, generator
            self.seed_generator = keras.random.SeedGenerator(1)

        def compile(self, d_optimizer, g_optimizer, loss_fn):
            super().compile()
            self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn
            self.d_metric, self.g_metric = metrics.Mean(name="d_loss"), metrics.Mean(name="g_loss")

        @property
        def metrics(self):
            return [self.d_metric, self.g_metric]

        def train_step(self, real):
            n = ops.shape(real)[0]
            noise = keras.random.normal((n, 3), seed=self.seed_generator)
            both = ops.concatenate([self.generator(noise), real], axis=0)
            labels = ops.concatenate([ops.ones((n, 1)), ops.zeros((n, 1))], axis=0)
            labels += 0.05 * keras.random.uniform(ops.shape(labels), seed=self.seed_generator)
            with GradientTape() as tape:
                d_loss = self.loss_fn(labels, self.discriminator(both))
            before = self.generator.get_weights()
            weights = self.discriminator.trainable_weights
            self.d_optimizer.apply_gradients(zip(tape.gradient(d_loss, weights), weights))
            assert all(np.array_equal(a, b) for a, b in zip(before, self.generator.get_weights()))
            kept = self.discriminator.get_weights()
            with GradientTape() as tape:
                g_loss = self.loss_fn(ops.zeros((n, 1)), self.discriminator(self.generator(noise)))
            weights = self.generator.trainable_weights
            self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, weights), weights))
            assert all(np.array_equal(a, b) for a, b in zip(kept, self.discriminator.get_weights()))
            self.d_metric.update_state(d_loss)
            self.g_metric.update_state(g_loss)
            return {"d_loss": self.d_metric.result(), "g_loss": self.g_metric.result()}

    g, d = networks(None)
    gan = Gan(d, g)
    gan.compile(optimizers.Adam(0.01), optimizers.Adam(0.01), losses.BinaryCrossentropy(from_logits=True))
    real = RNG.normal(size=(64, 2)) + 3
    history = gan.fit(real, epochs=30, verbose=0).history
    assert set(history) == {"d_loss", "g_loss"} and np.isfinite(history["g_loss"]).all()
    assert abs(g.predict(RNG.normal(size=(200, 3)), verbose=0).mean() - 3) < 2  # 3 at first
    assert int(gan.d_optimizer.iterations) == int(gan.g_optimizer.iterations) == 60


def test_gan_in_turn_with_freezing():
    """discriminator.compile, then trainable = False, then the combined model's compile: each trains its own weights."""
    g, d = networks()
    d.compile(optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    d.trainable = False
    z = Input((3,))
    combined = Model(z, d(g(z)))
    combined.compile(optimizers.Adam(0.01), "binary_crossentropy")
    assert len(combined.trainable_weights) == 6 and not d.trainable
    noise, real = RNG.normal(size=(16, 3)), RNG.normal(size=(16, 2)) + 2
    for _ in range(3):
        kept = d.get_weights(), g.get_weights()
        combined.train_on_batch(noise, np.ones((16, 1)))
        assert all(np.array_equal(a, b) for a, b in zip(kept[0], d.get_weights()))
        assert not any(np.array_equal(a, b) for a, b in zip(kept[1], g.get_weights()))
        d.trainable = True
        kept = d.get_weights(), g.get_weights()
        loss = d.train_on_batch(real, np.ones((16, 1)))
        d.train_on_batch(g.predict(noise, verbose=0), np.zeros((16, 1)))
        assert len(loss) == 2 and not any(np.array_equal(a, b) for a, b in zip(kept[0], d.get_weights()))
        assert all(np.array_equal(a, b) for a, b in zip(kept[1], g.get_weights()))
        d.trainable = False


@pytest.mark.parametrize("kind", ["dense", "conv", "norm", "subclassed"])
def test_gradient_penalty(kind):
    """(‖∂D(x̂)/∂x̂‖ - 1)² is differentiated by the critic's weights."""
    if kind == "conv":
        critic = Sequential([
            Input((6, 6, 1)), layers.Conv2D(3, 3, strides=2, padding="same"), layers.LeakyReLU(0.2),
            layers.Dropout(0.2, seed=1),
            layers.Conv2D(2, 3, activation="tanh"), layers.Flatten(), layers.Dense(1),
        ])  # fmt: skip
    elif kind == "subclassed":

        class Critic(Model):
            def __init__(self):
                super().__init__()
                self.parts = [layers.Dense(5, "swish"), layers.Dense(1)]

            def call(self, x, training=False):
                return self.parts[1](self.parts[0](x) + ops.sum(x, axis=-1, keepdims=True))

        critic = Critic()
    else:
        middle = [layers.LayerNormalization()] if kind == "norm" else []
        critic = Sequential([Input((4,)), layers.Dense(6, "tanh"), *middle, layers.Dense(5, "softplus"), layers.Dense(1)])
    x = ops.convert_to_tensor(RNG.normal(size=(5, 6, 6, 1) if kind == "conv" else (5, 4)))
    critic(x)
    states = [(v, v.numpy()) for v in critic.variables if not v.trainable]

    def penalty():
        for v, value in states:
            v.assign(value)
        with GradientTape() as tape:
            tape.watch(x)
            score = critic(x, training=True)
        slopes = tape.gradient(score, [x])[0]
        norm = ops.sqrt(ops.sum(ops.square(slopes), axis=tuple(range(1, len(x.shape)))))
        return ops.mean((norm - 1.0) ** 2)

    with GradientTape() as tape:
        value = penalty()
    grads = tape.gradient(value, critic.trainable_variables)
    for v, grad in zip(critic.trainable_variables, grads):
        grad = np.zeros(v.shape) if grad is None else grad
        check_gradient(lambda: float(penalty()), v.value, grad, rtol=1e-4, atol=1e-7, probes=2)


def test_wgan_gp_trains():
    class WganGp(Model):
        def __init__(self, critic, generator):
            super().__init__()
            self.critic, self.generator = critic, generator

        def compile(self, d_optimizer, g_optimizer):
            super().compile()
            self.d_optimizer, self.g_optimizer = d_optimizer, g_optimizer

        def penalty(self, n, real, fake):
            alpha = keras.random.uniform((n, 1))
            between = real + alpha * (fake - real)
            with GradientTape() as tape:
                tape.watch(between)
                pred = self.critic(between, training=True)
            norm = ops.sqrt(ops.sum(ops.square(tape.gradient(pred, [between])[0]), axis=1))
            return ops.mean((norm - 1.0) ** 2)

        def train_step(self, real):
            n = ops.shape(real)[0]
            for _ in range(2):
                with GradientTape() as tape:
                    fake = self.generator(keras.random.normal((n, 3)), training=True)
                    cost = ops.mean(self.critic(fake, training=True)) - ops.mean(self.critic(real, training=True))
                    gp = self.penalty(n, real, fake)
                    d_loss = cost + 10.0 * gp
                grads = tape.gradient(d_loss, self.critic.trainable_variables)
                self.d_optimizer.apply_gradients(zip(grads, self.critic.trainable_variables))
            with GradientTape() as tape:
                g_loss = -ops.mean(self.critic(self.generator(keras.random.normal((n, 3)), training=True), training=True))
            grads = tape.gradient(g_loss, self.generator.trainable_variables)
            self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_variables))
            return {"d_loss": d_loss, "g_loss": g_loss, "gp": gp}

    critic = Sequential([Input((2,)), layers.Dense(16, "tanh"), layers.Dense(1)])
    generator = Sequential([Input((3,)), layers.Dense(16, "tanh"), layers.Dense(2)])
    model = WganGp(critic, generator)
    model.compile(optimizers.Adam(0.01, beta_1=0.5), optimizers.Adam(0.01, beta_1=0.5))
    real = RNG.normal(size=(64, 2)) * 0.3 + [1.5, -1.0]
    history = model.fit(real, epochs=60, batch_size=32, verbose=0).history
    made = generator.predict(RNG.normal(size=(200, 3)), verbose=0).mean(axis=0)
    assert history["gp"][-1] < 0.3 and np.linalg.norm(made - [1.5, -1.0]) < 0.9  # 1.8 at first


# -- others --------------------------------------------------------------------------------------------------------


def test_distillation():
    """In the way of Keras' example: compute_loss with the teacher's softened answers, the teacher frozen."""

    class Distiller(Model):
        def __init__(self, student, teacher):
            super().__init__()
            self.teacher, self.student = teacher, student

        def compile(self, optimizer, metrics, student_loss_fn, distillation_loss_fn, alpha=0.1, temperature=3):
            super().compile(optimizer=optimizer, metrics=metrics)
            self.student_loss_fn, self.distillation_loss_fn = student_loss_fn, distillation_loss_fn
            self.alpha, self.temperature = alpha, temperature

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, allow_empty=False):
            teacher_pred = self.teacher(x, training=False)
            student_loss = self.student_loss_fn(y, y_pred)
            soft = self.distillation_loss_fn(
                ops.softmax(teacher_pred / self.temperature, axis=1), ops.softmax(y_pred / self.temperature, axis=1)
            ) * (self.temperature**2)
            return self.alpha * student_loss + (1 - self.alpha) * soft

        def call(self, x):
            return self.student(x)

    teacher = Sequential([Input((4,)), layers.Dense(8, "tanh"), layers.Dense(3)])
    student = Sequential([Input((4,)), layers.Dense(3)])
    y = np.argmax(teacher.predict(X, verbose=0), axis=1)
    kept = teacher.get_weights()
    model = Distiller(student, teacher)
    model.teacher.trainable = False
    model.compile(
        optimizer=optimizers.Adam(0.05),
        metrics=[metrics.SparseCategoricalAccuracy()],
        student_loss_fn=losses.SparseCategoricalCrossentropy(from_logits=True),
        distillation_loss_fn=losses.KLDivergence(),
    )
    history = model.fit(X, y, epochs=30, verbose=0).history
    assert history["loss"][-1] < 0.5 * history["loss"][0] and history["sparse_categorical_accuracy"][-1] > 0.8
    assert all(np.array_equal(a, b) for a, b in zip(kept, teacher.get_weights()))
    assert set(model.evaluate(X, y, verbose=0, return_dict=True)) >= {"loss", "sparse_categorical_accuracy"}
    with GradientTape() as tape:
        loss = model.compute_loss(X, y, model(X))
    grads = tape.gradient(loss, student.trainable_weights)
    for v, grad in zip(student.trainable_weights, grads):
        check_gradient(lambda: float(model.compute_loss(X, y, model(X))), v.value, grad)


def contrastive(y, distance, margin=1.0):
    """Hadsell et al.: near where y is 0, farther than the margin where it is 1."""
    return ops.mean((1 - y) * ops.square(distance) + y * ops.square(ops.maximum(margin - distance, 0.0)))


@pytest.mark.parametrize("style", ["lambda", "ops", "layer"])
def test_siamese_pairs(style):
    shared = Sequential([Input((4,)), layers.Dense(6, "tanh"), layers.Dense(2)], name="shared")
    a, b = Input((4,), name="a"), Input((4,), name="b")
    u, v = shared(a), shared(b)

    def distance(pair):
        return ops.sqrt(ops.maximum(ops.sum(ops.square(pair[0] - pair[1]), axis=1, keepdims=True), 1e-7))

    class Distance(layers.Layer):
        def call(self, one, other):
            return distance((one, other))

    d = (
        layers.Lambda(distance, output_shape=(1,))([u, v])
        if style == "lambda"
        else distance((u, v))
        if style == "ops"
        else Distance()(u, v)
    )
    model = Model([a, b], d)
    model.compile(optimizers.Adam(0.02), contrastive)
    other = np.roll(X, 1, axis=0)
    y = (np.sign(X[:, :1]) != np.sign(other[:, :1])).astype("float64")
    first = model.train_on_batch([X, other], y)
    model.optimizer.learning_rate = 0.0
    model.train_on_batch({"a": X, "b": other}, y)
    for w in model.trainable_weights:
        check_gradient(lambda: model.evaluate([X, other], y, batch_size=32, verbose=0), w.value, w.grad, rtol=1e-4, atol=1e-7)
    model.optimizer.learning_rate = 0.02
    assert model.fit([X, other], y, epochs=40, verbose=0).history["loss"][-1] < 0.3 * first


class TransformerBlock(layers.Layer):
    def __init__(self, embed_dim=4, num_heads=2, ff_dim=6, rate=0.1):
        super().__init__()
        self.att = layers.MultiHeadAttention(num_heads=num_heads, key_dim=embed_dim)
        self.ffn = Sequential([layers.Dense(ff_dim, activation="relu"), layers.Dense(embed_dim)])
        self.layernorm1, self.layernorm2 = layers.LayerNormalization(epsilon=1e-6), layers.LayerNormalization(epsilon=1e-6)
        self.dropout1, self.dropout2 = layers.Dropout(rate, seed=1), layers.Dropout(rate, seed=2)

    def call(self, inputs, training=False):
        out1 = self.layernorm1(inputs + self.dropout1(self.att(inputs, inputs), training=training))
        return self.layernorm2(out1 + self.dropout2(self.ffn(out1), training=training))


class TokenAndPosition(layers.Layer):
    def __init__(self, maxlen, vocab_size, embed_dim, mask_zero=False):
        super().__init__()
        self.token_emb = layers.Embedding(vocab_size, embed_dim, mask_zero=mask_zero)
        self.pos_emb = layers.Embedding(maxlen, embed_dim)

    def call(self, x):
        positions = ops.arange(0, ops.shape(x)[-1], 1)
        return self.token_emb(x) + self.pos_emb(positions)


def test_transformer_for_text():
    i = Input((6,), dtype="int32")
    h = TransformerBlock()(TokenAndPosition(6, 10, 4)(i))
    h = layers.Dropout(0.1, seed=3)(layers.GlobalAveragePooling1D()(h))
    model = Model(i, layers.Dense(2, "softmax")(layers.Dense(5, "relu")(h)))
    model.compile(optimizers.Adam(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
    x = RNG.integers(1, 10, (32, 6))
    y = (x == 3).any(axis=1).astype("int64")
    model(x[:2])
    block, start = model.layers[2], None
    generators = [v for v in model.variables if v.name == "seed_generator_state"]
    start = [v.numpy() for v in generators]
    assert len(block.trainable_weights) == 16 and len(model.trainable_weights) == 22

    def loss():
        for v, s in zip(generators, start):
            v.assign(s)
        return float(np.mean(losses.sparse_categorical_crossentropy(y, np.asarray(model(x, training=True)))))

    for v, s in zip(generators, start):
        v.assign(s)
    model.optimizer.learning_rate = 0.0
    model.train_on_batch(x, y)
    for w in model.trainable_weights:
        check_gradient(loss, w.value, w.grad.copy(), rtol=1e-4, atol=1e-7, probes=2)
    model.optimizer.learning_rate = 0.02
    history = model.fit(x, y, epochs=40, batch_size=8, verbose=0).history
    assert history["accuracy"][-1] > 0.9 and history["loss"][-1] < 0.5 * history["loss"][0]


def test_regularized_and_frozen_in_own_steps():
    """Penalties on weights are in self.losses; a frozen layer's weights get no gradient."""

    class Own(Model):
        def __init__(self):
            super().__init__()
            self.a = layers.Dense(3, "tanh", kernel_regularizer=regularizers.L2(0.1))
            self.b = layers.Dense(1, kernel_regularizer="l1")
            self.extra = Variable(2.0, dtype="float64")

        def call(self, x):
            return self.b(self.a(x)) * self.extra

        def train_step(self, data):
            x, y = data
            with GradientTape() as tape:
                loss = ops.mean(ops.square(self(x, training=True) - y)) + sum(self.losses)
            self.grads = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(self.grads, self.trainable_variables))
            return {"loss": loss}

    model = Own()
    model.compile(optimizers.SGD(0.0))
    model.train_on_batch(X, X[:, :1])
    a, b = model.a, model.b

    def loss():
        p = (np.tanh(X @ a.kernel.value + a.bias.value) @ b.kernel.value + b.bias.value) * model.extra.value
        return np.mean((p - X[:, :1]) ** 2) + 0.1 * np.sum(a.kernel.value**2) + 0.01 * np.sum(abs(b.kernel.value))

    for v, grad in zip(model.trainable_variables, model.grads):
        np.testing.assert_allclose(grad, numeric_gradient(loss, v.value), rtol=1e-5, atol=1e-8)
    model.a.trainable = False
    kept = a.get_weights()
    model.optimizer.learning_rate = 0.1
    model.train_on_batch(X, X[:, :1])
    assert len(model.grads) == 3 and all(np.array_equal(x, y) for x, y in zip(kept, a.get_weights()))
