import { crc32, deflateSync } from 'node:zlib'

/** An image of palette indices, row by row from the top; index 0 is transparent. */
export interface IndexedImage {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
  /** Red, green, blue of each index. */
  readonly palette: readonly (readonly [number, number, number])[]
}

/** Writes a PNG of 8-bit palette indices (PNG specification, third edition, colour type 3). */
export function formatPng({ width, height, pixels, palette }: IndexedImage): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8) // 8 bits per pixel, palette; the only compression and filter methods; not interlaced
  const rows = Buffer.alloc((width + 1) * height) // each row starts with its filter, 0 for none
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    formatChunk('IHDR', header),
    formatChunk('PLTE', Buffer.from(palette.flat())),
    formatChunk('tRNS', Buffer.from([0])),
    formatChunk('IDAT', deflateSync(rows, { level: 9 })),
    formatChunk('IEND', Buffer.alloc(0)),
  ])
}

function formatChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(data.length + 12)
  chunk.writeUInt32BE(data.length, 0)
  chunk.write(type, 4, 'latin1')
  chunk.set(data, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, data.length + 8)), data.length + 8)
  return chunk
}
