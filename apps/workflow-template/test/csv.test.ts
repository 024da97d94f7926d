import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readCsv } from '../src/ingest/csv.ts'

async function withCsv<T>(text: string, work: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-'))
  try {
    const path = join(folder, 'list.csv')
    await writeFile(path, text)
    return await work(path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('reads what spreadsheets write: a byte order mark, CRLF, quotes, empty lines, further columns', async () => {
  const text = '\uFEFFlab,address,note\r\nLabA,"221B Baker St,London",x\r\n\r\nLabB,Oxford,\r\n'
  expect(await withCsv(text, (path) => readCsv(path, ['lab', 'address']))).toEqual([
    { lab: 'LabA', address: '221B Baker St,London' },
    { lab: 'LabB', address: 'Oxford' },
  ])
})

test('a column that is missing and a line that is ragged are refused with the line', async () => {
  await expect(withCsv('lab\nLabA\n', (path) => readCsv(path, ['user']))).rejects.toThrow(
    /line 2 has no `user`. It has: lab/,
  )
  await expect(withCsv('lab,user\nLabA\n', (path) => readCsv(path, ['user']))).rejects.toMatchObject({
    code: 'invalid-csv',
  })
})
