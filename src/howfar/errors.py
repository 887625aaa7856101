"""The few kinds of error that howfar raises: each message is one sentence with a next step."""


class HowfarError(Exception):
    """Base of every error that howfar raises on purpose; the command line prints it without a traceback.

    Attributes:
        setting: The name of the setting that the next step is about, such as `overwrite`, as Python knows it; empty
            where there is none. The command line adds its own name for it, such as `--overwrite`.
    """

    def __init__(self, message: str, *, setting: str = "") -> None:
        super().__init__(message)
        self.setting = setting


class SourceError(HowfarError):
    """A picture, video, URL, camera or depth file could not be read."""


class SettingError(HowfarError):
    """A setting cannot be, or does not fit the others."""


class ModelError(HowfarError):
    """A model file or its card is missing, wrong, or not what it says."""


class DownloadError(ModelError):
    """A model could not be fetched."""


class OutputError(HowfarError):
    """A result could not be written, or would overwrite something."""


class MissingExtraError(HowfarError):
    """An optional library is needed for this and is not installed."""

    def __init__(self, purpose: str, extra: str) -> None:
        super().__init__(f"{purpose} needs an optional library: install it with  pip install 'howfar[{extra}]'")
        self._made_of = purpose, extra

    def __reduce__(self) -> tuple[type["MissingExtraError"], tuple[str, str]]:
        """Come through to another process whole: exceptions are made anew of their message alone otherwise."""
        return type(self), self._made_of


class TrainingError(HowfarError):
    """A training cannot go on."""
