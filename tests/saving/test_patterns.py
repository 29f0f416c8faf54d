import pytest

from minikeras.saving.patterns import check_patterns


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)*b", "((a)){9}", "(?:x*)+", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_repeated_groups_are_refused(pattern):
    with pytest.raises(ValueError, match="x.keras: the pattern .*repeats a group"):
        check_patterns([pattern], 40, 4, "x.keras")


def test_patterns_that_take_long_on_long_names_are_refused():
    check_patterns([".*.*x"], 100, 10, "x.keras")
    with pytest.raises(ValueError, match="takes too long to compare"):
        check_patterns([".*.*.*x"], 1000, 1, "x.keras")
    with pytest.raises(ValueError, match="takes too long to compare"):
        check_patterns([".*x"] * 1000, 1000, 10_000, "x.keras")


def test_ordinary_patterns_pass():
    check_patterns(["dense", "dense_[0-9]+/kernel", r"\(a\)+", "[)*]+", ".*head.*", "(a|b)?", 5], 60, 50, "x.keras")
    check_patterns(None, 60, 50, "x.keras")
