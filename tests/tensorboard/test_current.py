import threading

import pytest

from minikeras.tensorboard import Writer, get_step, scalar
from minikeras.tensorboard.current import holding, state


def test_blocks_nest_and_end_by_errors(tmp_path):
    with Writer(tmp_path) as outer, Writer(tmp_path) as inner:
        with holding(outer, 1):
            with pytest.raises(RuntimeError), holding(inner, 2, False):
                assert state.writer is inner and state.condition is False
                raise RuntimeError
            assert state.writer is outer and get_step() == 1 and state.condition is True
        assert state.writer is None and get_step() is None


def test_other_threads_do_not_see_it(tmp_path):
    seen = []
    with Writer(tmp_path) as writer, holding(writer, 1):
        thread = threading.Thread(target=lambda: seen.append(scalar("a", 1, step=0)))
        thread.start()
        thread.join()
    assert seen == [False]
