"""What a server goes through that nobody wishes for, and what the audit log says of it afterwards."""
