"""`howfar export --check`: a file against what it was made of, on real pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from howfar.cli.console import results
from howfar.cli.export_source import exportable
from howfar.cli.extras import EXPORT_LIBRARIES, need_training

if TYPE_CHECKING:
    from howfar.evaluation.agreement.agreement import Network
    from howfar.models.card import Card


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What is asked for.

    Attributes:
        file: The file that is checked, its card beside it.
        pictures: Pictures, folders, globs or addresses.
        against: What the file was made of; None for what the card of an int8 file says.
        network: Which network that is, where it is a checkpoint that does not tell it.
        tolerance: How far the file may be from it; None for the usual.
    """

    file: Path
    pictures: Sequence[str]
    against: str | None = None
    network: str | None = None
    tolerance: float | None = None


def check_file(request: CheckRequest) -> None:
    """Compare a file with its source and say whether it does what that does.

    Raises:
        ModelError: If it is beyond the tolerance.
    """
    from howfar.cli.export_int8 import agree
    from howfar.conversion.int8.pictures import open_pictures
    from howfar.errors import ModelError
    from howfar.evaluation.agreement.agreement import refuse_unlike
    from howfar.evaluation.agreement.reports import agreement_table
    from howfar.evaluation.agreement.tolerance import beyond, tolerance_for
    from howfar.evaluation.report.report import terminal_table
    from howfar.models.library import find_model

    pictures = open_pictures(request.pictures)
    path, card = find_model(request.file)
    against = request.against or _source_of(path, card)
    source, file = _network(against, request.network), _opened(path, card)
    refuse_unlike(source.card, card)
    agreement = agree("Comparing", pictures, (source, file))
    table = agreement_table(agreement, f"{path} against {against}")
    results().print(terminal_table(table))
    tolerance = tolerance_for(card) if request.tolerance is None else request.tolerance
    if words := beyond(agreement, tolerance):
        raise ModelError(
            f"{path} does not agree with {against}: {words}, and {tolerance:.1%} is let pass; export it again, or "
            "let more pass.",
            setting="tolerance",
        )
    results().print(f"{path} agrees with {against}, within the {tolerance:.1%} that are let pass.", soft_wrap=True)


def _source_of(path: Path, card: "Card") -> str:
    """What the card of an int8 file says that it was made of: a file beside it, or a name."""
    from howfar.errors import ModelError, SettingError
    from howfar.models.model_file import file_digest

    if card.int8 is None:
        raise SettingError(f"The card of {path} does not say what it was made of: name that.", setting="against")
    beside = path.with_name(card.int8.source)
    if not beside.is_file():
        return card.int8.source
    if card.int8.source_sha256 and file_digest(beside) != card.int8.source_sha256:
        raise ModelError(f"{beside} is not the file that {path} was made of (its SHA-256 differs): name that one.")
    return str(beside)


def _network(named: str, network: str | None) -> "Network":
    """The network that a file was made of: an ONNX file as ONNX Runtime runs it, or anything else by PyTorch."""
    from howfar.errors import ModelError
    from howfar.models.library import CHECKPOINTS, find_model

    if not Path(named).is_dir() and Path(named).suffix.lower() not in CHECKPOINTS and network is None:
        return _opened(*find_model(named))
    need_training("Comparing with PyTorch", EXPORT_LIBRARIES)
    from howfar.conversion.forms import FORMS
    from howfar.conversion.onnx_export import card_of_file
    from howfar.evaluation.agreement.agreement import Network
    from howfar.training.torch_session import TorchSession

    ready = exportable(named, network)
    if ready.card.ranging is not None:
        raise ModelError(f"{named} is a ranging network, which sees no pictures: there is nothing to compare.")
    names = (FORMS[ready.card.task].output, *ready.more_outputs)
    return Network(card_of_file(ready), TorchSession(ready.network, outputs=names))


def _opened(path: Path, card: "Card") -> "Network":
    """A file as ONNX Runtime runs it."""
    from howfar.errors import ModelError
    from howfar.evaluation.agreement.agreement import Network
    from howfar.models import RunOptions, open_session

    if card.ranging is not None:
        raise ModelError(f"{path} is a ranging network, which sees no pictures: there is nothing to compare.")
    return Network(card, open_session(path, card, RunOptions(engine="onnxruntime")))
