"""From a request's body to the pixels of a page."""

import io
from dataclasses import dataclass


class Refusal(Exception):
    """A request that is answered with an HTTP status, a code for programs and a message for people."""

    def __init__(self, status: int, code: str, message: str):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True)
class Page:
    """Pixels of a page: rows from the top, without padding; three bytes (red, green, blue) a pixel, or one of gray."""

    width: int
    height: int
    pixels: bytes | bytearray
    channels: int = 3


# Raw pixels: how many bytes each has.
CHANNELS = {"application/x-rgb": 3, "application/x-gray": 1}


def bad_image(message: str) -> Refusal:
    return Refusal(400, "bad_image", message)


def decode(body: bytes | bytearray, content_type: str, headers, max_pixels: int) -> Page:
    """Read a page from a body; headers has X-Width and X-Height for raw pixels."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind in CHANNELS:
        return _raw(body, headers, max_pixels, CHANNELS[kind])
    if kind in ("image/png", "image/jpeg"):
        return _picture(body, kind, max_pixels)
    raise Refusal(415, "unsupported_media", "send image/png, image/jpeg, application/x-rgb or application/x-gray")


def _raw(body, headers, max_pixels: int, channels: int) -> Page:
    sides = []
    for name in ("X-Width", "X-Height"):
        text = headers.get(name, "")
        # isascii too: isdigit alone accepts digits of every script.
        if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) == 0:
            raise bad_image(f"{name} must be the number of pixels")
        sides.append(int(text))
    width, height = sides
    _limit(width, height, max_pixels)
    if len(body) != channels * width * height:
        raise bad_image(f"{width} x {height} pixels are {channels * width * height} bytes, not {len(body)}")
    return Page(width, height, body, channels)


def _picture(body, kind: str, max_pixels: int) -> Page:
    try:
        from PIL import Image
    except ImportError:
        raise Refusal(415, "unsupported_media", "this service has no Pillow: send raw pixels") from None
    try:
        with Image.open(io.BytesIO(body), formats=[kind.removeprefix("image/").upper()]) as image:
            _limit(*image.size, max_pixels)  # known before a pixel is decoded
            image = image.convert("RGB")
            return Page(*image.size, image.tobytes())
    except Refusal:
        raise
    except Exception:  # decoders raise nearly anything on damaged input
        raise bad_image(f"the body cannot be read as {kind}") from None


def _limit(width: int, height: int, max_pixels: int) -> None:
    if width * height > max_pixels:
        raise Refusal(413, "too_many_pixels", f"{width} x {height} pixels are more than the limit of {max_pixels}")
