import minikeras as keras
from tests.models.samples import X, Y, fit, line, net


def test_the_loss_alone_where_there_are_no_metrics():
    model = line()
    assert isinstance(model.train_on_batch(X, Y), float) and isinstance(model.evaluate(X, Y, verbose=0), float)


def test_evaluating_within_an_epoch_leaves_its_sums_alone():
    class Look(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(self.model.evaluate(X[:3], Y[:3], verbose=0))

    plain, looked, seen = net(metrics=["mae", keras.metrics.AUC()]), net(metrics=["mae", keras.metrics.AUC()]), []
    expected = fit(plain, epochs=2, batch_size=5).history
    found = fit(looked, epochs=2, batch_size=5, callbacks=[Look()]).history
    assert list(found.values()) == list(expected.values())
    assert len(seen) == 8 and seen[-1] == plain.test_on_batch(X[:3], Y[:3])
