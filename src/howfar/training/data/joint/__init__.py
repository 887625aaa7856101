"""Pictures with depth and boxes, of which each may lack one."""
