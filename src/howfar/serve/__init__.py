"""A server that looks at pictures, and its page. It needs the extra `serve`."""
