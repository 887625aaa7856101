"""The depth report: every figure comes with how it was got."""

import csv
from pathlib import Path

import numpy as np
import pytest

from howfar.evaluation.depth.boundaries import boundary_update
from howfar.evaluation.depth.evaluation import DepthOptions, DepthResult, ImageScore
from howfar.evaluation.depth.metrics import DepthSums, depth_compute, depth_update
from howfar.evaluation.depth.protocols import FULL, KITTI_GARG, NYU_EIGEN, NYU_HYBRID, full_protocol
from howfar.evaluation.depth.published import NYU_PUBLISHED
from howfar.evaluation.depth.reports import depth_report
from howfar.evaluation.report.report import Report, write_csv
from tests.evaluation.report.printing import printed

TRUTH = np.full((4, 4), 2.0, dtype=np.float32)


def depth(options: DepthOptions | None = None, sums: DepthSums | None = None) -> Report:
    sums = depth_update(TRUTH * 1.5, TRUTH) if sums is None else sums
    scores = tuple(ImageScore(place, f"{place:04d}", depth_compute(sums)) for place in range(4))
    result = DepthResult(options or DepthOptions(), sums, scores, 0.2)
    return depth_report(result, data="NYU [test]", model="depth-x")


@pytest.mark.parametrize(
    ("options", "stated"),
    [
        (DepthOptions(), "NYU [test]"),
        (DepthOptions(), "depth-x"),
        (DepthOptions(), "nyu-eigen (Eigen et al. 2014), which quotes the mean over images"),
        (DepthOptions(), "full, 640×480 px"),
        (DepthOptions(), "560×426 px: rows 45:471 and columns 41:601"),
        (DepthOptions(), "clipped to 0.1–10 m"),
        (DepthOptions(), "100.00% of the pixels"),
        (DepthOptions(), "0.2 s, 50 ms a picture"),
        (DepthOptions(), "crop full, alignment none, test-time augmentation none, 4 images."),
        (DepthOptions(crop="portrait"), "portrait, 360×480 px"),
        (DepthOptions(crop="portrait"), "360×426 px: rows 45:471"),
        (DepthOptions(alignment="median"), "times the ratio of the medians"),
        (DepthOptions(alignment="least-squares"), "scale and shift fitted to each image's truth"),
        (DepthOptions(flip=True), "mean of the outputs for the picture and its mirror image"),
        (DepthOptions(NYU_HYBRID), "nyu-hybrid (Harsányi et al. 2018), which quotes the mean over pixels"),
        (DepthOptions(NYU_HYBRID), "nearest neighbour to 352×264 px, its middle 320×256 px"),
        (DepthOptions(NYU_HYBRID), "582×466 px: rows 7:473 and columns 29:611"),
        (DepthOptions(NYU_HYBRID), "no clipping; the logarithms and δ take a prediction below 0.001 m for 0.001 m"),
        (DepthOptions(KITTI_GARG), "rows 0.4081:0.9919 of the height and columns 0.0359:0.9641 of the width"),
        (DepthOptions(KITTI_GARG), "clipped to 0.001–80 m"),
        (DepthOptions(FULL), "picture's pixels; all rows and columns"),
        (DepthOptions(full_protocol(12)), "clipped to 0.1–12 m"),
    ],
)
def test_the_table_states_its_protocol(options: DepthOptions, stated: str) -> None:
    assert stated in printed(depth(options))


def test_the_table_gives_every_error_with_both_means() -> None:
    truth = np.full((1, 1), 2.0, dtype=np.float32)
    sums = depth_update(truth, truth) + depth_update(np.repeat(truth + 4, 3, axis=1), np.repeat(truth, 3, axis=1))
    report = depth(sums=sums)
    assert report.columns == ("mean over images", "pooled over pixels")
    assert report.figures["REL"] == pytest.approx((1.0, 1.5))
    assert report.figures["RMSE (m)"] == pytest.approx((2.0, 12**0.5))
    assert report.figures["log10 squared"] == pytest.approx((np.log10(3) ** 2 / 2, np.log10(3) ** 2 * 3 / 4))
    assert report.figures["RMSE log (natural)"] == pytest.approx((np.log(3) / 2, np.log(3) * 0.75**0.5))
    assert report.figures["SILog (× 100)"] == pytest.approx((0.0, 100 * np.log(3) * (3 / 16) ** 0.5), abs=1e-5)
    assert report.figures["δ < 1.25"] == (0.5, 0.25)


@pytest.mark.parametrize("protocol", [NYU_EIGEN, NYU_HYBRID], ids=lambda protocol: protocol.name)
def test_published_figures_stand_beside_the_measured_ones_and_are_marked(protocol) -> None:
    (published, _) = depth(DepthOptions(protocol)).tables
    quoted, measured = published.rows[: len(NYU_PUBLISHED)], published.rows[len(NYU_PUBLISHED) :]
    assert quoted[4] == (
        "Hybrid CNN (Harsányi et al.), MISSI 2018: as published", "0.130", "0.593", "0.057", "0.833", "0.960", "0.989"
    )  # fmt: skip
    assert all(row[0].endswith(": as published") for row in quoted)
    assert [row[0] for row in measured] == [
        "depth-x: measured, mean over images",
        "depth-x: measured, pooled over pixels",
    ]
    assert measured[0][1] == "0.5000"


def test_nothing_published_on_nyu_stands_beside_figures_of_another_data_set() -> None:
    assert [table.title for table in depth(DepthOptions(KITTI_GARG)).tables] == ["Worst and best images by REL"]


def test_boundaries_are_in_the_table_and_the_csv_where_they_were_measured(tmp_path: Path) -> None:
    truth = np.array([[1.0, 1.0, 2.0, 2.0]], dtype=np.float32)
    boundaries = boundary_update(truth, truth) + boundary_update(truth[:, ::-1], truth)
    result = DepthResult(DepthOptions(FULL, boundaries="picture"), DepthSums.none(), (), 0.2, boundaries)
    report = depth_report(result, data="set", model="depth-x")
    assert report.figures["boundary F1"] == pytest.approx((0.5, 0.5))
    assert "in ten thresholds" in printed(report)
    write_csv(report, tmp_path / "a.csv")
    (row,) = csv.DictReader((tmp_path / "a.csv").open(encoding="utf-8"))
    assert float(row["boundary_recall_over_images"]) == pytest.approx(0.5)


def test_without_boundaries_nothing_speaks_of_them() -> None:
    report = depth()
    assert "boundar" not in printed(report)
    assert not any("boundar" in name for name in report.fields)


def test_nothing_compared_is_reported_as_such() -> None:
    text = printed(depth(sums=DepthSums.none()))
    assert "nan" not in text
    assert "unknown" in text


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            DepthOptions(crop="square", alignment="median", flip=True),
            ("nyu-eigen", "images", "square", "0.1", "10.0", "", "median", "flip"),
        ),
        (DepthOptions(NYU_HYBRID), ("nyu-hybrid", "pixels", "full", "", "", "0.001", "none", "none")),
    ],
)
def test_csv_has_one_row_with_protocol_and_figures(
    tmp_path: Path, options: DepthOptions, expected: tuple[str, ...]
) -> None:
    write_csv(depth(options), tmp_path / "a.csv")
    (row,) = csv.DictReader((tmp_path / "a.csv").open(encoding="utf-8"))
    names = ("protocol", "average", "crop", "least_m", "most_m", "floor_m", "alignment", "augmentation")
    assert tuple(row[name] for name in names) == expected
    assert (row["data"], row["model"], row["images"], row["coverage"]) == ("NYU [test]", "depth-x", "4", "1.0")
    assert (float(row["rel_over_images"]), float(row["rel_over_pixels"])) == (0.5, 0.5)
