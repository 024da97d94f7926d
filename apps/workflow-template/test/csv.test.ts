import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { atLine, readCsv } from '../src/ingest/csv.ts'

async function withCsv<T>(content: string | Uint8Array, work: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-'))
  try {
    const path = join(folder, 'list.csv')
    await writeFile(path, content)
    return await work(path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('reads what spreadsheets write: a byte order mark, CRLF, quotes, empty lines, further columns', async () => {
  const text = '\uFEFFlab,address,note\r\nLabA,"221B Baker St,\r\nLondon",x\r\n\r\nLabB,Oxford,\r\n'
  const { rows, lines } = await withCsv(text, (path) => readCsv(path, ['lab', 'address']))
  expect(rows).toEqual([
    { lab: 'LabA', address: '221B Baker St,\nLondon' },
    { lab: 'LabB', address: 'Oxford' },
  ])
  expect(lines).toEqual([3, 5])
})

test.for([
  ['a column that is missing', 'lab\nLabA\n', /the first line has no `user`. It has: lab\.$/],
  ['columns between semicolons', 'lab;user\nLabA;Ann\n', /has no `lab`, `user`. It has: lab;user\.$/],
  ['an empty file', '', /has no `lab`, `user`. There is no header line\.$/],
  ['a line that is ragged', 'lab,user\nLabA\n', /on line 2$/],
  ['letters in the code page of another time', Buffer.from('lab,user\nLabA,Ren\u00e9\n', 'latin1'), /not in UTF-8/],
] as const)('refuses %s', async ([, content, message]) => {
  await expect(withCsv(content, (path) => readCsv(path, ['lab', 'user']))).rejects.toThrow(message)
})

test('a file that is not there is named', async () => {
  await expect(readCsv('/nowhere/list.csv', ['lab'])).rejects.toMatchObject({
    code: 'invalid-csv',
    path: '/nowhere/list.csv',
  })
})

test('an error about a row is said with its line, any other as it is', async () => {
  const list = { path: 'list.csv', rows: [{}, {}], lines: [2, 4] }
  const about = Object.assign(new Error('a bad date.'), { row: 1 })
  await expect(atLine(list, Promise.reject(about))).rejects.toThrow('list.csv: line 4: a bad date.')
  const other = new Error('no connection')
  await expect(atLine(list, Promise.reject(other))).rejects.toBe(other)
})
