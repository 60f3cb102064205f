"""The shapes of a topology picture as SVG. A template would take ten times as long for 300 VPCs."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from advisor.web.comparison.diagram_layout import Picture


def drawn(picture: Picture) -> SafeString:
    """Everything inside the `svg` element: frames, flows, names of frames, VPCs, words on flows."""
    scale = picture.scale
    box = format_html(
        '<defs><rect id="vpc-box" class="vpc" width="{}" height="{}" rx="6"/></defs>',
        scale.width,
        scale.height,
    )
    frames = format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="8"/>',
        (
            (
                frame.kind,
                *map(round, frame[1:5]),
            )
            for frame in picture.frames
        ),
    )
    flows = format_html_join(
        "",
        '<path class="flow{}" d="{}" stroke-width="{}"><title>{}</title></path>',
        (
            (kind, line.path, width, line.title)
            for line in picture.lines
            for kind, width in line.strokes
        ),
    )
    names = format_html_join(
        "",
        '<text class="of-frame" x="{}" y="{}">{}</text>',
        ((round(frame.x + 10), round(frame.y + 17), frame.name) for frame in picture.frames),
    )
    words = format_html_join(
        "",
        '<text class="of-flow" x="{}" y="{}">{}</text>',
        ((round(line.x), round(line.y - 8), line.label) for line in picture.lines if line.label),
    )
    return format_html("{}{}{}{}{}{}", box, frames, flows, names, _vpcs(picture), words)


def _vpcs(picture: Picture) -> SafeString:
    height = picture.scale.height // 2
    with_two, with_one = (
        f'<g transform="translate({{}} {{}})"><title>{{}}</title><use href="#vpc-box"/>{text}</g>'
        for text in (
            f'<text x="8" y="{height - 3}">{{}}</text>'
            f'<text class="small" x="8" y="{height + 14}">{{}}</text>',
            f'<text x="8" y="{height + 4}">{{}}</text>',
        )
    )
    boxes = picture.boxes
    return format_html(
        "{}{}",
        format_html_join(
            "", with_two, ((b.x, b.y, b.title, b.name, b.small) for b in boxes if b.small)
        ),
        format_html_join("", with_one, ((b.x, b.y, b.title, b.name) for b in boxes if not b.small)),
    )
