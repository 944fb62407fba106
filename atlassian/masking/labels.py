"""Secrets that show by the label before them: `Password: x`, `api_key=x`, `| 비밀번호 | x |`."""

import re
import unicodedata
from collections.abc import Iterator

from atlassian.masking.letters import foreign_letters, lower_case
from atlassian.masking.placeholders import is_placeholder
from atlassian.rendering.letters import lower_case_in_ascii
from atlassian.rendering.words import Look, found_by, looks_for, rarity

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


def _kinds() -> dict[str, str]:
    """Each label as it is written, in either form of its accents, and what it labels."""
    labels = {"pass": "password"}
    for kind, listed in (
        ("password", _LABELS_OF_PASSWORDS),
        ("secret", _LABELS_OF_SECRETS),
        ("token", _LABELS_OF_TOKENS),
    ):
        words = [lower_case(word) for word in re.split(r"[|\n]", listed) if word]
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
    r"[\"'`*_\\ ]{0,8}(?:[:=：＝]{1,2}>?|\||->|[→]|(?: (?:is|ist|lautet|est|es|[è]|to):?)(?= ))"
    r"[\"'`*_\\ |(]{0,8}(?:(?<=\\)\n)?"  # the value may stand on the next line of a paragraph
)
_SIGN = r"(?:[^\s\"'`|<>&]|&(?![\w.-]{1,40}=))"  # up to the next parameter of a URL
LABELS = _kinds()
_LABELLED = _pattern()
_SIGNS_IN_LABELS = re.compile(r"[_-]|\\_")


_BEFORE_A_VALUE = rf"(?:{_TO_THE_VALUE}{_SIGN}{{{MIN_SECRET_CHARS}}}|[ *_`\"':]*\|)"  # or at the head of a column
_BEFORE_A_VALUE_IN_ASCII = lower_case_in_ascii(_BEFORE_A_VALUE).replace(r"\d", r"[\d?]")


def _mark(label: str) -> tuple[str, str]:
    """Its rarest word, and a pattern of the others behind that."""
    words = label.split(" ")
    rarest = min(range(len(words)), key=lambda place: rarity(words[place]))
    return words[rarest], "".join(_GAP + re.escape(word) for word in words[rarest + 1 :])


def _looks_for_labels(in_ascii: bool) -> list[Look[None]]:
    then = _BEFORE_A_VALUE_IN_ASCII if in_ascii else _BEFORE_A_VALUE
    marks = sorted({_mark(label) for label in LABELS if label.isascii() == in_ascii})
    return looks_for((word, rest + then, None) for word, rest in marks)


_IN_ASCII, _FOREIGN = _looks_for_labels(in_ascii=True), _looks_for_labels(in_ascii=False)
_LETTERS_OF_FOREIGN = sorted({foreign_letters(label) for label in LABELS} - {""})


def places_of_labels(text: str, in_ascii: str) -> list[int]:
    """A place within each label behind which a value may stand. `in_ascii` is `lower_case_in_ascii` of text."""
    places = [place for place, _ in found_by(_IN_ASCII, in_ascii)]
    if not text.isascii() and _has_letters_of_a_label(foreign_letters(text)):
        places += [place for place, _ in found_by(_FOREIGN, lower_case(text))]
    return sorted(places)


def _has_letters_of_a_label(letters: str) -> bool:
    for needed in _LETTERS_OF_FOREIGN:
        for letter in needed:
            if letter not in letters:
                break
        else:
            return True
    return False


def labelled_secrets(text: str, places: list[int]) -> Iterator[tuple[int, int, str]]:
    """(start, end, kind) of each value behind a label at one of the places."""
    end = -1
    for place in places:
        if place > end:
            start, end = _lines_around(text, place)
            for value_at, value, kind in _labelled_in(text[start:end]):
                yield start + value_at, start + value_at + len(value), kind


def _lines_around(text: str, place: int) -> tuple[int, int]:
    """(start, end) of the line, and of those that it goes on in."""
    end = text.find("\n", place)
    while end > 0 and text[end - 1] == "\\":
        end = text.find("\n", end + 1)
    return text.rfind("\n", 0, place) + 1, end if end >= 0 else len(text)


def _labelled_in(text: str) -> Iterator[tuple[int, str, str]]:
    """(its start, the value, its kind) of each."""
    for found in _LABELLED.finditer(lower_case(text)):
        start = found.start("value")
        value = text[start : found.end("value")].rstrip(".,;:!?)*_\\")
        kind = _kind_of(found)
        if kind and is_secret(value, kind):
            yield start, value, kind


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
