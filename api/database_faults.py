"""Telling an absent database from a wrong statement."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout


def database_is_away(error: BaseException) -> bool:
    """Whether `error` says that PostgreSQL cannot be reached, is going down, or is too busy to answer.

    Statement and lock time-outs count: psycopg reports them as operational, and the caller's next step is
    the same, to try again in a moment.
    """
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return isinstance(error, PoolTimeout | TimeoutError | ConnectionError)
