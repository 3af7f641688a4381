"""What can go wrong with the database. Every message is one sentence for the person who runs the office."""


class StoreError(Exception):
    """The database cannot be used, or was asked for something that it must refuse."""


class StoreBusyError(StoreError):
    """Another program holds the database's write lock; the same call may succeed later."""


class StoreConflictError(StoreError):
    """The change contradicts what stands (a version that exists, an unknown mail); nothing was written."""
