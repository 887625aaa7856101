"""What can be made int8 of: a network with floats, by its name or file."""

from dataclasses import dataclass, replace
from pathlib import Path

from howfar.conversion.int8.float_layers import FloatLayers
from howfar.errors import ModelError, SettingError
from howfar.models.card import Card, Int8Facts
from howfar.models.library import find_model
from howfar.models.model_file import file_digest
from howfar.models.processor import has_vnni


@dataclass(frozen=True, slots=True)
class Int8Source:
    """A network that an int8 file is to be made of.

    Attributes:
        name: What the user calls it: a name that `howfar models` lists, or the name of its file.
        path: Its ONNX file.
        card: Its card.
    """

    name: str
    path: Path
    card: Card

    def int8_card(self, name: str, layers: FloatLayers, pictures: tuple[int, str], *, reduced_range: bool) -> Card:
        """The card of the file that is made of it, before anything of it is measured.

        Args:
            name: The file's short name.
            layers: Which layers are quantised.
            pictures: On how many pictures it was calibrated, and what they were.
            reduced_range: Whether weights have 7 bits.
        """
        facts = Int8Facts(
            source=self.name,
            source_sha256=file_digest(self.path),
            pictures=pictures[0],
            calibrated_on=pictures[1],
            reduced_range=reduced_range,
            layers=len(layers.layers),
            float_layers=len(layers.layers) - len(layers.quantised),
        )
        origin = f"{self.card.name} in int8" + (f": {self.card.origin}" if self.card.origin else "")
        return replace(self.card, name=name, origin=origin, results=(), sha256=None, int8=facts)


def int8_source(name: str) -> Int8Source:
    """Find a network that an int8 file can be made of.

    Raises:
        ModelError: If there is no such file or model, or it is not one for int8.
        SettingError: If it is the folder of a training.
    """
    if Path(name).is_dir():
        raise SettingError(
            f"{name} is a folder, and int8 files are made of ONNX files: export it first, and then name the ONNX file."
        )
    path, card = find_model(name)
    if card.int8 is not None:
        raise ModelError(f"{name} is an int8 file already: name its source, {card.int8.source}.")
    if card.ranging is not None:
        raise ModelError(f"{name} is a ranging network, which takes a millisecond: there is nothing to gain in int8.")
    if len(card.inputs) > 1:
        raise ModelError(f"{name} takes a stereo pair, and int8 files are made of networks for one picture.")
    return Int8Source(path.name if path == Path(name) else name, path, card)


def needs_reduced_range() -> bool:
    """Whether a file that is made here takes a reduced range: where the processor is not known to have VNNI."""
    return has_vnni() is not True
