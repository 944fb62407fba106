from django.apps import AppConfig


class AtlassianConfig(AppConfig):
    name = "atlassian"

    def ready(self) -> None:
        from atlassian.services import find_out_kind
        from integrations.services import credentials_saved

        credentials_saved.connect(find_out_kind)
