"""The errors that howfar raises. Each message is one sentence with a next step."""


class HowfarError(Exception):
    """Base class of all errors that howfar raises on purpose; the command line prints them without a traceback.

    Attributes:
        setting: Name of the setting that the next step is about, as in Python, such as `overwrite`; empty where there
            is none. The command line adds its own name for it, such as `--overwrite`.
    """

    def __init__(self, message: str, *, setting: str = "") -> None:
        super().__init__(message)
        self.setting = setting


class SourceError(HowfarError):
    """A picture, video, URL, camera or depth file could not be read."""


class SettingError(HowfarError):
    """A setting is wrong, or does not fit another one."""


class RefusedPairError(SettingError):
    """Two pictures are no pair that gives metres, or not as they are."""


class ModelError(HowfarError):
    """A model file or its card is missing or wrong, or they do not fit together."""


class DownloadError(ModelError):
    """A model could not be downloaded."""


class OutputError(HowfarError):
    """A result could not be written, or would overwrite an existing file."""


class MissingExtraError(HowfarError):
    """An optional library is needed and is not installed."""

    def __init__(self, purpose: str, extra: str) -> None:
        super().__init__(f"{purpose} needs an optional library: install it with  pip install 'howfar[{extra}]'")
        self._made_of = purpose, extra

    def __reduce__(self) -> tuple[type["MissingExtraError"], tuple[str, str]]:
        """Come through to another process whole: exceptions are made anew of their message alone otherwise."""
        return type(self), self._made_of


class TrainingError(HowfarError):
    """A training cannot continue."""
