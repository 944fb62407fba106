from rest_framework.routers import SimpleRouter

from atlassian.viewsets import ConfluenceViewSet, JiraViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("jira", JiraViewSet, basename="jira")
router.register("confluence", ConfluenceViewSet, basename="confluence")

urlpatterns = router.urls
