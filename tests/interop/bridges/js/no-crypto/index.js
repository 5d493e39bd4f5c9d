// Every name that is asked for is there, and none of them does anything.
module.exports = new Proxy({}, { get: (_target, name) => (name === "__esModule" ? false : class {}) });
