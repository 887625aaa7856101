"""Thin adapters to depth networks that other libraries keep."""
