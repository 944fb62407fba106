from typing import Any

from django.apps import AppConfig


class AtlassianConfig(AppConfig):
    name = "atlassian"

    def ready(self) -> None:
        from integrations.services import credentials_saved

        credentials_saved.connect(_find_out_kind)


def _find_out_kind(sender: object, workspace_key: str, provider: str, **kwargs: Any) -> None:
    from atlassian.services import find_out_kind  # the HTTP client is loaded when it is needed, not at every start

    find_out_kind(workspace_key, provider)
