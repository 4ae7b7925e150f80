"""The words that ``static/map*.js`` show, in the language of the page."""

from __future__ import annotations

from dataclasses import fields

from flask_babel import lazy_gettext

from geo.maps import ShellWords

MAP_WORDS = {
    "loading": lazy_gettext("正在读取地图数据…"),
    "failed": lazy_gettext("地图数据没有读到，请检查网络后刷新页面。"),
    "forbidden": lazy_gettext("没有读取地图数据的权限，或登录已过期，请重新登录后再试。"),
    "broken": lazy_gettext("服务器暂时给不出地图数据，请稍后刷新；多次不行请联系管理员。"),
    "empty": lazy_gettext("当前范围内没有已定位的项目，请在项目页填写位置，或放宽筛选条件。"),
    "stage_unknown": lazy_gettext("阶段未知"),
    "site": lazy_gettext("位置已到地块"),
    "neighbourhood": lazy_gettext("位置只到片区：虚线圈内均有可能"),
    "town": lazy_gettext("位置只到镇街：虚线圈内均有可能"),
    "radius": lazy_gettext("半径约 {m} 米"),
    "citation": lazy_gettext("依据："),
    "close": lazy_gettext("关闭"),
    "fullscreen": lazy_gettext("全屏"),
    "leave": lazy_gettext("退出全屏"),
    "zoom_in": lazy_gettext("放大"),
    "zoom_out": lazy_gettext("缩小"),
    "whole": lazy_gettext("全区"),
    "dense": lazy_gettext("项目集中处"),
    "near": lazy_gettext("项目周边"),
    "unlocated_more": lazy_gettext("查看未定位项目"),
    "unlocated_hint": lazy_gettext("这些项目的位置还不清楚，先放在区政府所在地；填写位置后即可上图。"),
    "map": lazy_gettext("项目分布图"),
    "cluster": lazy_gettext("{count} 个项目，点按放大"),
    "place": lazy_gettext("调整位置"),
    "none_found": lazy_gettext("没有找到，换个词试试"),
    "unlocated": lazy_gettext("未定位"),
    "base": lazy_gettext("底图"),
    "base_none": lazy_gettext("不用底图"),
    "base_failed": lazy_gettext("底图读不到，请检查网络或换一个底图；项目和区界不受影响。"),
    "base_closer": lazy_gettext("放大后显示底图。"),
    "base_shifted": lazy_gettext("底图为 GCJ-02，图上所画均已换算对齐；库中坐标不变。"),
    "all_years": lazy_gettext("全部年份"),
    "by_year": lazy_gettext("{year} 年底前投用"),
    "length": lazy_gettext("长"),
    "area": lazy_gettext("面积"),
    "measure_hint": lazy_gettext("在地图上依次点选；双击结束，按 Esc 清除"),
    "years_unknown": lazy_gettext("（{count} 个年份未知，不计入）"),
    "results": lazy_gettext("找到的项目"),
}


def shell_words() -> ShellWords:
    """Return what a map says before its data are there, in the language of the page."""
    return ShellWords(**{field.name: str(MAP_WORDS[field.name]) for field in fields(ShellWords)})
