"""How far a network's file is from the network that it was made of: on pictures, by boxes and metres."""
