from django.urls import path

from integrations.views import GitEventsView

urlpatterns = [
    path("git-events", GitEventsView.as_view(), name="git-events"),
]
