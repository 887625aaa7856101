"""Standard streams that were closed when the program was started (`>&-`, daemons): there is nothing behind them."""

import os
import sys


def open_closed_streams() -> None:
    """Put the null device in the place of each closed stream, and say on standard error if nothing can be printed.

    Otherwise the next file that is opened would take its number, and a library that prints would write into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
        sys.stderr.write("howfar: Standard output is closed, so nothing is printed: send it to a file or a pipe.\n")
