"""Files in and out: pictures, depth maps, video, camera files. One place for each format."""
