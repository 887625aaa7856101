"""Files in and out: pictures, depth maps, video, camera files, TOML, and HTTP. One module for each format.

Nothing is imported here: each module needs other libraries, and whoever needs one format pays for that alone.
"""
