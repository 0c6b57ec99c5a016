// A function's bundle takes this file for `@node-rs/argon2`. It asks for the native part by `require`, because only that
// looks into a layer's node_modules, and for nothing else, so that the layer needs no more than the one package.
module.exports = require(`@node-rs/argon2-linux-${process.arch}-gnu`);
