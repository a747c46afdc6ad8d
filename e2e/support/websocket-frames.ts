/** Payloads of a stream of WebSocket frames (RFC 6455 §5.2), unmasked. A cut last frame is given as far as it came. */
export function decodeFrames(stream: Buffer): Buffer[] {
  const payloads: Buffer[] = [];
  let at = 0;
  while (at + 2 <= stream.length) {
    const second = stream.readUInt8(at + 1);
    let length = second & 0x7f;
    let head = at + 2;
    if (length === 126) {
      if (head + 2 > stream.length) break;
      length = stream.readUInt16BE(head);
      head += 2;
    } else if (length === 127) {
      if (head + 8 > stream.length) break;
      length = Number(stream.readBigUInt64BE(head));
      head += 8;
    }
    const masked = (second & 0x80) !== 0;
    const mask = masked ? stream.subarray(head, head + 4) : Buffer.alloc(4);
    if (masked) head += 4;
    const payload = Buffer.from(stream.subarray(head, head + length));
    for (let index = 0; index < payload.length; index += 1)
      payload.writeUInt8(payload.readUInt8(index) ^ (mask[index % 4] ?? 0), index);
    payloads.push(payload);
    at = head + length;
  }
  return payloads;
}
