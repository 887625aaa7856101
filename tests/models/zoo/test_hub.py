"""The hub: huggingface_hub really talks to a stand-in of its endpoints on loopback."""

import sys
from pathlib import Path

import numpy as np
import pytest

from howfar.errors import DownloadError, MissingExtraError, ModelError
from howfar.models import open_depth_network
from howfar.models.zoo import Entry, HubFile, Patience, find_entry, pull, pull_entry, pulled_folder, read_record
from howfar.scene import Frame
from tests.models.onnx_files import mean_depth
from tests.models.zoo.server import FileServer, Reply

QUICK = Patience(timeout_s=20.0, attempts=2, pause_s=0.0)
BODY = b"weights" * 1000
FILE = HubFile("owner/repo", "sub/model.pth")
ENTRY = Entry(name="toy", task="depth", licence="CC0", hub=FILE)


def test_the_file_comes_from_its_commit_with_the_hubs_digest(server: FileServer, cache: Path) -> None:
    pinned = server.answer_as_hub(FILE.repo, FILE.file, BODY)
    path = pull_entry(ENTRY, mirror=server.url, patience=QUICK)
    assert path == cache / "models" / "toy.pth"
    assert path.read_bytes() == BODY
    record = read_record(path)
    assert record is not None
    assert (record.url, record.digest_from) == (server.url + pinned, "hub")


def test_the_users_token_goes_nowhere(server: FileServer, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    server.answer_as_hub(FILE.repo, FILE.file, BODY)
    pull_entry(ENTRY, mirror=server.url, patience=QUICK)
    assert {asked.method for asked in server.asked} == {"HEAD", "GET"}
    assert all("authorization" not in asked.headers for asked in server.asked)


def test_a_truncated_hub_file_goes_on(server: FileServer, cache: Path) -> None:
    pinned = server.answer_as_hub(FILE.repo, FILE.file, BODY)
    server.answer(pinned, Reply(BODY, cut_at=3000), Reply(BODY))
    assert pull_entry(ENTRY, mirror=server.url, patience=QUICK).read_bytes() == BODY
    assert server.gets()[-1].range == "bytes=3000-"


def test_a_file_that_is_not_what_the_hub_says_is_refused(server: FileServer, cache: Path) -> None:
    pinned = server.answer_as_hub(FILE.repo, FILE.file, BODY)
    server.answer(pinned, Reply(BODY[:-1] + b"!"))
    with pytest.raises(DownloadError, match="is not the file that was expected"):
        pull_entry(ENTRY, mirror=server.url, patience=QUICK)


def test_a_folder_of_the_hub_is_whole_when_its_weights_are_there(
    server: FileServer, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = find_entry("marigold")
    assert entry.hub is not None
    commit = entry.hub.revision
    for file in entry.beside:
        server.answer_as_hub(entry.hub.repo, file, file.encode(), commit, commit)
    with pytest.raises(DownloadError, match="The hub does not have"):
        pull("marigold", mirror=server.url, patience=QUICK)
    assert pulled_folder(entry) is None
    server.answer_as_hub(entry.hub.repo, entry.hub.file, BODY, commit, commit)
    path = pull("marigold", mirror=server.url, patience=QUICK)
    folder = cache / "models" / "marigold"
    assert path == folder / "unet" / "diffusion_pytorch_model.safetensors"
    assert pulled_folder(entry) == folder
    assert (folder / "vae" / "config.json").read_text() == "vae/config.json"
    with pytest.raises(ModelError, match=r"marigold is a PyTorch checkpoint: export .*howfar\[foundation\]"):
        open_depth_network("marigold")


def test_what_is_not_supported_is_not_fetched(server: FileServer, cache: Path) -> None:
    with pytest.raises(ModelError, match="video-depth-anything is not supported: it needs 32 pictures"):
        pull("video-depth-anything", mirror=server.url, patience=QUICK)
    assert server.asked == []


def test_the_registry_is_believed_before_the_hub(server: FileServer, cache: Path) -> None:
    server.answer_as_hub(FILE.repo, FILE.file, BODY)
    told = Entry(name="toy", task="depth", licence="CC0", hub=FILE, sha256="0" * 64)
    with pytest.raises(DownloadError, match="instead of 000000000000…"):
        pull_entry(told, mirror=server.url, patience=QUICK)


def test_a_plain_file_server_may_mirror_the_hub(server: FileServer, cache: Path) -> None:
    server.answer(f"/{FILE.repo}/resolve/main/{FILE.file}", Reply(BODY))
    path = pull_entry(ENTRY, mirror=server.url, patience=QUICK)
    record = read_record(path)
    assert record is not None
    assert record.digest_from == "first pull"


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        pytest.param(404, r"The hub does not have http://127.*answered 404", id="no such file"),
        pytest.param(401, r"The hub does not have http://127.*answered 401", id="not for everybody"),
        pytest.param(
            503, r"answered 503 for .*or use the embedded depth-rooms-streets, which works offline", id="down"
        ),
    ],
)
def test_a_hub_that_refuses(server: FileServer, cache: Path, status: int, sentence: str) -> None:
    server.answer(f"/{FILE.repo}/resolve/main/{FILE.file}", Reply(status=status))
    with pytest.raises(DownloadError, match=sentence):
        pull_entry(ENTRY, mirror=server.url, patience=QUICK)


def test_a_hub_out_of_reach_names_what_works_offline(server: FileServer, cache: Path) -> None:
    server.http.server_close()
    with pytest.raises(
        DownloadError, match=r"The hub cannot be reached .* embedded depth-rooms-streets, which works off"
    ):
        pull_entry(ENTRY, mirror=server.url, patience=QUICK)


def test_without_the_extra_it_says_what_to_install(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingExtraError, match=r"Pulling models from the hub .*pip install 'howfar\[hub\]'"):
        pull_entry(ENTRY, mirror="http://127.0.0.1:9")


def test_a_pulled_model_of_the_registry_runs_by_its_name(server: FileServer, cache: Path, tmp_path: Path) -> None:
    """From the registry's name to a depth map, with a tiny network in the place of the real one."""
    name = "depth-anything-v1-small"
    hub = find_entry(name).hub
    assert hub is not None
    server.answer_as_hub(hub.repo, hub.file, mean_depth(tmp_path).read_bytes(), hub.revision, hub.revision)
    with pytest.raises(ModelError, match=f"not on this machine yet: run  howfar models pull {name}"):
        open_depth_network(name)

    path = pull(name, mirror=server.url, patience=QUICK)
    network = open_depth_network(name)
    depth = network.estimate(Frame(np.full((480, 640, 3), 128, dtype=np.uint8), "made"))
    assert depth.kind == "relative_inverse"
    assert depth.shape == (518, 686)  # 4:3 with a shorter side of 518, in multiples of 14

    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ModelError, match="SHA-256 differs"):
        open_depth_network(name)


def test_a_pulled_checkpoint_says_that_it_must_be_exported(server: FileServer, cache: Path) -> None:
    name = "yolov5x"
    server.answer("/ultralytics/yolov5/releases/download/v7.0/yolov5x.pt", Reply(BODY))
    assert pull(name, mirror=server.url, patience=QUICK) == cache / "models" / "yolov5x.pt"
    with pytest.raises(ModelError, match=r"yolov5x is a PyTorch checkpoint: export .*howfar\[train\]"):
        open_depth_network(name)
