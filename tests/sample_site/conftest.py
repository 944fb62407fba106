"""The sample site's own tests know nothing of the product."""

from tests.sample_site_fixture import running_sample_site, sample_site

__all__ = ["running_sample_site", "sample_site"]
