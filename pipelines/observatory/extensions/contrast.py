"""How well a colour stands out on the pages, by the measure of WCAG 2.2."""

import colorsys

STEPS = 400  # of lightness, in which the nearest colour is looked for


def luminance(colour: str) -> float:
    """The relative luminance of a colour written #rrggbb, 0 black to 1 white."""
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(first: str, second: str) -> float:
    """The contrast of two colours, 1 to 21."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def least(colour: str, grounds: tuple[str, ...]) -> float:
    """The contrast of a colour with the ground on which it stands out least."""
    return min(ratio(colour, ground) for ground in grounds)


def nearest(colour: str, grounds: tuple[str, ...], needed: float) -> str:
    """The colour of the same hue and saturation, as little changed as it takes."""
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(*parts)
    every = sorted((n / STEPS for n in range(STEPS + 1)), key=lambda n: abs(n - lightness))
    shades = (_written(colorsys.hls_to_rgb(hue, shade, saturation)) for shade in every)
    return next(shade for shade in shades if least(shade, grounds) >= needed)


def _written(parts: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)
