"""Layers that resize, crop and vary images."""
