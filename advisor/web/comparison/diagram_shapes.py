"""The boxes of a topology picture, and the curves between them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A VPC."""

    x: int
    y: int
    width: int
    height: int
    name: str
    title: str
    small: str  # a second line, where there is room

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


def curve(start: Box, end: Box) -> tuple[str, float, float]:
    """A curve between the facing sides of two boxes, and its middle."""
    (x1, y1), (x2, y2) = start.middle, end.middle
    if abs(x1 - x2) >= start.width:  # beside each other
        way = 1 if x2 > x1 else -1
        x1, x2 = x1 + way * start.width / 2, x2 - way * end.width / 2
        bend = (x2 - x1) / 2
        path = f"M{x1:.0f},{y1:.0f} C{x1 + bend:.0f},{y1:.0f} {x2 - bend:.0f},{y2:.0f}"
    else:  # above each other
        way = 1 if y2 > y1 else -1
        y1, y2 = y1 + way * start.height / 2, y2 - way * end.height / 2
        side = start.width / 3 if abs(y2 - y1) > 2 * start.height else 0
        path = f"M{x1:.0f},{y1:.0f} C{x1 + side:.0f},{y1 + way * 20:.0f} "
        path += f"{x2 + side:.0f},{y2 - way * 20:.0f}"
    return f"{path} {x2:.0f},{y2:.0f}", (x1 + x2) / 2, (y1 + y2) / 2
