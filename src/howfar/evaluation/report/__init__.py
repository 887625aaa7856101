"""How a measurement is shown: tables, CSV, plots and one HTML page."""
