"""Secrets that show by the label before them: `Password: x`, `api_key=x`, `| 비밀번호 | x |`."""

import re
import unicodedata
from collections.abc import Iterator

from atlassian.masking.placeholders import is_placeholder

MIN_SECRET_CHARS = 6
MIN_TOKEN_CHARS = 16  # of what is labelled as a token alone: many a short thing is called that

# In lower case, with a blank where one, a hyphen, an underscore or nothing may stand. Before them may stand what will.
_LABELS_OF_PASSWORDS = """
password|passwd|passwort|passord|passwörter|passphrase|passcode|pass word|pwd|kennwort|zugangscode|lösenord|adgangskode
kodeord|wachtwoord|salasana|mot de passe|mdp|contraseña|contrasena|senha|palavra passe|parola|parolă|parola d'ordine
hasło|heslo|jelszó|şifre|mật khẩu|kata sandi|пароль|пароля|κωδικός|סיסמה|كلمة المرور|كلمة السر|पासवर्ड|รหัสผ่าน
密码|密碼|口令|パスワード|暗証番号|비밀번호|패스워드|암호
"""
_LABELS_OF_SECRETS = """
secret|client secret|shared secret|secret key|api key|api secret|access key|auth key|account key|signing key
encryption key|private key|auth token|api token|access token|refresh token|bearer token|bot token|deploy token
personal access token|api schlüssel|zugriffsschlüssel|geheimer schlüssel|clé api|clé secrète|clave api|clave secreta
clave de acceso|chave api|chave secreta|chiave api|chiave segreta|klucz api|ключ api|секретный ключ|секрет
密钥|密鑰|秘钥|api キー|apiキー|シークレット|秘密鍵|api 키|api키|비밀키|시크릿|시크릿 키|액세스 키|액세스 토큰
"""
_LABELS_OF_TOKENS = "token|jeton|токен|令牌|トークン|토큰"

_HINTS_IN_ASCII = (
    "pass", "pwd", "secret", "key", "token", "kennwort", "woord", "senord", "kodeord", "adgangskode", "zugangscode",
    "salasana", "mdp", "contrase", "senha", "parol", "heslo", "sandi", "chave", "chiave", "clave", "klucz", "jeton",
)  # fmt: skip


def _kinds() -> dict[str, str]:
    """Each label as it is written, in either form of its accents, and what it labels."""
    labels = {"pass": "password"}
    for kind, listed in (
        ("password", _LABELS_OF_PASSWORDS),
        ("secret", _LABELS_OF_SECRETS),
        ("token", _LABELS_OF_TOKENS),
    ):
        words = [word for word in re.split(r"[|\n]", listed) if word]
        labels |= dict.fromkeys([*words, *(unicodedata.normalize("NFD", word) for word in words)], kind)
    return labels


def _pattern() -> re.Pattern[str]:
    """The labels by their first letters, which is three times as fast as all of them side by side."""
    by_letter: dict[str, list[str]] = {}
    for word in sorted(LABELS, key=len, reverse=True):
        by_letter.setdefault(word[0], []).append(re.escape(word[1:]).replace(r"\ ", _GAP))
    choice = "|".join(f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in by_letter.items())
    return re.compile(f"(?P<label>{choice}){_TO_THE_VALUE}(?P<value>{_SIGN}{{{MIN_SECRET_CHARS},}})")


_GAP = r"(?:[ _-]|\\_)?"
_TO_THE_VALUE = (
    r"(?:\d| ?\([^()\n|]{0,40}\))?"  # password2, password (staging)
    r"[\"'`*_\\ ]{0,8}(?:[:=：＝]{1,2}>?|\||->|→|(?: (?:is|ist|lautet|est|es|è|to):?)(?= ))"
    r"[\"'`*_\\ |(]{0,8}(?:(?<=\\)\n)?"  # the value may stand on the next line of a paragraph
)
_SIGN = r"(?:[^\s\"'`|<>&]|&(?![\w.-]{1,40}=))"  # up to the next parameter of a URL
LABELS = _kinds()
_LABELLED = _pattern()
_SIGNS_IN_LABELS = re.compile(r"[_-]|\\_")


def labelled_secrets(text: str, lowered: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, kind) of each value. `lowered` is text in lower case, character by character."""
    if lowered.isascii() and not any(hint in lowered for hint in _HINTS_IN_ASCII):
        return
    for found in _LABELLED.finditer(lowered):
        start = found.start("value")
        value = text[start : found.end("value")].rstrip(".,;:!?)*_\\")
        kind = _kind_of(found)
        if kind and is_secret(value, kind):
            yield start, start + len(value), kind


def kind_of_label(text: str) -> str:
    """What a text, in lower case, labels if it is a label and nothing else."""
    return "" if text == "pass" else LABELS.get(_SIGNS_IN_LABELS.sub(" ", text), "")


def _kind_of(found: re.Match[str]) -> str:
    label = found["label"]
    if "\\*\\*" in found.string[found.end("label") : found.start("value")]:
        return ""  # stars in the place of a secret
    if label == "pass" and found.string[max(0, found.start() - 1) : found.start()] not in ("_", "-", "/"):
        return ""  # alone it is a word of many meanings
    return LABELS.get(label) or LABELS.get(_SIGNS_IN_LABELS.sub(" ", label), "secret")


def is_secret(value: str, kind: str) -> bool:
    min_chars = MIN_TOKEN_CHARS if kind == "token" else MIN_SECRET_CHARS
    if len(value) < min_chars or not any(map(str.isdigit, value)) or not any(map(str.isalpha, value)):
        return False
    return not is_placeholder(value)
