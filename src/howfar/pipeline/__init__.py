"""The way of a photo: perceived, brought to metres, ranged, and put together as a scene."""
