"""The office that every scene plays in: freshly configured, with empty mailboxes and no data."""

from pathlib import Path

import pytest
from mail_servers import MailServers
from scene_office import SceneOffice


@pytest.fixture
def office(mail_servers: MailServers, tmp_path: Path) -> SceneOffice:
    return SceneOffice(mail_servers, tmp_path)
