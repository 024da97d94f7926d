import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startProgram } from './program.ts'

test('the demo finds the spikes that it put in, and does nothing twice', { timeout: 300_000 }, async () => {
  const home = await mkdtemp(join(tmpdir(), 'neurojoint-demo-'))
  const lab = await mkdtemp(join(tmpdir(), 'neurojoint-lab-'))
  const demo = (...parameters: readonly string[]) =>
    startProgram('demo/main.ts', { NEUROJOINT_DEMO: home, NEUROJOINT_HOME: lab }, parameters).ended
  try {
    const { output, exitCode } = await demo()
    expect(exitCode).toBe(0)
    const [, recall, precision] = /recall ([\d.]+) %, precision ([\d.]+) %/.exec(output) ?? []
    expect(Number(recall)).toBeGreaterThan(90)
    expect(Number(precision)).toBeGreaterThan(97)
    expect(output).toMatch(/ephys\.CuratedClustering\.Unit +part +7/)
    expect((await readdir(join(home, 'figures'))).toSorted()).toEqual([
      'drift-raster-subject5.svg',
      'drift-raster-subject6.svg',
      'mean-waveforms.svg',
    ])
    expect(await readFile(join(home, 'figures/mean-waveforms.svg'), 'utf8')).toContain('unit 6')

    const again = await demo()
    expect(again.output).not.toMatch(/ made/)
    expect(again.output).toContain(`recall ${recall} %`)
    expect((await demo('diagram')).output).toMatch(/^flowchart LR/)
    expect((await demo('diagram', join(home, 'pipeline.svg'))).exitCode).toBe(0)
    expect(await readFile(join(home, 'pipeline.svg'), 'utf8')).toMatch(/^<svg .*CuratedClustering\.Unit/s)
    expect((await demo('diagram', join(home, 'pipeline.jpeg'))).exitCode).toBe(2)
    expect((await demo('show', 'nothing')).exitCode).toBe(2)
    expect((await demo('clean')).exitCode).toBe(0)
    await expect(readdir(home)).rejects.toMatchObject({ code: 'ENOENT' })
    expect((await demo('show', 'Unit')).output).toContain('npm run demo')
    expect(await readdir(lab)).toEqual([])
  } finally {
    await rm(home, { recursive: true, force: true })
    await rm(lab, { recursive: true, force: true })
  }
})
