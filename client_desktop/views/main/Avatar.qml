import QtQuick
import Parlour.Theme
import Parlour.Controls

// A person's or room's picture by its mxc URI: fetched when it is shown, initials until then.
PAvatar {
    id: avatar

    property string url: ""
    readonly property QtObject handle: url === "" ? null : app.media.picture(url, 96)

    source: handle?.url ?? ""
}
