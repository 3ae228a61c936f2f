"""Colours can be read on white and told apart by the colour-blind."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from dashboards.theme import BADGES, DARK, DIMENSIONS, HEAT, INK, MUTED, PAPER, ZONES

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
               [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
               [0.004733, 0.691367, 0.303900]],
}  # fmt: skip
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
     [0.0193339, 0.1191920, 0.9503041]]
)  # fmt: skip


def linear(colour: str) -> NDArray[np.float64]:
    parts = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(XYZ[1] @ linear(colour))


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(colour: str, vision: str) -> NDArray[np.float64]:
    seen = np.clip(np.asarray(VISION[vision]) @ linear(colour), 0, 1)
    ratio = XYZ @ seen / (XYZ @ np.ones(3))
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_the_measure_of_contrast_agrees_with_the_known_extremes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colour", DIMENSIONS)
def test_marks_stand_out_on_the_page(colour: str) -> None:
    assert contrast(colour, PAPER) >= 3


@pytest.mark.parametrize("colour", [INK, MUTED, *BADGES])
def test_text_can_be_read_on_the_page(colour: str) -> None:
    assert contrast(colour, PAPER) >= 4.5


@pytest.mark.parametrize("zone", ZONES)
def test_the_line_and_its_figure_can_be_read_on_every_zone(zone: str) -> None:
    assert contrast(INK, zone) >= 7


@pytest.mark.parametrize("vision", VISION)
def test_dimensions_are_told_apart(vision: str) -> None:
    apart = {
        pair: float(np.linalg.norm(lab(pair[0], vision) - lab(pair[1], vision)))
        for pair in combinations(DIMENSIONS, 2)
    }
    assert min(apart.values()) >= 20, min(apart, key=lambda pair: apart[pair])


def test_heat_only_darkens() -> None:
    steps = [luminance(colour) for colour in HEAT]
    assert steps == sorted(steps, reverse=True)


@pytest.mark.parametrize("colour", [INK, MUTED, *DIMENSIONS])
def test_the_dark_scheme_can_be_read(colour: str) -> None:
    least = 4.5 if colour in (INK, MUTED) else 3
    assert contrast(DARK[colour], DARK[PAPER]) >= least


@pytest.mark.parametrize("zone", ZONES)
def test_the_line_and_names_can_be_read_on_every_dark_zone(zone: str) -> None:
    assert contrast(DARK[INK], DARK[zone]) >= 7


@pytest.mark.parametrize("vision", list(VISION))
def test_dimensions_are_told_apart_on_a_dark_page(vision: str) -> None:
    seen = [lab(DARK[colour], vision) for colour in DIMENSIONS]
    gaps = [float(np.linalg.norm(first - second)) for first, second in combinations(seen, 2)]
    assert min(gaps) >= 20
