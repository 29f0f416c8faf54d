from minikeras.compat.places import CLASSES, FILES, OLD, read_classes, read_old


def test_no_path_stands_twice():
    paths = " ".join(OLD.values()).split()
    assert len(paths) == len(set(paths)) and len(read_old()) == len(paths)
    lines = [line for line in CLASSES.splitlines() if ":" in line]
    assert len(lines) == len(read_classes())


def test_long_lines_go_on():
    assert read_classes()["losses.losses"][-1] == "Tversky" and len(read_classes()["losses.losses"]) == 22
    assert set(FILES) <= set(read_classes())
