"""The pipeline: a picture is perceived, brought to metres, ranged, and made into a scene."""
