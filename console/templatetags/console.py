from django import template

register = template.Library()

# Names that scripts know, in sentences for people.
_PLAIN = {
    "base_url": "the site",
    "api_token": "the API token",
    "project_keys": "the projects that agents may see",
    "space_keys": "the spaces that agents may see",
}


@register.filter
def plain(text: str) -> str:
    for name, words in _PLAIN.items():
        text = text.replace(name, words)
    return text
