from rest_framework import status
from rest_framework.exceptions import APIException


class IntegrationMissing(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "integration_not_configured"

    def __init__(self, provider: str) -> None:
        super().__init__(
            f"{provider.title()} is not connected in this workspace. A workspace admin saves base_url, email and "
            f"api_token on the Connections page or by PUT /v1/integrations."
        )


class IntegrationLocked(APIException):
    status_code = status.HTTP_403_FORBIDDEN
    default_code = "integration_locked"

    def __init__(self, provider: str) -> None:
        super().__init__(
            f"{provider.title()} is locked by the operator (MEMORY_CORE_INTEGRATION_LOCKED_PROVIDERS): its "
            f"credentials come from the environment and cannot be saved here."
        )


class IntegrationDisabled(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "integration_disabled"

    def __init__(self, provider: str) -> None:
        super().__init__(f"{provider.title()} is disabled in this workspace. A workspace admin can enable it again.")


class KeySeesNothing(APIException):
    status_code = status.HTTP_403_FORBIDDEN
    default_code = "key_sees_nothing"

    def __init__(self, provider: str, field: str) -> None:
        super().__init__(
            f"This API key is limited to {field} that this workspace no longer allows, so it sees nothing in "
            f"{provider.title()}. Make a key with other limits."
        )


class TokenUnreadable(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "integration_token_unreadable"

    def __init__(self, provider: str) -> None:
        super().__init__(
            f"The stored {provider.title()} token cannot be decrypted with FERNET_KEYS. A workspace admin enters "
            f"it again, or the operator restores the key it was encrypted with."
        )


class TokensUnreadable(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "integration_token_unreadable"

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"No key in FERNET_KEYS decrypts the token of: {', '.join(names)}. Restore the key they were encrypted "
            f"with, or have the tokens entered again."
        )
