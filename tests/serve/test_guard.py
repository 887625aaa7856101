"""Who may ask."""

import pytest
from starlette.websockets import WebSocketDisconnect

from howfar.errors import SettingError
from howfar.serve.guard import token_of
from howfar.serve.settings import ServeSettings, is_local
from tests.serve.conftest import PICTURE

TOKEN = "a-token-of-mine"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    ("headers", "settings", "status"),
    [
        pytest.param({}, {}, 200, id="of this machine"),
        pytest.param({"Host": "127.0.0.1:8000"}, {}, 200, id="by address and port"),
        pytest.param({"Host": "[::1]:8000"}, {}, 200, id="by an address of IPv6"),
        pytest.param({"Host": "LOCALHOST"}, {}, 200, id="in capitals"),
        pytest.param({"Host": "evil.example"}, {}, 400, id="by a name of somebody else"),
        pytest.param({"Host": "localhost.evil.example"}, {}, 400, id="by a name that begins like ours"),
        pytest.param({"Host": ""}, {}, 400, id="by no name"),
        pytest.param({"Host": "camera.lan"}, {"allowed_hosts": ("camera.lan",)}, 200, id="by a name that was allowed"),
        pytest.param({"Origin": "http://localhost"}, {}, 200, id="from its own page"),
        pytest.param({"Origin": "https://evil.example"}, {}, 403, id="from a page of another site"),
        pytest.param({"Origin": "null"}, {}, 403, id="from a page without a site"),
        pytest.param({"Origin": "https://a.org"}, {"allowed_origins": ("https://a.org",)}, 200, id="from one allowed"),
        pytest.param({}, {"token": TOKEN}, 401, id="without the token"),
        pytest.param({"Authorization": "Bearer wrong-one"}, {"token": TOKEN}, 401, id="with a wrong token"),
        pytest.param({"Authorization": "Bearer tökén"}, {"token": TOKEN}, 401, id="with odd letters"),
        pytest.param({"Authorization": f"Basic {TOKEN}"}, {"token": TOKEN}, 401, id="by another scheme"),
        pytest.param(SHOWN, {"token": TOKEN}, 200, id="with the token"),
    ],
)
def test_who_may_ask(client_of, headers, settings, status):
    sent = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = client_of(**settings).post("/v1/look", content=PICTURE, headers=sent)
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers or "allowed_origins" in settings


@pytest.mark.parametrize("path", ["/", "/healthz"])
def test_what_needs_no_token(client_of, path):
    assert client_of(token=TOKEN).get(path).status_code == 200


@pytest.mark.parametrize("path", ["/metrics", "/v1/models", "/openapi.json", "/nothing", "/healthz/"])
def test_what_needs_the_token(client_of, path):
    assert client_of(token=TOKEN).get(path).status_code == 401


@pytest.mark.parametrize(
    ("headers", "subprotocols", "is_let_in"),
    [
        pytest.param({}, ["howfar", f"howfar.token.{TOKEN}"], True, id="the token among the subprotocols"),
        pytest.param(SHOWN, None, True, id="the token in a header"),
        pytest.param({}, ["howfar"], False, id="no token"),
        pytest.param({}, ["howfar", "howfar.token.other"], False, id="a wrong token"),
        pytest.param(SHOWN | {"Origin": "https://evil.example"}, None, False, id="a page of another site"),
        pytest.param(SHOWN | {"Host": "evil.example"}, None, False, id="a name of somebody else"),
    ],
)
def test_who_may_be_live(client_of, headers, subprotocols, is_let_in):
    client = client_of(token=TOKEN)
    headers = {"Host": "localhost", **headers}

    def talk():
        with client.websocket_connect("/v1/live", subprotocols=subprotocols, headers=headers) as socket:
            socket.send_bytes(PICTURE)
            return socket.receive_json()

    if is_let_in:
        assert talk()["objects"]
    else:
        with pytest.raises(WebSocketDisconnect) as refused:
            talk()
        assert refused.value.code == 1008


@pytest.mark.parametrize(
    ("host", "local"),
    [
        *[(host, True) for host in ("127.0.0.1", "127.9.9.9", "localhost", "::1", "[::1]")],
        *[(host, False) for host in ("0.0.0.0", "::", "192.168.1.2", "camera.lan", "localhost.evil")],
    ],
)
def test_what_this_machine_alone_can_reach(host, local):
    assert is_local(host) is local


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        pytest.param({"host": "0.0.0.0"}, "clients need a token", id="open to others without a token"),
        pytest.param({"token": "short"}, "eight of them", id="a token that is guessed"),
        pytest.param({"token": "has spaces in it"}, "letters, digits", id="a token with spaces"),
        pytest.param({"token": "ends-with\n"}, "letters, digits", id="a token with a new line"),
        pytest.param({"waiting": 0}, "waiting must be above 0", id="nobody may wait"),
        pytest.param({"deadline_s": float("nan")}, "deadline_s must be above 0", id="no deadline"),
    ],
)
def test_settings_that_are_refused(settings, told):
    with pytest.raises(SettingError, match=told):
        ServeSettings(**settings)


def test_no_token_is_shown_where_there_is_none():
    assert token_of({}) is None
    assert token_of({"sec-websocket-protocol": "chat, howfar"}) is None
