"""Where pictures come from: files, folders, addresses, videos, cameras and streams, as frames."""
