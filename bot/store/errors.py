"""What can go wrong with the database. Every message is one sentence for the person who runs the office."""


class StoreError(Exception):
    """The database cannot be used, or was asked for something that it must refuse.

    `code` names the sentence for people (screens.toml, [store]), `params` fill it; `str()` is for journals.
    """

    def __init__(self, message: str, code: str = "failed", **params: object) -> None:
        super().__init__(message)
        self.code = code
        self.params = params or {"error": message}


class StoreBusyError(StoreError):
    """Another program holds the database's write lock; the same call may succeed later."""


class StoreConflictError(StoreError):
    """The change contradicts what stands (a version that exists, an unknown mail); nothing was written."""
