from django.urls import path

from integrations.views import GitEventsView, IntegrationsView

urlpatterns = [
    path("integrations", IntegrationsView.as_view(), name="integrations"),
    path("git-events", GitEventsView.as_view(), name="git-events"),
]
