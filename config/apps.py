from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401  registering is its import's effect
        from config.optional_libraries import import_without_unused

        import_without_unused()
