// Made from client_shared/tokens.json by `python -m client_shared.generate`; edit that.
pragma Singleton
import QtQuick

QtObject {
    readonly property string sans: "Inter"
    readonly property string mono: "JetBrains Mono"
    readonly property var easing: [0.2, 0.8, 0.2, 1, 1, 1]
    readonly property list<color> people: ["#2F6B5B", "#8A4B2D", "#5B4B8A", "#1F6F8B", "#8B3A62", "#6B6B1F", "#3F5F9E", "#9A5A14"]
    readonly property list<color> peopleDark: ["#7CC4AE", "#D9A07C", "#B3A4E3", "#7FC3DB", "#E39BBB", "#C5C56A", "#9DB4EC", "#E8B077"]
    readonly property QtObject measures: QtObject {
        readonly property int sizeCaption: 11
        readonly property real sizeSmall: 12.5
        readonly property int sizeBody: 14
        readonly property int sizeLead: 16
        readonly property int sizeTitle: 20
        readonly property int sizeDisplay: 28
        readonly property int weightRegular: 400
        readonly property int weightMedium: 500
        readonly property int weightSemibold: 600
        readonly property int space2: 2
        readonly property int space4: 4
        readonly property int space8: 8
        readonly property int space12: 12
        readonly property int space16: 16
        readonly property int space24: 24
        readonly property int space32: 32
        readonly property int space48: 48
        readonly property int radiusSmall: 6
        readonly property int radiusMedium: 10
        readonly property int radiusLarge: 16
        readonly property int radiusPill: 999
        readonly property int fastMs: 90
        readonly property int normalMs: 160
        readonly property real lineHeight: 1.45
        readonly property int rail: 64
        readonly property int roomList: 288
        readonly property int panel: 336
        readonly property int timelineMax: 860
        readonly property int settingsMax: 720
        readonly property int dialog: 420
        readonly property int avatarTimeline: 36
        readonly property int avatarList: 32
        readonly property int avatarRail: 40
        readonly property int hitTarget: 36
        readonly property int field: 42
        readonly property int header: 56
        readonly property int focusRing: 2
        readonly property real avatarTint: 0.22
    }
    readonly property QtObject light: QtObject {
        readonly property color bg: "#FBFAF8"
        readonly property color surface: "#FFFFFF"
        readonly property color sunken: "#F3F1ED"
        readonly property color rail: "#ECE9E3"
        readonly property color border: "#E3DFD7"
        readonly property color controlBorder: "#8F897D"
        readonly property color text: "#1F1D1A"
        readonly property color textMuted: "#6B665D"
        readonly property color textFaint: "#6E685F"
        readonly property color accent: "#2F6B5B"
        readonly property color accentHover: "#295F51"
        readonly property color accentPressed: "#235246"
        readonly property color accentText: "#FFFFFF"
        readonly property color accentSoft: "#E1EEE9"
        readonly property color mention: "#A34A26"
        readonly property color mentionText: "#FFFFFF"
        readonly property color mentionSoft: "#FBECE3"
        readonly property color link: "#1F6F8B"
        readonly property color danger: "#B3372F"
        readonly property color dangerText: "#FFFFFF"
        readonly property color dangerSoft: "#FBE7E5"
        readonly property color success: "#26744A"
        readonly property color warning: "#8A5F00"
        readonly property color focus: "#2F6B5B"
        readonly property color selection: "#D5E8E1"
        readonly property color codeBg: "#F3F1ED"
        readonly property color hover: "#0D1F1D1A"
        readonly property color pressed: "#1A1F1D1A"
        readonly property color scrim: "#661F1D1A"
        readonly property color floatBorder: "#D6D1C7"
        readonly property color codeKeyword: "#8B3A62"
        readonly property color codeName: "#1F6F8B"
        readonly property color codeString: "#26744A"
        readonly property color codeNumber: "#8A5F00"
        readonly property color codeComment: "#6B665D"
    }
    readonly property QtObject dark: QtObject {
        readonly property color bg: "#191B1A"
        readonly property color surface: "#202322"
        readonly property color sunken: "#161817"
        readonly property color rail: "#121413"
        readonly property color border: "#313533"
        readonly property color controlBorder: "#747A76"
        readonly property color text: "#ECEAE6"
        readonly property color textMuted: "#A6A29A"
        readonly property color textFaint: "#928F87"
        readonly property color accent: "#7CC4AE"
        readonly property color accentHover: "#8BCDB9"
        readonly property color accentPressed: "#6BB39D"
        readonly property color accentText: "#0E1F1A"
        readonly property color accentSoft: "#26352F"
        readonly property color mention: "#F0A27A"
        readonly property color mentionText: "#2A1509"
        readonly property color mentionSoft: "#3A2A21"
        readonly property color link: "#7FC3DB"
        readonly property color danger: "#F08A80"
        readonly property color dangerText: "#2B0D0A"
        readonly property color dangerSoft: "#3B2523"
        readonly property color success: "#7ECF9B"
        readonly property color warning: "#E0B451"
        readonly property color focus: "#7CC4AE"
        readonly property color selection: "#2C4A40"
        readonly property color codeBg: "#161817"
        readonly property color hover: "#12ECEAE6"
        readonly property color pressed: "#1FECEAE6"
        readonly property color scrim: "#99000000"
        readonly property color floatBorder: "#3D423F"
        readonly property color codeKeyword: "#E39BBB"
        readonly property color codeName: "#7FC3DB"
        readonly property color codeString: "#7ECF9B"
        readonly property color codeNumber: "#E0B451"
        readonly property color codeComment: "#A6A29A"
    }
    readonly property QtObject compact: QtObject {
        readonly property int roomRow: 36
        readonly property int listRow: 36
        readonly property int groupGap: 8
        readonly property int lineGap: 1
        readonly property int avatar: 24
        readonly property bool previewLine: false
    }
    readonly property QtObject cosy: QtObject {
        readonly property int roomRow: 52
        readonly property int listRow: 40
        readonly property int groupGap: 14
        readonly property int lineGap: 2
        readonly property int avatar: 36
        readonly property bool previewLine: true
    }
    readonly property QtObject roomy: QtObject {
        readonly property int roomRow: 60
        readonly property int listRow: 48
        readonly property int groupGap: 20
        readonly property int lineGap: 4
        readonly property int avatar: 40
        readonly property bool previewLine: true
    }
}
