"""Untrusted files: read once, in a limited child process, into the plain facts of `bot.domain.document`.

Way in: `sandbox.Sandbox.read`. Everything else here runs in the child, `kinds` and `wire` on both sides.
A file that cannot be read is an `Unreadable` with its reason, never an exception in the parent.
"""
