"""What the server answers."""

import json

import cv2
import jsonschema
import numpy as np
import pytest

from howfar.scene.schema import scene_schema
from howfar.serve.openapi import openapi_document
from tests.pipeline.stand_ins import halves
from tests.serve.conftest import HERE, PICTURE, Told, finder_of

SCENE = jsonschema.Draft202012Validator(scene_schema())
RAW = {"content": PICTURE}
FORM = {"files": {"picture": ("a.png", PICTURE)}}


@pytest.mark.parametrize(
    ("where", "sent", "labels", "focal_px"),
    [
        pytest.param("", RAW, ["cup", "dog"], None, id="the body is a picture"),
        pytest.param("", FORM, ["cup", "dog"], None, id="a form"),
        pytest.param("", {"files": {"image": PICTURE}}, ["cup", "dog"], None, id="a form with another name"),
        pytest.param("?max_depth=3", RAW, ["cup"], None, id="a maximum depth in the address"),
        pytest.param("", FORM | {"data": {"max_depth": "3"}}, ["cup"], None, id="a maximum depth in the form"),
        pytest.param("?classes=dog", RAW, ["dog"], None, id="a class"),
        pytest.param("?classes=dog, cup", RAW, ["cup", "dog"], None, id="classes with a space"),
        pytest.param("?focal_px=77", RAW, ["cup", "dog"], 77.0, id="a focal length"),
        pytest.param(
            "",
            {"files": {"picture": PICTURE, "camera": b"width_px=64\nheight_px=48\nfx_px=55.0\nfy_px=55.0\n"}},
            ["cup", "dog"],
            55.0,
            id="a camera file",
        ),
    ],
)
def test_look_gives_the_json_of_the_command(client_of, where, sent, labels, focal_px):
    answer = client_of().post(f"/v1/look{where}", **sent)
    assert answer.status_code == 200, answer.text
    SCENE.validate(answer.json())
    assert [one["label"] for one in answer.json()["objects"]] == labels
    assert focal_px is None or answer.json()["camera"]["fx_px"] == focal_px


def test_the_numbers_are_those_of_python(client_of):
    answer = client_of().post("/v1/look", content=PICTURE).json()
    expected = finder_of(Told()).look(PICTURE).to_dict()
    for each in (answer, expected):
        del each["timing_ms"], each["source"]
    assert answer == expected


def test_the_annotated_picture(client_of):
    answer = client_of().post("/v1/annotated?show_far=true&max_depth=3&units=ft", content=PICTURE)
    assert answer.headers["content-type"] == "image/jpeg"
    drawn = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert drawn.shape == (48, 64, 3)
    assert np.abs(drawn.astype(int) - halves(2.0, 4.0)).max() > 50


def test_the_depth_map_in_millimetres_and_in_colours(client_of):
    client = client_of()
    answer = client.post("/v1/depth", content=PICTURE)
    depth = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_UNCHANGED)
    assert depth.dtype == np.uint16
    assert (depth[0, 0], depth[0, 63]) == (2000, 4000)
    assert (answer.headers["x-metres-per-step"], answer.headers["x-pixels-beyond"]) == ("0.001", "0")
    coloured = client.post("/v1/depth?view=colours", content=PICTURE)
    for each in (answer, coloured):
        assert any("camera is assumed" in text for text in json.loads(each.headers["x-caveats"]))
    assert cv2.imdecode(np.frombuffer(coloured.content, np.uint8), cv2.IMREAD_COLOR).shape[1] == 64


def test_what_is_open_and_what_was_counted(client_of):
    lines: list[str] = []
    client = client_of(log=lines.append)
    assert client.get("/healthz").json() == {"status": "ok"}
    client.post("/v1/look", content=PICTURE)
    client.get("/secret-of-mine")
    counted = client.get("/metrics").text
    assert 'howfar_requests_total{path="/v1/look",status="200"} 1.0' in counted
    assert 'path="other",status="404"' in counted
    assert "secret" not in counted
    assert "howfar_pictures_total 1.0" in counted
    assert [line.rsplit(" ", 2)[0] for line in lines] == [
        "GET /healthz 200",
        "POST /v1/look 200",
        "GET /secret-of-mine 404",
        "GET /metrics 200",
    ]
    models = client.get("/v1/models").json()
    assert models["detector"] == {"name": "finder", "classes": ["cup", "dog"]}
    assert (models["depth"]["name"], models["methods"]) == ("mapper", ["median"])


def test_the_page_runs_nothing_but_its_own(client_of):
    first, second = (client_of().get("/") for _ in range(2))
    policy = first.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    nonce = policy.partition("script-src 'nonce-")[2].partition("'")[0]
    assert len(nonce) >= 16
    assert first.text.count(f'nonce="{nonce}"') == 2
    assert first.text.count("<script") == 1
    assert " style=" not in first.text
    assert "onclick" not in first.text
    assert "http://" not in first.text.replace("http://www.w3.org", "")
    assert policy != second.headers["content-security-policy"]


def test_the_openapi_document_is_true(client_of):
    client = client_of()
    document = client.get("/openapi.json").json()
    assert document == openapi_document(with_token=False)
    routes = {route.path for route in client.app.routes} - {"/", "/openapi.json", "/v1/live"}
    assert set(document["paths"]) == routes
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            answer = client.request(method, path, content=PICTURE if method == "post" else b"")
            assert answer.status_code == 200
            assert answer.headers["content-type"].partition(";")[0] in operation["responses"]["200"]["content"]
            for parameter in operation.get("parameters", ()):
                schema = parameter["schema"]
                value = schema.get("enum", [{"number": "0.5", "boolean": "true", "string": "cup"}[schema["type"]]])[0]
                told = client.request(method, f"{path}?{parameter['name']}={value}", content=PICTURE)
                assert told.status_code in (200, 422), (parameter["name"], told.text)
    problem = client.post("/v1/look?nonsense=1", content=PICTURE)
    jsonschema.validate(problem.json(), document["components"]["schemas"]["Problem"])
    jsonschema.validate(client.post("/v1/look", content=PICTURE).json(), document["components"]["schemas"]["Scene"])
    assert problem.headers["content-type"] == "application/problem+json"


def test_a_document_with_a_token_says_so(client_of):
    document = client_of(token="long-enough").get("/openapi.json", headers={"Authorization": "Bearer long-enough"})
    assert document.json()["security"] == [{"token": []}]


def test_other_sites_may_ask_where_they_are_allowed(client_of):
    client = client_of(allowed_origins=("https://example.org",), token="long-enough")
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    assert client.options("/v1/look", headers=asked).headers["access-control-allow-origin"] == "https://example.org"
    allowed = {"Origin": "https://example.org", "Authorization": "Bearer long-enough"}
    answer = client.post("/v1/look", content=PICTURE, headers=allowed)
    assert answer.headers["access-control-allow-origin"] == "https://example.org"
    assert json.loads(answer.text)["objects"]
    assert HERE not in answer.headers.values()
