"""What every API view does besides its one service call: check arguments, record what never reached the gate."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.conf import settings
from rest_framework import status
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from audit.actors import Actor, nobody
from audit.addresses import client_address
from audit.arguments import Arguments
from audit.errors import RateLimited, as_api_exception
from audit.limits import seconds_to_wait
from audit.refusals import recorded_refusal
from audit.trail import recorded_error, rejected_fields, require_permission
from audit.vocabulary import Action, Channel

REFUSALS_RECORDED_PER_MINUTE = 60
ANYTHING = "*/*"


class CallerRequest(Request):
    """A request whose caller is known, as is every one that reaches a view of ours."""

    auth: Actor  # put there by workspaces/authentication.py


class KeyThrottle(BaseThrottle):
    def allow_request(self, request: Any, view: Any) -> bool:
        if request.auth is not None:
            count_call(request.auth)
        return True


class Negotiation(DefaultContentNegotiation):
    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        """What stands first, for who takes anything or names it: nothing has to be parsed for that."""
        first = renderers[0]
        if not format_suffix and request.META.get("HTTP_ACCEPT", ANYTHING) in (ANYTHING, first.media_type):
            return first, first.media_type
        return super().select_renderer(request, renderers, format_suffix)


def count_call(actor: Actor) -> None:
    """
    RATE_LIMIT_PER_MINUTE calls for each user and key, or fewer where the key says so; 0 means no limit.

    Raises RateLimited.
    """
    limits = [limit for limit in (settings.RATE_LIMIT_PER_MINUTE, actor.calls_per_minute) if limit]
    seconds = seconds_to_wait(f"{actor.workspace}:{actor.user}:{actor.key_prefix}", min(limits)) if limits else None
    if seconds is not None:
        raise RateLimited(wait=seconds)


def validated_arguments(actor: Actor, action: Action, arguments: Serializer) -> dict[str, Any]:
    """The validated arguments. A role too low is refused first, so that it learns nothing from them."""
    require_permission(actor, action)
    arguments.is_valid(raise_exception=True)
    checked: dict[str, Any] = arguments.validated_data
    return checked


def _leave_context(response: Any) -> None:
    """It refers to the view, and back to the response."""
    response.renderer_context = {}


class AuditedAPIView(APIView):
    """A view of which every call leaves one record: what a service's gate did not see is recorded here."""

    # HTTP method, or name of the viewset's action → what the call is in the audit log.
    recorded_as: ClassVar[Mapping[str, Action]]
    channel = Channel.REST
    throttle_classes = (KeyThrottle,)
    content_negotiation_class = Negotiation
    request: CallerRequest
    actor: Actor | None = None  # once the caller is known

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """View and request refer to each other, and so wait for the garbage collector: the answer does not."""
        response = super().dispatch(request, *args, **kwargs)
        del self.response
        if isinstance(response, Response):
            response.add_post_render_callback(_leave_context)
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Before all else: whatever is refused then is recorded as its sender's.
        self.actor = cast("Actor | None", request.auth)
        super().initial(request, *args, **kwargs)

    def validated_arguments(self, arguments: type[Arguments], data: Any) -> dict[str, Any]:
        return validated_arguments(self.request.auth, self.recorded_action(), arguments.of(data))

    def handle_exception(self, exc: Exception) -> Response:
        action = self.recorded_action()
        if action is None:  # no such method: nothing was attempted
            return super().handle_exception(exc)
        return super().handle_exception(self._recorded(action, as_api_exception(exc)))

    def recorded_action(self) -> Any:
        name = getattr(self, "action", None) or (self.request.method or "").lower()
        return self.recorded_as.get("get" if name == "head" else name)

    def _recorded(self, action: Action, exc: Exception) -> Exception:
        """exc, or what has to be answered instead because of a limit or because the record could not be written."""
        actor = getattr(exc, "actor", None) or self.actor
        if actor is None or not actor.user:
            return self._recorded_stranger(action, exc)
        answer = recorded_refusal(actor, action, rejected_fields(exc), exc)
        if answer is exc and self.actor is None:  # refused before the throttle could count it
            try:
                count_call(actor)
            except RateLimited as limited:
                return limited
        return answer

    def _recorded_stranger(self, action: Action, exc: Exception) -> Exception:
        """A stranger could fill the audit log. Who cannot be recognised because of a fault of ours is none."""
        if getattr(exc, "status_code", status.HTTP_500_INTERNAL_SERVER_ERROR) < status.HTTP_500_INTERNAL_SERVER_ERROR:
            seconds = seconds_to_wait(f"refused:{client_address(self.request)}", REFUSALS_RECORDED_PER_MINUTE)
            if seconds is not None:
                return RateLimited(seconds, "Too many calls without a valid API key.")
        return recorded_error(nobody(self.channel), action, rejected_fields(exc), exc)
