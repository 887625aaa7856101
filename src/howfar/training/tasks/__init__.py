"""What the loop needs to know of each kind of training."""
