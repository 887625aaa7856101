"""High dynamic range brought to the range of a screen, for networks and drawings that know ordinary pictures alone.

The curves are those of SMPTE ST 2084 (PQ) and of ITU-R BT.2100 (PQ and HLG). The white of ordinary pictures is put at
203 cd/m², as ITU-R BT.2408 does. Up to `KNEE` of it brightness is kept; what is brighter is compressed, never cut.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

PQ, HLG = 16, 18
"""The transfer characteristics of ITU-T H.273, as a decoder states them."""

WHITE_CD_M2 = 203.0
HLG_PEAK_CD_M2 = 1000.0
HLG_SYSTEM_GAMMA = 1.2
KNEE = 0.6

_LEVELS = 4096
"""The steps of the tables: 12 bits, more than a video has."""

_BT2020_LUMINANCE = np.array([[0.2627, 0.6780, 0.0593]], dtype=np.float32)
_BT2020_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], dtype=np.float32
)
"""ITU-R BT.2087."""


def is_hdr(transfer: int) -> bool:
    """Whether a transfer characteristic is one of high dynamic range."""
    return transfer in (PQ, HLG)


def tone_mapped(pixels: NDArray[np.uint16], transfer: int) -> NDArray[np.uint8]:
    """A picture in PQ or HLG as an ordinary one.

    Args:
        pixels: H×W×3 uint16 RGB with the primaries of BT.2020, encoded over the whole range of 16 bits.
        transfer: `PQ` or `HLG`.

    Returns:
        H×W×3 uint8 RGB, as sRGB.
    """
    import cv2

    light = (_pq_light() if transfer == PQ else _hlg_light())[pixels >> 4]  # 1 is the white of an ordinary picture
    if transfer == HLG:
        luminance = cv2.transform(light, _BT2020_LUMINANCE) * (WHITE_CD_M2 / HLG_PEAK_CD_M2)
        light *= cv2.pow(luminance, HLG_SYSTEM_GAMMA - 1)[..., None]
    light = cv2.transform(light, _BT2020_TO_BT709)
    np.clip(light, 0.0, None, out=light)
    bright = light > KNEE
    light[bright] = 1 - (1 - KNEE) * np.exp((KNEE - light[bright]) / (1 - KNEE))
    return _srgb()[(light * (_LEVELS * 4 - 1)).astype(np.uint16)]


@cache
def _pq_light() -> NDArray[np.float32]:
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    signal = np.linspace(0, 1, _LEVELS) ** (1 / m2)
    light = (np.maximum(signal - c1, 0) / (c2 - c3 * signal)) ** (1 / m1)
    return (light * 10_000 / WHITE_CD_M2).astype(np.float32)


@cache
def _hlg_light() -> NDArray[np.float32]:
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    signal = np.linspace(0, 1, _LEVELS)
    light = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    return (light * HLG_PEAK_CD_M2 / WHITE_CD_M2).astype(np.float32)


@cache
def _srgb() -> NDArray[np.uint8]:
    light = np.linspace(0, 1, _LEVELS * 4)
    signal = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(255 * signal).astype(np.uint8)
