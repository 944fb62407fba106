from django.apps import AppConfig


class AtlassianConfig(AppConfig):
    name = "atlassian"
