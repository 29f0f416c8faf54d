import threading

from minikeras import GradientTape, layers
from minikeras._core.now import CALL, TAPE, Call


def test_threads_know_nothing_of_each_other():
    seen = []
    with GradientTape() as tape:
        token = CALL.set(Call(True))
        thread = threading.Thread(target=lambda: seen.extend([TAPE.get(), CALL.get()]))
        thread.start()
        thread.join()
        assert TAPE.get() is tape and CALL.get().training
        CALL.reset(token)
    assert seen == [None, None] and TAPE.get() is None and CALL.get() is None


def test_a_call_that_fails_leaves_nothing_behind():
    class Broken(layers.Layer):
        def call(self, x):
            raise RuntimeError("broken")

    for tape in (False, True):
        try:
            if tape:
                with GradientTape():
                    Broken()([1.0])
            else:
                Broken()([1.0])
        except RuntimeError:
            pass
        assert CALL.get() is None and TAPE.get() is None
    try:
        Broken().forward(None)
    except RuntimeError:
        pass
    assert CALL.get() is None and TAPE.get() is None
