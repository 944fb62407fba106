from django import template

from console.key_form import SCOPES

register = template.Library()

# Names that scripts know, in sentences for people.
_PLAIN = {
    "base_url": "the site",
    "api_token": "the API token",
    "project_keys": "the projects that agents may see",
    "space_keys": "the spaces that agents may see",
    "workspace_key": "name",
}


@register.filter
def scope(actions: list[str]) -> str:
    """What a key is narrowed to, as the form that made it says; else the actions themselves."""
    return next((label for label, patterns in SCOPES.values() if list(patterns) == actions), ", ".join(actions))


@register.filter
def plain(text: str) -> str:
    for name, words in _PLAIN.items():
        text = text.replace(name, words)
    return text
