from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register


@register()
def environment_is_as_meant(**kwargs: Any) -> list[CheckMessage]:
    return [Warning(sentence, id="config.W001") for sentence in settings.SETTINGS_WARNINGS]
