"""
Workspaces, members, keys and users for the operator. What the audit log must know goes through the services;
what no service does cannot be done here.
"""

import workspaces.admin.api_keys
import workspaces.admin.users
import workspaces.admin.workspaces  # noqa: F401  registering is the effect of these imports
