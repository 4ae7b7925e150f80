"""What a planner does every month in the grid of reports, as it is done: by keyboard, out of Excel, on a bad line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.conftest import MARKS, Site, furnished, new_context, watched

pytestmark = MARKS

GRID = "/reports/500101/2026-10/fill"
MOST_ACTIONS = 40


@pytest.fixture
def context(chromium: Browser, website: Site) -> Iterator[BrowserContext]:
    """Signed-in profile of a test's own: what one keeps on the computer is not another's."""
    made = context_of(chromium, website)
    yield made
    made.close()


def context_of(chromium: Browser, website: Site) -> BrowserContext:
    """Return a fresh signed-in profile that may copy and paste."""
    made = new_context(chromium, website)
    made.grant_permissions(["clipboard-read", "clipboard-write"], origin=website.url)
    sign_in(made, website)
    return made


def sign_in(context: BrowserContext, website: Site) -> None:
    context.add_cookies([{"name": "portfolio_session", "value": website.token, "url": website.url}])


@pytest.fixture
def grid(context: BrowserContext, website: Site) -> Page:
    """Tab with the grid."""
    page = context.new_page()
    page.goto(website.url + GRID)
    return page


def cells(page: Page, field: str) -> list[str]:
    """Return the ids of the cells of a column that can be written in, from the top."""
    found: list[str] = page.eval_on_selector_all(f"[data-field={field}]", "found => found.map(one => one.id)")
    return found


def cell(page: Page, field: str, number: int = 0) -> str:
    return f"[id='{cells(page, field)[number]}']"


@dataclass
class Hands:
    """Counts what a person does beside typing values: keys that move or act, clicks, pastes."""

    page: Page
    actions: int = 0

    def press(self, key: str) -> None:
        self.actions += 1
        self.page.keyboard.press(key)

    def click(self, selector: str) -> None:
        self.actions += 1
        self.page.click(selector)

    def type(self, value: str) -> None:
        self.page.keyboard.type(value)


def test_thirty_projects_are_reported_in_under_forty_actions(chromium: Browser, tmp_path: Path) -> None:
    with furnished(tmp_path) as website:
        report_thirty(chromium, website)


def report_thirty(chromium: Browser, website: Site) -> None:
    context = context_of(chromium, website)
    grid = context.new_page()
    visit = watched(grid, website)
    grid.goto(website.url + GRID)
    before = len(cells(grid, "physical_percent"))
    codes = [one.removesuffix("-physical_percent") for one in cells(grid, "physical_percent")[:30]]
    grid.evaluate("text => navigator.clipboard.writeText(text)", "\r\n".join(f"{n}.5" for n in range(1, 31)) + "\r\n")
    hands = Hands(grid)
    hands.click(cell(grid, "work_done"))
    hands.press("Control+v")
    hands.click(cell(grid, "physical_percent"))
    for number in range(30):
        hands.type(str(40 + number))
        hands.press("Enter")
    hands.press("Control+Enter")
    expect(grid.locator("[data-status]")).to_have_text("已报送 30 行")

    print(f"30 projects reported in {hands.actions} actions beyond typing")
    assert hands.actions < MOST_ACTIONS
    grid.goto(website.url + GRID)
    assert len(cells(grid, "physical_percent")) == before - 30
    grid.goto(f"{website.url}/projects/{codes[29]}/reports/2026-10")
    stated = grid.locator("main").inner_text()
    assert "已报送" in stated
    assert "69" in stated
    assert "30.50" in stated
    assert visit.wrong() == []
    context.close()


def test_keys_move_restore_undo_and_redo_as_in_a_spreadsheet(context: BrowserContext, grid: Page) -> None:
    first, second = cell(grid, "problems", 0), cell(grid, "problems", 1)
    grid.click(first)
    grid.keyboard.type("征地")
    grid.keyboard.press("Enter")
    expect(grid.locator(second)).to_be_focused()
    grid.keyboard.type("资金")
    grid.keyboard.press("Escape")
    expect(grid.locator(second)).to_have_value("")
    grid.keyboard.press("ArrowUp")
    expect(grid.locator(first)).to_be_focused()
    grid.keyboard.press("Control+z")
    expect(grid.locator(first)).to_have_value("")
    grid.keyboard.press("Control+y")
    expect(grid.locator(first)).to_have_value("征地")
    grid.keyboard.press("ArrowRight")
    expect(grid.locator(cell(grid, "next_steps", 0))).to_be_focused()
    grid.keyboard.press("Shift+Tab")
    expect(grid.locator(first)).to_be_focused()
    grid.keyboard.press("Delete")
    expect(grid.locator(first)).to_have_value("")


def test_a_block_out_of_excel_fills_cells_and_one_undo_takes_it_back(context: BrowserContext, grid: Page) -> None:
    block = '征地\t"第一行\n第二行"\r\n资金\t开工\r\n'
    grid.evaluate("text => navigator.clipboard.writeText(text)", block)
    grid.click(cell(grid, "problems", 0))
    grid.keyboard.press("Control+v")

    expect(grid.locator(cell(grid, "next_steps", 0))).to_have_value("第一行\n第二行")
    expect(grid.locator(cell(grid, "problems", 1))).to_have_value("资金")
    grid.keyboard.press("Control+z")
    for field in ("problems", "next_steps"):
        for number in (0, 1):
            expect(grid.locator(cell(grid, field, number))).to_have_value("")


def test_a_faulty_cell_is_marked_with_its_sentence_and_the_rest_is_saved(context: BrowserContext, grid: Page) -> None:
    grid.click(cell(grid, "physical_percent", 0))
    grid.keyboard.type("140")
    grid.keyboard.press("Enter")
    grid.keyboard.type("31")
    grid.keyboard.press("Control+s")

    expect(grid.locator("[data-status]")).to_have_text("已存草稿 1 行；1 行没有保存，请看标出的格")
    wrong = grid.locator(cell(grid, "physical_percent", 0))
    expect(wrong).to_be_focused()
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(grid.locator(f"[id='{cells(grid, 'physical_percent')[0]}-wrong']")).to_have_text(
        "形象进度百分比应在 0 至 100 之间"
    )


def test_a_click_chooses_a_cell_and_a_second_one_sets_the_caret(context: BrowserContext, grid: Page) -> None:
    percent = cell(grid, "physical_percent", 5)
    grid.click(percent)
    grid.keyboard.type("4")
    expect(grid.locator(percent)).to_have_value("4")
    grid.keyboard.press("Escape")
    grid.click(percent)
    grid.keyboard.press("End")
    grid.keyboard.type(".5")
    expect(grid.locator(percent)).to_have_value("30.5")
    grid.keyboard.press("Escape")
    expect(grid.locator(percent)).to_have_value("30")


def test_progress_that_falls_asks_for_its_reason_in_the_cell(context: BrowserContext, grid: Page) -> None:
    percent, reason = cell(grid, "physical_percent", 3), f"[id='{cells(grid, 'fall_reason')[3]}-wrong']"
    grid.click(percent)
    grid.keyboard.type("29")
    grid.keyboard.press("Control+Enter")

    expect(grid.locator(reason)).to_have_text("比上期的 30% 低，请写明回落原因")
    expect(grid.locator(percent)).to_have_value("29")


def _cut(route: Route) -> None:
    if route.request.method == "POST":
        route.abort("internetdisconnected")
    else:
        route.continue_()


def _sign_out(context: BrowserContext, page: Page) -> None:
    context.clear_cookies(name="portfolio_session")


def _break(context: BrowserContext, page: Page) -> None:
    page.route("**/fill", _cut)


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [(_break, "没有连上系统，1 行暂存在这台电脑上"), (_sign_out, "登录已失效，1 行暂存在这台电脑上")],
)
def test_a_draft_survives(
    context: BrowserContext,
    website: Site,
    grid: Page,
    trouble: Callable[[BrowserContext, Page], None],
    sentence: str,
) -> None:
    trouble(context, grid)
    code = cells(grid, "next_steps")[-1]
    grid.click(f"[id='{code}']")
    grid.keyboard.type("写到一半")
    grid.keyboard.press("Control+s")
    expect(grid.locator("[data-status]")).to_contain_text(sentence)
    grid.unroute("**/fill")
    sign_in(context, website)
    grid.goto(website.url + GRID)
    expect(grid.locator("[data-kept-text]")).to_contain_text("1 行内容还没有存进系统")
    grid.click("[data-restore]")
    expect(grid.locator("[data-status]")).to_have_text("已存草稿 1 行")
    grid.goto(website.url + GRID)

    expect(grid.locator(f"[id='{code}']")).to_have_value("写到一半")
    expect(grid.locator("[data-restore]")).to_be_hidden()
    grid.fill(f"[id='{code}']", "")
    grid.keyboard.press("Control+s")
    expect(grid.locator("[data-status]")).to_have_text("已存草稿 1 行")


def test_two_planners_on_one_row_see_both_values_and_nothing_is_overwritten_by_itself(
    context: BrowserContext, website: Site, grid: Page
) -> None:
    other = context.new_page()
    other.goto(website.url + GRID)
    code = cells(grid, "problems")[-2]
    for page, words in ((other, "对方的话"), (grid, "我的话")):
        page.fill(f"[id='{code}']", words)
        page.focus(f"[id='{code}']")
        page.keyboard.press("Control+s")
    stored = grid.locator(f"[id='{code}-theirs']")
    expect(stored).to_have_text("库中现为：对方的话")
    expect(grid.locator(f"[id='{code}']")).to_have_value("我的话")
    other.goto(website.url + GRID)
    expect(other.locator(f"[id='{code}']")).to_have_value("对方的话")
    grid.focus(f"[id='{code}']")
    grid.keyboard.press("Control+s")
    expect(grid.locator("[data-status]")).to_have_text("已存草稿 1 行")
    expect(stored).to_be_hidden()
    other.goto(website.url + GRID)
    expect(other.locator(f"[id='{code}']")).to_have_value("我的话")


def test_a_returned_report_comes_back_and_is_handed_in_again(context: BrowserContext, website: Site) -> None:
    page = context.new_page()
    one = f"{website.url}/projects/500106-0005/reports/2026-10"
    page.goto(one)
    page.fill("#note", "请补充完成投资")
    page.click("button[value=return]")
    expect(page.get_by_text("核定人意见：请补充完成投资")).to_be_visible()
    page.goto(f"{website.url}/reports/500106/2026-10/fill")
    row = page.locator("tr[data-code='500106-0005']")
    expect(row).to_contain_text("退回：请补充完成投资")
    row.locator("[data-field=work_done]").fill("12.5")
    row.locator("button[value^=submit]").click()
    expect(row).to_contain_text("已报送")
    page.goto(one)
    expect(page.locator(".status-line")).to_contain_text("已报送")


def test_a_photo_of_fifty_megabytes_is_refused_before_it_is_sent(
    context: BrowserContext, website: Site, tmp_path: Path
) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(bytes(50 * 1024 * 1024))
    page = context.new_page()
    page.goto(website.url + GRID)
    page.click("tbody th a")
    page.fill("#next_steps", "还在写")
    page.set_input_files("#photo", large)
    page.click("form[data-photo] button")

    expect(page.locator("[data-photo-wrong]")).to_have_text("照片超过 20 MB，没有上传；请选用较小的照片")
    expect(page.locator("#next_steps")).to_have_value("还在写")
