import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from audit.vocabulary import Action, Channel

OPERATOR = "operator"  # no membership has this role


@dataclass(frozen=True)
class Actor:
    """
    Who acts, where, through which channel, and what is granted.

    Names are text, so that a record outlives the user, key and workspace it speaks of.
    """

    user: str  # email; empty when nobody could be recognised
    workspace: str  # key of the workspace; empty when none is involved
    channel: Channel
    role: str = ""
    key_label: str = ""
    permitted: frozenset[Action] = frozenset()
    key_prefix: str = ""  # tells keys of one label apart; no secret
    narrowed_to: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # provider → the keys that remain
    calls_per_minute: int | None = None  # of this key alone; None: as many as all
    made_at: float = field(default_factory=lambda: time.monotonic(), compare=False, repr=False)
    # Given the actor, raises where the key or session has ended meanwhile, or may do something else by now.
    recheck: Callable[["Actor"], object] = field(default=lambda actor: None, compare=False, repr=False)


def operator(workspace: str = "", channel: Channel = Channel.COMMAND, user: str = OPERATOR) -> Actor:
    """
    Whoever runs manage.py, or a superuser in the Django admin.

    Who runs the process holds the database and the secrets: everything is granted.
    """
    return Actor(user=user, workspace=workspace, channel=channel, role=OPERATOR, permitted=frozenset(Action))


def nobody(channel: Channel) -> Actor:
    """The actor of a call whose sender is unknown: nothing is granted."""
    return Actor(user="", workspace="", channel=channel)
