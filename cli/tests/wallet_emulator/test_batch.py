"""Both batch dialects: Google's own Python client, and the JSON parts of older samples and Node."""

import json
from email.parser import BytesParser
from typing import Any

import google_auth_httplib2
import httplib2
import httpx
import pytest
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError

from stampbook_cli.wallet_emulator.contract import discovery_document

from .conftest import RunningEmulator, an_object

JSON_PART = "--b\r\nContent-Type: application/json\r\n\r\nPOST /walletobjects/v1/loyaltyObject/\r\n\r\n{}\r\n"


@pytest.fixture
def google_client(emulator: RunningEmulator) -> Any:
    """Google's generated client, its addresses turned to the emulator."""
    document = discovery_document() | {"rootUrl": emulator.url + "/", "baseUrl": emulator.url + "/"}
    transport = google_auth_httplib2.AuthorizedHttp(emulator.credentials(), http=httplib2.Http(proxy_info=None))
    with build_from_document(document, http=transport, always_use_jwt_access=False) as client:
        yield client


def test_googles_client_inserts_reads_and_patches(google_client: Any, class_id: str) -> None:
    objects, body = google_client.loyaltyobject(), an_object(class_id)
    objects.insert(body=body).execute()
    objects.patch(resourceId=body["id"], body={"loyaltyPoints": {"balance": {"int": 80}}}).execute()
    objects.addmessage(resourceId=body["id"], body={"message": {"body": "Merci"}}).execute()

    read = objects.get(resourceId=body["id"]).execute()

    assert read["loyaltyPoints"]["balance"] == {"int": 80}
    assert read["messages"] == [{"body": "Merci"}]


def test_googles_client_understands_a_batch_with_a_refusal(google_client: Any, class_id: str) -> None:
    good, bad = an_object(class_id, accountName="Zoé Müller"), an_object(class_id, state="SLEEPING")
    answers: dict[str, tuple[Any, HttpError | None]] = {}
    batch = google_client.new_batch_http_request(lambda name, answer, error: answers.update({name: (answer, error)}))
    batch.add(google_client.loyaltyobject().insert(body=good), request_id="good")
    batch.add(google_client.loyaltyobject().insert(body=bad), request_id="bad")
    batch.execute()

    assert answers["good"][0]["accountName"] == "Zoé Müller"
    assert answers["bad"][1] is not None
    assert answers["bad"][1].status_code == 400


async def test_the_dialect_of_json_parts_is_understood(
    api: httpx.AsyncClient, http: httpx.AsyncClient, class_id: str
) -> None:
    bodies = [an_object(class_id, accountName="Zoé"), an_object(class_id)]
    content = "".join(JSON_PART.replace("{}", json.dumps(body, ensure_ascii=False)) for body in bodies) + "--b--\r\n"
    headers = {"Content-Type": "multipart/mixed; boundary=b", "Authorization": api.headers["Authorization"]}

    answer = await http.post("/batch", content=content.encode(), headers=headers)

    whole = b"Content-Type: " + answer.headers["content-type"].encode() + b"\r\n\r\n" + answer.content
    parts = [part.get_payload(decode=True) for part in BytesParser().parsebytes(whole).get_payload()]
    assert [part.split(b"\r\n")[0] for part in parts] == [b"HTTP/1.1 200 OK"] * 2
    assert [json.loads(part.partition(b"\r\n\r\n")[2])["id"] for part in parts] == [body["id"] for body in bodies]


async def test_a_batch_without_a_token_is_refused_part_by_part(http: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "multipart/mixed; boundary=b"}

    answer = await http.post("/batch", content=JSON_PART + "--b--\r\n", headers=headers)

    assert answer.status_code == 200
    assert "HTTP/1.1 401 Unauthorized" in answer.text


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        ("application/json", "{}"),
        ("multipart/mixed; boundary=b", ""),
        ("multipart/mixed; boundary=b", "--b\r\nContent-Type: application/http\r\n\r\nhello\r\n--b--\r\n"),
        ("multipart/mixed; boundary=b", "--b\r\n\r\n".join([""] * 1002) + "--b--"),
    ],
)
async def test_what_is_no_batch_is_refused(http: httpx.AsyncClient, content_type: str, content: str) -> None:
    answer = await http.post("/batch", content=content, headers={"Content-Type": content_type})

    assert answer.status_code == 400
    assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"
