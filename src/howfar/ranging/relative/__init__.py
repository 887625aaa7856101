"""Relative depth maps: the order of their objects, and the evidence that brings them to metres."""
