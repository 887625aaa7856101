"""Depth networks beside each other: errors, outlines, time and memory."""
