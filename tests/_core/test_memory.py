import tracemalloc

from minikeras._core.memory import keep_freed_memory


def test_nothing_is_kept():
    keep_freed_memory.cache_clear()
    tracemalloc.start()
    keep_freed_memory()
    now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert now < 1 << 16 < 31 << 20 <= peak
