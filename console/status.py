"""What an admin should see of an integration before reading anything else."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings

from audit.models import AuditLog
from integrations.credentials import Source
from integrations.models import Provider
from integrations.states import IntegrationState, expiry_warning


@dataclass(frozen=True)
class StatusBadge:
    level: str  # good, warn, bad, off: its colour
    label: str
    message: str
    warnings: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """One word for a list of many: Connected, Expiring, Failing and the like."""
        if self.level == "good":
            return "Expiring" if any("expire" in warning for warning in self.warnings) else "Connected"
        return "Failing" if self.level == "bad" else self.label


# What a call can fail by that a connection test would find as well.
_NO_TROUBLE = ("upstream_rejected_query", "upstream_rate_limited")


def status_badge(state: IntegrationState, today: date, last_call: AuditLog | None = None) -> StatusBadge:
    level, label, message = _status(state)
    if last_call is not None and level in ("good", "warn") and _in_trouble(state, last_call):
        level, label = "bad", "Last call failed"
        message = (
            f"{last_call.action} ended with {last_call.error_code} at {last_call.created_at:%Y-%m-%d %H:%M} UTC. "
            f"Press Test to see what is the matter."
        )
    warnings = tuple(
        warning for warning in (expiry_warning(state.token_expires_on, today), lock_notice(state)) if warning
    )
    return StatusBadge(level, label, message, warnings)


def _status(state: IntegrationState) -> tuple[str, str, str]:
    """The first of these that holds is what matters most."""
    if not state.enabled and state.source is Source.WORKSPACE:
        return "off", "Disabled", "Agents are refused until it is enabled again. What was saved is kept."
    if state.token_unreadable and not state.locked:
        return "bad", "Token unreadable", "The stored token cannot be decrypted. Enter it again, and save."
    if state.source is Source.NONE:
        return _incomplete(state)
    if state.test_problem:
        return "bad", "Not working", state.test_problem
    if state.tested_at is None and state.source is Source.ENVIRONMENT:
        return "good", "Locked to the environment" if state.locked else "From the environment", _whose(state)
    if state.tested_at is None:
        return "warn", "Not tested", f"{_whose(state)} Press Test to see whether it works."
    return "good", f"Connected as {state.account_name}" if state.account_name else "Connected", _whose(state)


def _in_trouble(state: IntegrationState, last_call: AuditLog) -> bool:
    """A test since then knows better."""
    code = last_call.error_code
    is_trouble = code.startswith("upstream_") and code not in _NO_TROUBLE
    return is_trouble and (state.tested_at is None or last_call.created_at > state.tested_at)


def _incomplete(state: IntegrationState) -> tuple[str, str, str]:
    provider = Provider(state.provider).label
    if state.locked:
        return "bad", "Not configured", "It is locked, and the environment does not hold all three variables."
    missing = [
        label
        for label, there in (("site", state.base_url), ("email", state.email), ("API token", state.has_api_token))
        if not there
    ]
    if len(missing) == 3:
        return "off", "Not connected", f"Fill in these three fields, and agents can read {provider}."
    return "warn", "Incomplete", f"Still missing: {' and '.join(missing)}."


def _whose(state: IntegrationState) -> str:
    if state.source is Source.ENVIRONMENT:
        base_url = settings.ENVIRONMENT_CREDENTIALS[state.provider][0]
        return f"{base_url}, with the account that the operator set in the environment."
    return f"{state.base_url}, with this workspace's own account."


def lock_notice(state: IntegrationState) -> str:
    if not state.locked:
        return ""
    name = state.provider.upper()
    return (
        f"Locked by the operator: MEMORY_CORE_INTEGRATION_LOCKED_PROVIDERS names {state.provider}. Site, email and "
        f"token come from MEMORY_CORE_{name}_BASE_URL, _EMAIL and _API_TOKEN, and can only be changed there."
    )
