"""The description of the server for programs (OpenAPI 3.1), made of the table that requests are read by."""

from collections.abc import Sequence
from typing import Any

from howfar import __version__
from howfar.scene.schema import scene_schema
from howfar.serve.parameters import ADDRESS, CAMERA, DEPTH_VIEW, DRAWING, LOOKING, Parameter
from howfar.serve.problems import MEDIA_TYPE

Json = dict[str, Any]

PICTURE = {"type": "string", "format": "binary", "description": "A picture file: JPEG, PNG, WebP, …"}
PROBLEMS = {
    "400": "The request cannot be read: no picture, an unknown parameter, a value of another type.",
    "401": "The token is missing or wrong.",
    "403": "It comes from a page of another site.",
    "408": "The picture came too slowly.",
    "413": "The picture has too many bytes or pixels.",
    "415": "This is no picture of a format that is read.",
    "422": "The picture is damaged, or a value cannot be.",
    "503": "Too many requests are waiting; Retry-After says when to come again.",
}


def openapi_document(*, with_token: bool) -> Json:
    """The document.

    Args:
        with_token: Whether clients need a token.
    """
    document: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": "howfar",
            "version": __version__,
            "description": "What is in this picture, and how far away is it? Distances are in metres, along the "
            "optical axis, with an interval that holds the true one four times in five; null is unknown.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            "/v1/look": {
                "post": _picture_operation(
                    "The objects in a picture, and their distances",
                    (*LOOKING, *CAMERA),
                    {"application/json": {"schema": {"$ref": "#/components/schemas/Scene"}}},
                )
            },
            "/v1/annotated": {
                "post": _picture_operation(
                    "The picture with boxes, classes and distances drawn in",
                    (*LOOKING, *CAMERA, *DRAWING),
                    {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
                )
            },
            "/v1/depth": {
                "post": _picture_operation(
                    "The depth map of a picture: a PNG of 16 bits in millimetres, or in colours with a legend",
                    (*CAMERA, *DEPTH_VIEW),
                    {"image/png": {"schema": {"type": "string", "format": "binary"}}},
                )
            },
            "/v1/models": {"get": _plain_operation("The networks that are open", "application/json")},
            "/metrics": {"get": _plain_operation("Counters for Prometheus", "text/plain")},
            "/healthz": {"get": _plain_operation("Whether the server is up", "application/json")},
        },
        "components": {
            "schemas": {
                "Scene": {key: value for key, value in scene_schema().items() if key != "$schema"},
                "Problem": {
                    "type": "object",
                    "required": ["type", "title", "status", "detail"],
                    "properties": {
                        "type": {"type": "string"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {"type": "string", "description": "One sentence with a next step."},
                    },
                },
            }
        },
    }
    if with_token:
        document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"token": []}]
        document["paths"]["/healthz"]["get"]["security"] = []
    return document


def _picture_operation(summary: str, parameters: Sequence[Parameter], answer: Json) -> Json:
    fields = {parameter.name: _schema(parameter) for parameter in parameters}
    form = {"type": "object", "properties": {"picture": PICTURE, **fields}}
    return {
        "summary": summary,
        "description": "The picture is the body, or the field `picture` of a form; parameters stand in the address or "
        "in the form.",
        "parameters": [
            {"name": each.name, "in": "query", "description": each.text, "schema": _schema(each, described=False)}
            for each in (*parameters, ADDRESS)
        ],
        "requestBody": {
            "content": {"multipart/form-data": {"schema": form}, "image/*": {"schema": {}}},
        },
        "responses": {"200": {"description": summary, "content": answer}, **_problems(PROBLEMS)},
    }


def _plain_operation(summary: str, media_type: str) -> Json:
    refused = {status: PROBLEMS[status] for status in ("400", "401", "403")}
    return {
        "summary": summary,
        "responses": {"200": {"description": summary, "content": {media_type: {}}}, **_problems(refused)},
    }


def _problems(told: dict[str, str]) -> Json:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {status: {"description": text, "content": {MEDIA_TYPE: {"schema": schema}}} for status, text in told.items()}


def _schema(parameter: Parameter, *, described: bool = True) -> Json:
    schema: Json = {"type": parameter.kind}
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    return {**schema, "description": parameter.text} if described else schema
