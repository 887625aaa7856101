"""Where pictures come from: files, folders, addresses, videos, cameras and streams, as frames."""

from howfar.sources.as_frame import Picture, as_frame
from howfar.sources.kinds import Source
from howfar.sources.live import LiveStream
from howfar.sources.opening import open_sources

__all__ = ["LiveStream", "Picture", "Source", "as_frame", "open_sources"]
