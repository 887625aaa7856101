"""Tools for programs that speak the Model Context Protocol: pictures in folders that were allowed, and nothing else."""
