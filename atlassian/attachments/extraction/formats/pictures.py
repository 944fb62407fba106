"""Pictures: turned upright, made small enough to be looked at, and without what a camera writes beside them."""

import io
from typing import BinaryIO

from PIL import GifImagePlugin, Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from atlassian.attachments.extraction.outcome import Extracted, Reason, Unreadable

MAX_SIDE = 1_568  # more than this no model looks at
MAX_PIXELS = 50_000_000
MAX_PNG_BYTES = 1_500_000
JPEG_QUALITY = 85

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
_LOADED = (PngImagePlugin, JpegImagePlugin, GifImagePlugin, WebPImagePlugin)  # all that is known: not the 40 others
Image._initialized = 2  # so that it looks for no others
Image.MAX_IMAGE_PIXELS = None  # MAX_PIXELS is asked instead, of the size that the file declares


def picture(file: BinaryIO) -> Extracted:
    image: Image.Image = Image.open(file, formats=FORMATS)
    kind = f"a {image.format} picture"
    if image.width * image.height > MAX_PIXELS or not image.width * image.height:
        raise Unreadable(Reason.PICTURE_SIZE)
    original = f"{image.width} × {image.height}"
    moves = getattr(image, "n_frames", 1) > 1
    image.draft("RGB", (MAX_SIDE, MAX_SIDE))  # a JPEG is decoded at a fraction of its size
    image = ImageOps.exif_transpose(image)
    transparent = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    image = image.convert("RGBA" if transparent else "RGB")
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    data, media_type = _encoded(image, lossless=kind != "a JPEG picture")
    extracted = Extracted(kind, picture=data, media_type=media_type, width=image.width, height=image.height)
    if original != f"{image.width} × {image.height}":
        extracted.note("shrunk", original)
    if moves:
        extracted.note("first_frame")
    return extracted


def _encoded(image: Image.Image, *, lossless: bool) -> tuple[bytes, str]:
    if lossless:
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        if buffer.tell() <= MAX_PNG_BYTES:
            return buffer.getvalue(), "image/png"
    if image.mode == "RGBA":
        background = Image.new("RGB", image.size, "white")
        background.paste(image, mask=image.getchannel("A"))
        image = background
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue(), "image/jpeg"
