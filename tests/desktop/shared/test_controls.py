"""The controls, as a user with eyes, a keyboard, or a screen reader meets them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QPoint, QSize, Qt, QtMsgType, QUrl, qInstallMessageHandler
from PySide6.QtGui import QAccessible, QColor, QImage
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickItem, QQuickWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from client_desktop.core.text.colors import contrast, person_index
from client_desktop.core.text.markdown import write
from client_desktop.core.text.rich_text import rich_blocks
from client_desktop.core.text.sanitise import sanitise
from client_desktop.viewmodels.message_text import block_map
from client_desktop.viewmodels.words import install_words
from client_desktop.views.look import VIEWS, prepare_application, prepare_engine
from client_desktop.views.pictures import cut_picture
from tests.desktop.waiting import PATIENCE_MS

CONTROLS = VIEWS / "Parlour" / "Controls"
HEAD = """
import QtQuick
import QtQuick.Controls.Basic
import Parlour.Theme
import Parlour.Controls
import "main"
ApplicationWindow { width: 600; height: 400; visible: true; color: Theme.bg
    property int clicks: 0
"""

Show = Callable[[str], QQuickWindow]


@pytest.fixture(scope="module")
def engine(qapp: QApplication) -> QQmlApplicationEngine:
    prepare_application(qapp)
    install_words("en")
    engine = QQmlApplicationEngine()
    prepare_engine(engine)
    return engine


@pytest.fixture
def theme(engine: QQmlApplicationEngine) -> Iterator[QObject]:
    theme = engine.singletonInstance("Parlour.Theme", "Theme")
    assert isinstance(theme, QObject)
    usual = {"mode": "light", "density": "cosy", "zoom": 1, "reducedMotion": True}
    for name, value in usual.items():
        theme.setProperty(name, value)
    yield theme
    for name, value in usual.items():
        theme.setProperty(name, value)


@pytest.fixture
def show(engine: QQmlApplicationEngine, theme: QObject) -> Iterator[Show]:
    """Open a window with this QML inside; no warning may be written meanwhile."""
    windows: list[QQuickWindow] = []
    warnings: list[str] = []

    def note(kind: QtMsgType, _context: object, message: str) -> None:
        if kind in {QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg}:
            warnings.append(message)

    def open_window(source: str) -> QQuickWindow:
        engine.loadData((HEAD + source + "}").encode(), QUrl.fromLocalFile(str(VIEWS / "Test.qml")))
        window = engine.rootObjects()[-1]
        assert isinstance(window, QQuickWindow)
        windows.append(window)
        window.requestActivate()
        assert QTest.qWaitForWindowActive(window, PATIENCE_MS)
        return window

    before = qInstallMessageHandler(note)
    yield open_window
    for window in windows:
        window.close()
        window.deleteLater()
    QApplication.processEvents()
    qInstallMessageHandler(before)
    assert warnings == []


def item(window: QQuickWindow, name: str) -> QQuickItem:
    found = window.findChild(QQuickItem, name)
    assert found is not None
    return found


def _inside(outer: QQuickItem, name: str, text: str = "") -> QQuickItem:
    """The first item within another that has a property of this name, and such words."""
    waiting = outer.childItems()
    while waiting:
        found = waiting.pop(0)
        if found.metaObject().indexOfProperty(name) >= 0 and text in str(found.property("text")):
            return found
        waiting += found.childItems()
    raise AssertionError(name)


def accessible_name(found: QObject) -> str:
    return QAccessible.queryAccessibleInterface(found).text(QAccessible.Text.Name)


def test_every_control_is_in_the_module_and_can_be_made(show: Show) -> None:
    listed = {line.split()[0] for line in (CONTROLS / "qmldir").read_text().splitlines()[2:]}
    assert listed == {path.stem for path in CONTROLS.glob("*.qml")}
    needs = {"Icon": 'name: "x"', "PIconButton": 'text: "x"'}
    show("".join(f"{name} {{ {needs.get(name, '')} }}\n" for name in sorted(listed)))


def test_themes_change_at_run_time(show: Show, theme: QObject) -> None:
    window = show('PButton { objectName: "b"; x: 300; text: "Go"; kind: "primary" }')
    ground = item(window, "b").property("background")
    for mode, accent, bg in (("light", "#2f6b5b", "#fbfaf8"), ("dark", "#7cc4ae", "#191b1a")):
        theme.setProperty("mode", mode)
        assert QColor(ground.property("color")).name() == accent
        assert window.color().name() == bg


def test_the_system_decides_where_the_user_does_not(show: Show, theme: QObject, qapp: QApplication) -> None:
    show("")
    theme.setProperty("mode", "system")
    assert theme.property("dark") is (qapp.styleHints().colorScheme() is Qt.ColorScheme.Dark)


@pytest.mark.parametrize(
    "source",
    [
        'PButton { text: "x"; small: true }',
        'PIconButton { text: "x"; iconName: "x" }',
        'PTextField { label: "x" }',
        'PSwitch { text: "x" }',
        'PCheckBox { text: "x" }',
        'PRadioButton { text: "x" }',
        'PComboBox { model: ["x"] }',
        'PListRow { text: "x" }',
        'PSectionHeader { text: "x"; collapsible: true }',
        "PSlider {}",
        "PSearchField {}",
        'PTabButton { text: "x" }',
        'PMenuItem { text: "x" }',
        'PSegmented { options: [{ value: 1, text: "x" }] }',
    ],
)
def test_every_control_is_at_least_36_pixels_high_in_every_density(
    source: str, show: Show, theme: QObject
) -> None:
    window = show(source.replace("{", '{ objectName: "c";', 1))
    for density in ("compact", "cosy", "roomy"):
        theme.setProperty("density", density)
        assert item(window, "c").implicitHeight() >= 36
    theme.setProperty("zoom", 2)
    window.grabWindow()  # lays out
    assert item(window, "c").implicitHeight() >= 72


def test_the_keyboard_reaches_and_presses_what_it_is_shown_to_be_on(show: Show) -> None:
    window = show("""
        Row {
            PButton { objectName: "first"; text: "First"; onClicked: clicks++ }
            PIconButton { objectName: "second"; text: "Second"; iconName: "x"; onClicked: clicks += 10 }
            PSwitch { objectName: "third"; text: "Third" }
        }""")
    for name in ("first", "second", "third"):
        QTest.keyClick(window, Qt.Key.Key_Tab)
        assert item(window, name).property("visualFocus")
        QTest.keyClick(window, Qt.Key.Key_Space)
    assert window.property("clicks") == 11
    assert item(window, "third").property("checked")


def test_the_focus_ring_is_seen_with_the_keyboard_and_not_with_the_mouse(show: Show) -> None:
    window = show("""
        PButton { objectName: "b"; text: "Go"; x: 50; y: 50 }
        PButton { text: "Other"; x: 50; y: 150 }""")
    plain = window.grabWindow()
    QTest.mouseClick(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(60, 60))
    QTest.mouseMove(window, QPoint(500, 300))
    assert _ring(window.grabWindow()) == _ring(plain)
    QTest.keyClick(window, Qt.Key.Key_Tab)
    QTest.keyClick(window, Qt.Key.Key_Backtab)
    assert _ring(window.grabWindow()) == QColor("#2f6b5b")


def _ring(picture: QImage) -> QColor:
    return picture.pixelColor(80, 47)


def test_a_busy_button_keeps_its_words_and_refuses(show: Show) -> None:
    window = show('PButton { objectName: "b"; text: "Send"; busy: true; onClicked: clicks++ }')
    QTest.mouseClick(window, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(20, 20))
    item(window, "b").forceActiveFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(window, Qt.Key.Key_Space)
    assert window.property("clicks") == 0
    assert accessible_name(item(window, "b")) == "Send"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ('PIconButton { text: "Search"; iconName: "search" }', "Search"),
        ('PAvatar { name: "Alice" }', "Alice"),
        ("PBadge { count: 3; mention: true }", "3 mentions"),
        ("PBadge { count: 1 }", "1 unread message"),
        ('PListRow { text: "Hut"; detail: "hello" }', "Hut, hello"),
        ('PBanner { title: "Not verified."; text: "Read more." }', "Not verified. Read more."),
        ('PSpoiler { reason: "film" }', "Spoiler: film"),
        ("PSkeleton {}", "Loading …"),
        ('PComboBox { label: "Language"; model: ["x"] }', "Language"),
    ],
)
def test_a_screen_reader_hears_a_name(source: str, name: str, show: Show) -> None:
    window = show(source.replace("{", '{ objectName: "c";', 1))
    assert accessible_name(item(window, "c")) == name


def test_a_field_says_its_label_and_its_error(show: Show) -> None:
    window = show('PTextField { objectName: "f"; label: "Password"; secret: true; error: "Wrong." }')
    heard = QAccessible.queryAccessibleInterface(_inside(item(window, "f"), "echoMode"))
    assert heard.text(QAccessible.Text.Name) == "Password"
    assert heard.text(QAccessible.Text.Description) == "Wrong."
    assert heard.state().passwordEdit


def test_everything_turns_round_where_text_runs_from_right_to_left(show: Show) -> None:
    window = show("""
        Item { anchors.fill: parent; LayoutMirroring.enabled: true; LayoutMirroring.childrenInherit: true
            PSwitch { objectName: "switch"; text: "x"; width: 300 }
            Icon { objectName: "back"; name: "arrow-left" }
            Icon { objectName: "star"; name: "star" }
        }""")
    assert item(window, "switch").property("indicator").x() == 0
    assert item(window, "back").property("mirror")
    assert not item(window, "star").property("mirror")


def test_motion_stops_where_it_is_not_wanted(show: Show, theme: QObject) -> None:
    show("")
    theme.setProperty("reducedMotion", True)
    assert (theme.property("fastMs"), theme.property("normalMs")) == (0, 0)
    theme.setProperty("reducedMotion", False)
    assert (theme.property("fastMs"), theme.property("normalMs")) == (90, 160)


def test_a_dialog_closes_by_escape_unless_it_is_busy(show: Show, qtbot: QtBot) -> None:
    window = show('PDialog { objectName: "d"; title: "Leave?"; actions: [PButton { text: "Leave" }] }')
    dialog: Any = window.findChild(QObject, "d")
    dialog.open()
    QApplication.processEvents()
    assert dialog.property("width") == 420
    dialog.setProperty("busy", True)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert dialog.property("opened")
    dialog.setProperty("busy", False)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.property("opened"), timeout=PATIENCE_MS)


@pytest.mark.parametrize(
    "identifier", ["@alice:example.org", "@zoë:example.org", "@👩‍🚀:example.org", "", "!hut"]
)
def test_the_theme_and_the_engine_give_a_person_the_same_color(identifier: str, show: Show) -> None:
    window = show(f'Item {{ objectName: "i"; property int number: Theme.personIndex("{identifier}") }}')
    assert item(window, "i").property("number") == person_index(identifier)


def test_a_message_is_drawn_in_the_colors_of_the_theme_and_its_spoiler_opens(
    show: Show, theme: QObject
) -> None:
    window = show('MessageBlocks { objectName: "m"; width: 500; blocks: [] }')
    said = write("see https://example.org and ||the *end*||")
    blocks = rich_blocks(said.body, sanitise(said.html))
    item(window, "m").setProperty("blocks", [block_map(block) for block in blocks])
    QApplication.processEvents()
    paragraph: Any = _inside(item(window, "m"), "hoveredLink", "example.org")
    assert "#1f6f8b" in paragraph.property("text")
    theme.setProperty("mode", "dark")
    assert "#7fc3db" in paragraph.property("text")
    assert "\ue000" not in paragraph.property("text")
    assert "end" not in paragraph.property("text")
    paragraph.linkActivated.emit("spoiler:0")
    assert "end" in paragraph.property("text")


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("chosen", ["#ffff66", "#000000", "#ffffff", "#808080"])
def test_colors_that_somebody_chose_can_be_read(chosen: str, mode: str, show: Show, theme: QObject) -> None:
    theme.setProperty("mode", mode)
    window = show('MessageBlocks { objectName: "m"; width: 500; blocks: [] }')
    (block,) = rich_blocks("", sanitise(f'<span data-mx-color="{chosen}">words</span>'))
    item(window, "m").setProperty("blocks", [block_map(block)])
    QApplication.processEvents()
    drawn = re.search(
        r"color:(#[0-9a-f]{6})", _inside(item(window, "m"), "hoveredLink", "words").property("text")
    )
    assert drawn
    surface = QColor(theme.property("surface")).name()
    assert contrast(drawn[1], surface) >= 4.4


def test_nothing_that_others_wrote_becomes_markup_in_a_control(show: Show) -> None:
    window = show("""PText { objectName: "t"; text: "<b>x</b><img src='https://evil.example/x.png'>"
        property bool plain: textFormat === Text.PlainText }""")
    assert item(window, "t").property("plain")


def test_no_view_uses_what_the_software_renderer_cannot_draw() -> None:
    forbidden = ("ShaderEffect", "MultiEffect", "layer.effect", "layer.enabled", "OpacityMask", "DropShadow")
    for path in VIEWS.rglob("*.qml"):
        source = path.read_text("utf-8")
        assert [word for word in forbidden if word in source] == [], path.name


def test_pictures_are_cut_round_and_bombs_are_not_opened(tmp_path: Path) -> None:
    path = str(tmp_path / "red.png")
    red = QImage(300, 200, QImage.Format.Format_RGB32)
    red.fill(Qt.GlobalColor.red)
    red.save(path)
    cut = cut_picture(path, "circle", QSize(40, 40))
    assert cut.size() == QSize(40, 40)
    assert cut.pixelColor(0, 0).alpha() == 0
    assert cut.pixelColor(20, 20) == QColor("red")
    assert cut_picture(path, "corner-4", QSize(60, 40)).pixelColor(30, 0) == QColor("red")
    drawing = tmp_path / "drawing.png"
    drawing.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    wide = tmp_path / "wide.bmp"
    QImage(17_000, 1, QImage.Format.Format_Mono).save(str(wide))
    for refused in (str(drawing), str(wide), str(tmp_path / "absent"), "https://evil.example/x.png"):
        assert cut_picture(refused, "circle", QSize(40, 40)).isNull()


def test_shortcuts_are_shown_as_keys(show: Show) -> None:
    window = show("""Item { objectName: "i"
        property string label: Shortcuts.label("quickSwitcher")
        property string zoom: Shortcuts.caps("Ctrl++").join("|")
        property string none: Words.text("control.spoilerReason", ["%1 %2"]) }
        PKeyCaps { action: "unreadNext" }""")
    assert [item(window, "i").property(name) for name in ("label", "zoom", "none")] == [
        "Ctrl K",
        "Ctrl|+",
        "Spoiler: %1 %2",
    ]
