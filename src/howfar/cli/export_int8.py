"""`howfar export --int8`: from a network with floats to a file with whole numbers of 8 bits, and what it costs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from howfar.cli.console import results, tell
from howfar.cli.extras import INT8_LIBRARIES, need_training
from howfar.cli.failures import sentence
from howfar.cli.labelled_data import name_of, part_of, path_and_part
from howfar.cli.look_with import LOOK_WITH
from howfar.cli.measuring import counted
from howfar.cli.progress import Step, progress_bar

if TYPE_CHECKING:
    from howfar.conversion.int8.pictures import CalibrationPictures
    from howfar.conversion.int8.source import Int8Source
    from howfar.errors import SourceError
    from howfar.evaluation.agreement.agreement import Agreement, Network
    from howfar.evaluation.agreement.labelled import Measured
    from howfar.evaluation.depth.protocols import DepthProtocol
    from howfar.models.card import Card
    from howfar.scene import Frame
    from howfar.sources.kinds import Source


@dataclass(frozen=True, slots=True)
class Int8Request:
    """What is asked for.

    Attributes:
        source: The network, by name or file.
        calibrate: The pictures to calibrate on, which have to be named.
        out: The file to write.
        measure: Labelled data to measure on, each as DATA or DATA:PART.
        every: Take every N-th picture of these only.
        tolerance: How far the file may be from its source; None for the usual.
        most_loss: The share of AP, and of REL, that it may lose; None for the usual.
        licence: Licence of the weights, for the card; None for the source's.
        overwrite: Replace files that are there.
    """

    source: str
    calibrate: str | None
    out: Path
    measure: Sequence[str] = ()
    every: int = 1
    tolerance: float | None = None
    most_loss: float | None = None
    licence: str | None = None
    overwrite: bool = False


def export_int8(request: Int8Request) -> None:
    """Make an int8 file, compare it with its source, and keep it unless it lost too much."""
    need_training("Making int8 files", INT8_LIBRARIES)
    from tempfile import TemporaryDirectory

    from howfar.conversion.int8.pictures import calibration_pictures
    from howfar.conversion.int8.source import int8_source, needs_reduced_range
    from howfar.conversion.target import refuse_target
    from howfar.errors import SettingError

    refuse_target(request.out, overwrite=request.overwrite)
    source = int8_source(request.source)
    if request.calibrate is None:
        raise SettingError(
            "An int8 file is made by pictures that tell the ranges of its numbers: name a folder of them, a hundred or "
            "so of what it is for.",
            setting="calibrate",
        )
    pictures = calibration_pictures(request.calibrate)
    labelled = [_LabelledData.opened(named, request.every, source.card) for named in request.measure]
    with TemporaryDirectory(prefix="howfar-") as temporary:
        file = Path(temporary) / request.out.name
        card = _quantised(source, pictures, file, reduced_range=needs_reduced_range())
        if request.licence is not None:
            card = replace(card, licence=request.licence)
        card = _with_scale(source, file, card, pictures)
        networks = _networks(source, file, card)
        agreement = agree("Comparing", pictures.held_out, networks)
        measured = [each.measured(networks) for each in labelled]
        _judge_and_keep(request, source, (file, card), agreement, measured)


def _quantised(source: "Int8Source", pictures: "CalibrationPictures", file: Path, *, reduced_range: bool) -> "Card":
    """Write the file; its card, in which nothing is measured yet."""
    from howfar.conversion.int8.quantising import Quantiser
    from howfar.models.preprocess import feed

    work = file.parent / "work"  # where no name can be that of the file
    work.mkdir()
    quantiser = Quantiser(source.path, work)
    seen = 0
    with _shown("Calibrating", pictures.calibrating) as frames:
        for frame in frames:
            quantiser.look_at(feed(frame, source.card).tensors[0])
            seen += 1
    quantiser.write(file, reduced_range=reduced_range)
    layers = quantiser.layers
    bits = "7 bits (no VNNI here, or it cannot be told)" if reduced_range else "8 bits"
    tell(
        f"{len(layers.quantised)} of {len(layers.layers)} layers compute in int8, with weights of {bits}; the first "
        "and the heads stay in float."
    )
    return source.int8_card(file.stem, layers, (seen, Path(pictures.named).name), reduced_range=reduced_range)


def _with_scale(source: "Int8Source", file: Path, card: "Card", pictures: "CalibrationPictures") -> "Card":
    """The card with the scale that brings the file's metres back to the source's; as it is where there are none."""
    from howfar.conversion.int8.depth_scale import median_scale, rescaled, scale_of

    if card.depth is None or card.depth.kind != "metres":
        return card
    one, two = _networks(source, file, card)
    scales = []
    with _shown("Fitting the scale", pictures.calibrating, told=True) as frames:
        for frame in frames:
            maps = [
                network.depth.read(outputs, fed, frame.camera)
                for network in (one, two)
                for fed, outputs in (network.run(frame),)
                if network.depth is not None
            ]
            scales.append(scale_of(*maps))
    scale = median_scale(scales)
    fitted = rescaled(card, scale)
    kept = "it is in the card's focal_px" if fitted is not card else "the card has no focal_px that could take it"
    tell(f"The file's depth has to be multiplied by {scale:.4f} to have its source's scale: {kept}.")
    return fitted


def _networks(source: "Int8Source", file: Path, card: "Card") -> "tuple[Network, Network]":
    """The source and the file, both run by ONNX Runtime."""
    from howfar.evaluation.agreement.agreement import Network
    from howfar.models import RunOptions, open_session

    here = RunOptions(engine="onnxruntime")
    return (
        Network(source.card, open_session(source.path, source.card, here)),
        Network(card, open_session(file, card, here)),
    )


def _judge_and_keep(
    request: Int8Request,
    source: "Int8Source",
    made: "tuple[Path, Card]",
    agreement: "Agreement",
    measured: "Sequence[Measured]",
) -> None:
    """Tell what became of the network, and keep the file unless it lost too much."""
    from howfar.conversion.int8.keeping import keep
    from howfar.evaluation.agreement.reports import agreement_table, before_and_after, results_of, times_table
    from howfar.evaluation.agreement.speed import times_of
    from howfar.evaluation.report.report import terminal_table

    file, card = made
    times_ms, size_px = times_of({source.name: (source.path, source.card), card.name: (file, card)})
    tables = (
        before_and_after((source.name, card.name), (source.path.stat().st_size, file.stat().st_size), measured),
        agreement_table(agreement, f"{card.name} against {source.name}, on pictures held out of the calibration"),
        times_table(times_ms, size_px),
    )
    for table in tables:
        results().print(terminal_table(table))
    _refuse_loss(request, source, agreement, measured)
    results_text = results_of(source.name, agreement, measured, times_ms)
    kept = keep(file, replace(card, results=results_text), request.out, overwrite=request.overwrite)
    _tell(kept, request.out)


def _tell(card: "Card", path: Path) -> None:
    from howfar.models.card import card_path

    results().print(f"{path} ({path.stat().st_size / 1e6:.1f} MB) and its card {card_path(path)}", soft_wrap=True)
    results().print(f"licence of the weights: {card.licence}", soft_wrap=True)
    results().print(f"howfar look PHOTO {LOOK_WITH[card.task].format(path)}", soft_wrap=True)


def agree(what: str, sources: "Sequence[Source]", networks: "tuple[Network, Network]") -> "Agreement":
    """Show pictures to a network and to the file that was made of it, with a progress bar.

    Raises:
        ModelError: If they give different things.
        SettingError: If the pictures show nothing to compare.
    """
    from howfar.evaluation.agreement.agreement import compare_on
    from howfar.evaluation.agreement.tolerance import refuse_nothing_compared

    with _shown(what, sources) as frames:
        agreement = compare_on(frames, *networks)
    refuse_nothing_compared(agreement, networks[0].card)
    return agreement


@contextmanager
def _shown(what: str, sources: "Sequence[Source]", *, told: bool = False) -> "Iterator[Iterator[Frame]]":
    """The pictures one by one under a progress bar; what cannot be read is left out, and told unless it was `told`."""
    from howfar.conversion.int8.pictures import frames_of

    def failed(error: "SourceError") -> None:
        if not told:
            tell(f"howfar: {sentence(error)}")

    def stepped(step: Step) -> "Iterator[Frame]":
        for frame in frames_of(sources, failed):
            yield frame
            step(Path(frame.source).name)

    with progress_bar(what, len(sources), "image") as step:
        yield stepped(step)


@dataclass(frozen=True, slots=True)
class _LabelledData:
    """Pictures that are labelled with depth or with boxes; `protocol` is how depth is measured, None for boxes."""

    name: str
    samples: Any
    dataset: Any
    protocol: "DepthProtocol | None"

    @classmethod
    def opened(cls, named: str, every: int, card: "Card") -> "_LabelledData":
        """Open DATA or DATA:PART, before the long part of a run; refuse what a network does not give."""
        from howfar.datasets import open_depth_dataset
        from howfar.datasets.coco_folder import CocoFolder
        from howfar.datasets.nyu import NyuDepthV2
        from howfar.datasets.opening import kind_at, open_detection_dataset
        from howfar.evaluation.agreement.labelled import refuse_other_labels
        from howfar.evaluation.depth.protocols import FULL, NYU_EIGEN
        from howfar.evaluation.detection.coco import require_coco_eval

        path, part = path_and_part(named)
        kind = kind_at(path)
        refuse_other_labels(card, kind)
        if kind == "depth":
            depth = open_depth_dataset(path)
            used = part or part_of(depth.splits, path)
            protocol = NYU_EIGEN if isinstance(depth, NyuDepthV2) else FULL
            samples = depth.split(used)
            return cls(name_of(path, used, every), samples[::every], samples, protocol)
        require_coco_eval()
        boxes = open_detection_dataset(path)
        used = part or part_of(boxes.splits, path)
        dataset = boxes.detection(used) if isinstance(boxes, CocoFolder) else boxes.split(used)
        return cls(name_of(path, used, every), dataset[::every], dataset, None)

    def measured(self, networks: "tuple[Network, Network]") -> "Measured":
        """What a network and the file that was made of it reach, under a progress bar."""
        from howfar.evaluation.agreement.labelled import Measured, measure_boxes, measure_depth

        count = len(self.samples)
        with progress_bar("Measuring", len(networks) * count, "image") as step:
            shown = partial(counted, step=step)
            if self.protocol is None:
                figures = measure_boxes(self.dataset, self.samples, networks, shown)
                return Measured(f"{self.name} ({count} pictures)", figures)
            figures = measure_depth(self.samples, self.protocol, networks, shown)
            return Measured(f"{self.name} ({self.protocol.name}, {count} pictures)", figures)


def _refuse_loss(
    request: Int8Request, source: "Int8Source", agreement: "Agreement", measured: "Sequence[Measured]"
) -> None:
    """Raise ModelError where the file lost more than is let pass."""
    from howfar.errors import ModelError
    from howfar.evaluation.agreement.tolerance import INT8_LOSS, INT8_TOLERANCE, beyond, lost

    most_loss = INT8_LOSS if request.most_loss is None else request.most_loss
    if words := lost(measured, most_loss):
        raise ModelError(
            f"In int8 {source.name} lost too much and was not kept: {words}, and {most_loss:.1%} is let pass; "
            "calibrate on more pictures of what it is for, or let more pass.",
            setting="most_loss",
        )
    tolerance = INT8_TOLERANCE if request.tolerance is None else request.tolerance
    if words := beyond(agreement, tolerance):
        raise ModelError(
            f"In int8 {source.name} is too far from itself in float and was not kept: {words}, and {tolerance:.1%} is "
            "let pass; calibrate on more pictures of what it is for, or let more pass.",
            setting="tolerance",
        )
