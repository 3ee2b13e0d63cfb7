"use strict";
// A QR code (ISO/IEC 18004) of a short address: bytes, error correction L, versions 1 to 5 (one block, one alignment mark), mask 0.
const QR = {
  DATA: [19, 34, 55, 80, 108], CHECK: [7, 10, 15, 20, 26],  // codewords by version
  // Arithmetic in the field of 256 elements with x^8 + x^4 + x^3 + x^2 + 1.
  times(a, b) { let sum = 0; for (let k = 7; k >= 0; k -= 1) { sum = (sum << 1) ^ (sum >> 7 ? 0x11d : 0); if ((b >> k) & 1) sum ^= a; } return sum; },
  // The remainder of Reed and Solomon: so many codewords that make errors correctable.
  checks(data, many) {
    const generator = Array(many).fill(0);
    generator[many - 1] = 1;
    for (let k = 0, root = 1; k < many; k += 1, root = this.times(root, 2)) for (let j = 0; j < many; j += 1) generator[j] = this.times(generator[j], root) ^ (generator[j + 1] || 0);
    const rest = Array(many).fill(0);
    for (const byte of data) { const lead = byte ^ rest.shift(); rest.push(0); generator.forEach((g, j) => { rest[j] ^= this.times(g, lead); }); }
    return rest;
  },
  // Rows of 0 and 1; null for a text that is too long.
  of(text) {
    const bytes = [...new TextEncoder().encode(text)], version = this.DATA.findIndex((room) => bytes.length + 2 <= room);
    if (version < 0) return null;
    const bits = [0, 1, 0, 0, ...this.bits(bytes.length, 8), ...bytes.flatMap((byte) => this.bits(byte, 8)), 0, 0, 0, 0], data = [];
    for (let k = 0; k < bits.length; k += 8) data.push(parseInt(bits.slice(k, k + 8).join(""), 2));
    for (let pad = 0xec; data.length < this.DATA[version]; pad ^= 0xec ^ 0x11) data.push(pad);
    return this.laid([...data, ...this.checks(data, this.CHECK[version])].flatMap((byte) => this.bits(byte, 8)), version);
  },
  bits(value, many) { return Array.from({ length: many }, (_, k) => (value >> (many - 1 - k)) & 1); },
  laid(bits, version) {
    const n = 21 + 4 * version, rows = Array.from({ length: n }, () => Array(n).fill(null));
    const square = (top, left, rings) => { for (let y = -rings; y <= rings; y += 1) for (let x = -rings; x <= rings; x += 1) if (rows[top + y]?.[left + x] !== undefined) rows[top + y][left + x] = Number(![rings === 4 ? 2 : 1, 4].includes(Math.max(Math.abs(x), Math.abs(y)))); };
    square(3, 3, 4); square(3, n - 4, 4); square(n - 4, 3, 4);
    if (version) square(n - 7, n - 7, 2);
    for (let k = 8; k < n - 8; k += 1) rows[6][k] = rows[k][6] = 1 - (k % 2);
    rows[n - 8][8] = 1;
    const format = this.bits(0x77c4, 15);  // level L, mask 0
    for (let k = 0; k < 15; k += 1) {
      const [y, x] = k < 6 ? [8, k] : k < 8 ? [8, k + 1] : k < 9 ? [7, 8] : [14 - k, 8];
      rows[y][x] = format[k];
      if (k < 7) rows[n - 1 - k][8] = format[k]; else rows[8][n - 15 + k] = format[k];
    }
    let at = 0;
    for (let right = n - 1, up = true; right > 0; right -= 2, up = !up) {
      if (right === 6) right = 5;
      for (let k = 0; k < n; k += 1) for (const x of [right, right - 1]) {
        const y = up ? n - 1 - k : k;
        if (rows[y][x] === null) { rows[y][x] = (bits[at] || 0) ^ Number((x + y) % 2 === 0); at += 1; }
      }
    }
    return rows;
  },
  // A picture of it, with the quiet zone that readers need; nothing for a text that is too long.
  picture(text, name) {
    const rows = this.of(text);
    if (!rows) return null;
    const size = 8, wide = (rows.length + 8) * size, canvas = el("canvas", { class: "qr", width: wide, height: wide, role: "img", "aria-label": name }), pen = canvas.getContext("2d");
    pen.fillStyle = "#fff"; pen.fillRect(0, 0, wide, wide); pen.fillStyle = "#000";
    rows.forEach((row, y) => row.forEach((dark, x) => { if (dark) pen.fillRect((x + 4) * size, (y + 4) * size, size, size); }));
    return canvas;
  },
};
