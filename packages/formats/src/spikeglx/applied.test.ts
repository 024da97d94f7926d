import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseSpikeGlxMeta } from './index.ts'

const text = readFileSync(new URL('../../../../fixtures/spikeglx/more/catgt.meta', import.meta.url), 'utf8')
const appliedOf = (lines: string) =>
  parseSpikeGlxMeta(text.replace(/catGTCmdline0=.*/, lines), 'a.meta').applied.map(({ step, by }) => [by, step])

describe('what was applied already', () => {
  test('by CatGT follows from its command line; the shift always, unless it was turned off', () => {
    expect(parseSpikeGlxMeta(text, 'a.meta').applied).toEqual([
      { step: 'phase-shift', by: 'CatGT', details: '-tshift' },
      { step: 'common-reference', by: 'CatGT', details: '-gblcar' },
    ])
    expect(appliedOf('catGTCmdline0=<CatGT -dir=a -no_tshift -apfilter=butter,12,300,9000 -loccar_um=40,140>')).toEqual(
      [
        ['CatGT', 'high-pass'],
        ['CatGT', 'low-pass'],
        ['CatGT', 'local-reference'],
      ],
    )
    expect(appliedOf('catGTCmdline0=<CatGT -no_tshift -apfilter=biquad,2,300,0 -gbldmx -gfix=0.4,0.1,0.02>')).toEqual([
      ['CatGT', 'high-pass'],
      ['CatGT', 'other'],
      ['CatGT', 'common-reference'],
    ])
  })

  test('by several runs is told in order', () => {
    expect(
      appliedOf('catGTCmdline0=<CatGT -gblcar>\ncatGTCmdline1=<CatGT -no_tshift -apfilter=butter,12,300,0>'),
    ).toEqual([
      ['CatGT', 'phase-shift'],
      ['CatGT', 'common-reference'],
      ['CatGT', 'high-pass'],
    ])
  })

  test('by a chain of ours stands in its key; one that was edited still counts', () => {
    const entry = { by: 'NeuroJoint 1', steps: [{ step: 'whiten', details: 'global' }] }
    expect(appliedOf(`neurojointChain0=${JSON.stringify(entry)}\nneurojointChain1={broken`)).toEqual([
      ['NeuroJoint 1', 'whiten'],
      ['NeuroJoint', 'other'],
    ])
  })

  test('is nothing for a file as SpikeGLX wrote it', () => {
    expect(appliedOf('')).toEqual([])
  })
})
