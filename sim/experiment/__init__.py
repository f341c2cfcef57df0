"""Experiments: cells, tables, the runner, the store and the result."""
