import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { takeTurn } from '../src/demo/turn.ts'

test('one demo at a time runs in a folder; one that was killed is no obstacle', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-'))
  try {
    {
      await using turn = await takeTurn(folder)
      await expect(takeTurn(folder)).rejects.toMatchObject({ code: 'demo-running', process: process.pid })
    }
    expect(await readdir(folder)).toEqual([])
    // No process has the largest number that there is.
    await writeFile(join(folder, 'running.pid'), String(2 ** 22 + 1))
    await using again = await takeTurn(folder)
    expect(await readdir(folder)).toEqual(['running.pid'])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
