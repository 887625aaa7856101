"""The ranging methods: statistics of a box, depth layers, the learned foreground, and a detector's masks."""
