// https://www.rfc-editor.org/rfc/rfc1321: broken as a signature, still in use as a name for content.
const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const sines = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32));
const rotate = (value, by) => (value << by) | (value >>> (32 - by));

const round = (i, b, c, d) => {
  if (i < 16) return [(b & c) | (~b & d), i];
  if (i < 32) return [(d & b) | (~d & c), (5 * i + 1) % 16];
  if (i < 48) return [b ^ c ^ d, (3 * i + 5) % 16];
  return [c ^ (b | ~d), (7 * i) % 16];
};

export const md5 = (data) => {
  const size = data.length;
  const padded = new Uint8Array((((size + 8) >> 6) + 1) * 64);
  padded.set(data);
  padded[size] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, (size << 3) >>> 0, true);
  view.setUint32(padded.length - 4, Math.floor(size / 2 ** 29), true);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  for (let block = 0; block < padded.length; block += 64) {
    let [a, b, c, d] = state;
    for (let i = 0; i < 64; ++i) {
      const [mixed, word] = round(i, b, c, d);
      const sum = (a + mixed + sines[i] + view.getInt32(block + word * 4, true)) | 0;
      [a, d, c, b] = [d, c, b, (b + rotate(sum, shifts[(i >> 4) * 4 + (i % 4)])) | 0];
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
  }
  const digest = new DataView(new ArrayBuffer(16));
  state.forEach((word, i) => digest.setInt32(i * 4, word, true));
  return new Uint8Array(digest.buffer);
};
