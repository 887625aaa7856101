"""PyTorch definitions, one file a paper: nothing but layers and `forward`."""
