from django.urls import path
from rest_framework.routers import SimpleRouter

from atlassian.rest.integrations import IntegrationsView, IntegrationTestView
from atlassian.rest.viewsets import ConfluenceViewSet, JiraViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("jira", JiraViewSet, basename="jira")
router.register("confluence", ConfluenceViewSet, basename="confluence")

urlpatterns = [
    *router.urls,
    path("integrations", IntegrationsView.as_view(), name="integrations"),
    path("integrations/test", IntegrationTestView.as_view(), name="integration-test"),
]
