from django.urls import path

from integrations.views import IntegrationsView

urlpatterns = [path("integrations", IntegrationsView.as_view(), name="integrations")]
