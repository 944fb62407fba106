"""Prints a first .env with secrets of its own: python -m config.generate_env > .env"""

import secrets

if __name__ == "__main__":
    print("# Made once; keep it. Without FERNET_KEYS the stored Atlassian tokens cannot be read. See .env.example.")
    print(f"SECRET_KEY={secrets.token_urlsafe(48)}")
    print(f"FERNET_KEYS={secrets.token_urlsafe(48)}")
