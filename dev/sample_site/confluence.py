"""All routes of Confluence: the search of version 1, and version 2."""

from dev.sample_site import confluence_v1, confluence_v2

ROUTES = (*confluence_v1.ROUTES, *confluence_v2.ROUTES)
