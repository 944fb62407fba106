"""What is shipped for those who run it: whole, and in step with the code."""

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tests.test_readme import read_by_settings

ROOT = Path(__file__).parents[2]
FLOORS = {"config", "console", "atlassian", "integrations", "workspaces", "audit"}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
MANIFESTS = [
    document
    for path in sorted((ROOT / "deploy/kubernetes").glob("*.yaml"))
    for document in yaml.safe_load_all(path.read_text())
]


def settings_with_files() -> set[str]:
    return read_by_settings() | {f"{name}_FILE" for name in read_by_settings()}


def of_kind(kind: str) -> list[dict]:
    return [document for document in MANIFESTS if document["kind"] == kind]


def test_a_commit_is_checked_by_what_make_check_runs():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    recipe = (ROOT / "Makefile").read_text().partition("\ncheck:")[2].split("\n\n")[0]
    run = [line.strip().removeprefix("$(BIN)/").removesuffix(" .") for line in recipe.splitlines()[1:]]

    assert [hook["entry"].removeprefix(".venv/bin/") for hook in hooks] == run


def test_hadolint_finds_nothing_in_the_dockerfile():
    ended = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), ROOT / "Dockerfile"], capture_output=True, text=True
    )

    assert ended.returncode == 0, ended.stdout


def test_the_image_holds_the_product_and_nothing_that_supports_the_work():
    copied = set(re.findall(r"^COPY ([\w./]+)", DOCKERFILE, re.MULTILINE))

    assert copied == FLOORS | {"templates", "static", "manage.py", "requirements.lock"}
    assert all((ROOT / name).exists() for name in copied)
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {line[1:] for line in ignored if line.startswith("!")} == copied


def test_what_the_image_holds_is_all_that_the_product_needs(tmp_path):
    for name in FLOORS | {"templates", "static"}:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'image.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }

    for command in (["manage.py", "migrate"], ["-c", "import config.wsgi, config.openapi.schema"]):
        command = [sys.executable, *command]
        ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stderr


def test_the_image_runs_as_nobody_in_particular():
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]

    assert "USER 10001:10001" in last_stage
    assert "/healthz" in last_stage
    assert "pip install" not in last_stage


def test_each_service_is_closed_in_and_knows_its_secrets():
    ours = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "memory-core"}

    assert len(ours) == 6
    for service in ours.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        named = {path.removeprefix("/run/secrets/") for path in service["environment"].values() if "/run/" in path}
        assert named == set(service["secrets"]) <= set(COMPOSE["secrets"])
        assert set(service["environment"]) <= settings_with_files()
        assert set(service.get("depends_on", {})) <= set(COMPOSE["services"])


def test_without_a_profile_one_server_and_its_work_start_on_sqlite():
    default = {name for name, service in COMPOSE["services"].items() if "profiles" not in service}

    assert default == {"migrate", "memory-core", "work"}


def test_every_setting_of_the_manifests_is_one():
    given = {name for kind in ("ConfigMap", "Secret") for document in of_kind(kind) for name in values_of(document)}

    assert given <= read_by_settings()
    assert {"SECRET_KEY", "FERNET_KEYS", "DATABASE_URL", "CACHE_URL"} <= given


def values_of(document: dict) -> set[str]:
    return set(document.get("data", {})) | set(document.get("stringData", {}))


def test_each_pod_runs_as_nobody_in_particular_on_a_read_only_root():
    pods = [document["spec"]["template"]["spec"] for document in of_kind("Job") + of_kind("Deployment")]

    assert len(pods) == 2
    for pod in pods:
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert {mount["name"] for mount in container["volumeMounts"]} <= {
                volume["name"] for volume in pod["volumes"]
            }


def test_service_and_policy_find_the_pods_and_the_probes_what_they_ask():
    deployment, service, policy = of_kind("Deployment")[0], of_kind("Service")[0], of_kind("NetworkPolicy")[0]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    container = deployment["spec"]["template"]["spec"]["containers"][0]

    assert service["spec"]["selector"].items() <= labels.items()
    assert policy["spec"]["podSelector"]["matchLabels"].items() <= labels.items()
    probes = {container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness", "readiness")}
    assert probes == {"/healthz", "/readyz"}


def test_the_unit_starts_what_make_run_starts():
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(ROOT / "deploy/systemd/memory-core.service")

    assert unit["Service"]["ExecStart"].endswith("gunicorn --config python:config.gunicorn config.wsgi")
    assert unit["Service"]["ProtectSystem"] == "strict"
    assert int(unit["Service"]["TimeoutStopSec"]) > 35  # graceful_timeout of config/gunicorn.py
    assert json.dumps(dict(unit["Install"])) == '{"WantedBy": "multi-user.target"}'
