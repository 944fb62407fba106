from django.db import connection


def release_pooled_connection() -> None:
    """Give a pooled connection back before a long wait; the next statement takes one again."""
    if "pool" in connection.settings_dict["OPTIONS"] and not connection.in_atomic_block:
        connection.close()
