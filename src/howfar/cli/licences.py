"""The licences of all that is installed beside howfar, for whoever passes it on, in an image of a container say."""

import re
from collections.abc import Iterator
from importlib import metadata
from typing import NamedTuple

GPL2, LGPL2, LGPL3 = "GPL-2.0-or-later", "LGPL-2.1-or-later", "LGPL-3.0-or-later"
COPYLEFT = {
    "x264": GPL2,
    "x265": GPL2,
    **dict.fromkeys(
        ("avcodec", "avdevice", "avfilter", "avformat", "avutil", "postproc", "swresample", "swscale"),
        f"{LGPL2}, and {GPL2} together with x264 or x265",
    ),
    "mp3lame": "LGPL-2.0-or-later",
    "gnutls": LGPL2,
    **dict.fromkeys(("gmp", "hogweed", "nettle", "unistring"), f"{LGPL3} or {GPL2}"),
    **dict.fromkeys(("de265", "heif"), LGPL3),
}
"""Libraries that wheels carry and whose licences ask something of whoever passes them on."""

LIBRARY = re.compile(rf"(?:lib)?(?P<name>{'|'.join(COPYLEFT)})[-.\d].*")
ENDINGS = (".so", ".dylib", ".dll")
NOT_STATED = "not stated"


class Licence(NamedTuple):
    """What one installed package says of its licence.

    Attributes:
        package: Its name and version.
        stated: Its licence in its own words.
        carried: Libraries of `COPYLEFT` that its wheel carries, by their licence.
    """

    package: str
    stated: str
    carried: dict[str, list[str]]


def licences() -> Iterator[Licence]:
    """The licences of all packages that are installed here, in the order of their names."""
    found = {(each.name or "").lower(): each for each in metadata.distributions()}
    for _, package in sorted(found.items()):
        names = sorted({name for name in map(_library, map(str, package.files or ())) if name in COPYLEFT})
        carried: dict[str, list[str]] = {}
        for name in names:
            carried.setdefault(COPYLEFT[name], []).append(name)
        yield Licence(f"{package.name} {package.version}", _stated(package), carried)


def _stated(package: metadata.Distribution) -> str:
    facts = package.metadata.json
    classifiers = [str(each) for each in facts.get("classifier", ())]
    classes = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License :: ")]
    whole = str(facts.get("license", "")).strip()
    first = whole.partition("\n")[0]  # some have the whole text there
    short = first if len(first) <= 60 and not first.startswith("Copyright") else ""
    said = str(facts.get("license_expression", "")) or short or ", ".join(classes)
    return NOT_STATED if said in ("", "UNKNOWN") else said


def _library(path: str) -> str:
    """The name of the library that a file is: `x264` of `av.libs/libx264-d6533a8d.so.165`; empty where it is none."""
    name = path.rpartition("/")[2].lower()
    if not any(ending in name for ending in ENDINGS):
        return ""
    known = LIBRARY.fullmatch(name)
    return known["name"] if known else ""
