import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { takeTurn } from '../src/demo/turn.ts'

test('one demo at a time runs in a folder; one that was killed is no obstacle', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-'))
  try {
    const end = await takeTurn(folder)
    await expect(takeTurn(folder)).rejects.toMatchObject({ code: 'demo-running', process: process.pid })
    await end()
    expect(await readdir(folder)).toEqual([])
    // No process has the largest number that there is.
    await writeFile(join(folder, 'running.pid'), String(2 ** 22 + 1))
    const endAgain = await takeTurn(folder)
    expect(await readdir(folder)).toEqual(['running.pid'])
    await endAgain()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
