"""Tracking measured on videos with true tracks: identities, flicker, distances, times to collision."""
