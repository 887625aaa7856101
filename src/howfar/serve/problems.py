"""What goes wrong with a request, as `application/problem+json` (RFC 9457)."""

from http import HTTPStatus

from starlette.responses import Response

from howfar.errors import HowfarError, MissingExtraError, SettingError, SourceError
from howfar.text import json_text

MEDIA_TYPE = "application/problem+json"


class ProblemError(Exception):
    """A request that is refused.

    Attributes:
        status: The HTTP status.
        detail: Why, in one sentence with a next step.
        retry_after_s: When to come again, in seconds; None where it would not help.
    """

    def __init__(self, status: HTTPStatus, detail: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.retry_after_s = retry_after_s


def problem_of(error: HowfarError) -> ProblemError:
    """The problem that an error of howfar's own is for whoever asked."""
    if isinstance(error, MissingExtraError):
        return ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"{error} on the server.")
    if isinstance(error, SourceError | SettingError):
        return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
    return ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))


def problem_response(problem: ProblemError) -> Response:
    """The answer that tells a problem."""
    content = {"type": "about:blank", "title": problem.status.phrase, "status": problem.status.value}
    headers = {} if problem.retry_after_s is None else {"Retry-After": str(problem.retry_after_s)}
    return Response(
        json_text(content | {"detail": problem.detail}), problem.status.value, headers=headers, media_type=MEDIA_TYPE
    )
