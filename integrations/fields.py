"""The encrypted field for tokens, guarded against every way of Django's to print or destroy it."""

from typing import Any

from cryptography.fernet import InvalidToken
from django.db.models.expressions import BaseExpression
from fernet_fields import EncryptedTextField


class UnreadableToken:
    """Stands for a token that no key in FERNET_KEYS decrypts: false, and not to be saved."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "<cannot be decrypted with FERNET_KEYS; enter the token again>"


UNREADABLE_TOKEN = UnreadableToken()


class TokenField(EncryptedTextField):
    """
    Never in a form, fixture or dump. Bulk updates are refused: they would store an encrypted repr of the
    expression and destroy the token.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "editable": False, "serialize": False})

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, BaseExpression):
            raise TypeError("A token is saved as text through the model's save(), not by an expression.")
        if isinstance(value, UnreadableToken):
            raise ValueError("A token that cannot be decrypted must not be saved over itself.")
        return super().get_db_prep_save(value, connection)

    def from_db_value(self, value: Any, expression: Any, connection: Any, *args: Any) -> Any:
        try:
            return super().from_db_value(value, expression, connection, *args)
        except InvalidToken:
            return UNREADABLE_TOKEN
