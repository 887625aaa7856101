"""What the processor has that decides how networks are run."""

import os
import platform
from functools import cache
from pathlib import Path

import cv2

X86 = ("x86_64", "amd64", "i386", "i686")
VNNI_FLAGS = ("avx512_vnni", "avx_vnni")
"""Linux's names of the instructions that multiply whole numbers of 8 bits and add them in 32."""
VNNI_OF_OPENCV = (261, 262)
"""OpenCV's numbers of the processors that have the first of them: `CPU_AVX512_CLX` and `CPU_AVX512_ICL`."""
CPU_INFO = Path("/proc/cpuinfo")


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def has_vnni() -> bool | None:
    """Whether the processor multiplies whole numbers of 8 bits by VNNI; None where that cannot be told.

    Those of x86 without it add pairs of products in 16 bits, which overflow: products of 8 bits by 7 do not.
    Other processors, such as ARM's, have instructions of their own that do not overflow; they count as having it.
    """
    if platform.machine().lower() not in X86:
        return True
    try:
        flags = CPU_INFO.read_text(encoding="utf-8", errors="replace").split()
    except OSError:  # not Linux
        return True if any(map(cv2.checkHardwareSupport, VNNI_OF_OPENCV)) else None
    return any(name in flags for name in VNNI_FLAGS)
