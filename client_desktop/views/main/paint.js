// The marks in the HTML of core/text/blocks.py, as the theme of the moment and the reader's clicks say.
.import Parlour.Theme as P

const COLOR = /\ue000([^\ue001]*)\ue001/g;
const SPOILER = /\ue002(\d+)\ue003([^\ue004]*)\ue004([^\ue005]*)\ue005/g;

function paint(html, revealed) {
    return html.replace(SPOILER, (all, number, hidden, shown) => revealed[number] ? shown : hidden)
               .replace(COLOR, (all, name) => color(name));
}

function color(name) {
    const theme = P.Theme;
    if (name[0] === "#")
        return readable(name, theme);
    if (name === "mentionSoft") // stands on a row of that very colour
        return String(theme.mix(theme.mention, 0.2, theme.surface));
    const person = /^([ps])(\d)$/.exec(name);
    if (person === null)
        return String(theme.colors[name] ?? theme.text);
    const ink = theme.dark ? P.Tokens.peopleDark[person[2]] : P.Tokens.people[person[2]];
    return String(person[1] === "p" ? ink : theme.mix(ink, 0.16, theme.surface));
}

// A sender's own colour, moved towards the text's until it can be read on the ground.
function readable(name, theme) {
    let ink = Qt.color(name);
    for (let step = 0; step < 4 && contrast(ink, theme.surface) < 4.5; step++)
        ink = theme.mix(theme.text, 0.35, ink);
    return String(ink);
}

function contrast(one, other) {
    const light = color => 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b);
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
}

function linear(share) {
    return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
}
