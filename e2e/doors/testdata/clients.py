"""Reads a file with another API's own client, and prints the text or the client's error.

usage: clients.py CLIENT SERVER KEY FILE
"""

import base64
import json
import os
import sys
from pathlib import Path
from urllib.parse import quote


def mistral(server, key, path):
    """The official SDK: a document in the request."""
    from mistralai.client import Mistral

    with Mistral(api_key=key, server_url=server) as client:
        data = base64.b64encode(path.read_bytes()).decode()
        read = client.ocr.process(
            model="mistral-ocr-latest",
            document={"type": "document_url", "document_url": f"data:application/pdf;base64,{data}"},
            include_blocks=True,
            include_image_base64=True,
        )
        assert [page.index for page in read.pages] == list(range(read.usage_info.pages_processed))
        assert all(page.blocks for page in read.pages)
        return "\n".join(page.markdown for page in read.pages)


def mistral_files(server, key, path):
    """The official SDK: a document that is uploaded, read by its address and by its id, deleted."""
    from mistralai.client import Mistral

    with Mistral(api_key=key, server_url=server) as client:
        file = client.files.upload(file={"file_name": path.name, "content": path.read_bytes()}, purpose="ocr")
        assert file.size_bytes == path.stat().st_size
        try:
            url = client.files.get_signed_url(file_id=file.id, expiry=1).url
            by_url = client.ocr.process(model="mistral-ocr-latest", document={"type": "document_url", "document_url": url})
            by_id = client.ocr.process(model="mistral-ocr-latest", document={"type": "file", "file_id": file.id})
            assert by_url.pages == by_id.pages
        finally:
            assert client.files.delete(file_id=file.id).deleted
        return "\n".join(page.markdown for page in by_url.pages)


def tika(server, key, path):
    """tika-python, which asks /rmeta; it knows of no keys, but takes headers."""
    os.environ["TIKA_CLIENT_ONLY"] = "True"
    from tika import parser

    read = parser.from_file(str(path), serverEndpoint=server, service="all", headers={"Authorization": f"Bearer {key}"})
    if read["status"] != 200:
        raise RuntimeError(f"status {read['status']}")
    assert read["metadata"]["xmpTPg:NPages"] == "3"
    return read["content"]


def tika_client(server, key, path):
    """The Tika client of paperless-ngx; it knows of no keys."""
    from tika_client import TikaClient

    with TikaClient(tika_url=with_password(server, key)) as client:
        whole = client.tika.as_text.from_file(path)
        parts = client.rmeta.as_text.from_file(path)
        assert [part.content for part in parts] == [whole.content]
        return whole.content


def openwebui_tika(server, key, path):
    """What Open WebUI sends with CONTENT_EXTRACTION_ENGINE=tika; it knows of no keys."""
    import requests

    url = f"{with_password(server, key)}/tika/text"
    return answer(requests.put(url, data=path.read_bytes(), headers={"Content-Type": "application/pdf"}, timeout=300))["X-TIKA:content"]


def openwebui_external(server, key, path):
    """What Open WebUI sends with CONTENT_EXTRACTION_ENGINE=external."""
    import requests

    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/pdf", "X-Filename": quote(path.name)}
    sent = requests.put(f"{server}/process", data=path.read_bytes(), headers=headers, timeout=300)
    return "\n".join(page["page_content"] for page in answer(sent))


def azure(server, key, path):
    """The official SDK, called as paperless-ngx calls it for text and a searchable PDF."""
    from azure.ai.documentintelligence import DocumentIntelligenceClient
    from azure.ai.documentintelligence.models import AnalyzeDocumentRequest, AnalyzeOutputOption, DocumentContentFormat
    from azure.core.credentials import AzureKeyCredential

    with DocumentIntelligenceClient(endpoint=server, credential=AzureKeyCredential(key)) as client:
        poller = client.begin_analyze_document(
            model_id="prebuilt-read",
            body=AnalyzeDocumentRequest(bytes_source=path.read_bytes()),
            output_content_format=DocumentContentFormat.TEXT,
            output=[AnalyzeOutputOption.PDF],
            content_type="application/json",
        )
        poller.wait()
        result_id = poller.details["operation_id"]
        read = poller.result()
        pdf = b"".join(client.get_analyze_result_pdf(model_id="prebuilt-read", result_id=result_id))
        assert pdf.startswith(b"%PDF-")
        assert [page.page_number for page in read.pages] == [1, 2, 3]
        assert all(page.unit == "inch" and page.words for page in read.pages)
        return read.content


def azure_layout(server, key, path):
    """The official SDK as LangChain and Azure's samples call it: Markdown, with spans as Python counts."""
    from azure.ai.documentintelligence import DocumentIntelligenceClient
    from azure.ai.documentintelligence.models import DocumentContentFormat, StringIndexType
    from azure.core.credentials import AzureKeyCredential

    with DocumentIntelligenceClient(endpoint=server, credential=AzureKeyCredential(key)) as client:
        read = client.begin_analyze_document(
            "prebuilt-layout",
            path.open("rb"),
            string_index_type=StringIndexType.UNICODE_CODE_POINT,
            output_content_format=DocumentContentFormat.MARKDOWN,
            content_type="application/octet-stream",
        ).result()

        def at(span):
            return read.content[span.offset : span.offset + span.length]

        words = [word for page in read.pages for word in page.words]
        found = [word for word in words if word.span.length]
        assert all(at(word.span) == word.content for word in found)
        assert len(found) > 0.9 * len(words), f"{len(found)} of {len(words)} words are found in the Markdown"
        assert read.paragraphs and all(word.polygon for word in words)
        return "\n".join(at(span) for page in read.pages for span in page.spans)


def docling(server, key, path):
    """docling's own client, which converts by tasks and wants a DoclingDocument."""
    from docling.service_client import DoclingServiceClient

    with DoclingServiceClient(url=server, api_key=key) as client:
        return client.convert(path).document.export_to_markdown()


def openwebui_docling(server, key, path):
    """What Open WebUI sends with CONTENT_EXTRACTION_ENGINE=docling."""
    import requests

    with path.open("rb") as file:
        sent = requests.post(
            f"{server}/v1/convert/file",
            files={"files": (str(path), file, "application/pdf")},
            data={"image_export_mode": "placeholder"},
            headers={"X-Api-Key": key},
            timeout=300,
        )
    return answer(sent)["document"]["md_content"]


def openwebui_mineru(server, key, path):
    """What Open WebUI sends with CONTENT_EXTRACTION_ENGINE=mineru; it knows of no keys."""
    import requests

    with path.open("rb") as file:
        sent = requests.post(
            f"{with_password(server, key)}/file_parse",
            data={"return_md": "true"},
            files={"files": (path.name, file, "application/octet-stream")},
            timeout=300,
        )
    return list(answer(sent)["results"].values())[0]["md_content"]


def openwebui_paddle(server, key, path):
    """What Open WebUI sends with CONTENT_EXTRACTION_ENGINE=paddleocr_vl; the scheme is "token"."""
    import requests

    sent = requests.post(
        f"{server}/layout-parsing",
        json={
            "file": base64.b64encode(path.read_bytes()).decode(),
            "fileType": 0,
            "useDocOrientationClassify": False,
            "useDocUnwarping": False,
            "useChartRecognition": False,
        },
        headers={"Authorization": f"token {key}"},
        timeout=300,
    )
    pages = answer(sent)["result"]["layoutParsingResults"]
    return "\n".join(page["markdown"]["text"] for page in pages)


def with_password(server, key):
    """The server's address with the key as a password, which HTTP libraries send as Basic."""
    return server.replace("://", f"://any:{quote(key)}@", 1)


def answer(response):
    response.raise_for_status()
    return response.json()


def main():
    client, server, key, path = sys.argv[1:]
    try:
        told = {"text": globals()[client](server, key, Path(path))}
    except AssertionError:
        raise
    except Exception as e:  # the client's own, whatever it is
        told = {"error": type(e).__name__, "message": str(e)}
    json.dump(told, sys.stdout)


main()
