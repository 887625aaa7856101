"""Pictures in and out: sources, drawing, tables and files."""
