// A function's bundle takes this file for `@node-rs/argon2`. It asks for the native part by `require`, because only that
// looks into a layer's node_modules, and by name, so that the layer needs no more than the one file.
const { arch } = require('node:process');

module.exports =
  arch === 'arm64' ? require('@node-rs/argon2-linux-arm64-gnu') : require('@node-rs/argon2-linux-x64-gnu');
