"""Training the networks: losses, augmentation, loops, checkpoints, import and export."""
