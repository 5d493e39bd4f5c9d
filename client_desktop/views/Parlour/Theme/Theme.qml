pragma Singleton
import QtQuick

// Colours and measures as they are now. Everything here follows mode, density, zoom and reducedMotion at run
// time; views bind to it and hold no colour, size or duration of their own.
QtObject {
    id: theme

    property string mode: "system" // system, light, dark
    property string density: "cosy" // compact, cosy, roomy
    property real zoom: 1 // 0.75 to 2
    property bool reducedMotion: false

    readonly property bool dark: mode === "dark"
                                 || (mode === "system" && Application.styleHints.colorScheme === Qt.Dark)
    readonly property QtObject colors: dark ? Tokens.dark : Tokens.light
    readonly property QtObject spacing: density === "compact" ? Tokens.compact
                                        : density === "roomy" ? Tokens.roomy : Tokens.cosy
    readonly property QtObject measures: Tokens.measures

    readonly property color bg: colors.bg
    readonly property color surface: colors.surface
    readonly property color sunken: colors.sunken
    readonly property color rail: colors.rail
    readonly property color border: colors.border
    readonly property color floatBorder: colors.floatBorder
    readonly property color controlBorder: colors.controlBorder
    readonly property color text: colors.text
    readonly property color textMuted: colors.textMuted
    readonly property color textFaint: colors.textFaint
    readonly property color accent: colors.accent
    readonly property color accentHover: colors.accentHover
    readonly property color accentPressed: colors.accentPressed
    readonly property color accentText: colors.accentText
    readonly property color accentSoft: colors.accentSoft
    readonly property color mention: colors.mention
    readonly property color mentionText: colors.mentionText
    readonly property color mentionSoft: colors.mentionSoft
    readonly property color link: colors.link
    readonly property color danger: colors.danger
    readonly property color dangerText: colors.dangerText
    readonly property color dangerSoft: colors.dangerSoft
    readonly property color success: colors.success
    readonly property color warning: colors.warning
    readonly property color focus: colors.focus
    readonly property color selection: colors.selection
    readonly property color codeBg: colors.codeBg
    readonly property color hover: colors.hover
    readonly property color pressed: colors.pressed
    readonly property color scrim: colors.scrim

    readonly property string sans: Tokens.sans
    readonly property string mono: Tokens.mono
    readonly property int sizeCaption: px(measures.sizeCaption)
    readonly property int sizeSmall: px(measures.sizeSmall)
    readonly property int sizeBody: px(measures.sizeBody)
    readonly property int sizeLead: px(measures.sizeLead)
    readonly property int sizeTitle: px(measures.sizeTitle)
    readonly property int sizeDisplay: px(measures.sizeDisplay)
    readonly property int weightRegular: measures.weightRegular
    readonly property int weightMedium: measures.weightMedium
    readonly property int weightSemibold: measures.weightSemibold
    // Inter's own line is 1.21 of its size; this makes it the 1.45 of the design.
    readonly property real lineHeight: measures.lineHeight / 1.21

    readonly property int space2: px(measures.space2)
    readonly property int space4: px(measures.space4)
    readonly property int space8: px(measures.space8)
    readonly property int space12: px(measures.space12)
    readonly property int space16: px(measures.space16)
    readonly property int space24: px(measures.space24)
    readonly property int space32: px(measures.space32)
    readonly property int space48: px(measures.space48)

    readonly property int radiusSmall: px(measures.radiusSmall)
    readonly property int radiusMedium: px(measures.radiusMedium)
    readonly property int radiusLarge: px(measures.radiusLarge)

    readonly property int hitTarget: px(measures.hitTarget)
    readonly property int field: px(measures.field)
    readonly property int header: px(measures.header)
    readonly property int railWidth: px(measures.rail)
    readonly property int roomListWidth: px(measures.roomList)
    readonly property int panelWidth: px(measures.panel)
    readonly property int timelineMax: px(measures.timelineMax)
    readonly property int settingsMax: px(measures.settingsMax)
    readonly property int dialogWidth: px(measures.dialog)
    readonly property int avatarList: px(measures.avatarList)
    readonly property int avatarRail: px(measures.avatarRail)
    readonly property int iconSize: px(20)
    readonly property int iconSmall: px(16)
    readonly property int focusRing: measures.focusRing

    // These differ between densities.
    readonly property int avatarTimeline: px(spacing.avatar)
    readonly property int roomRow: px(spacing.roomRow)
    readonly property int listRow: px(spacing.listRow)
    readonly property int groupGap: px(spacing.groupGap)
    readonly property int lineGap: px(spacing.lineGap)
    readonly property bool previewLine: spacing.previewLine

    readonly property int fastMs: reducedMotion ? 0 : measures.fastMs
    readonly property int normalMs: reducedMotion ? 0 : measures.normalMs
    readonly property var easing: Tokens.easing

    readonly property var tabularFigures: ({ "tnum": 1 })

    function px(length) {
        return Math.round(length * zoom);
    }

    function mix(top, share, below) {
        return Qt.rgba(top.r * share + below.r * (1 - share), top.g * share + below.g * (1 - share),
                       top.b * share + below.b * (1 - share), 1);
    }

    // The same hash as client_desktop/core/text/colors.py and the web client: FNV-1a over UTF-16 units.
    function personIndex(id) {
        let hash = 0x811c9dc5;
        for (let at = 0; at < id.length; at++)
            hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
        return (hash >>> 0) % Tokens.people.length;
    }

    function personColor(id) {
        return dark ? Tokens.peopleDark[personIndex(id)] : Tokens.people[personIndex(id)];
    }

    function personSoft(id, below) {
        return mix(personColor(id), measures.avatarTint, below ?? surface);
    }

    function icon(name) {
        return Qt.resolvedUrl("../../../../client_shared/icons/lucide/" + name + ".svg");
    }

    readonly property url logo: Qt.resolvedUrl("../../../../client_shared/icons/parlour.svg")
    readonly property url logoMark: Qt.resolvedUrl("../../../../client_shared/icons/parlour-mark.svg")
}
