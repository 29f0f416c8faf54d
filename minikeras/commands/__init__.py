"""The command line: ``minikeras`` or ``python -m minikeras``."""
