"""What the files of the package import and define: each is read and parsed once for all tests of the house."""

import ast
import functools


@functools.cache
def outline(path):
    """The import statements of a file, and the names of the classes and functions at its top."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [*imports(tree)], {node.name for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}


def imports(node):
    """The import statements below a node: they stand in bodies only, so no expression is looked at."""
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        children = getattr(node, part, ())
        for child in children if isinstance(children, list) else ():
            if isinstance(child, (ast.Import, ast.ImportFrom)):
                yield child
            else:
                yield from imports(child)
