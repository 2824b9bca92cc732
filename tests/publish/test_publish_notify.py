"""A run that published nothing is reported, by a webhook and by mail, to receivers that really listen."""

import dataclasses
import ssl

import pytest
from receivers import certificate_of_127_0_0_1, mail_server, unused_port, webhook
from small_company import CHECKS, MODELS, RAW_KEYS, UNIQUE, at, build, checked, settings_in

from orchestration.errors import ConfigurationError
from orchestration.publish import notify_failure, publish_marts, publish_quality
from orchestration.run import run_refresh
from orchestration.settings import Channels


@pytest.fixture
def blocked(tmp_path):
    """A home whose second run failed two critical checks, one of them for the second time."""
    settings = settings_in(tmp_path / "home")
    build(settings)
    publish_marts(settings.warehouse, settings.published, run_id="run-1", models=MODELS, critical_checks=CHECKS)
    checked(settings, UNIQUE, "failed", at("10:10"), run_id="run-2", unexpected_count=1234)
    checked(settings, RAW_KEYS, "errored", at("10:10"), run_id="run-2", observed="no such column")
    publish_quality(settings.warehouse, settings.published, settings.dbt_manifest, run_id="run-2", outcome="blocked")
    return settings


def notified(settings, outcome="blocked", details=("a line with the row of crm:7",), **channels):
    listening = dataclasses.replace(settings, channels=Channels(**channels))
    return notify_failure(listening, outcome=outcome, run_id="run-2", details=details)


def test_the_webhook_gets_a_blocked_run_with_its_checks_and_owners_and_no_row(blocked):
    with webhook() as hook:
        assert notified(blocked, webhook_url=hook.url, report_url="https://ops.example.org/kuota") == []
    [body] = hook.got
    assert (body["outcome"], body["run_id"]) == ("blocked", "run-2")
    assert body["headline"].startswith("Nothing published: 2 critical checks failed; the previous publish 2017-12-31-")
    assert [check["check_name"] for check in body["checks"]] == ["unique_fct_credits", "gx_opportunity_id_is_filled"]
    lines = body["text"].splitlines()
    assert lines[0] == body["headline"]
    assert lines[2:4] == [
        "marts.fct_credits: unique_fct_credits failed, 1,234 rows, since 2018-01-02 10:10 UTC",
        "  ask team:sales-operations: Remove the second credit of the deal",
    ]
    assert lines[-2:] == ["Run: run-2", "Ops page: https://ops.example.org/kuota"]
    assert "crm:" not in str(body)


def test_everybody_named_gets_a_mail(blocked):
    with mail_server() as mailbox:
        channels = {"mail_from": "kuota@example.org", "mail_to": ("ann@example.org", "ops@example.org")}
        assert notified(blocked, mail_server=f"smtp://127.0.0.1:{mailbox.port}", **channels) == []
    [mail] = mailbox.got
    assert mailbox.recipients == [["ann@example.org", "ops@example.org"]]
    assert (mail["From"], mail["To"]) == ("kuota@example.org", "ann@example.org, ops@example.org")
    assert mail["Subject"].startswith("Kuota: Nothing published: 2 critical checks failed")
    assert "unique_fct_credits failed, 1,234 rows" in mail.get_content()
    assert f"Ops page: {blocked.reports / 'index.html'}" in mail.get_content()


def test_what_ended_well_or_was_canceled_is_not_reported(blocked):
    with webhook() as hook:
        for outcome in ("published", "unchanged", "finished", "canceled"):
            assert notified(blocked, outcome, webhook_url=hook.url) == []
    assert hook.got == []


def test_a_busy_webhook_is_asked_again_and_a_refusing_one_is_not(blocked):
    with webhook(503, 200) as busy, webhook(404) as refusing:
        assert notified(blocked, webhook_url=busy.url) == []
        assert notified(blocked, webhook_url=refusing.url) == ["the webhook was not notified: it answered 404"]
    assert (len(busy.got), len(refusing.got)) == (2, 1)


def test_a_channel_that_fails_is_reported_without_its_secrets_and_the_other_is_used(blocked):
    with webhook(500) as broken, mail_server() as mailbox:
        channels = {"mail_from": "kuota@example.org", "mail_to": ("gone@example.org", "ann@example.org")}
        server = f"smtp://127.0.0.1:{mailbox.port}"
        problems = notified(blocked, webhook_url=broken.url, mail_server=server, **channels)
    assert problems == [
        "the webhook was not notified: too many 500 error responses",
        "no mail was sent: refused for gone@example.org",
    ]
    assert mailbox.recipients == [["ann@example.org"]]
    nobody = f"http://127.0.0.1:{unused_port()}/secret-token"
    assert notified(blocked, webhook_url=nobody) == ["the webhook was not notified: NewConnectionError"]
    with webhook(302) as moved:
        assert notified(blocked, webhook_url=moved.url) == ["the webhook was not notified: too many redirects"]


def test_a_password_travels_encrypted_or_not_at_all(blocked, tmp_path, monkeypatch):
    certificate, key = certificate_of_127_0_0_1(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    channels = {"mail_from": "kuota@example.org", "mail_to": ("ann@example.org",)}
    with mail_server() as plain, mail_server(tls) as secured:
        [problem] = notified(blocked, mail_server=f"smtp://kuota:pass%20word@127.0.0.1:{plain.port}", **channels)
        assert problem.endswith("the server offers no encryption, so the password was not sent")
        address = f"smtp://kuota:pass%20word@127.0.0.1:{secured.port}"
        [problem] = notified(blocked, mail_server=address, **channels)
        assert "certificate verify failed" in problem and "pass" not in problem
        assert secured.logins == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert notified(blocked, mail_server=address, **channels) == []
    assert (plain.got, secured.logins, len(secured.got)) == ([], [("kuota", "pass word")], 1)


def test_a_run_that_cannot_begin_is_reported_with_what_has_to_be_corrected(tmp_path):
    settings = settings_in(tmp_path / "home")
    settings.landing.mkdir(parents=True)
    (settings.landing / "settings.yml").write_text("reporting_curency: IDR\n")
    with webhook() as hook:
        listening = dataclasses.replace(settings, channels=Channels(webhook_url=hook.url))
        with pytest.raises(ConfigurationError):
            run_refresh(listening, report=lambda line: None)
    [body] = hook.got
    assert (body["outcome"], body["run_id"]) == ("failed", None)
    assert "unknown setting 'reporting_curency'. Did you mean 'reporting_currency'?" in body["text"]


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        (
            {"KUOTA_WEBHOOK_URL": "hooks.example.org/secret"},
            "KUOTA_WEBHOOK_URL is not an address; write https://host/path.",
        ),
        (
            {"KUOTA_MAIL_SERVER": "smtp://u:secret@host:x", "KUOTA_MAIL_FROM": "a@b.org", "KUOTA_MAIL_TO": "c@d.org"},
            "KUOTA_MAIL_SERVER is not an address; write smtps://user:password@host or smtp://host:port.",
        ),
        (
            {"KUOTA_MAIL_TO": "ann@example.org"},
            "KUOTA_MAIL_SERVER, KUOTA_MAIL_FROM and KUOTA_MAIL_TO go together; set all or none.",
        ),
        (
            {"KUOTA_MAIL_SERVER": "smtp://host", "KUOTA_MAIL_FROM": "a@b.org", "KUOTA_MAIL_TO": "c@d.org; e@f.org"},
            "'c@d.org; e@f.org' is not a mail address; separate several in KUOTA_MAIL_TO by commas.",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_is_reported_without_its_value(environment, complaint):
    with pytest.raises(ConfigurationError) as raised:
        Channels.from_environment(environment)
    assert str(raised.value) == complaint


def test_settings_do_not_show_the_secrets_of_their_channels():
    environment = {
        "KUOTA_WEBHOOK_URL": "https://hooks.example.org/secret",
        "KUOTA_MAIL_SERVER": "smtps://kuota:secret@mail.example.org",
        "KUOTA_MAIL_FROM": "kuota@example.org",
        "KUOTA_MAIL_TO": "ann@example.org, ops@example.org",
    }
    channels = Channels.from_environment(environment)
    assert channels.mail_to == ("ann@example.org", "ops@example.org")
    assert "secret" not in repr(channels)
