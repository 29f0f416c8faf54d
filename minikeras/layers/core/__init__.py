"""Layers that many models are made of: embeddings, products, masks."""
