"""Layers that make one array out of a list of them."""
