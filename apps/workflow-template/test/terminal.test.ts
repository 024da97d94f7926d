import { ndarray } from '@neurojoint/arrays'
import { expect, test } from 'vitest'
import { formatCell } from '../src/terminal/cell.ts'
import { formatBytes, formatSeconds } from '../src/terminal/duration.ts'
import { populateProgress } from '../src/terminal/populate-progress.ts'
import { formatTable } from '../src/terminal/table.ts'

/** An output that keeps what is written. */
function record(isTTY: boolean) {
  const written: string[] = []
  const write = (text: string | Uint8Array): boolean => written.push(String(text)) > 0
  return { written, output: { write, isTTY, columns: 60 } }
}

test('numbers stand to the right, text to the left', () => {
  expect(
    formatTable([
      { unit: 7, label: 'good' },
      { unit: 12, label: 'mua' },
    ]),
  ).toBe('unit  label\n   7  good\n  12  mua')
  expect(formatTable([])).toBe('(no rows)')
})

test('a value of any type has a place on one line', () => {
  const values = [
    1 / 3,
    7,
    2n ** 60n,
    true,
    null,
    'two\n  lines',
    { a: [1n, 'b'] },
    new Map([[1, 'x']]),
    new Uint8Array(3),
  ]
  expect(values.map(formatCell)).toEqual([
    0.333333,
    7,
    '1152921504606846976',
    'true',
    '',
    'two lines',
    "{ a: [ 1n, 'b' ] }",
    "Map(1) { 1 => 'x' }",
    '3 bytes',
  ])
  expect(formatCell(ndarray(new Float32Array(6), [2, 3]))).toBe('float32 2 x 3')
  expect(formatCell('a text that is longer than a date')).toHaveLength(19)
})

test('seconds and bytes are said as people say them', () => {
  expect([0.42, 12.3, 185].map(formatSeconds)).toEqual(['0.4 s', '12 s', '3 min 05 s'])
  expect([900, 461_000_000, 2.5e9].map(formatBytes)).toEqual(['1 kB', '461 MB', '2.50 GB'])
})

test('a table that is populated gets one line where lines cannot be written over', () => {
  const { written, output } = record(false)
  const show = populateProgress(output)
  show({ kind: 'planned', table: 'Unit', keys: 2 })
  for (const index of [0, 1]) {
    show({ kind: 'started', table: 'Unit', key: {}, index, keys: 2, attempt: 1 })
    show({ kind: 'progress', table: 'Unit', key: {}, fraction: 0.5, message: null })
    if (index === 0) show({ kind: 'made', table: 'Unit', key: {}, seconds: 1 })
    else show({ kind: 'failed', table: 'Unit', key: {}, error: new RangeError('no') })
  }
  show({ kind: 'planned', table: 'Waveform', keys: 0 })
  expect(written).toHaveLength(2)
  expect(written[0]).toMatch(/^Unit +1 made, 1 failed +[\d.]+ s\n$/)
  expect(written[1]).toMatch(/^Waveform +up to date/)
})

test('a terminal sees the bar move, within its width', () => {
  const { written, output } = record(true)
  const show = populateProgress(output)
  show({ kind: 'planned', table: 'Unit', keys: 1 })
  show({ kind: 'started', table: 'Unit', key: {}, index: 0, keys: 1, attempt: 1 })
  expect(written[0]).toContain('░░░')
  const eraseLine = '\u001b[2K'
  expect(written.map((text) => text.replaceAll(eraseLine, '').trim().length).every((width) => width < 60)).toBe(true)
})
