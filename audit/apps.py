from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        from audit import checks  # noqa: F401  registering is its import's effect
        from audit.append_only import reinstall_after_migrate

        post_migrate.connect(reinstall_after_migrate, sender=self)
