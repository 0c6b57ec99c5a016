/**
 * Source of a Node server's WebSocket side without a dependency: it answers each short text frame with
 * `name:` and that text. Expects `server` and `name` to be there.
 */
export const ECHO_SOCKETS = `
const { createHash } = require('node:crypto');
server.on('upgrade', (request, socket) => {
  const key = request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n' +
    'Sec-WebSocket-Accept: ' + createHash('sha1').update(key).digest('base64') + '\\r\\n\\r\\n');
  socket.on('error', () => {});
  socket.on('data', (frame) => {
    if ((frame[0] & 15) === 8) return socket.end(Buffer.from([136, 0]));
    const length = frame[1] & 127;
    const text = Buffer.from(frame.subarray(6, 6 + length).map((byte, index) => byte ^ frame[2 + (index % 4)]));
    const answer = Buffer.concat([Buffer.from(name + ':'), text]);
    socket.write(Buffer.concat([Buffer.from([129, answer.length]), answer]));
  });
});
`;
