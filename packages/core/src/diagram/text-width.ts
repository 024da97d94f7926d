/** (1/1000 em) of the characters from ! to ~ in Helvetica and Arial. */
const widths = [
  278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722,
  778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556,
  278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260,
  334, 584,
]

/** How wide a text is in Helvetica or Arial; of other characters, about. */
export const textWidth = (text: string, fontSize: number): number =>
  Array.from(text, characterWidth).reduce((sum, width) => sum + width, 0) * (fontSize / 1000)

function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0
  if (code === 32) return 278
  const known = widths[code - 33]
  if (known !== undefined) return known
  // those of East Asia and pictures are as wide as they are high
  return code >= 0x1100 ? 1000 : 650
}
