import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { long } from '../../../test/long.ts'
import { csv, readCsv } from './csv.ts'

async function read(text: string, separator = ','): Promise<readonly unknown[]> {
  const rows: unknown[] = []
  for await (const { value } of readCsv(csv({ text }, { separator }), () => {})) rows.push({ ...Object(value) })
  return rows
}

const header = 'a,b'

describe('CSV text', () => {
  test('comes back as it was written, however it was: quotes, ends of lines, a mark of its order, empty lines', async () => {
    const value = fc.oneof(
      fc.constantFrom(undefined, '', ' ', '"', '""', ',', '\n', '\r\n', '\r', 'NULL', '\uFEFF', "'", '\\', '\0', '😀'),
      fc.string({ unit: 'grapheme' }),
    )
    const written = fc.record({
      rows: fc.array(fc.tuple(value, value), { maxLength: 8 }),
      quoted: fc.boolean(),
      end: fc.constantFrom('\n', '\r\n', '\r'),
      mark: fc.constantFrom('', '\uFEFF'),
      blank: fc.boolean(),
      last: fc.boolean(),
      separator: fc.constantFrom(',', ';', '\t', '||'),
    })
    await fc.assert(
      fc.asyncProperty(written, async ({ rows, quoted, end, mark, blank, last, separator }) => {
        const needsQuotes = (one: string): boolean => one === '' || /["\r\n\uFEFF]/.test(one) || one.includes(separator)
        const spell = (one: string | undefined): string =>
          one === undefined ? '' : quoted || needsQuotes(one) ? `"${one.replaceAll('"', '""')}"` : one
        const lines = [['a', 'b'], ...rows].map((row) => row.map(spell).join(separator))
        const text = mark + lines.join(blank ? end + end : end) + (last ? end : '')
        expect(await read(text, separator)).toEqual(rows.map(([a, b]) => ({ a, b })))
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    ['a quote that is never closed', `${header}\n1,"2\n3,4\n`, 2],
    ['text after a quoted value', `${header}\n1,2\n"3"x,4\n`, 3],
    ['a quote inside a value', `${header}\n1,2"3\n`, 2],
    ['a row with too many values', `${header}\n1,2,3\n`, 2],
    ['a row with too few values, after one of several lines', `${header}\n1,"2\n3"\n4\n`, 4],
    ['a line of spaces', `${header}\n1,2\n  \n`, 3],
    ['half a character', `${header}\r\n1,2\r\n3,\uD83D\r\n`, 3],
    ['a name twice', 'a,"a"\n1,2\n', 1],
    ['an unnamed column', '\n\na,\n', 3],
    ['nothing', '', 1],
    ['nothing but empty lines', '\n\n\n', 1],
  ])('with %s is refused with its line', async (_, text, line) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'invalid-csv', line })
  })

  test.runIf(long)('is not read into memory as a whole for a quote that is never closed', async () => {
    await expect(read(`a\n1\n"${'x'.repeat(2 ** 26)}\n`)).rejects.toMatchObject({ code: 'invalid-csv', line: 3 })
  })

  test.each(['"', '\n', ',\r', ''])('is not separated by %j', (separator) => {
    expect(() => csv({ text: header }, { separator })).toThrow(expect.objectContaining({ code: 'invalid-call' }))
  })
})
