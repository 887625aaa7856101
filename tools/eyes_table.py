"""The tables of docs/one-eye-two-eyes.md, of the files that `howfar compare --json` writes.

    python tools/eyes_table.py motorcycle.json cones.json none.json glass.json

A file of two eyes by one matcher has three records: one eye, two eyes where they tell, and both joined.
"""

import argparse
import json
import sys
from pathlib import Path


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    write = sys.stdout.write
    write("| file | pictures | who | REL | RMSE (m) | δ1 | SSIM | of inverse depth | coverage | glass | thin |")
    write(" objects | error | held |\n" + "|---" * 14 + "|\n")
    for path in parser.parse_args().files:
        content = json.loads(path.read_text(encoding="utf-8"))
        for row in content["compared"]:
            worth = content["objects_worth"].get(row["model"], {})
            figures = [row[name] for name in ("rel", "rmse_m", "delta1", "ssim", "ssim_inverse", "coverage")]
            cells = [path.stem, row["images"], row["model"], *map(_text, figures)]
            cells += [_text(row["rel_glass"]), _text(row["rel_thin"]), worth.get("objects", "–")]
            cells += [_text(worth.get("median_error")), _text(worth.get("held"))]
            write("| " + " | ".join(map(str, cells)) + " |\n")


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    main()
