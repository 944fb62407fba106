import pytest
from django.conf import settings
from django.core.cache import cache


@pytest.mark.skipif("LocMem" not in settings.CACHES["default"]["BACKEND"], reason="another cache has limits of its own")
def test_the_cache_of_a_process_holds_what_many_readers_put_there():
    cache.set_many({f"name:{number}": "Ann" for number in range(5000)})

    assert len(cache.get_many([f"name:{number}" for number in range(5000)])) == 5000
