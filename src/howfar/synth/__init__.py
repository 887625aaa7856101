"""Rendered rooms and streets with exact truth."""
