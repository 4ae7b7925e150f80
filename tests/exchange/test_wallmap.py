"""A wall map is a sheet of its paper's size at a true scale: every name on it, nothing off it, its text searchable."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import threading
import warnings
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image
from shapely.geometry import LineString, box

from geo.crs import distance_m
from geo.errors import GeoError
from portfolio.domain.terms import Stage, Status
from portfolio.exchange.wallmap import (
    NOT_REVIEWED,
    Area,
    Guide,
    LegendRow,
    Paper,
    Pin,
    Place,
    WallMap,
    Zone,
    build_figure,
    write_wall_map,
)
from portfolio.exchange.wallmap_labels import spread
from portfolio.exchange.wallmap_map import nice_ratio
from portfolio.exchange.wallmap_marks import mark_of
from portfolio.exchange.wallmap_page import Page, printable

NAMES = [
    "其芳小学",
    "{{7*191}} $a_b$ \\alpha 学校",
    "<img src=x onerror=alert(1)>",
    "重庆幼儿师范高等专科学校迁建工程（二期）",
]
OUTLINE = box(106.3, 29.5, 106.5, 29.7)
PINS = tuple(
    Pin(number, name, 106.4 + number * 0.01, 29.6, "structure", "小", "site")
    for number, name in enumerate(NAMES, start=1)
)
SHEET = WallMap(
    title="沙坪坝区教育建设项目挂图",
    subtitle="沙坪坝区 · 项目库 · 4 个项目 · 截至 2026-11-24",
    outlines=(Area("沙坪坝区", OUTLINE),),
    zones=(Zone("沿嘉陵江新优质教育拓展带", "#1C7C94", box(106.45, 29.5, 106.47, 29.7)),),
    guides=(Guide("river", LineString([(106.46, 29.5), (106.46, 29.7)])),),
    places=(Place("凤凰镇", 106.35, 29.65),),
    pins=PINS,
    legend_title="阶段",
    legend=(LegendRow("structure", "主体", 4), LegendRow("suspended", "停缓建", 0)),
    columns=("号", "项目名称", "学段"),
    rows=tuple((str(pin.number), pin.name, "小学") for pin in PINS),
    notes=("已标注 4 / 4 个项目，100 / 100 万元", "示意：带宽为配置值。"),
    review_number=None,
    made_at="2026年11月24日",
    made_by="规划科",
)
TOOLS = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs poppler")


def many(count: int, *, at_one_place: bool = False) -> WallMap:
    step = 0 if at_one_place else 0.004
    pins = [
        Pin(n, f"第{n}小学", 106.32 + n % 40 * step, 29.52 + n // 40 * step, "started", "小", "town")
        for n in range(1, count)
    ]
    return replace(SHEET, pins=tuple(pins), rows=tuple((str(n), f"第{n}小学", "小学") for n in range(1, count)))


def texts(figure: Figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text()]


def words(figure: Figure) -> str:
    return "".join(text.get_text() for text in texts(figure)).replace(" ", "")


def outside(figure: Figure) -> list[str]:
    """Return the texts that reach beyond the sheet's frame, 8 mm within the edge of A3."""
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    width, height = figure.bbox.width, figure.bbox.height
    edge = 8 / 297 * height * 0.8
    found = [(text.get_text(), text.get_window_extent(renderer)) for text in texts(figure)]
    return [
        text for text, at in found
        if at.x0 < edge or at.y0 < edge or at.x1 > width - edge or at.y1 > height - edge
    ]  # fmt: skip


@pytest.mark.parametrize(("paper", "width", "height"), [(Paper.A3, 1190.55, 841.89), (Paper.A0, 3370.39, 2383.94)])
def test_a_pdf_has_the_size_of_its_paper(paper: Paper, width: float, height: float) -> None:
    pdf = write_wall_map(SHEET, paper=paper, ending="pdf")

    found = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", pdf)

    assert found is not None
    assert float(found[1]) == pytest.approx(width, abs=0.5)
    assert float(found[2]) == pytest.approx(height, abs=0.5)


@pytest.mark.parametrize(("paper", "size"), [(Paper.A3, (3307, 2338)), (Paper.A0, (4681, 3311))])
def test_a_picture_has_the_size_of_its_paper(paper: Paper, size: tuple[int, int]) -> None:
    with Image.open(io.BytesIO(write_wall_map(SHEET, paper=paper, ending="png"))) as picture:
        assert picture.size == pytest.approx(size, abs=1)
        assert picture.info["dpi"] == pytest.approx((paper.dpi, paper.dpi), abs=0.1)


@pytest.mark.parametrize("paper", Paper)
def test_every_word_stands_on_the_sheet_as_typed(paper: Paper) -> None:
    shown = words(build_figure(SHEET, paper)[0])

    expected = [
        SHEET.title,
        SHEET.subtitle,
        *NAMES,
        *SHEET.notes,
        "凤凰镇",
        "主体",
        NOT_REVIEWED,
        "规划科",
        "沿嘉陵江新优质教育拓展带",
    ]
    assert [text for text in expected if text.replace(" ", "") not in shown] == []


def test_no_text_is_read_as_mathematics() -> None:
    assert not any(text.get_parse_math() for text in texts(build_figure(SHEET, Paper.A3)[0]))


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("sheet", [SHEET, many(120), many(900)], ids=["few", "many", "too many"])
def test_no_text_leaves_the_frame(paper: Paper, sheet: WallMap) -> None:
    long = "很长的标题" * 60
    full = replace(sheet, title=long, subtitle=long, notes=(long,) * 9, made_by=long, legend_title=long)

    assert outside(build_figure(sheet, paper)[0]) == []
    assert outside(build_figure(full, paper)[0]) == []


@pytest.mark.parametrize("paper", Paper)
def test_the_scale_is_true(paper: Paper) -> None:
    _, [frame] = build_figure(SHEET, paper)
    start, end = (106.32, 29.52), (106.48, 29.68)

    (x0, y0), (x1, y1) = frame.place(*start), frame.place(*end)

    on_paper_mm = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    assert on_paper_mm * frame.ratio / 1000 == pytest.approx(distance_m(start, end), rel=0.002)
    assert f"1:{frame.ratio:,}".replace(",", "") in words(build_figure(SHEET, paper)[0])


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    figure, [frame] = build_figure(SHEET, Paper.A3)
    page_mm = figure.bbox.width / 420
    quarters = [patch for patch in figure.axes[0].patches if patch.get_gid() == "scale-bar"]

    length_mm = sum(patch.get_path().get_extents().width for patch in quarters)
    said = next(re.fullmatch(r"([\d.]+) 千米", text.get_text()) for text in texts(figure) if "千米" in text.get_text())

    assert page_mm > 0
    assert said is not None
    assert length_mm * frame.ratio / 1e6 == pytest.approx(float(said[1]), rel=0.01)


@given(least=st.floats(min_value=10, max_value=1e8))
def test_a_round_scale_always_holds_what_it_must(least: float) -> None:
    assert least <= nice_ratio(least) + 0.5 <= least * 1.4 + 1


def test_rows_that_do_not_fit_are_counted() -> None:
    shown = words(build_figure(many(400), Paper.A3)[0])

    found = re.search(r"其余(\d+)个见项目库", shown)

    assert found is not None
    left_off = int(found[1])
    kept = 399 - left_off
    assert 60 < kept < 399
    assert f"第{kept}小学" in shown
    assert f"{kept + 1}第{kept + 1}小学" not in shown


def test_a_table_that_fits_says_nothing_of_others() -> None:
    assert "见项目库" not in words(build_figure(many(43), Paper.A3)[0])


def test_cells_of_the_table_do_not_overlap() -> None:
    rows = tuple(
        (str(n), "很长的项目名称" * 4, "中等职业教育/终身教育/党校", "ABCDEFGHIJKLMNOPQRSTUVWXYZ" * 3)
        for n in range(1, 20)
    )
    sheet = replace(
        SHEET, pins=(), zones=(), places=(), guides=(), columns=("号", "项目名称", "学段", "说明"), rows=rows
    )
    figure, _ = build_figure(sheet, Paper.A3)
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    boxes = [text.get_window_extent(renderer) for text in texts(figure)]

    assert len(boxes) > 100
    overlaps = [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if _overlap_mm2(a, b, figure) > 0.5]
    assert overlaps == []


def _overlap_mm2(one: mpl.transforms.BboxBase, other: mpl.transforms.BboxBase, figure: Figure) -> float:
    mm = figure.bbox.width / 420
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    high = min(one.y1, other.y1) - max(one.y0, other.y0)
    return max(wide, 0) * max(high, 0) / mm**2


@pytest.mark.parametrize("anchors", [[(100.0, 100.0)] * 40, [(100.0 + n % 8, 100.0 + n // 8) for n in range(40)]])
def test_marks_are_pushed_apart_and_cover_no_place(anchors: list[tuple[float, float]]) -> None:
    centres = spread(anchors, [(8.0, 4.3)] * 40, (10, 10, 250, 240), 1)

    marks = [box(x - 4, y - 2.15, x + 4, y + 2.15) for x, y in centres]
    assert not any(mark.intersects(other) for i, mark in enumerate(marks) for other in marks[:i])
    assert not any(mark.intersects(box(x, y, x, y)) for mark in marks for x, y in anchors)


def test_a_lone_mark_stands_right_above_its_place() -> None:
    [(x, y)] = spread([(100.0, 100.0)], [(8.0, 4.3)], (10, 10, 250, 240), 1)

    assert x == pytest.approx(100)
    assert 2.15 < y - 100 < 5


def test_too_many_projects_are_drawn_as_points_and_said_so() -> None:
    shown = words(build_figure(many(900), Paper.A3)[0])

    assert "图上只画点，不编号" in shown
    assert "图上只画点" not in words(build_figure(SHEET, Paper.A3)[0])


def test_no_type_is_smaller_than_seven_points() -> None:
    assert min(text.get_fontsize() for text in texts(build_figure(many(60), Paper.A3)[0])) >= 7


def test_a_review_number_takes_the_place_of_the_warning() -> None:
    shown = words(build_figure(replace(SHEET, review_number="渝S(2026)001号"), Paper.A3)[0])

    assert "渝S(2026)001号" in shown
    assert NOT_REVIEWED not in shown


def test_without_an_outline_none_is_drawn_and_the_pins_set_the_extent() -> None:
    bare = replace(SHEET, outlines=(), zones=(), guides=())

    _, [frame] = build_figure(bare, Paper.A3)

    assert frame.ratio < build_figure(SHEET, Paper.A3)[1][0].ratio / 2


def test_one_lone_project_is_not_enlarged_without_end() -> None:
    _, [frame] = build_figure(replace(SHEET, outlines=(), zones=(), guides=(), pins=PINS[:1]), Paper.A3)

    assert frame.ratio >= 5000


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(GeoError, match="请先给项目标注位置"):
        write_wall_map(replace(SHEET, outlines=(), zones=(), guides=(), pins=()), paper=Paper.A3, ending="pdf")


def test_places_beyond_the_systems_longitudes_are_refused() -> None:
    with pytest.raises(GeoError, match="经度"):
        write_wall_map(replace(SHEET, outlines=(Area("海上", box(0, 0, 1, 1)),), pins=()), paper=Paper.A3, ending="pdf")


def test_what_the_font_lacks_is_replaced_before_matplotlib_sees_it() -> None:
    hostile = replace(SHEET, title="校\u0000园🏫\u202e挂图", rows=(("1", "مدرسة\ud7ff", "小学"),))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_wall_map(hostile, paper=Paper.A3, ending="png")
        write_wall_map(hostile, paper=Paper.A3, ending="pdf")

    assert printable(hostile.title) == "校园□挂图"


@settings(max_examples=60)
@given(text=st.text(max_size=80), width=st.floats(min_value=6, max_value=60))
def test_lines_hold_the_whole_text_and_stay_within_their_width(text: str, width: float) -> None:
    page = Page(Paper.A3)

    lines = page.wrap(text, 7, width, most=1000)

    assert "".join(lines).replace(" ", "") == printable(text).replace(" ", "")
    assert all(page.measure(line, 7) <= width + 1e-6 for line in lines)


def test_no_line_begins_with_a_closing_mark() -> None:
    lines = Page(Paper.A3).wrap("新建、改扩建中小学校，共四十一所（含特殊教育学校）。" * 4, 7, 20, most=100)

    assert not any(line[0] in "，。、（）"[:3] + "）" for line in lines)
    assert not any(line.endswith("（") for line in lines)


def test_each_stage_and_status_has_a_mark_of_its_own_shape_or_colour() -> None:
    keys = ["reserve", "started", "accepted", Status.SUSPENDED, Status.CANCELLED, Status.MERGED]

    assert len({mark_of(key) for key in keys}) == len(keys)
    assert all(mark_of(stage) != mark_of("no such class") for stage in Stage)
    assert mark_of("started", "town").dashed


def test_equal_input_gives_equal_files_and_leaves_no_settings_behind() -> None:
    before = dict(mpl.rcParams)

    first, second = (write_wall_map(SHEET, paper=Paper.A3, ending="png") for _ in range(2))

    assert first == second
    assert dict(mpl.rcParams) == before


def test_sheets_made_at_once_equal_those_made_one_by_one() -> None:
    expected = write_wall_map(SHEET, paper=Paper.A3, ending="png")
    made: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: made.append(write_wall_map(SHEET, paper=Paper.A3, ending="png")))
        for _ in range(3)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert made == [expected] * 3


@TOOLS
def test_names_can_be_searched_in_the_pdf_and_its_fonts_are_within_it(tmp_path: Path) -> None:
    path = tmp_path / "map.pdf"
    path.write_bytes(write_wall_map(SHEET, paper=Paper.A0, ending="pdf"))

    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True, text=True).stdout
    fonts = subprocess.run(["pdffonts", path], capture_output=True, check=True, text=True).stdout.splitlines()[2:]

    assert [name for name in [SHEET.title, *NAMES] if name not in text.replace("\n", "")] == []
    assert fonts
    assert all(re.search(r"NotoSansSC.* yes +yes +yes", line) for line in fonts)
