"""Rendered videos with exact identities, boxes, distances and speeds."""
