"""What is masked, and what is left alone. The secrets here are made up, and put together so that no scanner minds."""

import itertools
import unicodedata

import pytest

from atlassian.masking import mask
from atlassian.masking.labels import LABELS

A36 = "aB3dE6gH9" * 4
HEX = "0123456789abcdef" * 4

FINE = "github_pat_" + "11ABCDEFG0" + "a1B2" * 3 + "_"
AWS_SECRET = "wJalrXUtnFEMI/K7MDENG" + "/bPxRfiCYEXAMPLEKEY"
SLACK = "https://hooks.slack.com/services/"
DISCORD = "https://discord.com/api/webhooks/"
OFFICE = "https://acme.webhook.office.com/webhookb2/"
SECRETS = {
    "GitHub token": [*(f"gh{sign}_{A36}" for sign in "pousr"), FINE + A36 + A36],
    "GitLab token": ["glpat-" + "Ab1_" * 6, "gldt-" + "Ab1x" * 6, "GR1348941" + A36[:20]],
    "Slack token": ["xoxb-" + "123456789012-abcDEF", "xapp-1-" + "A0123-456-abcdef", "xoxe.xoxp-" + "1-abcDEF0123456"],
    "Atlassian API token": ["ATATT3" + "xFfGF0" + A36 + "-_=" + "1A2B3C4D", "ATCTT3" + A36, "ATSTT3" + A36],
    "Bitbucket token": ["ATBB" + A36[:32]],
    "AWS access key": [*(begin + "IOSFODNN7EXAMPLE" for begin in ("AKIA", "ABIA", "ACCA")), "ASIA" + "Z" * 15 + "7"],
    "Google API key": ["AIza" + A36[:35]],
    "Google OAuth secret": ["GOCSPX-" + A36[:28], "ya29." + A36],
    "Azure key": ["a1B8Q~" + A36[:34]],
    "Stripe key": ["sk_live_" + A36[:24], "rk_test_" + A36[:24], "whsec_" + A36[:32]],
    "package registry token": ["npm_" + A36, "pypi-" + A36 + A36],
    "Docker token": ["dckr_pat_" + A36[:27], "dckr_oat_" + A36[:32]],
    "Hugging Face token": ["hf_" + A36[:34]],
    "API key of this service": ["mc_" + A36 + "-_aB3dE"],
    "API key": ["sk-" + A36, "sk-proj-" + A36, "sk-ant-api03-" + A36],
    "SendGrid key": ["SG." + A36[:22] + "." + (A36 + A36)[:43]],
    "Vault token": [f"hv{sign}.{A36}" for sign in "sbr"],
    "access token": [
        *(f"do{sign}_v1_{HEX}" for sign in "oprt"), *(f"shp{end}_{HEX[:32]}" for end in ("at", "ca", "pa", "ss")),
        "dapi" + HEX[:32], "glsa_" + A36, "lin_api_" + A36, "ntn_" + A36 + A36[:10], "pul-" + HEX[:40],
        "tskey-auth-" + A36, "AGE-SECRET-KEY-1" + "Q5W7" * 15, "NRAK-" + "A1B" * 9,
    ],
    "JWT": ["eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJ" + "zdWIiOiIxMjM0In0" + "." + A36],
}  # fmt: skip
CASES = [(kind, secret) for kind, secrets in SECRETS.items() for secret in secrets]


@pytest.mark.parametrize(("kind", "secret"), CASES)
@pytest.mark.parametrize(
    "around", ["{}", "key {} here", "(`{}`)", "a={}\n", "| x | {} |", "„{}“", "密钥{}，", "İ K {}\n"]
)
def test_a_token_is_masked_by_its_form_wherever_it_stands(kind, secret, around):
    masked, found = mask(around.format(secret))

    assert masked == around.format(f"[masked: {kind}]")
    assert found == [(kind, secret)]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Password: hunter2x", "Password: [masked: password]"),
        ("**Password:** hunter2x.", "**Password:** [masked: password]."),
        ("**Password**: `hunter2x`", "**Password**: `[masked: password]`"),
        ("*password* = 'hunter2x'", "*password* = '[masked: password]'"),
        ("| Password | hunter2x |", "| Password | [masked: password] |"),
        ("| **Password** | `hunter2x` |", "| **Password** | `[masked: password]` |"),
        ('{"dbPassword":"hunter2x","user":"bo"}', '{"dbPassword":"[masked: password]","user":"bo"}'),
        ('{\\"password\\": \\"hunter2x\\"}', '{\\"password\\": \\"[masked: password]\\"}'),
        ("DB_PASSWORD=hunter2x", "DB_PASSWORD=[masked: password]"),
        ("export ADMIN_PASS='hunter2x'", "export ADMIN_PASS='[masked: password]'"),
        ("password (staging): Tr0ub4dor&3", "password (staging): [masked: password]"),
        ("spring.datasource.password: h\\*nter2x", "spring.datasource.password: [masked: password]"),
        ("user bo, passwd -> hunter2x", "user bo, passwd -> [masked: password]"),
        ("https://x.example/?password=hunter2x&go=1", "https://x.example/?password=[masked: password]&go=1"),
        ("Passwort: hunter2x", "Passwort: [masked: password]"),
        ("Kennwort: hunter2x", "Kennwort: [masked: password]"),
        ("Mot de passe : hunter2x", "Mot de passe : [masked: password]"),
        ("Contraseña: hunter2x", "Contraseña: [masked: password]"),
        ("Senha: hunter2x", "Senha: [masked: password]"),
        ("Hasło: hunter2x", "Hasło: [masked: password]"),
        ("Lösenord: hunter2x", "Lösenord: [masked: password]"),
        ("Şifre: hunter2x", "Şifre: [masked: password]"),
        ("Пароль: hunter2x", "Пароль: [masked: password]"),
        ("密码：hunter2x", "密码：[masked: password]"),
        ("パスワード：hunter2x", "パスワード：[masked: password]"),
        ("비밀번호: hunter2x", "비밀번호: [masked: password]"),
        ("**암호:** hunter2x", "**암호:** [masked: password]"),
        ("Mật khẩu: hunter2x", "Mật khẩu: [masked: password]"),
        ("The password is hunter2x.", "The password is [masked: password]."),
        ("Das Passwort lautet: hunter2x", "Das Passwort lautet: [masked: password]"),
        ("We set the password to `hunter2x`", "We set the password to `[masked: password]`"),
        ("Password:\\\nhunter2x", "Password:\\\n[masked: password]"),
        ("curl -s -u bo:hunter2x https://a.example", "curl -s -u bo:[masked: HTTP credentials] https://a.example"),
        (
            "| User | **Password** | Note |\n|---|---|---|\n| bo | hunter2x | x |\n| al | `Tr0ub4dor` | y |",
            "| User | **Password** | Note |\n|---|---|---|\n| bo | [masked: password] | x |\n"
            "| al | `[masked: password]` | y |",
        ),
        (
            "> | 비밀번호 |\n\n| 비밀번호 |\n|---|\n| hunter2x |\n\nhunter2x",
            "> | 비밀번호 |\n\n| 비밀번호 |\n|---|\n| [masked: password] |\n\nhunter2x",
        ),
        ("API key: k3yk3yk3y", "API key: [masked: secret]"),
        ("api_key=k3yk3yk3y", "api_key=[masked: secret]"),
        ("x-api-key: k3yk3yk3y", "x-api-key: [masked: secret]"),
        ("clientSecret: k3yk3yk3y", "clientSecret: [masked: secret]"),
        ("API\\_KEY: k3yk3yk3y", "API\\_KEY: [masked: secret]"),
        ("Clé API : k3yk3yk3y", "Clé API : [masked: secret]"),
        ("token: 0123456789abcdef", "token: [masked: token]"),
        ("postgres://app:hunter2x@db.example/app", "postgres://app:[masked: password in a URL]@db.example/app"),
        ("clone https://bo:hunter2x@git.example", "clone https://bo:[masked: password in a URL]@git.example"),
        ("redis://:hunter2x@cache:6379", "redis://:[masked: password in a URL]@cache:6379"),
        ("Authorization: Basic dXNlcjpodW50ZXIyeA==", "Authorization: Basic [masked: HTTP credentials]"),
        ("-H 'Authorization: Bearer abcdef0123456789'", "-H 'Authorization: Bearer [masked: HTTP credentials]'"),
        ("aws_secret_access_key = " + AWS_SECRET, "aws_secret_access_key = [masked: AWS secret key]"),
        ("aws_SECRET\\_\\_key = " + AWS_SECRET, "aws_SECRET\\_\\_key = [masked: AWS secret key]"),
        ("Secret access key: `" + AWS_SECRET, "Secret access key: `[masked: AWS secret key]"),
        ("AccountKey=" + A36 + A36 + "==;x", "AccountKey=[masked: Azure key];x"),
        ("SharedAccessKey=" + A36 + "=;x", "SharedAccessKey=[masked: Azure key];x"),
        ("AccessKey=" + A36, "AccessKey=[masked: Azure key]"),
        ("?sig=" + A36 + A36 + "%3D", "?sig=[masked: Azure signature]"),
        (SLACK + "T00000000/B00000000/" + A36[:24], SLACK + "[masked: webhook address]"),
        (DISCORD + "0123456789/" + A36, DISCORD + "[masked: webhook address]"),
        (OFFICE + A36 + "/IncomingWebhook/" + A36, OFFICE + "[masked: webhook address]"),
    ],
)  # fmt: skip
def test_a_secret_is_masked_by_its_label_or_its_place(text, masked):
    assert mask(text)[0] == masked
    assert mask(unicodedata.normalize("NFD", text))[0] == unicodedata.normalize("NFD", masked)


@pytest.mark.parametrize(
    "beginning",
    [
        "ŞİFRE: ",
        "KATA SANDİ: ",
        "to\u212aen: ",
        "password２ = ",
        "password (한글): ",
        "La password è: ",
        "ΚΩΔΙΚΌΣ: ",
        "ΚΩΔΙΚΌΣ:",
    ],
)
def test_a_label_is_known_beside_letters_that_are_not_of_ascii(beginning):
    assert mask(beginning + VALUE + " και")[0].startswith(f"{beginning}[masked: ")


def test_secrets_are_found_behind_others_that_were_masked_before():
    text = "{}\n\nPassword: {}\n\n| Password |\n|---|\n| {} |\n\nPassword: {}\n\nNobody else has it."
    secrets = [SECRETS["JWT"][0], "hunter2x", "hunter3x" * 9, "hunter4x"]

    masked, found = mask(text.format(*secrets))

    assert masked == text.format("[masked: JWT]", *["[masked: password]"] * 3)
    assert sorted(value for _, value in found) == sorted(secrets)


VALUE = "Tr0ub4dor/Tr0ub4dor"
TO_VALUES = [
    ": ",
    "=",
    " = ",
    "：",
    " | ",
    " -> ",
    "→",
    " is ",
    "2: ",
    " (staging): ",
    "**: `",
    '": "',
    ":\\\n",
    ": **",
]


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("gap", [" ", "", "_", "-", "\\_"])
def test_a_value_is_masked_behind_each_label_however_it_is_written(label, gap):
    label = "db_pass" if label == "pass" else label.replace(" ", gap)
    in_capitals = label.upper().replace("Σ", "ς")  # which of the two small ones it is depends on what follows
    for written, to_value in itertools.product((label, label.capitalize(), in_capitals), TO_VALUES):
        for before, after in (("", ""), ("your ", "\nline"), ("line 한\n| ", "|é"), ("(İ ", "`")):
            beginning = before + written + to_value

            masked, found = mask(beginning + VALUE + after)

            assert masked.startswith(beginning + "[masked: "), beginning
            assert masked.endswith("]" + after)
            assert [value for _, value in found] == [VALUE]


@pytest.mark.parametrize("label", LABELS)
def test_a_column_is_masked_below_each_label(label):
    if label == "pass":
        return  # too many tables say so of a test
    for written, around in itertools.product((label, label.upper()), ["", "**", "        "]):
        head = f"| User | {around}{written}{around} |\n|---|---|\n"

        assert mask(f"{head}| bo | {VALUE} |")[0].startswith(f"{head}| bo | [masked: "), head


@pytest.mark.parametrize(
    "text",
    [
        "Password: ********",
        "Password: \\*\\*\\*\\*12345a",
        "password: ${DB_PASSWORD1}",
        "password: $DB_PASSWORD1",
        "password=<your-password-1>",
        "password: your_password1",
        "password: example123",
        "password: see 1Password",
        "password: env.DB_PASSWORD1",
        "password = config.database.password2",
        "password = getPassword1()",
        "password: {{ .Values.db1 }}",
        "Password: required, at least 12 characters",
        "Passwords: 3 of 10abc",
        "password_policy: 12characters",
        "The API key: SEC-1234",
        "secretName: my-secret-1",
        "API key: v1beta1",
        "Secret: 2026-11-25T10:00:00Z",
        "secret: https://vault.example/v1/kv",
        "password: [masked: GitHub token]",
        "The password is at least twelve characters long.",
        "| Test | Pass |\n|---|---|\n| doors | run42a |",
        "| Password |\n|---|\n| at least 12 characters and 1 digit |\n| example123 |",
        "| User | Count |\n|---|---|\n| hunter2x | 3 |",
        "curl -u user:password https://a.example",
        "token: abc123",
        "bypass: build42a",
        "postgres://user:password@localhost/db",
        "postgres://${USER}:${PASS}@localhost/db",
        "http://localhost:8080/a@b",
        "mailto:bo@example.com",
        "css: sk-circle-fade-dot-spinner-large",
        "ghp_short",
        "The key eyJ is how every JWT begins.",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "commit 0123456789abcdef0123456789abcdef01234567",
        "5b10a2844c20165700ede21g",
    ],
)
def test_what_is_no_secret_stays(text):
    assert mask(text) == (text, [])


KEY_LINES = "\n".join(["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7" + A36[:12]] * 4) + "\nabcd1234=="


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
@pytest.mark.parametrize("join", ["\n", "\\n", "\n> ", "\n    ", "<br>", " "])
def test_a_private_key_is_masked_whole(kind, join):
    key = f"-----BEGIN {kind}PRIVATE KEY-----\n{KEY_LINES}\n-----END {kind}PRIVATE KEY-----".replace("\n", join)

    assert mask(f"before {key} after")[0] == "before [masked: private key] after"


@pytest.mark.parametrize(
    "key",
    [
        f"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB12\n\n{KEY_LINES}",
        f"-----BEGIN PRIVATE KEY-----\n{KEY_LINES}",
        f"-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\n{KEY_LINES}",
    ],
)
def test_a_private_key_that_nothing_closes_is_masked_as_far_as_it_goes(key):
    after = "\n\nWhat follows is text."

    assert mask(f"before\n{key}{after}")[0] == f"before\n[masked: private key]{after}"


def test_masking_twice_masks_no_more():
    text = "\n".join(secret for _, secret in CASES) + f"\nPassword: hunter2x\n-----BEGIN PRIVATE KEY-----\n{KEY_LINES}"

    masked, _ = mask(text)

    assert mask(masked) == (masked, [])
