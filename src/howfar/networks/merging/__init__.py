"""Several trained networks as one: graphs of their layers, whose weights are indices into shared codebooks."""
